package lower

import "go/ast"

// A flow is what the interpreter would get wrong about a value that an
// interface holds.
type flow int

const (
	flowType     flow = 1 << iota // its type has a name
	flowHidden                    // it has unexported fields
	flowEqual                     // compiled code can't compare it
	flowText                      // it holds a value that package fmt would ask for its text
	flowError                     // it went into an interface of a compiled package, as error is
	flowWrapped                   // and from there into one without methods
	flowPanicked                  // or into a panic
)

// A record remembers that values of cells' types went into interfaces, and
// that code looks at what interfaces hold: both together are refused, whichever
// comes second.
type record struct {
	flows, looks map[flow]string
	loose        flow // flowWrapped and flowPanicked, once some value goes that way
}

func newRecord() *record {
	return &record{flows: map[flow]string{}, looks: map[flow]string{}}
}

// flows are the bits of a flow.
var flows = []flow{flowType, flowHidden, flowEqual, flowText, flowError, flowWrapped, flowPanicked}

func (l *lowerer) flow(e ast.Node, f flow, name string) {
	for _, bit := range flows {
		if f&bit == 0 {
			continue
		}
		if what := l.recorded(func(r *record) string { return r.looks[bit] }); what != "" {
			l.refuse(e, compileHint, "a %s in an interface is not supported beside code that does this: %s", name, what)
			return
		}
		if l.record.flows[bit] == "" {
			l.record.flows[bit] = name
		}
	}
}

func (l *lowerer) look(e ast.Node, f flow, what string) {
	for _, bit := range flows {
		if f&bit == 0 {
			continue
		}
		if name := l.recorded(func(r *record) string { return r.flows[bit] }); name != "" {
			l.refuse(e, compileHint, "%s is not supported, since interfaces hold values of type %s", what, name)
			return
		}
		if l.record.looks[bit] == "" {
			l.record.looks[bit] = what
		}
	}
}

func (l *lowerer) recorded(f func(*record) string) string {
	if s := f(l.record); s != "" || l.c.Program {
		return s
	}
	return f(l.mem.record)
}

// keepRecord makes what a plan has found part of the session's record.
func (l *lowerer) keepRecord() {
	if l.c.Program {
		return
	}
	for f, s := range l.record.flows {
		l.mem.record.flows[f] = s
	}
	for f, s := range l.record.looks {
		l.mem.record.looks[f] = s
	}
	l.mem.record.loose |= l.record.loose
	l.mem.shapes.add(l.shapes)
}

// lookErrors looks at the arguments of errors.Is and errors.As.
func (l *lowerer) lookErrors(e ast.Expr, s sink) {
	if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok && l.selection(sel) == nil {
		return // io.EOF is nobody else's
	}
	l.look(e, flowEqual, s.path())
}
