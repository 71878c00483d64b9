package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/dock"
	"github.com/weft-go/weft/kernel/internal/link"
)

// Compiled packages.
//
// A package registers itself with package dock when its plugin is opened. Its
// symbols are given to the interpreter; it is given the addresses of the
// variables and the functions that it uses. Variables live in the interpreter,
// so a read or write on either side is one of the same memory:
//
//   - Vars hold the address of the interpreter's own slot. When a name gets a
//     new slot, every package that uses the name is given the new address.
//   - Funcs hold a function's newest form, compiled or interpreted.
//   - A guard is an interpreter's variable that an interpreted function asks
//     first: once it holds the compiled form, callers get there.

// packageName is the name in the package clause of compiled packages, so that
// %T prints main.T.
const packageName = "main"

// natives are the session's compiled packages.
type natives struct {
	usable bool // the interpreter's fields are where we look for them
	globals

	opening  sync.Mutex               // held while packages are opened
	unifier  unifier                  // guarded by opening
	packages map[string]*dock.Package // guarded by yaegi.compiling; by import path
	vars     map[string][]any         // guarded by yaegi.compiling: the **T to tell of a variable
	funcs    map[string][]any         // guarded by yaegi.compiling: the *func(...) to tell of a function
	newest   map[string]reflect.Value // guarded by yaegi.compiling: forms of functions that are compiled and not older than the interpreter's
	made     int                      // guarded by yaegi.compiling: files of slots
	gcCPU    float64                  // guarded by opening: seconds at the last account
	gcCycles uint64                   // guarded by opening

	calls sync.Map // cell (int) -> func(), see call
	entry *interp.Program
}

func (n *natives) start(i *interp.Interpreter) {
	n.globals, n.usable = newGlobals(i)
	n.packages = map[string]*dock.Package{}
	n.vars, n.funcs = map[string][]any{}, map[string][]any{}
	n.newest = map[string]reflect.Value{}
}

// A loadError says that a compiled package, or a variable for it, could not be
// had.
type loadError struct{ err error }

func (e *loadError) Error() string { return e.err.Error() }
func (e *loadError) Unwrap() error { return e.err }

// dockedTo connects compiled code with this session.
func (s *session) dockedTo() {
	dock.Show = func(typ string, v any) { s.show(typ, v, "") }
	dock.Shows = s.shows
	dock.Value = newValue
	dock.Measure = s.measureBodies
	dock.Exit = s.exit
	dock.Stdout = &stream{s, link.Stdout}
	dock.Stderr = &stream{s, link.Stderr}
	dock.Stdin = s.in
	dock.Ends = s.ends
}

// call runs f as the cell's code: on a goroutine of its own, which the cell's
// stop leaves behind, inside a frame of the interpreter. So panics, their
// places and runtime.Goexit are treated as those of interpreted code, and
// interpreted functions that f calls stop with the cell.
func (s *session) call(cur *run, f func()) error {
	if s.entry == nil {
		s.compiling.Lock()
		file, err := parser.ParseFile(s.interp.FileSet(), "w_entry#0", "package main\n\nimport w_ \"weft/glue\"\n\nfunc init() { w_.Call() }\n", parser.SkipObjectResolution)
		if err == nil {
			s.entry, err = s.interp.CompileAST(file)
		}
		s.kept.drop()
		s.compiling.Unlock()
		if err != nil {
			return err
		}
	}
	return s.out.attributed(cur.cell, func() error {
		s.calls.Store(cur.cell, f)
		_, err := s.interp.ExecuteWithContext(cur.ctx, s.entry)
		s.calls.Delete(cur.cell)
		return err
	})
}

// called is what the entry's text calls.
func (s *session) called() {
	if f, ok := s.calls.LoadAndDelete(s.out.cell()); ok {
		f.(func())()
	}
}

// prepare opens the packages that a run needs and makes its variables.
func (s *session) prepare(cur *run, n *link.Native) (*link.Loaded, error) {
	if !s.usable {
		return nil, &loadError{errors.New("compiled cells can't be run: this release of the interpreter keeps its variables elsewhere")}
	}
	var loaded *link.Loaded
	if len(n.Loads) > 0 {
		var failed error
		err := s.call(cur, func() { loaded, failed = s.load(n.Loads) })
		if err = errors.Join(err, failed); err != nil {
			return loaded, err
		}
	}
	if len(n.Slots) > 0 {
		if err := s.makeSlots(n.Slots); err != nil {
			return loaded, &loadError{err}
		}
	}
	s.journal.opened(n)
	return loaded, nil
}

