package julia

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . julia

// SIMD is [Serial] with vector instructions, and gives exactly its counts.
//
// Neighbours differ in how long they take, so lanes of a vector would wait for
// the slowest. Therefore some thousand pixels at a time go through rounds: all
// do a few iterations, those that have escaped are done, the rest move together
// and go into the next round, which may be twice as long. Late rounds do not
// test after each iteration: what leaves the circle of radius 2 never comes back,
// so one test at the end tells who left, and only these repeat the round with
// tests. 24 or 48 points are in flight, enough to hide the latency of an addition.
// Every operation rounds as in Serial.
//
// Without vector instructions it is Serial. It panics on arguments that [New]
// panics on.
func SIMD(width, height, limit int) *Set {
	s := New(width, height, limit)
	_ = s.simd(background)
	return s
}

// GoroutineSIMD is [SIMD] on the given number of workers (0: GOMAXPROCS), which
// fetch bands of rows. A negative number of workers is a panic.
//
// Options of package par change the loop over the bands.
func GoroutineSIMD(width, height, limit, workers int, opts ...par.Option) *Set {
	s := New(width, height, limit)
	if workers < 0 {
		panic(fmt.Errorf("julia: negative number of workers %d", workers))
	}
	_ = s.goroutineSIMD(background, workers, opts)
	return s
}

// bandPixels is about how many pixels go through the rounds together: enough
// that the last ones still fill the vectors, little enough for the L2 cache.
const bandPixels = 4096

// bandRows is how many rows are computed together.
func (s *Set) bandRows() int { return max(1, bandPixels/max(1, s.Width)) }

func (s *Set) simd(ctx context.Context) error {
	p := poll.New(ctx)
	for y := 0; y < s.Height; y += s.bandRows() {
		if err := s.band(p, y, min(y+s.bandRows(), s.Height)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) goroutineSIMD(ctx context.Context, workers int, opts []par.Option) error {
	return s.newBands(workers).run(ctx, opts)
}

// bands is the loop of GoroutineSIMD, kept by jobs so that runs allocate
// nothing.
type bands struct {
	set     *Set
	workers int
	p       poll.Poll
	body    func(lo, hi int) error
}

func (s *Set) newBands(workers int) *bands {
	b := &bands{set: s, workers: workers}
	rows := s.bandRows()
	b.body = func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			if err := s.band(b.p, i*rows, min((i+1)*rows, s.Height)); err != nil {
				return err
			}
		}
		return nil
	}
	return b
}

func (b *bands) run(ctx context.Context, opts []par.Option) error {
	b.p = poll.New(ctx)
	rows := b.set.bandRows()
	n := (b.set.Height + rows - 1) / rows
	if len(opts) == 0 { // which costs no allocation
		return par.RangeErr(n, b.body, par.Workers(b.workers), par.Context(ctx), par.Dynamic(1))
	}
	all := append([]par.Option{par.Workers(b.workers), par.Context(ctx), par.Dynamic(1)}, opts...)
	return par.RangeErr(n, b.body, all...)
}

// band computes rows [lo, hi), at most about bandPixels pixels or one row.
func (s *Set) band(p poll.Poll, lo, hi int) error {
	if cpu.Best() == cpu.Generic || s.Width == 0 {
		return s.rows(p, lo, hi)
	}
	r := getRounds()
	defer putRounds(r)
	for y := lo; y < hi; y++ {
		for x := 0; x < s.Width; x += bandPixels {
			if p.Stopped() {
				return p.Err()
			}
			// Rows that do not fit any more into the list make it do its rounds.
			n := min(bandPixels, s.Width-x)
			if r.n+n > bandPixels && !s.finish(p, r) {
				return p.Err()
			}
			s.begin(r, x, y, n)
		}
	}
	if !s.finish(p, r) {
		return p.Err()
	}
	return nil
}

// points is a list of pixels on their way. The assembly knows its layout.
type points struct {
	re [bandPixels + 64]float64
	_  [bandPixels + 64]float64 // the imaginary parts: only the assembly has to do with them
	at [bandPixels + 64]int64   // index in Counts
}

// fill puts NaN, which never is inside, behind the n points, to the end of the
// widest group.
func (l *points) fill(n int) {
	nan := math.NaN()
	for i := n; i < n+48; i++ {
		l.re[i] = nan
	}
}

// rounds is what a worker needs for a band.
type rounds struct {
	list, out points
	n         int       // points in list, each with min(firstRound, limit) iterations
	tail      [32]int32 // counts of a row's last pixels and of those behind them
}

// spareRounds keeps them between bands: a channel's worth for as many workers.
var spareRounds struct {
	sync.Mutex
	list []*rounds
}

func getRounds() *rounds {
	spareRounds.Lock()
	defer spareRounds.Unlock()
	if last := len(spareRounds.list) - 1; last >= 0 {
		r := spareRounds.list[last]
		spareRounds.list = spareRounds.list[:last]
		r.n = 0
		return r
	}
	return new(rounds)
}

// maxSpareRounds bounds the memory that stays behind, 0.2 MB each.
const maxSpareRounds = 64

func putRounds(r *rounds) {
	spareRounds.Lock()
	defer spareRounds.Unlock()
	if len(spareRounds.list) < maxSpareRounds {
		spareRounds.list = append(spareRounds.list, r)
	}
}

// The rounds: the first from the pixels' places, then two with tests, each to
// so many iterations, then without, each as long as all before it but at most
// maxRound, some ms.
const (
	firstRound  = 4
	secondRound = 8
	thirdRound  = 16
	maxRound    = 1 << 15
)

// begin does the first round of n pixels from (x, y) on.
func (s *Set) begin(r *rounds, x, y, n int) {
	left, top, step := s.plane()
	im := top - float64(float64(y)*step)
	at := y*s.Width + x
	k := min(firstRound, s.Limit)
	if k == 0 {
		clear(s.Counts[at : at+n])
		return
	}
	const group = 32 // of the widest form
	whole := n / group * group
	if whole > 0 {
		r.n = r.first(r.n, &s.Counts[at], at, whole, float64(x), left, step, im, k)
	}
	if whole < n {
		r.n = r.first(r.n, &r.tail[0], at+whole, group, float64(x+whole), left, step, im, k)
		copy(s.Counts[at+whole:at+n], r.tail[:])
		for r.n > 0 && r.list.at[r.n-1] >= int64(at+n) { // those behind the last
			r.n--
		}
	}
}

// finish does the other rounds of all points of r, and reports whether it came
// to the end.
func (s *Set) finish(p poll.Poll, r *rounds) bool {
	done := min(firstRound, s.Limit)
	for _, to := range [...]int{secondRound, thirdRound} {
		if k := min(to, s.Limit) - done; k > 0 && r.n > 0 {
			r.list.fill(r.n)
			r.n = r.list.step(r.n, &s.Counts[0], done, k)
			done += k
		}
	}
	for done < s.Limit && r.n > 0 {
		if p.Stopped() {
			return false
		}
		k := min(done, maxRound, s.Limit-done)
		r.list.fill(r.n)
		before := r.n
		r.n, _ = r.list.advance(r.n, &r.out, k)
		if gone := before - r.n; gone > 0 { // what follows in out are NaN
			r.out.fill(gone)
			r.out.step(gone, &s.Counts[0], done, k)
		}
		done += k
	}
	for _, at := range r.list.at[:r.n] {
		s.Counts[at] = int32(s.Limit)
	}
	r.n = 0
	return true
}
