package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"slices"
	"strings"
	"time"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/runtime/interrupt"
)

// run executes one link.Run and tells how it ended. It returns while
// goroutines that the cell started go on.
func (s *session) run(r link.Run) link.Done {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cur := &run{cell: r.Cell, measure: r.Measure, ctx: ctx, cancel: cancel, ended: make(chan struct{})}
	defer close(cur.ended)
	s.mu.Lock()
	s.current = cur
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.current = nil
		interrupt.Reset()
		s.mu.Unlock()
		s.relax()
	}()
	s.relax()
	s.out.begin(r.Cell)
	s.traces.reset()
	if !r.Waits {
		watch := time.AfterFunc(deadlockEvery, func() { s.watchDeadlock(cur) })
		defer watch.Stop()
	}

	loaded, err := s.parts(cur, r)
	report, failed := cur.measurement()
	if err == nil {
		err = failed
	}
	done := s.ending(cur, err)
	done.Loaded, done.Report = loaded, report
	return done
}

// parts does what a run consists of, in order up to the first failure.
func (s *session) parts(cur *run, r link.Run) (loaded *link.Loaded, err error) {
	if r.Native != nil {
		if loaded, err = s.prepare(cur, r.Native); err != nil {
			return loaded, err
		}
	}
	for _, f := range r.Files {
		if err := s.file(cur, r, f); err != nil {
			return loaded, err
		}
	}
	if r.Native != nil && r.Native.Cell != "" {
		return loaded, s.statements(cur, r)
	}
	if measuresRun(r.Measure) && len(r.Files) == 0 {
		return loaded, s.measureAlone(cur)
	}
	return loaded, nil
}

// ending turns what the interpreter returned into a Done.
func (s *session) ending(cur *run, err error) link.Done {
	done := link.Done{Cell: cur.cell, Status: link.OK}
	cur.mu.Lock()
	defer cur.mu.Unlock()
	var compile *compileError
	var load *loadError
	var panicked interp.Panic
	switch {
	case cur.exited:
		done.Status, done.Code = link.Exited, cur.code
		done.Trace = s.traces.exit
	case cur.deadlocked != nil:
		done.Status, done.Waiting = link.Deadlock, cur.deadlocked
	case cur.interrupted:
		done.Status = link.Interrupted
		if !settle() {
			done.Status = link.Burning
		}
	case errors.As(err, &compile):
		done.Status, done.Name, done.Message = link.Failed, "compile", compile.Error()
	case errors.As(err, &load):
		done.Status, done.Name, done.Message = link.Failed, "load", load.Error()
	case errors.As(err, &panicked):
		done.Status = link.Failed
		done.Name, done.Message = describe(panicked.Value)
		done.Trace = s.traces.last()
		if e, ok := elsewhere(panicked.Value); ok {
			if where := s.traces.positions(e.stack); len(where) > 0 {
				done.Trace = where
			}
		}
	case err != nil:
		done.Status, done.Name, done.Message = link.Failed, "error", err.Error()
	}
	return done
}

// A compileError says that the interpreter refused a file that go/types accepted.
type compileError struct {
	file link.File
	err  error
}

func (e *compileError) Error() string {
	text := strings.ReplaceAll(e.err.Error(), uniqueName(e.file), e.file.Name)
	if !strings.HasPrefix(text, e.file.Name+":") {
		text = e.file.Name + ": " + text
	}
	return text
}

// file compiles one file and runs what it says at once.
func (s *session) file(cur *run, r link.Run, f link.File) error {
	program, variables, err := s.compile(f, r.Defined)
	if err != nil {
		return &compileError{f, err}
	}
	s.journal.file(f, r.Defined)
	// A declaration without a value makes the variable anew when it is executed.
	defer s.retell(variables)
	s.traces.register(f, program)
	execute := func() error {
		_, err := s.interp.ExecuteWithContext(cur.ctx, program)
		if cur.ctx.Err() != nil {
			s.selects.wake()
		}
		var p interp.Panic
		if errors.As(err, &p) && bytes.Contains(p.Stack, []byte("yaegi/interp.genRun(")) {
			// The second half of yaegi's compiler, before anything has run.
			return &compileError{f, fmt.Errorf("the interpreter stopped at this text: %v", p.Value)}
		}
		return err
	}
	return s.out.attributed(r.Cell, func() error {
		if measuresRun(r.Measure) && f.Name == r.Name {
			return s.measureRun(cur, execute)
		}
		return execute()
	})
}

// compile parses and compiles a file. It returns the variables that the file
// declares, and tells compiled packages of its functions that are among
// defined. yaegi's compiler panics on some input: that is an error here.
func (s *session) compile(f link.File, defined []string) (p *interp.Program, variables []string, err error) {
	s.compiling.Lock()
	defer s.compiling.Unlock()
	defer s.kept.drop()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the interpreter could not compile this: %v", firstLine(fmt.Sprint(v)))
		}
	}()
	file, err := parser.ParseFile(s.interp.FileSet(), uniqueName(f), f.Text, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	if err := s.bind(importsOf(file)); err != nil {
		return nil, nil, err
	}
	if p, err = s.interp.CompileAST(file); err != nil || !s.usable || len(s.packages) == 0 {
		return p, nil, err
	}
	s.interpreted(slices.DeleteFunc(functionsOf(file), func(f string) bool { return !slices.Contains(defined, f) }))
	return p, variablesOf(file), nil
}

func importsOf(f *ast.File) []string {
	paths := make([]string, 0, len(f.Imports))
	for _, i := range f.Imports {
		paths = append(paths, strings.Trim(i.Path.Value, `"`))
	}
	return paths
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
