package engine

import (
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"go/token"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/link"
)

// Where the interpreter is.
//
// yaegi prints a note for each interpreted frame that a panic passes, but with
// the line of the function's first statement (the loop in runCfg shadows the
// variable that its deferred function looks at), and Go's own traceback of an
// interpreted goroutine names only yaegi's functions. So every node that can
// fail is executed inside step, whose first argument is the node's place: any
// traceback of any goroutine then tells exact lines, of a panic, of a deadlock,
// and of a fatal error while the process dies.
//
// To get there the generator of each compiled node, yaegi's unexported
// node.gen, is replaced by one that calls it and then wraps the closure it
// made. Fields are found by name; if a release changes them, traces are empty
// and TestTraces fails. The cost is measured by BenchmarkSteps.

// A closure is yaegi's bltn: it executes a node in a frame and returns what to
// execute next.
type closure func(frame unsafe.Pointer) closure

// A generator is yaegi's bltnGenerator: it sets the node's closure.
type generator func(node unsafe.Pointer)

// step executes a node. It must not be inlined, and must need at after the
// call, so that the traceback finds it.
//
//go:noinline
func step(at link.Step, exec closure, frame unsafe.Pointer) closure {
	next := exec(frame)
	if at == 0 { // never: such nodes are not wrapped
		return nil
	}
	return next
}

// A layout holds the offsets of the fields of yaegi's types that we use.
type layout struct {
	root                        uintptr // in Program
	child, kind, pos, exec, gen uintptr // in node
	recovered                   uintptr // in frame
}

// yaegiLayout finds the fields; ok is false if they are not as expected.
func yaegiLayout() (l layout, ok bool) {
	root, ok := reflect.TypeFor[interp.Program]().FieldByName("root")
	if !ok || root.Type.Kind() != reflect.Pointer {
		return l, false
	}
	node := root.Type.Elem()
	l.root = root.Offset
	for name, f := range map[string]struct {
		offset *uintptr
		kind   reflect.Kind
	}{
		"child": {&l.child, reflect.Slice}, "kind": {&l.kind, reflect.Uint}, "pos": {&l.pos, reflect.Int},
		"exec": {&l.exec, reflect.Func}, "gen": {&l.gen, reflect.Func},
	} {
		field, ok := node.FieldByName(name)
		if !ok || field.Type.Kind() != f.kind {
			return l, false
		}
		*f.offset = field.Offset
	}
	exec, _ := node.FieldByName("exec")
	if exec.Type.NumIn() != 1 || exec.Type.In(0).Kind() != reflect.Pointer {
		return l, false
	}
	recovered, ok := exec.Type.In(0).Elem().FieldByName("recovered")
	l.recovered = recovered.Offset
	return l, ok && recovered.Type.Kind() == reflect.Interface
}

// traces finds and keeps positions.
type traces struct {
	layout layout
	usable bool
	fset   *token.FileSet
	hooked map[uintptr]generator // by the code of the generator it calls

	funcLit, varDecl, constDecl uint // yaegi's numbers for these kinds of node

	mu     sync.Mutex     // guards the rest
	names  map[int]string // file number -> name
	taken  int
	latest []link.Position
	exit   []link.Position // where os.Exit was called
}

func newTraces(i *interp.Interpreter) *traces {
	t := &traces{fset: i.FileSet(), hooked: map[uintptr]generator{}, names: map[int]string{}}
	t.layout, t.usable = yaegiLayout()
	t.usable = t.usable && t.findKinds()
	return t
}

// findKinds looks up the numbers of node kinds by their names.
func (t *traces) findKinds() bool {
	root, _ := reflect.TypeFor[interp.Program]().FieldByName("root")
	kind, _ := root.Type.Elem().FieldByName("kind")
	wanted := map[string]*uint{"funcLit": &t.funcLit, "varDecl": &t.varDecl, "constDecl": &t.constDecl}
	for n := range uint64(256) {
		v := reflect.New(kind.Type).Elem()
		v.SetUint(n)
		s, ok := v.Interface().(interface{ String() string })
		if !ok {
			return false
		}
		if p := wanted[s.String()]; p != nil {
			*p = uint(n)
			delete(wanted, s.String())
		}
	}
	return len(wanted) == 0
}

// uniqueName makes the name under which yaegi knows a file: it keys imports by
// file name, so no two files may share one.
func uniqueName(f link.File) string { return f.Name + "#" + strconv.Itoa(f.ID) }

// fileNumber is the number in a name that uniqueName made, 0 if there is none.
func fileNumber(name string) int {
	n, _ := strconv.Atoi(name[strings.LastIndexByte(name, '#')+1:])
	return n
}

// register hooks the generators of a program's nodes. It must be called after
// the program was compiled and before it is executed.
func (t *traces) register(f link.File, p *interp.Program) {
	t.mu.Lock()
	t.names[f.ID] = f.Name
	t.mu.Unlock()
	if !t.usable || p == nil {
		return
	}
	if root := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(p), t.layout.root)); root != nil {
		t.hook(root, false, false)
	}
}

