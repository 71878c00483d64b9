package front

import (
	"context"
	"errors"
	"go/types"
	"maps"
	"slices"
	"time"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/native"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

// settleTime is how long the background waits for more names to compile:
// notebooks that are run as a whole define functions in quick succession.
const settleTime = 40 * time.Millisecond

// later notes names that are worth compiling in the background. The caller
// holds mu.
func (e *engines) later(names ...string) {
	if !e.compiles() || e.chosen != engineAuto {
		return
	}
	for _, n := range names {
		e.waiting[n] = true
	}
	if len(e.waiting) > 0 {
		select {
		case e.wake <- struct{}{}:
		default:
		}
	}
}

// background compiles what cells have defined, until ctx ends. A failure is
// none of the user's business: what could not be compiled is tried again when
// a cell needs it, and then its error is the cell's.
func (f *Front) background(ctx context.Context) {
	e := f.engines
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
		}
		for settled := false; !settled; {
			select {
			case <-ctx.Done():
				return
			case <-e.wake:
			case <-time.After(settleTime):
				settled = true
			}
		}
		if e.compiler(ctx) != nil {
			continue
		}
		e.mu.Lock()
		names := slices.Sorted(maps.Keys(e.waiting))
		e.waiting = map[string]bool{}
		e.mu.Unlock()
		if _, err := f.compileNames(toolchain.Background(ctx), 0, names); err != nil && ctx.Err() == nil {
			f.opts.Log("compile %v: %v", names, err)
		}
	}
}

// bindLater opens packages of modules to the interpreter in the background, for
// the cells to come.
func (f *Front) bindLater(paths []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	f.watching.Go(func() {
		if _, err := f.modules.Bind(toolchain.Background(f.life), nil, paths...); err != nil && f.life.Err() == nil {
			f.opts.Log("%v", err)
		}
	})
}

// errOutdated says that a declaration changed while it was being compiled.
var errOutdated = errors.New("a cell has changed what was being compiled")

// compileNames compiles declarations of earlier cells into one package, with
// all they need, and has the session open it. It returns what it compiled. run
// is the number of the cell that asks, 0 in the background.
func (f *Front) compileNames(ctx context.Context, run int, names []string) (done []string, err error) {
	for range 3 {
		if done, err = f.compileOnce(ctx, run, names); !errors.Is(err, errOutdated) {
			return done, err
		}
	}
	return nil, nil
}

func (f *Front) compileOnce(ctx context.Context, run int, names []string) ([]string, error) {
	e := f.engines
	e.mu.Lock()
	for _, n := range names {
		delete(e.waiting, n)
	}
	c, src, err := f.writeNames(names)
	if err != nil || src == nil {
		e.mu.Unlock()
		return nil, err
	}
	before := f.again(c)
	e.mu.Unlock()
	if run == 0 && len(src.Slots) > 0 {
		return nil, nil // variables are given new types by a cell, when one needs it
	}
	plugin, err := e.build(ctx, src)
	if err != nil {
		return nil, compileErrors(c, err)
	}
	defer e.tools.Opened(plugin)

	e.mu.Lock()
	defer e.mu.Unlock()
	onlyFunctions := true
	for o := range src.Homes {
		_, is := o.(*types.Func)
		onlyFunctions = onlyFunctions && is
	}
	current := func() bool {
		for name, o := range before {
			if d := f.world.Decl(name); d == nil || d.Obj != o {
				return false
			}
		}
		return true
	}
	for e.flying > 0 && !onlyFunctions && current() {
		// A cell that runs was checked against the types as they are. If there
		// is something better to do than to wait, a cell will compile them.
		e.mu.Unlock()
		time.Sleep(2 * time.Millisecond)
		e.mu.Lock()
		if len(e.waiting) > 0 || ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if !current() {
		return nil, errOutdated
	}
	f.mu.Lock()
	s := f.session
	f.mu.Unlock()
	if s == nil {
		return nil, errOutdated
	}
	loads := []link.Load{{Path: plugin.Path, File: plugin.File, Swap: e.swaps(src)}}
	var loaded *link.Loaded
	if len(src.Slots) > 0 {
		var done link.Done
		done, err = s.Run(link.Run{Cell: run, Name: "native", Native: &link.Native{Loads: loads, Slots: slots(src)}})
		err, loaded = opened(done, err), done.Loaded
	} else {
		var answer link.OpDone
		answer, err = s.Load(ctx, run, loads)
		if err == nil && answer.Error != "" {
			err = errors.New(answer.Error)
		}
		loaded = answer.Loaded
	}
	if err != nil {
		return nil, err
	}
	if loaded != nil {
		e.loaded = *loaded
	}
	if e.flying == 0 {
		f.world.Commit(c)
	} else {
		live := map[types.Object]string{}
		for o, name := range src.Homes {
			live[before[o.Name()]] = name
		}
		src.Homes = live
	}
	e.state.Loaded(src)
	var done []string
	for _, u := range c.Again {
		if u.Kind != check.Method && u.Kind != check.Const {
			done = append(done, u.Names...)
		}
	}
	return done, nil
}

// opened is the error of a run that only opens packages.
func opened(done link.Done, err error) error {
	if err == nil && done.Status != link.OK {
		err = errors.New(done.Message)
	}
	return err
}

// writeNames writes a package of declarations of earlier cells; src is nil when
// all of them are compiled. The caller holds the engines' mu.
func (f *Front) writeNames(names []string) (c *check.Cell, src *native.Source, err error) {
	e := f.engines
	var want []string
	for _, n := range names {
		d := f.world.Decl(n)
		if d == nil || d.Kind != check.Func && d.Kind != check.Type || d.Unit.Broken() {
			continue
		}
		if _, _, ok := e.state.Home(d.Obj); !ok {
			want = append(want, n)
			if d.Kind == check.Type {
				want = append(want, f.world.Methods(n)...)
			}
		}
	}
	for len(want) > 0 {
		if c, err = f.world.Check("native", "", want...); err != nil {
			return nil, nil, err
		}
		more := e.state.Needs(c)
		more = slices.DeleteFunc(more, func(n string) bool { return slices.Contains(want, n) })
		if len(more) == 0 {
			src, err = e.state.Write(c, e.path(), native.Options{})
			return c, src, err
		}
		want = append(want, more...)
	}
	return nil, nil, nil
}

// again returns the objects of the declarations that were checked beside the
// cell, as they are in the session.
func (f *Front) again(c *check.Cell) map[string]types.Object {
	out := map[string]types.Object{}
	for _, u := range c.Again {
		for _, n := range u.Names {
			if d := f.world.Decl(n); d != nil {
				out[n] = d.Obj
			}
		}
	}
	return out
}
