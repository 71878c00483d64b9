package front

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/lower"
	"github.com/weft-go/weft/kernel/internal/supervisor"
)

// golang checks, lowers and runs Go text. Nothing has changed when the check
// or the interpreter's compiler refuses it; when it panics half way, its names
// are declared.
func (x *execution) golang(ctx context.Context, text string, m *link.Measure) error {
	f := x.front
	c, err := f.world.Check(x.name, text)
	if err != nil {
		return err
	}
	plan, err := lower.Lower(c)
	if err != nil {
		return err
	}
	commit := func() { f.world.Commit(c) }
	files := f.number(plan.Files)
	if m != nil && m.Kind == "timeit" {
		commit = func() {} // the function that is measured is nobody else's
		files = append(files, f.number([]lower.File{{Name: x.name, Text: timeitCall}})...)
	}
	if len(files) == 0 {
		commit()
		return nil
	}
	if m != nil {
		m.Engine = engineOf(c)
	}
	done, err := x.send(link.Run{Cell: x.run, Name: x.name, Files: files, Waits: plan.Waits, Measure: m})
	if err == nil && done.Status == link.Failed && done.Name == "compile" {
		return &refused{done}
	}
	commit()
	if err != nil {
		return x.died(ctx, err)
	}
	return x.outcome(done)
}

// engineOf says what runs a cell: the interpreter, and what it calls of Weft's
// kernels is compiled.
func engineOf(c *check.Cell) string {
	for _, o := range c.Info.Uses {
		if p, ok := o.(*types.PkgName); ok && strings.HasPrefix(p.Imported().Path(), "github.com/weft-go/weft/kernels/") {
			return "interpreted, calls a compiled kernel"
		}
	}
	return "interpreted"
}

// timeitName is the function that a %timeit's text becomes, timeitCall the
// file that has it measured.
const (
	timeitName = "Timeit_"
	timeitCall = "package main\n\nimport w_ \"weft/glue\"\n\nfunc init() { w_.Timeit(" + timeitName + ", func() {}) }\n"
)

// send hands a run to the session. A session that died between two cells is
// replaced first.
func (x *execution) send(r link.Run) (link.Done, error) {
	s, err := x.front.alive()
	if err != nil {
		return link.Done{}, err
	}
	x.front.mu.Lock()
	stopped := x.stopped
	x.front.mu.Unlock()
	if stopped {
		return link.Done{Cell: r.Cell, Status: link.Interrupted}, nil
	}
	return s.Run(r)
}

// number gives files the numbers by which positions come back.
func (f *Front) number(list []lower.File) []link.File {
	f.mu.Lock()
	defer f.mu.Unlock()
	files := make([]link.File, len(list))
	for i, l := range list {
		f.files++
		files[i] = link.File{ID: f.files, Name: l.Name, Text: l.Text}
		f.sources.lowered(f.files, l.Name, l.Text)
	}
	return files
}

// An ending is how the session ended a run that did not end well.
type ending struct{ link.Done }

func (e *ending) Error() string { return e.Status + ": " + e.Message }

// A refused is text that the interpreter could not compile.
type refused struct{ done link.Done }

func (r *refused) Error() string { return r.done.Message }

// outcome turns a Done into the cell's error.
func (x *execution) outcome(done link.Done) error {
	switch done.Status {
	case link.OK:
		return nil
	case link.Exited:
		if done.Code == 0 {
			x.out.write(link.Stderr, []byte("os.Exit(0): the cell ended here; the session goes on\n"))
			return nil
		}
	}
	return &ending{Done: done}
}

// died replaces a session that ended during a run and tells why it did.
func (x *execution) died(ctx context.Context, err error) error {
	var crash *supervisor.Crash
	if !errors.As(err, &crash) {
		return err
	}
	lost, rerr := x.front.restart(ctx, x.name)
	d := &death{crash: crash, lost: lost}
	if rerr != nil {
		return fmt.Errorf("%w; then a new session could not be started: %w", d, rerr)
	}
	return d
}

// A death is a session that ended during a cell.
type death struct {
	crash *supervisor.Crash
	lost  []check.Name
}

func (d *death) Error() string { return d.crash.Error() }
