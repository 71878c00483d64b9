package engine

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/runtime/proc"
)

// Functions of cells in worker processes.
//
// A worker is this program again, started by package proc. When it is asked for
// a function of a cell it becomes a session without a front: it is given what
// this session was given, in order, but for the statements: files without their
// func init, which is what statements are lowered to, compiled packages, slots
// of variables. That is the journal. Variables that the function and what it
// calls mention come with each call, as copies.

// journal is what a session was given.
type journal struct {
	mu      sync.Mutex
	entries []entry           // guarded by mu
	files   map[string]string // guarded by mu: plugins that are kept, by package
}

// An entry is one thing that a worker does after it.
type entry struct {
	Files   []link.File  `json:"files,omitempty"`
	Defined []string     `json:"defined,omitempty"`
	Native  *link.Native `json:"native,omitempty"`
}

// opened notes compiled packages and slots.
func (j *journal) opened(n *link.Native) {
	if n == nil || len(n.Loads)+len(n.Slots) == 0 {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	loads := slices.Clone(n.Loads)
	for i, l := range loads {
		if file, ok := j.files[l.Path]; ok {
			loads[i].File = file
		}
	}
	j.entries = append(j.entries, entry{Native: &link.Native{Loads: loads, Slots: n.Slots}})
}

// keep gives a plugin that has been opened a second name, since the front
// removes the file: the memory or disk that it takes is in use anyway. What is
// beside the package's archive goes when the front discards that.
func (j *journal) keep(l link.Load) {
	file := l.File + ".kept"
	if err := os.Link(l.File, file); err != nil {
		return // a worker will say that the file is missing
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.files == nil {
		j.files = map[string]string{}
	}
	j.files[l.Path] = file
}

// file notes a file that the interpreter has compiled.
func (j *journal) file(f link.File, defined []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry{Files: []link.File{f}, Defined: defined})
}

// since returns the entries from known on, without statements.
func (j *journal) since(known int) []entry {
	j.mu.Lock()
	list := slices.Clone(j.entries[min(known, len(j.entries)):])
	j.mu.Unlock()
	for i, e := range list {
		if len(e.Files) > 0 {
			f := e.Files[0]
			f.Text = declarations(f.Text)
			list[i].Files = []link.File{f}
		}
	}
	return list
}

// declarations blanks the statements of a lowered file: functions called init.
// Lines stay where they are.
func declarations(text string) string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", text, parser.SkipObjectResolution)
	if err != nil {
		return text // the interpreter says what is wrong
	}
	b := []byte(text)
	at := func(p token.Pos) int { return set.PositionFor(p, false).Offset }
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			for i := at(f.Pos()); i < at(f.End()); i++ {
				if b[i] != '\n' {
					b[i] = ' '
				}
			}
		}
	}
	return string(b)
}

// mentions lists the session's names that a function, or a type with its
// methods, mentions, by the texts of the journal.
func (j *journal) mentions() map[string]map[string]bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := map[string]map[string]bool{}
	for _, e := range j.entries {
		for _, f := range e.Files {
			file, err := parser.ParseFile(token.NewFileSet(), "", f.Text, 0)
			if err != nil {
				continue
			}
			for _, d := range file.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					switch {
					case d.Recv != nil:
						if t := receiver(d); t != "" {
							note(all, t, file, d, false)
						}
					case d.Name.Name != "init":
						note(all, d.Name.Name, file, d, true)
					}
				case *ast.GenDecl:
					for _, s := range d.Specs {
						if t, ok := s.(*ast.TypeSpec); ok {
							note(all, t.Name.Name, file, t, false)
						}
					}
				}
			}
		}
	}
	return all
}

// receiver names the type of a method.
func receiver(d *ast.FuncDecl) string {
	if len(d.Recv.List) != 1 {
		return ""
	}
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// note adds the names of a declaration that are not its own.
func note(all map[string]map[string]bool, name string, file *ast.File, d ast.Node, anew bool) {
	if all[name] == nil || anew {
		all[name] = map[string]bool{}
	}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(n.X, visit) // a field, a method or another package's name
			return false
		case *ast.StructType:
			for _, f := range n.Fields.List {
				ast.Inspect(f.Type, visit)
			}
			return false
		case *ast.Ident:
			if n.Obj == nil || file.Scope.Lookup(n.Name) == n.Obj {
				all[name][n.Name] = true
			}
		}
		return true
	}
	ast.Inspect(d, visit)
}

