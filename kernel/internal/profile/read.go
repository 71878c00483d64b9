package profile

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
)

// Read makes a Profile of a Report that came by the profiler or by stacks.
// Samples of other cells, of the session itself and of Go's runtime on its own
// behalf are told apart: the last stay, as rows of their own.
func Read(r *collect.Report, places Places) (*Profile, error) {
	switch r.Way {
	case collect.WayProfiler:
		return readProfiler(r)
	case collect.WayStacks:
		return readStacks(r, places), nil
	}
	return nil, fmt.Errorf("BUG: a report by %q is no profile", r.Way)
}

// cellLabel is the label that a cell's goroutines carry (engine/output.go).
const cellLabel = "weft cell"

func readProfiler(r *collect.Report) (*Profile, error) {
	if len(r.Profile) == 0 {
		return nil, errors.New("the profiler has written nothing: something else in the session has stopped it")
	}
	raw, err := profile.ParseData(r.Profile)
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	p := &Profile{Left: map[string]int{}, Seconds: float64(raw.Period) / 1e9}
	for _, s := range raw.Sample {
		if len(s.Value) == 0 || s.Value[0] <= 0 {
			continue
		}
		n := int(s.Value[0])
		stack := framesOf(s)
		switch whose(s, r.Cell) {
		case "":
		case "runtime":
			if len(stack) == 0 || !runtimeAlone(s) {
				p.Left["the session's own goroutines"] += n
				continue
			}
			stack = stack[:1]
		default:
			p.Left["goroutines of other cells"] += n
			continue
		}
		if len(stack) == 0 {
			stack = []Frame{{Func: "(unknown)"}}
		}
		p.Samples = append(p.Samples, Sample{stack, float64(n)})
		p.Count += n
	}
	p.Total = float64(p.Count)
	if got := p.Count + sum(p.Left); got > 0 && r.CPU > 0 && r.Rate > collect.DefaultRate {
		if rate := float64(got) / r.CPU; rate < 0.8*r.Rate {
			p.Seconds, p.Slow = 1/rate, rate
		}
	}
	return p, nil
}

// whose returns "" for a sample of the cell, "runtime" for one without a label
// and else the other cell's number.
func whose(s *profile.Sample, cell int) string {
	labels := s.Label[cellLabel]
	if len(labels) == 0 {
		return "runtime"
	}
	if labels[0] == strconv.Itoa(cell) {
		return ""
	}
	return labels[0]
}

// runtimeAlone says whether all of a stack is Go's runtime: a goroutine of the
// collector, or a thread that looks for work.
func runtimeAlone(s *profile.Sample) bool {
	for _, loc := range s.Location {
		for _, line := range loc.Line {
			if line.Function == nil || !ofRuntime(line.Function.Name) {
				return false
			}
		}
	}
	return true
}

// ofRuntime says whether a function is the Go runtime's, or one of the
// routines in assembly that have no package.
func ofRuntime(fn string) bool {
	return strings.HasPrefix(fn, "runtime.") || strings.HasPrefix(fn, "runtime/internal/") || strings.HasPrefix(fn, "internal/runtime/") ||
		strings.HasPrefix(fn, "internal/abi.") || !strings.Contains(fn, ".") && fn != ""
}

// interpreter says whether a function belongs to the interpreter or to the
// session around a cell.
func interpreter(fn string) bool {
	return strings.HasPrefix(fn, "github.com/traefik/yaegi/") || strings.HasPrefix(fn, "github.com/weft-go/weft/kernel/internal/")
}

// framesOf returns a sample's frames, innermost first: those of the runtime at
// the inner end as one, without those of the session at the outer one.
func framesOf(s *profile.Sample) []Frame {
	var frames []Frame
	var inner []string // the runtime's functions at the inner end
	outer := false
	for _, loc := range s.Location {
		for _, line := range loc.Line {
			if line.Function == nil {
				continue
			}
			fn, file := line.Function.Name, cellName(line.Function.Filename)
			switch {
			case fn == "runtime.asyncPreempt":
				// The profiler's signal came together with the one that asks the
				// goroutine to stop: the kernel delivers that first (its number is
				// lower), so the time was the interrupted function's.
				continue
			case file != "": // below: it is a cell's, whatever its package
			case ofRuntime(fn):
				if len(frames) == 0 {
					inner = append(inner, fn)
				}
				continue
			case interpreter(fn):
				// Outermost are the session's calls of the cell; further in it
				// is interpreted code that compiled code has called.
				if strings.HasPrefix(fn, "github.com/traefik/yaegi/interp.runCfg") && !outer {
					outer = true
					frames = append(frames, Frame{Func: interpretedCode})
				}
				continue
			case strings.HasPrefix(fn, "reflect.") && outer, strings.HasPrefix(fn, "runtime/pprof."):
				continue
			}
			outer = false
			f := Frame{Func: fn, File: line.Function.Filename, Line: int(line.Line)}
			if file != "" {
				f.Func, f.File = cellFunction(fn, file), file
			}
			frames = append(frames, f)
		}
	}
	frames = withoutSession(frames)
	if len(inner) > 0 {
		frames = append([]Frame{{Func: group(inner)}}, frames...)
	}
	return frames
}