// statements runs a compiled package's Cell.
func (s *session) statements(cur *run, r link.Run) error {
	s.compiling.Lock()
	p := s.packages[r.Native.Cell]
	err := s.complete(p, r.Native.Cell)
	s.compiling.Unlock()
	if err != nil {
		return &loadError{err}
	}
	statements := &dock.Run{}
	cur.mu.Lock()
	cur.compiled = statements
	cur.mu.Unlock()
	if cur.ctx.Err() != nil {
		statements.Stop()
	}
	run := func() error { return s.call(cur, func() { p.Cell(statements) }) }
	if measuresRun(r.Measure) {
		return s.out.attributed(r.Cell, func() error { return s.measureRun(cur, run) })
	}
	return run()
}

// complete says what a package lacks to run its statements.
func (s *session) complete(p *dock.Package, path string) error {
	if p == nil {
		return fmt.Errorf("BUG: package %s, which has the cell's statements, is not open", path)
	}
	if p.Cell == nil {
		return fmt.Errorf("BUG: package %s has no statements", path)
	}
	for name, at := range p.Vars {
		if reflect.ValueOf(at).Elem().IsNil() {
			if err := s.tell(name, at); err != nil {
				return fmt.Errorf("package %s: %w", path, err)
			}
			return fmt.Errorf("package %s uses the variable %s, which the session does not have", path, name)
		}
	}
	return nil
}

// startLoading opens packages in the background.
func (s *session) startLoading(payload []byte) error {
	var l link.Loading
	if err := json.Unmarshal(payload, &l); err != nil {
		return err
	}
	go func() {
		done := link.OpDone{ID: l.ID}
		err := s.out.attributed(l.Cell, func() (err error) {
			defer func() {
				if v := recover(); v != nil {
					_, text := describe(v)
					err = fmt.Errorf("open compiled packages: panic: %s", text)
				}
			}()
			if !s.usable {
				return errors.New("compiled cells can't be run: this release of the interpreter keeps its variables elsewhere")
			}
			if done.Loaded, err = s.load(l.Loads); err == nil {
				s.journal.opened(&link.Native{Loads: l.Loads})
			}
			return err
		})
		if err != nil {
			done.Error = err.Error()
		}
		s.out.flush()
		_ = s.conn.SendJSON(link.KindOpDone, done)
	}()
	return nil
}

// load opens packages and swaps functions, in order up to the first failure.
func (s *session) load(loads []link.Load) (*link.Loaded, error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	start := time.Now()
	for _, l := range loads {
		if err := s.open(l); err != nil {
			return s.account(time.Since(start)), &loadError{err}
		}
		s.compiling.Lock()
		err := s.swap(l)
		s.compiling.Unlock()
		if err != nil {
			return s.account(time.Since(start)), &loadError{err}
		}
	}
	return s.account(time.Since(start)), nil
}

// open opens a package unless it is open.
func (s *session) open(l link.Load) error {
	s.compiling.Lock()
	_, known := s.packages[l.Path]
	s.compiling.Unlock()
	if known {
		return nil
	}
	if err := s.unifier.open(l.File); err != nil {
		return fmt.Errorf("open the compiled package %s: %w", l.Path, err)
	}
	if !s.worker && strings.HasPrefix(l.Path, "nb/c") {
		s.journal.keep(l)
	}
	s.compiling.Lock()
	defer s.compiling.Unlock()
	for _, p := range dock.Take() {
		if err := s.adopt(p); err != nil {
			return err
		}
	}
	if s.packages[l.Path] == nil {
		return fmt.Errorf("BUG: the plugin %s has no package %s", l.File, l.Path)
	}
	return nil
}

// adopt connects a package with the interpreter. The caller holds compiling.
func (s *session) adopt(p *dock.Package) error {
	if p.Name != "" { // a package of a module
		s.merge(p.Path, p.Name, p.Symbols)
		s.bound[p.Path] = true
		return s.bind(p.Needs)
	}
	symbols := p.Symbols
	if symbols == nil {
		symbols = map[string]reflect.Value{}
	}
	if err := s.use(p.Path, packageName, symbols); err != nil {
		return err
	}
	s.bound[p.Path] = true
	s.packages[p.Path] = p
	for name, at := range p.Vars {
		s.vars[name] = append(s.vars[name], at)
		_ = s.tell(name, at) // one of another type gets a new slot, or complete complains
	}
	for name, v := range symbols {
		if f, ok := strings.CutPrefix(name, "X_"); ok && v.Kind() == reflect.Func {
			s.define(f, v)
		}
	}
	for name, at := range p.Funcs {
		s.funcs[name] = append(s.funcs[name], at)
		f, ok := s.newest[name]
		if !ok {
			f, ok = s.function(name)
		}
		if ok {
			setFunc(at, f)
		}
	}
	return nil
}

// tell stores the address of a variable, if the interpreter has it.
func (s *session) tell(name string, at any) error {
	slot, ok := s.slot(name)
	if !ok {
		return nil
	}
	if want := reflect.TypeOf(at).Elem().Elem(); !identical(slot.Type(), want) {
		return fmt.Errorf("the variable %s is a %v there and a %v in the session", name, want, slot.Type())
	}
	storePointer(at, slot.Addr().UnsafePointer())
	return nil
}