// variablesOfFunction lists the session's variables that a function and what it
// calls mention. Those of compiled packages are perhaps only: a package knows
// what all of its functions together use.
func (s *session) variablesOfFunction(name string) (sure, perhaps []string) {
	mentions := s.journal.mentions()
	s.compiling.Lock()
	defer s.compiling.Unlock()
	seen := map[string]bool{}
	isSure := map[string]bool{}
	var visit func(name string, certain bool)
	visit = func(name string, certain bool) {
		if seen[name] && (!certain || isSure[name]) {
			return
		}
		seen[name] = true
		isSure[name] = isSure[name] || certain
		for n := range mentions[name] {
			visit(n, certain)
		}
		for _, p := range s.packages {
			if !p.Symbols["X_"+name].IsValid() {
				continue
			}
			for n := range p.Vars {
				visit(n, false)
			}
			for n := range p.Funcs {
				visit(n, false)
			}
			for n := range p.Symbols {
				if f, ok := strings.CutPrefix(n, "X_"); ok {
					visit(f, false)
				}
			}
		}
	}
	visit(name, true)
	for n := range seen {
		if slot, ok := s.slot(n); !ok || strings.HasPrefix(n, "w_") || slot.Kind() == reflect.Func {
			continue
		}
		if isSure[n] {
			sure = append(sure, n)
		} else {
			perhaps = append(perhaps, n)
		}
	}
	slices.Sort(sure)
	slices.Sort(perhaps)
	return sure, perhaps
}

// inWorkers is the session whose functions are tasks of package proc.
var inWorkers atomic.Pointer[session]

// Host makes worker processes able to run functions of cells. The program calls
// it before proc.Main.
func Host() {
	w := &workerSession{}
	proc.SetHost(&proc.Host{
		Name:    func(fn any) (string, error) { return current(func(s *session) (string, error) { return s.nameOf(fn) }) },
		Prepare: prepareTask,
		Load:    w.load,
		Task:    w.task,
		Output:  showOutput,
	})
}

var errNoSession = errors.New("no session runs in this program")

func current[T any](f func(s *session) (T, error)) (T, error) {
	s := inWorkers.Load()
	if s == nil {
		var none T
		return none, errNoSession
	}
	return f(s)
}

// nameOf returns the name of a function that cells have declared.
func (s *session) nameOf(fn any) (string, error) {
	v := reflect.ValueOf(fn)
	if v.IsNil() {
		return "", errors.New("the task is a nil function")
	}
	s.compiling.Lock()
	defer s.compiling.Unlock()
	for _, p := range s.packages {
		for name, symbol := range p.Symbols {
			if f, ok := strings.CutPrefix(name, "X_"); ok && symbol.Kind() == reflect.Func && symbol.Pointer() == v.Pointer() {
				return f, nil
			}
		}
	}
	if name := s.globals.nameOf(v); name != "" {
		return name, nil
	}
	return "", fmt.Errorf("the task is a %T without a name of its own: only functions that a cell declares with func can be sent to a worker, no literals and no methods", fn)
}

// newestForm returns a function as it is now.
func (s *session) newestForm(name string) (reflect.Value, bool) {
	s.compiling.Lock()
	defer s.compiling.Unlock()
	if f, ok := s.newest[name]; ok {
		return f, true
	}
	return s.function(name)
}

// prepareTask is a Host's Prepare.
func prepareTask(name string) (proc.Task, proc.Need, error) {
	s := inWorkers.Load()
	if s == nil {
		return proc.Task{}, proc.Need{}, errNoSession
	}
	f, ok := s.newestForm(name)
	if !ok {
		return proc.Task{}, proc.Need{}, fmt.Errorf("no cell has declared a function %q that has run or been compiled yet", name)
	}
	t, err := proc.TaskOf(name, f)
	if err != nil {
		return t, proc.Need{}, err
	}
	values, err := s.valuesFor(name)
	if err != nil {
		return t, proc.Need{}, err
	}
	s.journal.mu.Lock()
	n := proc.Need{Position: len(s.journal.entries), Values: values}
	s.journal.mu.Unlock()
	n.Delta = func(known int) []byte {
		b, err := json.Marshal(s.journal.since(known))
		if err != nil {
			panic("BUG: " + err.Error())
		}
		return b
	}
	if len(values) > 0 {
		n.Key = fmt.Sprintf("%x", sha256.Sum256(values))
	}
	return t, n, nil
}

// showOutput is a Host's Output: it shows what a worker shows as if this goroutine
// did, so that it belongs to the cell that called.
func showOutput(frame []byte) {
	s := inWorkers.Load()
	if s == nil || len(frame) < 5 {
		return
	}
	switch payload := frame[5:]; link.Kind(frame[0]) {
	case link.KindStream:
		if _, name, text, err := link.Stream(payload); err == nil {
			s.out.write(name, text)
		}
	case link.KindDisplay:
		if d, err := link.ReadDisplay(payload); err == nil {
			s.out.display(d)
		}
	}
}
