package check

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/weft-go/weft/kernel/internal/cell"
)

// An Importer knows the packages that cells may use. All methods are safe for
// concurrent use.
type Importer interface {
	// Import returns the package, the same pointer each time.
	Import(path string) (*types.Package, error)
	// Lookup returns the path of the package that a name means when no import
	// line says so, given the members that the cell selects from it.
	Lookup(name string, members ...string) (path string, ok bool)
	// Name returns the package name of a path.
	Name(path string) (name string, ok bool)
	// Paths returns the paths of all packages, sorted.
	Paths() []string
}

// A World is what a session's cells have declared so far. Its methods are safe
// for concurrent use; a check holds the lock for tens of microseconds.
type World struct {
	imp Importer

	mu       sync.Mutex // guards all below and every use of pkg
	pkg      *types.Package
	live     map[string]*Decl
	users    map[string]map[*Unit]bool // name -> units that mention it
	goIDs    map[types.Object]string   // names in the interpreter, where they differ
	taken    map[string]bool           // names that the interpreter has seen
	next     map[string]int            // last number given to a name
	slots    map[string]map[string]string
	dots     []string               // paths of dot imports
	marks    int                    // how many declarations are lost, stale or broken
	indirect map[string]Indirection // functions that methods reach through a variable
	waits    bool                   // some cell may have started what wakes goroutines from outside
	files    map[string]int         // file name -> how often the interpreter has seen it
	progs    int                    // whole programs so far
	memory   any                    // what package lower remembers
	outdated map[*Unit]bool         // units that use a package of which there is a new edition
	moves    bool                   // variables can be moved to their type with other methods
}

// NewWorld returns an empty world over the importer's packages.
func NewWorld(imp Importer) *World {
	w := &World{imp: imp, pkg: types.NewPackage("main", "main")}
	w.clear()
	w.taken = map[string]bool{"main": true, "init": true, "_": true}
	w.next = map[string]int{}
	w.files = map[string]int{}
	w.indirect = map[string]Indirection{}
	return w
}

func (w *World) clear() {
	w.live = map[string]*Decl{}
	w.users = map[string]map[*Unit]bool{}
	w.goIDs = map[types.Object]string{}
	w.slots = map[string]map[string]string{}
	w.dots, w.marks = nil, 0
	w.outdated = map[*Unit]bool{}
}

// Reset forgets every declaration.
func (w *World) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clear()
}

// MoveVariables says whether a variable can keep its value when a method of its
// type is redefined: compiled types can, as the layout stays. Otherwise the
// type becomes another one and its variables are stale.
func (w *World) MoveVariables(can bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moves = can
}

// Reimport puts a new edition of a package in the place of the old one: import
// names mean it from now on, and the next cell takes along what uses them.
// Variables keep their values, and their types with them.
func (w *World) Reimport(old, edition *types.Package) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.live {
		switch d.Kind {
		case Import:
			if d.Pkg == old {
				d.Pkg = edition
			}
		case Var:
		default:
			for name, path := range d.Unit.Imports {
				if path == old.Path() {
					d.Unit.Imports = maps.Clone(d.Unit.Imports)
					d.Unit.Imports[name] = edition.Path()
					w.outdated[d.Unit] = true
				}
			}
		}
	}
}

// Importer returns the importer given to NewWorld.
func (w *World) Importer() Importer { return w.imp }

// Names lists what the session has declared, sorted by name; methods and blank
// imports are left out.
func (w *World) Names() []Name {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Name
	for _, d := range w.live {
		if n, ok := d.describe(); ok {
			out = append(out, n)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Decl returns what a name ("x", "T", "T.m") stands for now, or nil. Nothing of
// it may be written.
func (w *World) Decl(name string) *Decl {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.live[name]
}

// Methods returns the names ("T.m") of the methods that cells have declared for
// a type, sorted.
func (w *World) Methods(typ string) (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for u := range w.users[typ] {
		if u.Recv() == typ {
			names = append(names, u.Names[0])
		}
	}
	sort.Strings(names)
	return names
}

func (d *Decl) describe() (Name, bool) {
	n := Name{Name: d.Name, Kind: d.Kind, Cell: d.Unit.Cell, Lost: d.lost != ""}
	switch d.Kind {
	case Method:
		return n, false
	case Import:
		n.Type = d.Pkg.Path()
	case Type:
		n.Type = types.TypeString(d.Obj.Type().Underlying(), types.RelativeTo(d.Obj.Pkg()))
	default:
		n.Type = types.TypeString(d.Obj.Type(), types.RelativeTo(d.Obj.Pkg()))
	}
	return n, true
}

// Renewed says that another session has the variables now, with the values they
// had, and none that were there before them.
func (w *World) Renewed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.slots)
}

// Lose marks every variable as lost, because the session that held the values
// died in the named cell. It returns them sorted. Declarations stay.
func (w *World) Lose(cellName string) (lost []Name) {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.slots)
	for _, d := range w.live {
		if d.Kind != Var || d.lost != "" {
			continue
		}
		if d.stale == "" {
			w.marks++
		}
		d.lost = cellName
		n, _ := d.describe()
		lost = append(lost, n)
	}
	sort.Slice(lost, func(i, j int) bool { return lost[i].Name < lost[j].Name })
	return lost
}

