package collect

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// Stacks runs f and looks at the stacks of all goroutines meanwhile, o.Rate
// times per second, for interpreted code: on its stacks Go's profiler sees the
// interpreter only, but a traceback tells arguments, and the argument of
// the engine's step tells the place. It delivers what it saw as CPU does, and
// counts goroutines of the cell that run or are ready to.
//
// Looking stops all goroutines: 20 to 500 µs each time, by the number and depth
// of stacks; LookCost tells. Of stacks with more than 100 calls Go writes the
// innermost and the outermost 50.
func Stacks(o Options, f func() error, deliver func(*Report)) error {
	if !busy.TryLock() {
		return fmt.Errorf("profile: %w", ErrBusy)
	}
	defer busy.Unlock()
	r := begin(WayStacks, o, deliver)
	s := newSampler(r.report.Root)
	s.start(time.Duration(float64(time.Second) / r.report.Rate))
	return r.measured(f, func() {
		s.end()
		r.report.Stacks, r.report.Looks, r.report.Waiting = s.stacks(), s.looks, s.waiting
		r.report.LookCost = s.cost.Seconds()
		if s.cut {
			r.note("stacks deeper than 100 calls were seen: of those the innermost and outermost 50 are known")
		}
		if s.full {
			r.note("after %d different stacks new ones were counted by their innermost function only", maxStacks)
		}
	})
}

// maxStacks bounds the different stacks that are kept.
const maxStacks = 20_000

// idleShare is the part of the time between two looks that the process must
// have computed for the second to be worth stopping everything: so a cell that
// waits costs nothing, and the session still sees that it does.
const idleShare = 0.05

// A sampler looks at goroutines. Its fields are its goroutine's until end.
type sampler struct {
	root  int64
	known map[int64]bool // goroutines, true for those of the cell
	seen  map[string]*Stack
	order []*Stack
	names map[int64]Frame // outermost interpreted frame by goroutine

	eager          bool // look also while nothing computes
	looks, waiting int
	cost           time.Duration
	cut, full      bool
	buf            []byte

	quit, gone chan struct{}
}

func newSampler(root int64) *sampler {
	s := &sampler{root: root, known: map[int64]bool{}, seen: map[string]*Stack{}, names: map[int64]Frame{},
		buf: make([]byte, 256<<10), quit: make(chan struct{}), gone: make(chan struct{})}
	for _, text := range s.all() {
		if g, ok := readGoroutine(text); ok {
			s.known[g.number] = false
		}
	}
	s.known[root] = true
	return s
}

// start begins to look, every interval.
func (s *sampler) start(every time.Duration) {
	go func() {
		defer close(s.gone)
		s.known[goroutineNumber()] = false
		tick := time.NewTicker(every)
		defer tick.Stop()
		cpu := processorTime()
		for {
			select {
			case <-s.quit:
				return
			case <-tick.C:
			}
			if now := processorTime(); !s.eager && now >= 0 && now-cpu < idleShare*every.Seconds() {
				s.looks++
				s.waiting++
				cpu = now
				continue
			}
			s.look()
			cpu = processorTime()
		}
	}()
}

// end stops looking; it returns when the last look is over.
func (s *sampler) end() {
	close(s.quit)
	<-s.gone
}

// all returns the tracebacks of all goroutines, the caller's first.
func (s *sampler) all() [][]byte {
	for {
		from := time.Now()
		n := runtime.Stack(s.buf, true)
		s.cost += time.Since(from)
		if n < len(s.buf) || len(s.buf) >= 16<<20 {
			return link.Goroutines(s.buf[:n])
		}
		s.buf = make([]byte, 4*len(s.buf))
	}
}

func (s *sampler) look() {
	s.looks++
	for _, text := range s.all() {
		g, ok := readGoroutine(text)
		if !ok || !s.ours(g, text) {
			continue
		}
		if g.state != "running" && g.state != "runnable" {
			s.waiting++
			s.name(g, text)
			continue
		}
		s.name(g, text)
		if bytes.Contains(text, []byte("frames elided...")) {
			s.cut = true
		}
		s.count(readFrames(text))
	}
}

// ours says whether a goroutine is the cell's: the one that runs it, and those
// that one of the cell's has started. Workers of parallel loops live on, so one
// that was there before counts while it runs code of cells.
func (s *sampler) ours(g goroutine, text []byte) bool {
	if ours, ok := s.known[g.number]; ok {
		return ours || bytes.Contains(text, []byte("weft/runtime/par.(*helper)")) && runsCell(text)
	}
	ours, ok := s.known[g.parent]
	if !ok { // its parent came and went between two looks
		ours = runsCell(text)
	}
	s.known[g.number] = ours
	return ours
}