// retell stores the addresses of variables that have got new slots, in every
// package that uses them. One that was compiled for another type keeps what it
// has: it belongs to an earlier declaration of the name.
func (s *session) retell(names []string) {
	if len(names) == 0 {
		return
	}
	s.compiling.Lock()
	defer s.compiling.Unlock()
	for _, name := range names {
		for _, at := range s.vars[name] {
			_ = s.tell(name, at)
		}
	}
}

// define makes f the newest form of a function, for every package that calls
// it. The caller holds compiling.
func (s *session) define(name string, f reflect.Value) {
	s.newest[name] = f
	for _, at := range s.funcs[name] {
		setFunc(at, f)
	}
}

// interpreted makes the interpreter's functions the newest. The caller holds
// compiling.
func (s *session) interpreted(names []string) {
	for _, name := range names {
		delete(s.newest, name)
		if len(s.funcs[name]) == 0 {
			continue // found when a package asks
		}
		if f, ok := s.function(name); ok {
			for _, at := range s.funcs[name] {
				setFunc(at, f)
			}
		}
	}
}

// setFunc stores a function in the *func(...) at, if it has that type.
func setFunc(at any, f reflect.Value) {
	if identical(reflect.TypeOf(at).Elem(), f.Type()) {
		storePointer(at, funcWord(f))
	}
}

// swap lets guards call compiled functions. The caller holds compiling.
func (s *session) swap(l link.Load) error {
	for guard, symbol := range l.Swap {
		f := s.packages[l.Path].Symbols[symbol]
		if !f.IsValid() || f.Kind() != reflect.Func || f.IsNil() {
			return fmt.Errorf("BUG: package %s has no function %s to call for %s", l.Path, symbol, guard)
		}
		slot, ok := s.slot(guard)
		if !ok {
			return fmt.Errorf("the function that %s of package %s replaces is no more: it has no variable %s", symbol, l.Path, guard)
		}
		if !identical(slot.Type(), f.Type()) {
			if slot.Type().String() == f.Type().String() {
				// A type of its parameters has got methods since, so it is another
				// type. Interpreted code that has the old one keeps what it calls.
				continue
			}
			return fmt.Errorf("BUG: %s of package %s is a %v, the function it replaces a %v", symbol, l.Path, f.Type(), slot.Type())
		}
		storePointer(slot.Addr().Interface(), funcWord(f))
	}
	return nil
}

// storePointer stores a word where the pointer at points to: an address or a
// function. Both are one machine word to Go, so a goroutine that reads it
// meanwhile, compiled or interpreted (yaegi copies the word by reflection),
// has the old one or the new one, never half of each; the atomic store brings
// the collector's write barrier, and makes what the word leads to visible
// first. An interpreted function that has asked its guard already finishes
// this call in its old form.
func storePointer(at any, word unsafe.Pointer) {
	atomic.StorePointer((*unsafe.Pointer)(reflect.ValueOf(at).UnsafePointer()), word)
}

// funcWord is the word that a function is.
func funcWord(f reflect.Value) unsafe.Pointer {
	p := reflect.New(f.Type())
	p.Elem().Set(f)
	return *(*unsafe.Pointer)(p.UnsafePointer())
}

// account tells what the open packages cost. The caller holds opening.
func (s *session) account(open time.Duration) *link.Loaded {
	s.compiling.Lock()
	l := &link.Loaded{Plugins: len(s.packages), Open: open}
	s.compiling.Unlock()
	samples := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(samples)
	if samples[0].Value.Kind() != metrics.KindFloat64 || samples[1].Value.Kind() != metrics.KindUint64 {
		return l
	}
	cpu, cycles := samples[0].Value.Float64(), samples[1].Value.Uint64()
	if n := cycles - s.gcCycles; n > 0 {
		l.GC = time.Duration((cpu - s.gcCPU) / float64(n) * float64(time.Second))
		s.gcCPU, s.gcCycles = cpu, cycles
	}
	return l
}

// variablesOf lists the variables that a file declares.
func variablesOf(f *ast.File) []string {
	var names []string
	for _, d := range f.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

// functionsOf lists the functions that a file declares.
func functionsOf(f *ast.File) []string {
	var names []string
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	}
	return names
}