// hook replaces the generators of a tree. Function literals have been generated
// by the compiler already: the closures of their bodies are dropped (reset),
// and Execute, which generates what has none, makes them anew. It does not
// look into variable declarations (declared), so the bodies of literals there
// stay as they are, without places.
func (t *traces) hook(node unsafe.Pointer, reset, declared bool) {
	if gen := (*generator)(unsafe.Add(node, t.layout.gen)); *gen != nil {
		*gen = t.hookFor(*gen)
	}
	if reset {
		*(*closure)(unsafe.Add(node, t.layout.exec)) = nil
	}
	switch kind := *(*uint)(unsafe.Add(node, t.layout.kind)); kind {
	case t.varDecl, t.constDecl:
		declared = true
	case t.funcLit:
		reset = !declared
	}
	for _, child := range *(*[]unsafe.Pointer)(unsafe.Add(node, t.layout.child)) {
		if child != nil {
			t.hook(child, reset, declared)
		}
	}
}

// cannotFail are the generators whose nodes need no place: they only move
// control, or compute on numbers that are already there.
var cannotFail = func() map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(`nop branch
		add sub mul and or xor andNot not neg pos bitNot land lor
		equal notEqual lower lowerEqual greater greaterEqual
		_return loopVarKey loopVarVal loopVarFor`) {
		set["github.com/traefik/yaegi/interp."+name] = true
	}
	return set
}()

// hookFor returns the generator that calls gen and wraps the closure it made.
// Nodes share generators, so there are few hooks.
func (t *traces) hookFor(gen generator) generator {
	code := reflect.ValueOf(gen).Pointer()
	fn := runtime.FuncForPC(code)
	if fn == nil || cannotFail[fn.Name()] {
		return gen
	}
	// A generator that is itself a closure differs from others with its code.
	shared := !strings.Contains(fn.Name(), ".func")
	if h := t.hooked[code]; h != nil && shared {
		return h
	}
	h := func(node unsafe.Pointer) {
		gen(node)
		t.wrap(node)
	}
	if shared {
		t.hooked[code] = h
	}
	return h
}

// wrap makes a node execute inside step.
func (t *traces) wrap(node unsafe.Pointer) {
	exec := (*closure)(unsafe.Add(node, t.layout.exec))
	inner := *exec
	if inner == nil {
		return
	}
	pos := t.fset.Position(*(*token.Pos)(unsafe.Add(node, t.layout.pos)))
	at := link.MakeStep(fileNumber(pos.Filename), pos.Line, pos.Column)
	if at == 0 {
		return
	}
	*exec = func(frame unsafe.Pointer) closure { return step(at, inner, frame) }
}

// positions names the places in one goroutine's traceback, innermost first.
func (t *traces) positions(traceback []byte) []link.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return link.Places(traceback, func(file int) string { return t.names[file] })
}

// here returns the calling goroutine's position.
func (t *traces) here() []link.Position {
	return t.positions(stackText())
}

// stackText returns the calling goroutine's traceback.
func stackText() []byte {
	buf := make([]byte, 64<<10)
	return buf[:runtime.Stack(buf, false)]
}

func (t *traces) reset() {
	t.mu.Lock()
	t.taken, t.latest, t.exit = 0, nil, nil
	t.mu.Unlock()
}

// last returns the trace of the panic that was noted last.
func (t *traces) last() []link.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.latest
}

// traceLimit bounds the traces taken in one run: a cell may panic and recover
// in a loop, and each takes some 50 µs.
const traceLimit = 1000

// panicNotes is the interpreter's standard error: it keeps yaegi's notes from
// the cell and takes the trace when a panic begins to unwind; all else passes.
type panicNotes struct {
	s       *session
	traces  *traces
	through *stream
}

var panicNote = regexp.MustCompile(`^\S.*:\d+:\d+: panic: .*\(\.\.\.\)\n$`)

func (w *panicNotes) Write(p []byte) (int, error) {
	if !panicNote.Match(p) {
		return w.through.Write(p)
	}
	w.traces.note(w.s)
	return len(p), nil
}

// note takes the trace if this is the panic's first note, while the whole
// stack still stands.
func (t *traces) note(s *session) {
	t.mu.Lock()
	t.taken++
	skip := t.taken > traceLimit
	t.mu.Unlock()
	if skip {
		return
	}
	text := stackText()
	if strings.Count(string(text), "yaegi/interp.runCfg.func1(") > 1 {
		return // the panic passes a further frame
	}
	where := t.positions(text)
	_, message := describe(t.recovered(text))
	t.mu.Lock()
	t.latest = where
	t.mu.Unlock()
	s.out.flush() // the process may be about to end
	_ = s.conn.SendJSON(link.KindTrace, link.Trace{Cell: s.out.cell(), Message: message, Trace: where})
}

var runCfgFrame = regexp.MustCompile(`(?m)^github\.com/traefik/yaegi/interp\.runCfg\(0x[0-9a-f]+, 0x([0-9a-f]+)`)

// recovered returns the value of the panic that the innermost interpreted
// frame of a traceback has just recovered, to panic with it again: the
// traceback tells where the frame is.
//
//go:nocheckptr
func (t *traces) recovered(traceback []byte) any {
	m := runCfgFrame.FindSubmatch(traceback)
	if m == nil {
		return nil
	}
	frame, err := strconv.ParseUint(string(m[1]), 16, 64)
	if err != nil || frame == 0 {
		return nil
	}
	at := uintptr(frame) + t.layout.recovered
	return **(**any)(unsafe.Pointer(&at)) // the frame is on the caller's stack, so it stays
}
