package dedupe

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [Goroutine] with worker processes as Python's multiprocessing would
// do it: the parts of the text are sent to them, and what remains of each is sent
// back, road by road; then the calling process drops what earlier parts have.
// Starting the workers is a part of the call. The program must call proc.Main with
// the Kernel's Tasks, as a session does.
func Process(text []byte, workers int) ([]Road, error) {
	return crewed(text, workers, newSender)
}

// ProcessSHM is [Process] with the text and the roads in memory that the
// processes share, so that only counts are sent.
func ProcessSHM(text []byte, workers int) ([]Road, error) {
	return crewed(text, workers, newSharer)
}

func crewed(text []byte, workers int, make func([]byte, *proc.Pool) (crew, error)) (roads []Road, err error) {
	if err := checkWorkers(workers); err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	c, err := newCrew(text, workers, make)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := c.close(); err == nil {
			err = e
		}
	}()
	roads, err = c.run(context.Background())
	if err != nil {
		return nil, err
	}
	// What is shared ends with the crew.
	return append([]Road(nil), roads...), nil //effort:convert
}

// A crew is worker processes with their input. The roads that run returns are
// good until the next run or close.
type crew interface {
	run(ctx context.Context) ([]Road, error)
	close() error
}

func newCrew(text []byte, workers int, make func([]byte, *proc.Pool) (crew, error)) (crew, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pool, err := proc.NewPool(workers)
	if err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	c, err := make(text, pool)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	return c, nil
}

// A merger drops from each part's roads what earlier parts have: cleaning roads
// that have been cleaned part by part gives what cleaning all would have given.
type merger struct {
	part part
}

func newMerger(text []byte) merger {
	return merger{part{lines: countLines(text), places: limit(len(text))}}
}

func (m *merger) begin() {
	m.part.table, m.part.kept = wide, 0
	m.part.wide.begin(m.part.places)
	if m.part.dst == nil {
		m.part.dst = makeRoads(m.part.lines + 1)
	}
}

// add appends to dst[:kept] what is new in roads. It returns false if the places
// are too large for the dense table: then all is to be done again by hash.
func (m *merger) add(roads []Road) bool {
	p := &m.part
	for len(roads) > 0 {
		some := roads[:min(batch, len(roads))]
		if p.table == hashed {
			p.kept += p.hash.add(p.dst[p.kept:], some)
		} else {
			kept, ok := p.wide.add(p.dst[p.kept:], some)
			if !ok {
				return false
			}
			p.kept += kept
		}
		roads = roads[len(some):]
	}
	return true
}

// merge joins the parts' roads.
func (m *merger) merge(ctx poll.Poll, parts int, roads func(k int) []Road) ([]Road, error) {
	m.begin()
	for k := 0; k < parts; k++ {
		rest := roads(k)
		for len(rest) > 0 {
			if ctx.Stopped() {
				return nil, ctx.Err()
			}
			some := rest[:min(pollEvery, len(rest))]
			if !m.add(some) {
				m.part.table, m.part.kept = hashed, 0
				m.part.hash.begin(m.part.lines)
				k = -1 // from the beginning
				break
			}
			rest = rest[len(some):]
		}
	}
	return m.part.dst[:m.part.kept], nil
}

// A letter is a part of the text.
type letter struct {
	Text   []byte
	Places int
}

// An answer is what remains of it, or where its first wrong line begins.
type answer struct {
	Roads []Road
	Bad   int
}

// spare holds a worker's tables from one task to the next.
var spare = sync.Pool{New: func() any { return new(part) }}

// clean reduces text in a worker.
func clean(ctx context.Context, text []byte, places int, dst []Road, then func(p *part) error) error {
	p := spare.Get().(*part)
	defer spare.Put(p)
	p.text, p.places, p.lines, p.dst = text, places, -1, dst
	on := poll.New(ctx)
	if p.dst == nil {
		p.dst = makeRoads(p.count() + 1)
	}
	defer func() { p.text, p.dst = nil, nil }()
	if !p.reduce(func() bool { return !on.Stopped() }, wide) && p.bad < 0 {
		return on.Err()
	}
	return then(p)
}

var sendTask = proc.NewTask("dedupe.send", func(ctx context.Context, in letter) (answer, error) { //effort:config
	var out answer
	err := clean(ctx, in.Text, in.Places, nil, func(p *part) error {
		out = answer{p.dst[:p.kept], p.bad} //effort:convert
		return nil
	})
	return out, err
})