// withoutSession drops what stands outside of a cell's statements: the
// interpreter starts them also where they are compiled.
func withoutSession(frames []Frame) []Frame {
	n := len(frames)
	for n > 0 && (frames[n-1].Func == interpretedCode || strings.HasPrefix(frames[n-1].Func, "reflect.")) {
		n--
	}
	if n > 0 && frames[n-1].Cell() {
		return frames[:n]
	}
	return frames
}

// interpretedCode stands for interpreted functions in a profile of compiled code.
const interpretedCode = "interpreted code (%interp shows its functions)"

var cellFile = regexp.MustCompile(`^cell\[[0-9]+\]$`)

// cellName returns the cell that a file name stands for, "" for none.
func cellName(file string) string {
	if base := path.Base(file); cellFile.MatchString(base) {
		return base
	}
	return ""
}

// readStacks names the frames of looks at stacks.
func readStacks(r *collect.Report, places Places) *Profile {
	p := &Profile{Left: map[string]int{}}
	names := newNodes(r.Stacks, places)
	for _, s := range r.Stacks {
		p.Count += s.Count
		var frames []Frame
		for _, f := range s.Frames {
			switch {
			case f.Node != "":
				frames = append(frames, names.frame(f))
			case cellName(f.File) != "":
				file := cellName(f.File)
				frames = append(frames, Frame{cellFunction(f.Func, file), file, f.Line})
			default:
				frames = append(frames, Frame{f.Func, f.File, f.Line})
			}
		}
		if len(frames) == 0 {
			continue
		}
		inner := s.Frames[0]
		lines := names.self[inner.Node]
		if _, ok := names.resolve(inner.Step); inner.Node == "" || ok || len(lines) == 0 {
			p.Samples = append(p.Samples, Sample{frames, float64(s.Count)})
			continue
		}
		p.Shared += s.Count
		total := sum(lines)
		for at, n := range lines {
			shared := append([]Frame{at}, frames[1:]...)
			p.Samples = append(p.Samples, Sample{shared, float64(s.Count) * float64(n) / float64(total)})
		}
	}
	p.Total = float64(p.Count)
	if r.Rate > 0 {
		p.Seconds = 1 / r.Rate
		if r.Looks > 0 && r.Wall > 0 { // looks are late when all processors are busy
			p.Seconds = r.Wall / float64(r.Looks)
		}
	}
	return p
}

// nodes are the interpreted functions of a report. Steps tell the place in
// one; samples without a step tell the function's node only, which is known
// from other samples.
type nodes struct {
	places Places
	texts  *texts
	of     map[string]Frame         // node -> function; Line is not of use
	self   map[string]map[Frame]int // node -> places at the inner end, and how often
	cache  map[uint64]Frame
}

func newNodes(stacks []collect.Stack, places Places) *nodes {
	n := &nodes{places, newTexts(places), map[string]Frame{}, map[string]map[Frame]int{}, map[uint64]Frame{}}
	for _, s := range stacks {
		for i, f := range s.Frames {
			at, ok := n.resolve(f.Step)
			if f.Node == "" || !ok {
				continue
			}
			n.of[f.Node] = at
			if i == 0 {
				if n.self[f.Node] == nil {
					n.self[f.Node] = map[Frame]int{}
				}
				n.self[f.Node][at] += s.Count
			}
		}
	}
	return n
}

// resolve names a place. ok is false where the stack told none: a Step is read
// out of a traceback, and what stands there before the function has stored its
// argument is no place of a cell.
func (n *nodes) resolve(step uint64) (f Frame, ok bool) {
	if f, ok := n.cache[step]; ok {
		return f, f.File != ""
	}
	if p, ok := n.places.Place(link.Step(step)); ok && step != 0 && p.File != "" {
		f = Frame{File: p.File, Line: p.Line}
		f.Func = cellFunction(n.texts.function(p.File, p.Line), p.File)
	}
	n.cache[step] = f
	return f, f.File != ""
}

func (n *nodes) frame(f collect.Frame) Frame {
	if at, ok := n.resolve(f.Step); ok {
		return at
	}
	at, ok := n.of[f.Node]
	if !ok {
		return Frame{Func: "interpreted code (place not seen)"}
	}
	at.Line = 0
	return at
}
