package front

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"math"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/lower"
	"github.com/weft-go/weft/kernel/internal/native"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

// golang checks and runs Go text with the engine that suits it. Nothing has
// changed when the check or a compiler refuses it; when it panics half way, its
// names are declared.
func (x *execution) golang(ctx context.Context, text string, m *link.Measure) error {
	return x.golangOn(ctx, "", text, m)
}

// golangOn is golang with an engine chosen for this text; "" for the chosen one.
func (x *execution) golangOn(ctx context.Context, engine, text string, m *link.Measure) error {
	f, e := x.front, x.front.engines
	if _, err := f.alive(); err != nil {
		return err
	}
	if err := x.prepare(ctx, text); err != nil {
		return x.changed(err)
	}
	e.mu.Lock()
	f.world.MoveVariables(e.compiles())
	c, err := f.world.Check(x.name, text)
	if err == nil {
		err = f.modules.usable(c)
	}
	if err != nil {
		e.mu.Unlock()
		return err
	}
	if engine == engineInterp && e.chosen != engineInterp {
		e.mu.Unlock()
		if err := x.settle(ctx); err != nil {
			return err
		}
		e.mu.Lock()
		if c, err = f.world.Check(x.name, text); err != nil {
			e.mu.Unlock()
			return err
		}
	}
	if c.Program && m != nil && m.Kind != "time" {
		e.mu.Unlock()
		return fmt.Errorf("%%%%%s works on statements, not on a whole program: put the calls that main makes below it, or use %%%%time", m.Kind)
	}
	if engine == "" {
		engine = e.chosen
	}
	// What is measured is measured at its best.
	if engine == engineNative || engine == engineAuto && (c.Program || m != nil || heavy(c)) {
		e.mu.Unlock()
		missing := e.compiler(ctx)
		switch {
		case missing == nil && c.Program:
			return x.program(ctx, c, m)
		case missing == nil:
			return x.compile(ctx, text, engine, m)
		case engine == engineNative:
			return missing
		}
		e.mu.Lock()
		if c, err = f.world.Check(x.name, text); err != nil {
			e.mu.Unlock()
			return err
		}
	}
	done, err := x.interpret(ctx, c, engine, m)
	if done || engine == engineInterp {
		return err
	}
	// The interpreter can't run it rightly.
	if missing := e.compiler(ctx); missing != nil {
		x.tell(missing)
		e.mu.Lock()
		if c, err = f.world.Check(x.name, text); err != nil {
			e.mu.Unlock()
			return err
		}
		_, err = x.interpret(ctx, c, engineInterp, m)
		return err
	}
	return x.compile(ctx, text, engine, m)
}

// tell says once why nothing is compiled.
func (x *execution) tell(missing error) {
	e := x.front.engines
	e.mu.Lock()
	told := e.told
	e.told = true
	e.mu.Unlock()
	if !told {
		x.Stderr("cells are interpreted, not compiled: " + missing.Error() + "\n")
	}
}

// interpret runs a cell with the interpreter. done is false when nothing has
// been done because it can't be run rightly there; the error says why. The
// caller holds the engines' mu, which interpret gives back.
func (x *execution) interpret(ctx context.Context, c *check.Cell, engine string, m *link.Measure) (done bool, err error) {
	f, e := x.front, x.front.engines
	both := engine == engineAuto && e.compiles()
	if both {
		if why := lower.Proven(c); why != "" {
			e.mu.Unlock()
			return false, fmt.Errorf("not proven to be interpreted rightly: %s", why)
		}
	}
	plan, err := lower.Lower(c, homes{e, c, !both})
	if err != nil {
		e.mu.Unlock()
		return false, err
	}
	foreign, blank := f.modules.foreign(plan.Files), f.modules.blank(c)
	switch {
	case both && len(blank) > 0:
		e.mu.Unlock()
		return false, fmt.Errorf("import _ of %s", strings.Join(blank, ", "))
	case !both:
		foreign = append(foreign, blank...)
	case !f.modules.Bound(foreign...):
		e.mu.Unlock()
		f.bindLater(foreign)
		return false, fmt.Errorf("%s: not open to the interpreter yet", strings.Join(foreign, ", "))
	}
	e.flying++
	e.mu.Unlock()
	commit := func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.flying--
		f.world.Commit(c)
		f.modules.accepted(c)
		for _, d := range c.Vars {
			e.state.Slotted(d.GoName)
		}
		e.defined(c, plan.Defined, plan.Guards)
		if !both {
			e.typesInterpreted(c)
		}
		e.later(declaredBy(c)...)
	}
	refuse := func() {
		e.mu.Lock()
		e.flying--
		e.mu.Unlock()
	}
	files := f.number(plan.Files)
	if m != nil && len(m.Bodies) > 0 {
		commit = refuse // functions that are measured are nobody else's
		files = append(files, f.number([]lower.File{{Name: measureFile, Text: measureCall(m)}})...)
	}
	if len(files)+len(blank) == 0 {
		commit()
		return true, nil
	}
	if m != nil {
		m.Engine = e.ranBy("interpreted", c)
	}
	tables, err := f.modules.bind(ctx, x.progress, foreign)
	if err != nil {
		refuse()
		return true, x.changed(err)
	}
	r, err := x.send(link.Run{Cell: x.run, Name: x.name, Files: files, Waits: plan.Waits, Measure: m, Defined: plan.Defined, Native: tables})
	if err == nil && r.Status == link.Failed && r.Name == "compile" {
		refuse()
		return false, &refused{r}
	}
	commit()
	if err != nil {
		return true, x.died(ctx, err)
	}
	return true, x.outcome(r)
}

