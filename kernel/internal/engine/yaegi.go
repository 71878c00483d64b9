package engine

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
	"testing/fstest"

	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib/generic"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/symbols"
	"github.com/weft-go/weft/kernel/internal/symbols/generic/compiled"
)

// yaegi is the interpreter with what is bound into it.
type yaegi struct {
	interp *interp.Interpreter
	traces *traces
	natives
	selects selects

	compiling sync.Mutex      // held while the interpreter compiles or is given symbols; not while it executes
	kept      kept            // guarded by compiling
	bound     map[string]bool // guarded by compiling: import paths whose tables were given to Use
}

// start makes the interpreter.
func (y *yaegi) start(s *session) error {
	y.bound = map[string]bool{}
	notes := &panicNotes{s: s, through: &stream{s, link.Stderr}}
	y.interp = interp.New(interp.Options{
		Stdin:                s.in,
		Stdout:               &stream{s, link.Stdout},
		Stderr:               notes,
		Args:                 arguments(),
		Unrestricted:         true,
		SourcecodeFilesystem: fs.FS(fstest.MapFS{}), // packages come from tables, never from source
	})
	compiled.Stopping = y.selects.stopping
	withoutGenerics()
	y.traces = newTraces(y.interp)
	notes.traces = y.traces
	if err := symbols.UseErrors(y.interp); err != nil {
		return fmt.Errorf("bind errors: %w", err)
	}
	first := symbols.First()
	for key := range first {
		y.bound[path.Dir(key)] = true
	}
	if err := y.interp.Use(first); err != nil {
		return fmt.Errorf("bind the standard library: %w", err)
	}
	if err := y.interp.Use(s.endings()); err != nil {
		return fmt.Errorf("bind os.Exit: %w", err)
	}
	if err := y.interp.Use(s.glue()); err != nil {
		return fmt.Errorf("bind the cells' glue: %w", err)
	}
	if _, err := y.interp.Eval("package main"); err != nil { // makes the scope of main
		return fmt.Errorf("start the interpreter: %w", err)
	}
	y.kept = newKept(y.interp)
	y.natives.start(y.interp)
	return nil
}

// withoutGenerics leaves out yaegi's own text of cmp, maps and slices, which Use
// compiles with fmt's table: it takes 3 ms and 0.8 MB that every collection of a
// cell's garbage would look through. Package lower brings what cells use of them.
var withoutGenerics = sync.OnceFunc(func() {
	for i := range generic.Sources {
		generic.Sources[i] = "package main"
	}
})

// selects wakes the select statements of goroutines that the interpreter has
// stopped: those wait in compiled code.
type selects struct {
	mu   sync.Mutex
	stop chan struct{} // guarded by mu; closed by the next wake
}

// stopping returns a channel that the next wake closes.
func (s *selects) stopping() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		s.stop = make(chan struct{})
	}
	return s.stop
}

func (s *selects) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		close(s.stop)
		s.stop = nil
	}
}

// arguments makes os.Args what cells see as such: what the front gave, else the
// name of the program.
var arguments = sync.OnceValue(func() []string {
	if len(os.Args) > 1 {
		os.Args = os.Args[1:]
	}
	return os.Args
})

// bind gives the interpreter the tables of packages, and the wrappers of the
// interfaces that they mention.
func (y *yaegi) bind(paths []string) error {
	for _, p := range paths {
		if y.bound[p] {
			continue
		}
		table, ok := symbols.Load(p)
		if !ok {
			continue // yaegi says that it does not know the package
		}
		y.bound[p] = true
		for _, t := range []interp.Exports{table, symbols.Needs(p)} {
			if y.usable {
				t = y.give(t)
			}
			if len(t) == 0 {
				continue
			}
			if err := y.interp.Use(t); err != nil {
				return fmt.Errorf("bind %s: %w", p, err)
			}
		}
	}
	return nil
}
