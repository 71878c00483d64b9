package front

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/lower"
	"github.com/weft-go/weft/kernel/internal/native"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

// Names of engines, as %engine takes them.
const (
	engineAuto   = "auto"
	engineInterp = "interp"
	engineNative = "native"
)

// engines knows what runs the session's Go text: which declarations are
// compiled and where, which ones the interpreter has, and which ones wait.
//
// A declaration that is not interpreted waits until a cell that runs needs it;
// then it is compiled in one package with that cell. Functions that are
// interpreted are compiled in the background and take over: see background.go.
type engines struct {
	tools *toolchain.Toolchain

	// mu is held while a cell is checked and written, and while a compiled
	// package is taken into the session, but not while anything is built or
	// runs.
	mu          sync.Mutex
	chosen      string            // guarded by mu: what %engine says
	missing     error             // guarded by mu: why nothing can be compiled
	told        bool              // guarded by mu: the user knows it
	state       *native.State     // guarded by mu
	interpreted map[string]bool   // guarded by mu: functions and types that the interpreter has, by its names
	guards      map[string]string // guarded by mu: guard variables of interpreted functions
	packages    int               // guarded by mu: the last package's number
	flying      int               // guarded by mu: cells between their check and their commit
	waiting     map[string]bool   // guarded by mu: names to be compiled in the background
	wake        chan struct{}     // tells the background that names wait
	loaded      link.Loaded       // guarded by mu: what the session's plugins cost
}

func newEngines(tools *toolchain.Toolchain, chosen string) *engines {
	e := &engines{tools: tools, chosen: chosen, wake: make(chan struct{}, 1)}
	if e.chosen == "" {
		e.chosen = engineAuto
	}
	e.reset()
	return e
}

// reset forgets what the last session had compiled. The caller holds mu, or
// nobody else knows e yet.
func (e *engines) reset() {
	e.state = native.New()
	e.interpreted, e.guards, e.waiting = map[string]bool{}, map[string]string{}, map[string]bool{}
	e.loaded = link.Loaded{}
	e.tools.Restarted()
}

// homes is what lower asks about the session's declarations while one cell is
// written.
type homes struct {
	*engines
	c     *check.Cell
	types bool // types of the cell may be interpreted
}

// Home implements lower.Homes.
func (h homes) Home(o types.Object) (path, name string, ok bool) { return h.state.Home(o) }

// Interpreted implements lower.Homes. A generic function is like a type: the
// interpreter has instances of it.
func (h homes) Interpreted(o types.Object) bool {
	if f, ok := o.(*types.Func); ok && h.c != nil && h.c.Session(o) && f.Signature().TypeParams().Len() == 0 {
		return h.interpreted[h.c.GoName(o)]
	}
	return h.types
}

// restored says what a fresh session is given of the declarations: where cells
// are compiled, variables alone, and all else waits until it is needed. The
// caller holds mu.
func (e *engines) restored(w *check.World) lower.Homes {
	if e.compiles() {
		return homes{e, nil, false}
	}
	for _, n := range w.Names() {
		if d := w.Decl(n.Name); d != nil && (d.Kind == check.Func || d.Kind == check.Type) {
			e.interpreted[d.GoName] = true
		}
	}
	return nil
}

// compiler says whether cells can be compiled; the first call finds out.
func (e *engines) compiler(ctx context.Context) error {
	e.mu.Lock()
	missing := e.missing
	e.mu.Unlock()
	if missing != nil {
		return missing
	}
	err := e.tools.Ready(ctx)
	if err != nil && ctx.Err() == nil {
		e.mu.Lock()
		e.missing = err
		e.mu.Unlock()
	}
	return err
}

// defined notes that the interpreter has, or no longer has, what the cell
// declares. plan is nil for a cell that did not go to the interpreter. The
// caller holds mu.
func (e *engines) defined(c *check.Cell, functions []string, guards map[string]string) {
	for _, u := range slices.Concat(c.Units, c.Redo) {
		for _, o := range objectsOf(c, u) {
			delete(e.interpreted, c.GoName(o))
			delete(e.guards, c.GoName(o))
		}
	}
	for _, f := range functions {
		e.interpreted[f] = true
	}
	for f, guard := range guards {
		e.guards[f] = guard
	}
}

// typesInterpreted notes that the interpreter has the types that a cell
// declares. The caller holds mu.
func (e *engines) typesInterpreted(c *check.Cell) {
	for _, u := range slices.Concat(c.Units, c.Redo) {
		if u.Kind == check.Type {
			for _, o := range objectsOf(c, u) {
				e.interpreted[c.GoName(o)] = true
			}
		}
	}
}

// objectsOf returns the functions and types that a unit of the cell declares.
func objectsOf(c *check.Cell, u *check.Unit) []types.Object {
	var id *ast.Ident
	switch n := u.Node.(type) {
	case *ast.FuncDecl:
		if u.Kind == check.Func {
			id = n.Name
		}
	case *ast.TypeSpec:
		id = n.Name
	}
	if id == nil {
		return nil
	}
	if o := c.Info.Defs[id]; o != nil {
		return []types.Object{o}
	}
	return nil
}

// path makes the import path of a package. The caller holds mu.
func (e *engines) path() string {
	e.packages++
	return fmt.Sprintf("nb/c%d", e.packages)
}