// A sender sends text and gets roads.
type sender struct {
	merger
	text    []byte
	pool    *proc.Pool
	letters []letter
	from    []int
}

func newSender(text []byte, pool *proc.Pool) (crew, error) {
	s := &sender{merger: newMerger(text), text: text, pool: pool}
	n := pool.Workers()
	for k := range n {
		lo, hi := cut(text, k, n), cut(text, k+1, n)
		s.letters = append(s.letters, letter{text[lo:hi], limit(len(text))}) //effort:convert
		s.from = append(s.from, lo)
	}
	return s, nil
}

func (s *sender) run(ctx context.Context) ([]Road, error) {
	on := poll.New(ctx)
	answers, err := proc.Map[letter, answer](ctx, s.pool, sendTask.Name(), s.letters, proc.Chunk(1))
	if err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	for k, a := range answers {
		if a.Bad >= 0 {
			return nil, syntaxError(s.text, s.from[k]+a.Bad)
		}
	}
	return s.merge(on, len(answers), func(k int) []Road { return answers[k].Roads }) //effort:convert
}

func (s *sender) close() error { return s.pool.Close() }

// A share says which part of shared text to clean and where the roads go.
type share struct {
	Text, Roads shm.Handle
	Lo, Hi      int // of the text
	To          int // roads before the part's
	Places      int
}

// A count is how many roads remain, or where the first wrong line begins.
type count struct{ Kept, Bad int }

var shareTask = proc.NewTask("dedupe.share", func(ctx context.Context, in share) (out count, err error) { //effort:config
	text, err := shm.AttachBytes(in.Text) //effort:convert
	if err != nil {
		return out, err
	}
	defer text.Close()
	roads, err := shm.AttachInt32s(in.Roads) //effort:convert
	if err != nil {
		return out, err
	}
	defer roads.Close()
	own := text.Data[in.Lo:in.Hi] //effort:convert
	err = clean(ctx, own, in.Places, roadsOf(roads.Data)[in.To:], func(p *part) error {
		out = count{p.kept, p.bad} //effort:convert
		return nil
	})
	return out, err
})

// fields is how many integers a road is.
const fields = int(unsafe.Sizeof(Road{}) / 4)

// roadsOf is the same memory.
func roadsOf(ints []int32) []Road {
	if len(ints) == 0 {
		return nil
	}
	return unsafe.Slice((*Road)(unsafe.Pointer(&ints[0])), len(ints)/fields) //effort:convert
}

// A sharer shares text and roads.
type sharer struct {
	merger
	pool   *proc.Pool
	text   *shm.Bytes
	roads  *shm.Int32s
	shares []share
}

func newSharer(text []byte, pool *proc.Pool) (c crew, err error) {
	s := &sharer{merger: newMerger(text), pool: pool}
	n := pool.Workers()
	if s.text, err = shm.NewBytes(len(text) + 1); err != nil {
		return nil, err
	}
	copy(s.text.Data, text) //effort:convert
	lines := s.part.lines
	if s.roads, err = shm.NewInt32s(fields * (lines + n)); err != nil {
		s.text.Close()
		return nil, err
	}
	to := 0
	for k := range n {
		lo, hi := cut(text, k, n), cut(text, k+1, n)
		s.shares = append(s.shares, share{s.text.Handle(), s.roads.Handle(), lo, hi, to, limit(len(text))}) //effort:convert
		to += countLines(text[lo:hi]) + 1
	}
	return s, nil
}

func (s *sharer) run(ctx context.Context) ([]Road, error) {
	on := poll.New(ctx)
	counts, err := proc.Map[share, count](ctx, s.pool, shareTask.Name(), s.shares, proc.Chunk(1))
	if err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	for k, c := range counts {
		if c.Bad >= 0 {
			return nil, syntaxError(s.text.Data[:len(s.text.Data)-1], s.shares[k].Lo+c.Bad)
		}
	}
	roads := roadsOf(s.roads.Data) //effort:convert
	return s.merge(on, len(counts), func(k int) []Road { return roads[s.shares[k].To:][:counts[k].Kept] })
}

func (s *sharer) close() error {
	err := s.pool.Close()
	for _, e := range []error{s.text.Close(), s.roads.Close()} {
		if err == nil {
			err = e
		}
	}
	return err
}