// compile builds a cell, with the declarations of earlier cells that wait and
// that it needs, and has the session run it. A cell of declarations alone runs
// nothing, so it waits.
func (x *execution) compile(ctx context.Context, text, engine string, m *link.Measure) error {
	f, e := x.front, x.front.engines
	e.mu.Lock()
	c, src, err := x.write(text, engine, m)
	if err != nil || src == nil {
		if err == nil {
			f.world.Commit(c)
			f.modules.accepted(c)
			e.defined(c, nil, nil)
			e.later(declaredBy(c)...)
		}
		e.mu.Unlock()
		return err
	}
	e.flying++
	e.mu.Unlock()
	landed := false
	land := func(commit bool) {
		e.mu.Lock()
		defer e.mu.Unlock()
		landed = true
		e.flying--
		if commit {
			f.world.Commit(c)
			f.modules.accepted(c)
			e.defined(c, nil, nil)
			e.state.Loaded(src)
		}
	}
	defer func() {
		if !landed {
			land(false)
		}
	}()
	if x.instrument != "" {
		if err := x.rewrite(c, src); err != nil {
			return err
		}
	}
	plugin, err := e.build(ctx, src)
	if err != nil {
		return compileErrors(c, err)
	}
	defer e.tools.Opened(plugin)
	e.mu.Lock()
	load := link.Load{Path: plugin.Path, File: plugin.File, Swap: e.swaps(src)}
	e.mu.Unlock()
	n := &link.Native{Loads: []link.Load{load}, Slots: slots(src)}
	if src.HasCell {
		n.Cell = src.Path
	}
	if m != nil {
		m.Engine = e.ranBy("compiled", c)
	}
	r, err := x.send(link.Run{Cell: x.run, Name: x.name, Waits: c.Waits(), Measure: m, Native: n})
	if err == nil && r.Status == link.Failed && r.Name == "load" {
		return &refused{r}
	}
	land(m == nil || len(m.Bodies) == 0)
	if err != nil {
		return x.died(ctx, err)
	}
	if r.Loaded != nil {
		e.mu.Lock()
		e.loaded = *r.Loaded
		e.mu.Unlock()
	}
	return x.outcome(r)
}

// write checks a cell with what it needs and writes its package; src is nil
// for a cell that runs nothing. The caller holds the engines' mu.
func (x *execution) write(text, engine string, m *link.Measure) (c *check.Cell, src *native.Source, err error) {
	f, e := x.front, x.front.engines
	var needs []string
	for {
		if c, err = f.world.Check(x.name, text, needs...); err != nil {
			return nil, nil, err
		}
		if len(c.Body) == 0 && m == nil && engine != engineNative && len(f.modules.blank(c)) == 0 {
			return c, nil, nil
		}
		more := e.state.Needs(c)
		if x.instrument != "" {
			more = append(more, f.reached(c).functions...)
		}
		more = slices.DeleteFunc(more, func(n string) bool { return slices.Contains(needs, n) })
		if len(more) == 0 {
			break
		}
		needs = append(needs, more...)
	}
	o := native.Options{}
	if m != nil {
		o.Bodies = len(m.Bodies)
	}
	src, err = e.state.Write(c, e.path(), o)
	return c, src, err
}

