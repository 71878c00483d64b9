package lower

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// A sink is what receives a value that becomes an interface.
type sink struct {
	callee *types.Func // nil if it is not a call of compiled code
	verb   rune        // of package fmt: how it is printed, 'v' without a format; 0 unknown
	plus   bool        // with +
	sharp  bool        // with #
	panics bool        // it is the argument of panic
}

// keepers only keep values, or never look into them.
var keepers = map[string]bool{
	"sort.Slice": true, "sort.SliceStable": true, "sort.SliceIsSorted": true,
	"container/heap.Push": true, "container/list.PushBack": true, "container/list.PushFront": true,
	"sync/atomic.Store": true, "sync.Store": true, "sync.Put": true,
}

// path names a function by its package, "fmt.Println".
func (s sink) path() string {
	if s.callee == nil || s.callee.Pkg() == nil {
		return ""
	}
	return s.callee.Pkg().Path() + "." + s.callee.Name()
}

func (s sink) prints() bool {
	if s.callee == nil || s.callee.Pkg() == nil {
		return false
	}
	p, n := s.callee.Pkg().Path(), s.callee.Name()
	return (p == "fmt" || p == "log") && (strings.Contains(n, "rint") || n == "Errorf" || strings.HasPrefix(n, "Fatal") || strings.HasPrefix(n, "Panic") || strings.HasPrefix(n, "Append"))
}

// sinkOf says what a call does with its i-th argument.
func (l *lowerer) sinkOf(call *ast.CallExpr, i int) sink {
	f := l.callee(call)
	if f == nil || f.Pkg() == nil || f.Pkg() == l.c.Pkg || isStd(f.Pkg()) {
		return sink{}
	}
	s := sink{callee: f}
	if !s.prints() {
		return s
	}
	s.verb = 'v'
	sig := f.Signature()
	at := -1 // of the format
	for j := range sig.Params().Len() {
		if p := sig.Params().At(j); p.Name() == "format" {
			at = j
		}
	}
	if at < 0 {
		return s
	}
	if at >= len(call.Args) || call.Ellipsis.IsValid() {
		s.verb = 0
		return s
	}
	v := l.tv(call.Args[at]).Value
	if v == nil || v.Kind() != constant.String {
		s.verb = 0
		return s
	}
	verbs, ok := verbsOf(constant.StringVal(v))
	if n := i - at - 1; ok && n >= 0 && n < len(verbs) {
		s.verb, s.plus, s.sharp = verbs[n].verb, verbs[n].plus, verbs[n].sharp
	} else if !ok {
		s.verb = 0
	}
	return s
}

// callee is the declared function or method that a call calls, nil for values.
func (l *lowerer) callee(call *ast.CallExpr) *types.Func {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		o, _ := l.object(f).(*types.Func)
		return o
	case *ast.SelectorExpr:
		if s := l.selection(f); s != nil {
			o, _ := s.Obj().(*types.Func)
			return o
		}
		o, _ := l.object(f.Sel).(*types.Func)
		return o
	}
	return nil
}

type verb struct {
	verb        rune
	plus, sharp bool
}

// verbsOf reads a format of package fmt: the verb of each argument. False means
// that it has explicit argument indexes.
func verbsOf(format string) (list []verb, ok bool) {
	rs := []rune(format)
	for i := 0; i < len(rs); i++ {
		if rs[i] != '%' {
			continue
		}
		v := verb{}
		for i++; i < len(rs); i++ {
			switch r := rs[i]; {
			case r == '+':
				v.plus = true
			case r == '#':
				v.sharp = true
			case r == '*':
				list = append(list, verb{verb: 'd'})
			case r == '[':
				return nil, false
			case strings.ContainsRune("- 0.123456789", r):
			default:
				v.verb = r
			}
			if v.verb != 0 {
				break
			}
		}
		if v.verb != '%' && v.verb != 0 {
			list = append(list, v)
		}
	}
	return list, true
}

// verbFits says whether a verb of package fmt is meant for a type; for others
// fmt prints the type's name.
func verbFits(n *types.Named, verb rune) bool {
	info := n.Underlying().(*types.Basic).Info()
	switch {
	case verb == 'v':
		return true
	case info&types.IsBoolean != 0:
		return verb == 't' || n.NumMethods() > 0 && strings.ContainsRune("sqxX", verb)
	case info&types.IsInteger != 0:
		return strings.ContainsRune("bcdoOqxXU", verb) || n.NumMethods() > 0 && verb == 's'
	case info&types.IsFloat != 0, info&types.IsComplex != 0:
		return strings.ContainsRune("beEfFgGxX", verb) || n.NumMethods() > 0 && strings.ContainsRune("sq", verb)
	case info&types.IsString != 0:
		return strings.ContainsRune("sqxX", verb)
	}
	return false
}