func runsCell(text []byte) bool {
	return bytes.Contains(text, []byte(link.StepFunction+"(")) || bytes.Contains(text, []byte("\tcell["))
}

// name keeps where an interpreted goroutine began.
func (s *sampler) name(g goroutine, text []byte) {
	if _, ok := s.names[g.number]; ok {
		return
	}
	frames := readFrames(text)
	for i := len(frames) - 1; i >= 0; i-- {
		if frames[i].Step != 0 {
			s.names[g.number] = frames[i]
			return
		}
	}
}

func (s *sampler) count(frames []Frame) {
	if len(frames) == 0 {
		return
	}
	if len(s.order) >= maxStacks {
		s.full = true
		frames = frames[:1]
	}
	var key strings.Builder
	for _, f := range frames {
		fmt.Fprintf(&key, "%s|%s|%d|%s|%x\n", f.Func, f.File, f.Line, f.Node, f.Step)
	}
	k := key.String()
	st := s.seen[k]
	if st == nil {
		if len(s.order) >= 2*maxStacks {
			return
		}
		st = &Stack{Frames: frames}
		s.seen[k] = st
		s.order = append(s.order, st)
	}
	st.Count++
}

func (s *sampler) stacks() []Stack {
	out := make([]Stack, len(s.order))
	for i, st := range s.order {
		out[i] = *st
	}
	return out
}

// A goroutine is the head and foot of one goroutine's traceback.
type goroutine struct {
	number, parent int64 // parent is 0 if not told
	state          string
}

var (
	headLine    = regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^,\]]*)`)
	createdLine = regexp.MustCompile(`(?m)^created by .* in goroutine (\d+)$`)
)

func readGoroutine(text []byte) (g goroutine, ok bool) {
	m := headLine.FindSubmatch(text)
	if m == nil {
		return g, false
	}
	g.number, _ = strconv.ParseInt(string(m[1]), 10, 64)
	g.state = string(m[2])
	if m := createdLine.FindSubmatch(text); m != nil {
		g.parent, _ = strconv.ParseInt(string(m[1]), 10, 64)
	}
	return g, true
}

// goroutineNumber returns the calling goroutine's number.
func goroutineNumber() int64 {
	var buf [64]byte
	g, _ := readGoroutine(buf[:runtime.Stack(buf[:], false)])
	return g.number
}

var (
	runCfgLine = []byte("github.com/traefik/yaegi/interp.runCfg(")
	firstArg   = regexp.MustCompile(`\((0x[0-9a-f]+)`)
	fileLine   = regexp.MustCompile(`^\t(.*?):(\d+)(?::\d+)?(?: \+0x[0-9a-f]+)?$`)
)

// machinery are the packages whose frames stand between those of a cell and
// tell nothing about it.
var machinery = []string{
	"github.com/traefik/yaegi/", "reflect.", "github.com/weft-go/weft/kernel/internal/", "internal/abi.",
	"internal/runtime/", "runtime/debug.", "runtime/pprof.", "runtime.",
}

// readFrames reads a goroutine's frames, innermost first. An interpreted call
// is a runCfg, whose first argument is where the function's code begins, with the
// step inside it, if any, before it in the text.
func readFrames(text []byte) []Frame {
	var frames []Frame
	var step uint64 // of the runCfg that comes next
	var fn string   // compiled, waits for its place
	var skip bool   // fn is machinery
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) == 0, bytes.HasPrefix(line, []byte("goroutine ")):
		case bytes.HasPrefix(line, []byte("created by ")):
			return frames
		case bytes.HasPrefix(line, []byte(link.StepFunction)):
			fn = ""
			if steps := link.Steps(line); step == 0 && len(steps) > 0 {
				step = uint64(steps[0])
			}
		case bytes.HasPrefix(line, runCfgLine):
			fn = ""
			f := Frame{Step: step, Node: "?"}
			if m := firstArg.FindSubmatch(line); m != nil {
				f.Node = string(m[1])
			}
			step = 0
			frames = append(frames, f)
		case line[0] != '\t':
			fn = link.FunctionName(string(line))
			skip = slices.ContainsFunc(machinery, func(m string) bool { return strings.HasPrefix(fn, m) })
		case fn != "":
			if skip && !bytes.Contains(line, []byte("cell[")) {
				fn = ""
				continue
			}
			if m := fileLine.FindSubmatch(line); m != nil {
				n, _ := strconv.Atoi(string(m[2]))
				frames = append(frames, Frame{Func: fn, File: string(m[1]), Line: n})
			}
			fn = ""
		}
	}
	return frames
}