// slots are the variables of a package as the session wants them.
func slots(src *native.Source) []link.Slot {
	out := make([]link.Slot, len(src.Slots))
	for i, s := range src.Slots {
		out[i] = link.Slot(s)
	}
	return out
}

// build compiles a package that native has written.
func (e *engines) build(ctx context.Context, src *native.Source) (*toolchain.Plugin, error) {
	files := make([]toolchain.File, len(src.Files))
	for i, f := range src.Files {
		files[i] = toolchain.File(f)
	}
	return e.tools.Build(ctx, toolchain.Package{Path: src.Path, Clause: src.Clause, Files: files, Imports: src.Imports,
		FuncName: src.FuncName, TypeName: native.TypeName})
}

// swaps says which guard variables are to be set to which functions of a
// package. The caller holds mu.
func (e *engines) swaps(src *native.Source) map[string]string {
	out := map[string]string{}
	for f, symbol := range src.Funcs {
		if guard := e.guards[f]; guard != "" {
			out[guard] = symbol
		}
	}
	return out
}

// engineOf says what runs a declaration, for %who.
func (f *Front) engineOf(name string) string {
	d := f.world.Decl(name)
	if d == nil || d.Kind != check.Func {
		return ""
	}
	e := f.engines
	e.mu.Lock()
	defer e.mu.Unlock()
	switch _, _, ok := e.state.Home(d.Obj); {
	case ok:
		return "compiled"
	case e.interpreted[d.GoName] || !e.compiles():
		return "interpreted"
	}
	return "compiled when first needed"
}

// compiles says whether the chosen engine compiles anything. The caller holds
// mu.
func (e *engines) compiles() bool { return e.chosen != engineInterp && e.missing == nil }

// Engine implements magic.Env.
func (x *execution) Engine(ctx context.Context) string {
	e := x.front.engines
	err := e.compiler(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		return e.chosen + "; nothing can be compiled: " + err.Error()
	}
	return e.chosen + "; " + runtime.Version() + " is ready to compile cells"
}

// Compiles implements magic.Env.
func (x *execution) Compiles(ctx context.Context) error {
	e := x.front.engines
	if err := e.compiler(ctx); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.chosen == engineInterp {
		return errors.New("%engine interp is chosen")
	}
	return nil
}

// SetEngine implements magic.Env.
func (x *execution) SetEngine(ctx context.Context, engine string) error {
	e := x.front.engines
	if engine != engineInterp {
		if err := e.compiler(ctx); err != nil && engine == engineNative {
			return fmt.Errorf("%%engine native: %w", err)
		}
	}
	e.mu.Lock()
	was := e.chosen
	e.chosen = engine
	e.mu.Unlock()
	if engine == engineInterp && was != engineInterp {
		return x.settle(ctx)
	}
	return nil
}

// settle compiles the declarations that wait for a cell that needs them: cells
// that are only interpreted from now on would wait for ever.
func (x *execution) settle(ctx context.Context) error {
	f, e := x.front, x.front.engines
	var names []string
	e.mu.Lock()
	if e.missing == nil {
		for _, n := range f.world.Names() {
			d := f.world.Decl(n.Name)
			if d == nil || d.Kind != check.Func && d.Kind != check.Type || e.interpreted[d.GoName] {
				continue
			}
			if _, _, ok := e.state.Home(d.Obj); !ok {
				names = append(names, n.Name)
			}
		}
	}
	e.mu.Unlock()
	if len(names) == 0 {
		return nil
	}
	_, err := f.compileNames(ctx, x.run, names)
	return err
}

// Compile implements magic.Env.
func (x *execution) Compile(ctx context.Context, names []string) (string, error) {
	f, e := x.front, x.front.engines
	if err := e.compiler(ctx); err != nil {
		return "", fmt.Errorf("%%native: %w", err)
	}
	if len(names) == 0 {
		return f.compiledNames(), nil
	}
	for _, n := range names {
		switch d := f.world.Decl(n); {
		case d == nil:
			return "", fmt.Errorf("%%native: no cell has defined %s", n)
		case d.Kind != check.Func && d.Kind != check.Type:
			return "", fmt.Errorf("%%native: %s is a %s: functions and types can be compiled", n, d.Kind)
		}
	}
	began := time.Now()
	done, err := f.compileNames(ctx, x.run, names)
	if err != nil {
		return "", err
	}
	took := time.Since(began).Round(time.Millisecond)
	if len(done) == 0 {
		return strings.Join(names, ", ") + ": compiled already\n", nil
	}
	return fmt.Sprintf("%s: compiled in %v\n", strings.Join(done, ", "), took), nil
}

// compiledNames lists what is compiled and what is not.
func (f *Front) compiledNames() string {
	by := map[string][]string{}
	for _, n := range f.world.Names() {
		if engine := f.engineOf(n.Name); engine != "" {
			by[engine] = append(by[engine], n.Name)
		}
	}
	var b strings.Builder
	for _, engine := range []string{"compiled", "interpreted", "compiled when first needed"} {
		if len(by[engine]) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", engine, strings.Join(by[engine], ", "))
		}
	}
	if b.Len() == 0 {
		return "no cell has defined a function\n"
	}
	return b.String()
}