// declaredBy lists the functions and types that a cell declares or changes.
func declaredBy(c *check.Cell) (names []string) {
	for _, u := range slices.Concat(c.Units, c.Redo) {
		if u.Kind == check.Func || u.Kind == check.Type {
			names = append(names, u.Names...)
		}
	}
	return names
}

// compileErrors makes the complaints of the Go compiler the cell's.
func compileErrors(c *check.Cell, err error) error {
	var list *toolchain.Errors
	if !errors.As(err, &list) {
		return err
	}
	d := &cell.Diagnostics{Source: c.Source}
	for _, e := range list.List {
		d.List = append(d.List, cell.Diagnostic{Cell: e.File, Line: e.Line, Column: e.Column, Message: e.Message})
	}
	return d
}

// heavyLoop is how often a loop must go round so that compiling it first is
// the quicker way: the interpreter does about 20 million simple steps a second.
const heavyLoop = 5_000_000

// heavy says whether the statements of a cell have loops that would keep the
// interpreter busy for longer than compiling them takes, as far as constant
// bounds tell.
func heavy(c *check.Cell) bool {
	var rounds func(n ast.Node) float64
	rounds = func(n ast.Node) (most float64) {
		ast.Inspect(n, func(x ast.Node) bool {
			var body *ast.BlockStmt
			times := 1.0
			switch x := x.(type) {
			case *ast.FuncLit:
				return true
			case *ast.ForStmt:
				body = x.Body
				if b, ok := x.Cond.(*ast.BinaryExpr); ok {
					times = max(1, constant1(c, b.X), constant1(c, b.Y))
				}
			case *ast.RangeStmt:
				body = x.Body
				times = max(1, constant1(c, x.X))
			default:
				return true
			}
			most = max(most, times*max(1, rounds(body)))
			return false
		})
		return most
	}
	for _, s := range c.Body {
		if rounds(s) >= heavyLoop {
			return true
		}
	}
	return false
}

// constant1 is the value of a constant expression, 0 for others.
func constant1(c *check.Cell, e ast.Expr) float64 {
	tv := c.Info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.Int {
		return 0
	}
	f, _ := constant.Float64Val(tv.Value)
	return math.Abs(f)
}

// ranBy says what runs a cell that is measured: the engine, and what the cell
// calls that this engine does not run, or may not. The caller does not hold
// e.mu.
func (e *engines) ranBy(engine string, c *check.Cell) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	kernel, values := false, false
	var compiled []string
	own := map[types.Object]bool{}
	for _, o := range c.Info.Defs {
		own[o] = true
	}
	for _, o := range c.Info.Uses {
		switch o := o.(type) {
		case *types.PkgName:
			kernel = kernel || strings.HasPrefix(o.Imported().Path(), "github.com/weft-go/weft/kernels/")
		case *types.Func:
			if _, _, ok := e.state.Home(o); ok && o.Signature().Recv() == nil && !slices.Contains(compiled, o.Name()) {
				compiled = append(compiled, o.Name())
			}
		case *types.Var: // of an earlier cell, which may have had another engine
			_, function := o.Type().Underlying().(*types.Signature)
			values = values || function && o.Pkg() == c.Pkg && !own[o] && !o.IsField()
		}
	}
	slices.Sort(compiled)
	switch {
	case engine == "interpreted" && kernel:
		return engine + ", calls a compiled kernel"
	case engine == "interpreted" && len(compiled) > 0:
		return engine + ", calls compiled " + strings.Join(compiled, ", ")
	case values:
		return engine + ", calls a function value"
	}
	return engine
}

// send hands a run to the session. A session that died between two cells is
// replaced first.
func (x *execution) send(r link.Run) (link.Done, error) {
	s, err := x.front.alive()
	if err != nil {
		return link.Done{}, err
	}
	if r.Measure != nil {
		<-x.warm
	}
	x.front.mu.Lock()
	stopped := x.stopped
	x.front.mu.Unlock()
	if stopped {
		return link.Done{Cell: r.Cell, Status: link.Interrupted}, nil
	}
	done, err := s.Run(r)
	x.report = done.Report
	return done, err
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