// makeSlots gives variables compiled types.
func (s *session) makeSlots(slots []link.Slot) error {
	var names []string
	defer func() { s.retell(names) }()
	s.compiling.Lock()
	defer s.compiling.Unlock()
	var text strings.Builder
	var imports []string
	var fresh []link.Slot
	var was []reflect.Value
	for _, slot := range slots {
		t, err := s.slotType(slot)
		if err != nil {
			return err
		}
		old, ok := s.slot(slot.Name)
		if ok && identical(old.Type(), t) {
			continue
		}
		var bits reflect.Value
		if ok && slot.Move {
			if why := sameLayout(old.Type(), t); why != "" {
				return fmt.Errorf("the variable %s can't keep its value: %s", slot.Name, why)
			}
			bits = *old
		}
		w := typeWriter{s: s, imports: imports}
		typ, ok := w.text(t)
		if !ok || !w.channel {
			w.imports = imports
			typ = w.symbol(slot.Path, slot.Symbol)
		}
		imports = w.imports
		fmt.Fprintf(&text, "var %s %s\n", slot.Name, typ)
		fresh = append(fresh, slot)
		was = append(was, bits)
	}
	if len(fresh) == 0 {
		return nil
	}
	head := "package main\n"
	for _, p := range imports {
		head += fmt.Sprintf("import %s %q\n", importName(p), p)
	}
	if err := s.bind(imports); err != nil {
		return err
	}
	s.made++
	err := s.declare(fmt.Sprintf("w_slots_%d#0", s.made), head+text.String())
	s.kept.drop()
	if err != nil {
		return fmt.Errorf("make variables: %w", err)
	}
	for i, slot := range fresh {
		now, ok := s.slot(slot.Name)
		t, _ := s.slotType(slot)
		if !ok || !identical(now.Type(), t) {
			return fmt.Errorf("BUG: the interpreter did not make the variable %s as a %v", slot.Name, t)
		}
		if was[i].IsValid() {
			*now = reflect.NewAt(t, was[i].Addr().UnsafePointer()).Elem()
		}
		names = append(names, slot.Name)
	}
	return nil
}

// A typeWriter spells a compiled type for the interpreter. yaegi v0.16.1 can't
// send to a channel whose type it has from a table, so types with channels are
// written out as far as they have no names.
type typeWriter struct {
	s       *session
	imports []string
	channel bool // one was written
}

func importName(p string) string {
	return "w_" + strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(p)
}

func (w *typeWriter) symbol(pkg, name string) string {
	if !slices.Contains(w.imports, pkg) {
		w.imports = append(slices.Clip(w.imports), pkg)
	}
	return importName(pkg) + "." + name
}

// text spells t; ok is false if that can't be done.
func (w *typeWriter) text(t reflect.Type) (text string, ok bool) {
	if t.Name() != "" {
		return w.named(t)
	}
	elem := func(before string, t reflect.Type) (string, bool) {
		text, ok := w.text(t)
		return before + text, ok
	}
	switch t.Kind() {
	case reflect.Pointer:
		return elem("*", t.Elem())
	case reflect.Slice:
		return elem("[]", t.Elem())
	case reflect.Array:
		return elem(fmt.Sprintf("[%d]", t.Len()), t.Elem())
	case reflect.Map:
		key, ok := w.text(t.Key())
		if !ok {
			return "", false
		}
		return elem("map["+key+"]", t.Elem())
	case reflect.Chan:
		w.channel = true
		text, ok := w.text(t.Elem())
		return t.ChanDir().String() + " (" + text + ")", ok
	case reflect.Interface:
		return "interface{}", t.NumMethod() == 0
	}
	return "", false // struct and func
}

func (w *typeWriter) named(t reflect.Type) (string, bool) {
	switch p := w.s.packages[t.PkgPath()]; {
	case t.PkgPath() == "":
		return t.Name(), true
	case p != nil:
		for name, v := range p.Symbols {
			if v.Kind() == reflect.Pointer && v.IsNil() && v.Type().Elem() == t {
				return w.symbol(t.PkgPath(), name), true
			}
		}
		return "", false
	}
	return w.symbol(t.PkgPath(), t.Name()), !strings.Contains(t.Name(), "[")
}

// slotType returns the type of a slot.
func (s *session) slotType(slot link.Slot) (reflect.Type, error) {
	p := s.packages[slot.Path]
	if p == nil {
		return nil, fmt.Errorf("BUG: package %s, which has the type of the variable %s, is not open", slot.Path, slot.Name)
	}
	v := p.Symbols[slot.Symbol]
	if !v.IsValid() || v.Kind() != reflect.Pointer || !v.IsNil() {
		return nil, fmt.Errorf("BUG: package %s has no type %s for the variable %s", slot.Path, slot.Symbol, slot.Name)
	}
	return v.Type().Elem(), nil
}

// declare executes a text of variables without values.
func (s *session) declare(name, text string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the interpreter could not compile this: %v", firstLine(fmt.Sprint(v)))
		}
	}()
	file, err := parser.ParseFile(s.interp.FileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	program, err := s.interp.CompileAST(file)
	if err != nil {
		return err
	}
	_, err = s.interp.Execute(program)
	return err
}