// fresh returns a name that the interpreter has not seen yet: the name itself,
// or with a number.
func (w *World) fresh(name string) string {
	if name == "_" {
		return name
	}
	id := name
	for w.taken[id] {
		if w.next[name] == 0 {
			w.next[name] = 1
		}
		w.next[name]++
		id = fmt.Sprintf("%s_%d", name, w.next[name])
	}
	return id
}

// Commit makes the cell's declarations the session's. Call it after Check and
// before the cell runs.
func (w *World) Commit(c *Cell) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = w.waits || c.waits
	for _, d := range c.stale {
		if _, replaced := c.decls[d.decl.Name]; replaced || d.decl.stale != "" {
			continue
		}
		if d.decl.lost == "" {
			w.marks++
		}
		d.decl.stale = d.why
	}
	c.strip()
	for _, name := range c.gone {
		w.set(name, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(c.decls)) {
		w.set(name, c.decls[name])
	}
	for _, path := range c.dots {
		if !slices.Contains(w.dots, path) {
			w.dots = append(slices.Clone(w.dots), path)
		}
	}
}

// strip gives the declarations units of their own without syntax, so that the
// session keeps no trees and no file sets.
func (c *Cell) strip() {
	made := map[*Unit]*Unit{}
	for _, d := range c.decls {
		if d.Unit.Node == nil && d.Unit.Source == nil && d.Unit.orig == nil {
			continue
		}
		u := made[d.Unit]
		if u == nil {
			n := *d.Unit
			n.Node, n.Source, n.orig = nil, nil, nil
			u = &n
			made[d.Unit] = u
		}
		d.Unit = u
	}
}

func (d *Decl) marked() bool { return d.lost != "" || d.stale != "" || d.Unit.broken != "" }

// set makes d what the name stands for, nil for nothing, and keeps the indexes
// right.
func (w *World) set(name string, d *Decl) {
	if old := w.live[name]; old != nil {
		if old.marked() {
			w.marks--
		}
		if d == nil || d.Unit != old.Unit {
			w.unlink(old.Unit, name)
			delete(w.outdated, old.Unit)
		}
		if old.Kind == Var && (d == nil || d.GoName != old.GoName) {
			m := w.slots[name]
			if m == nil {
				m = map[string]string{}
				w.slots[name] = m
			}
			if t, err := w.runtimeType(old.Obj.Type()); err == nil && old.slot && old.stale == "" {
				m[t] = old.GoName
			}
		}
		if old.Kind != Type && (d == nil || d.Obj != old.Obj) {
			delete(w.goIDs, old.Obj)
		}
		delete(w.live, name)
	}
	if d == nil {
		return
	}
	w.live[name] = d
	w.taken[d.GoName] = true
	if d.marked() {
		w.marks++
	}
	if d.Obj != nil && d.GoName != d.Obj.Name() {
		w.goIDs[d.Obj] = d.GoName
	}
	for _, use := range d.Unit.Uses {
		m := w.users[use]
		if m == nil {
			m = map[*Unit]bool{}
			w.users[use] = m
		}
		m[d.Unit] = true
	}
}

// unlink drops the unit from the index of users unless another name of it is
// still alive.
func (w *World) unlink(u *Unit, name string) {
	for _, n := range u.Names {
		if n != name && w.live[n] != nil && w.live[n].Unit == u {
			return
		}
	}
	for _, use := range u.Uses {
		if m := w.users[use]; m != nil {
			delete(m, u)
			if len(m) == 0 {
				delete(w.users, use)
			}
		}
	}
}

// Emission counts the uses of a file name by the interpreter, which keys
// imports by file name: the first is 1.
func (w *World) Emission(file string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files[file]++
	return w.files[file]
}

// refuse makes a *cell.Diagnostics of one complaint.
func refuse(name, src string, list ...cell.Diagnostic) error {
	d := &cell.Diagnostics{List: list}
	d.Locate(name, src)
	return d
}

// runtimeType is a type as the interpreter knows it: two types with the same
// text share a variable.
func (w *World) runtimeType(t types.Type) (string, error) {
	return TypeText(t, func(p *types.Package) string { return p.Path() }, w.goNameOf)
}

// goNameOf is an object's name in the interpreter, "" for one that is declared
// inside a function.
func (w *World) goNameOf(o types.Object) string {
	if o.Parent() != w.pkg.Scope() {
		return ""
	}
	if id, ok := w.goIDs[o]; ok {
		return id
	}
	return o.Name()
}

// clean puts the cell's own names into a message.
func (k *checker) clean(msg string) string {
	for name, real := range k.earlier {
		msg = strings.ReplaceAll(msg, name, real)
	}
	for {
		i := strings.Index(msg, dup)
		if i < 0 {
			return msg
		}
		end := i + len(dup)
		for end < len(msg) && msg[end] >= '0' && msg[end] <= '9' {
			end++
		}
		msg = msg[:i] + msg[end:]
	}
}
