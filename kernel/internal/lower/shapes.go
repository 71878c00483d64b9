package lower

import (
	"go/ast"
	"go/types"
	"maps"
)

// In an interface the interpreter has a value of a cell's type as one of what
// the type is made of: any(Celsius(3)) is any(3.0). That does no harm unless
// two types that are made of the same go into interfaces and code compares them
// there, or code asks for one of them where the other may be. What follows
// finds these, over the whole session, whichever comes first.

// shapes remembers, by what types are made of, the names of those that went
// into interfaces and of those that code asks for.
type shapes struct {
	held, asked map[string]map[string]string // by shape, then by type: its name
	compared    string                       // what compares interfaces, "" if nothing does

	// Types with values in interfaces, and interfaces that code asks for in
	// others: see onlyPointer.
	values, wanted map[string]types.Type
}

func newShapes() *shapes {
	return &shapes{
		held: map[string]map[string]string{}, asked: map[string]map[string]string{},
		values: map[string]types.Type{}, wanted: map[string]types.Type{},
	}
}

// add takes over what another has.
func (s *shapes) add(o *shapes) {
	for _, m := range []struct{ to, from map[string]map[string]string }{{s.held, o.held}, {s.asked, o.asked}} {
		for shape, types := range m.from {
			for id, name := range types {
				remember(m.to, shape, id, name)
			}
		}
	}
	if s.compared == "" {
		s.compared = o.compared
	}
	maps.Copy(s.values, o.values)
	maps.Copy(s.wanted, o.wanted)
}

func remember(m map[string]map[string]string, shape, id, name string) {
	if m[shape] == nil {
		m[shape] = map[string]string{}
	}
	m[shape][id] = name
}

// shapesNow are the shapes that the code being lowered may meet: its own and,
// unless it is a program of its own, the session's.
func (l *lowerer) shapesNow() []*shapes {
	if l.c.Program {
		return []*shapes{l.shapes}
	}
	return []*shapes{l.shapes, l.mem.shapes}
}

// shape writes what a type is made of.
func (l *lowerer) shape(t types.Type) string {
	w := &typeWriter{l: l, key: true, bare: map[*types.Named]bool{}}
	w.typ(t)
	return w.b.String()
}

// flowShape notes that a value of a type goes into an interface.
func (l *lowerer) flowShape(e ast.Node, t types.Type) {
	if t == nil || types.IsInterface(t) {
		return
	}
	shape, id := l.shape(t), l.key(t)
	if _, known := l.shapes.held[shape][id]; known {
		return
	}
	name := l.shortType(t)
	remember(l.shapes.held, shape, id, name)
	if n, ok := types.Unalias(t).(*types.Named); ok && l.mine(n) && n.NumMethods() > 0 {
		l.shapes.values[id] = t
		for _, s := range l.shapesNow() {
			for _, i := range s.wanted {
				if onlyPointer(t, i) {
					l.onlyPointerHas(e, t, i)
					return
				}
			}
		}
	}
	for _, s := range l.shapesNow() {
		for other, named := range s.held[shape] {
			if other == id {
				continue
			}
			for _, s := range l.shapesNow() {
				if s.compared != "" {
					l.confused(e, name, named, s.compared)
					return
				}
			}
		}
		for other, named := range s.asked[shape] {
			if other != id {
				l.confused(e, name, named, "asking an interface for a "+named)
				return
			}
		}
	}
}

// lookShape notes that code asks an interface for a value of a type.
func (l *lowerer) lookShape(e ast.Node, t types.Type) bool {
	if t == nil || types.IsInterface(t) {
		return true
	}
	shape, id := l.shape(t), l.key(t)
	name := l.shortType(t)
	for _, s := range l.shapesNow() {
		for other, named := range s.held[shape] {
			if other != id {
				l.confused(e, named, name, "asking an interface for a "+name)
				return false
			}
		}
	}
	remember(l.shapes.asked, shape, id, name)
	return true
}

// lookMethods notes that code asks an interface for another one.
func (l *lowerer) lookMethods(e ast.Node, i types.Type) bool {
	for _, s := range l.shapesNow() {
		for _, t := range s.values {
			if onlyPointer(t, i) {
				l.onlyPointerHas(e, t, i)
				return false
			}
		}
	}
	l.shapes.wanted[l.key(i)] = i
	return true
}

// onlyPointer says whether a pointer to a value of the type has the methods of
// an interface, and the value has not: the interpreter would find them there.
func onlyPointer(t, i types.Type) bool {
	in, ok := i.Underlying().(*types.Interface)
	return ok && !types.Implements(t, in) && types.Implements(types.NewPointer(t), in)
}

func (l *lowerer) onlyPointerHas(e ast.Node, t, i types.Type) {
	l.refuse(e, "put a pointer into the interface; "+compileHint, "looking for a %s where there may be a %s, which lacks methods that its pointer has, is not supported", l.shortType(i), l.shortType(t))
}

// lookShapes notes that code compares what interfaces hold.
func (l *lowerer) lookShapes(e ast.Node, what string) {
	if l.shapes.compared != "" {
		return
	}
	l.shapes.compared = what
	all := newShapes()
	for _, s := range l.shapesNow() {
		all.add(s)
	}
	for _, types := range all.held {
		if len(types) < 2 {
			continue
		}
		var names []string
		for _, name := range types {
			names = append(names, name)
		}
		l.confused(e, min(names[0], names[1]), max(names[0], names[1]), what)
		return
	}
}

func (l *lowerer) confused(e ast.Node, a, b, what string) {
	l.refuse(e, "give one of them another field, or keep them out of interfaces; "+compileHint, "a %s beside a %s, which is made of the same, in interfaces is not supported with code that does this: %s", a, b, what)
}
