package front

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A grammar writes the cells of a random session: declarations, redefinitions,
// statements, and now and then something of a wrong type. What it writes ends,
// prints nothing that differs from run to run, and fails only by panics that Go
// defines.
type grammar struct {
	r      *rand.Rand
	vars   []gVar           // of the session
	locals []gVar           // of the function that is being written
	funcs  map[string]gFunc // of the session
	types  map[string]*gType
	depth  int
	serial int // of local names
}

type gVar struct {
	name   string
	typ    *gType
	locked bool // a loop's variable: only read
}

type gFunc struct {
	in  []*gType
	out *gType
}

// A gType is a type of generated text.
type gType struct {
	text   string
	kind   string // int, float, string, bool, slice, array, map, struct, func, any, pointer
	elem   *gType
	fields []gVar
	method string // of a struct: func() int
}

var (
	gInt    = &gType{text: "int", kind: "int"}
	gInt8   = &gType{text: "int8", kind: "int"}
	gUint16 = &gType{text: "uint16", kind: "int"}
	gInt64  = &gType{text: "int64", kind: "int"}
	gFloat  = &gType{text: "float64", kind: "float"}
	gString = &gType{text: "string", kind: "string"}
	gBool   = &gType{text: "bool", kind: "bool"}
	gAny    = &gType{text: "any", kind: "any"}
)

var gBasics = []*gType{gInt, gInt, gInt8, gUint16, gInt64, gFloat, gString, gBool}

func gSlice(t *gType) *gType { return &gType{text: "[]" + t.text, kind: "slice", elem: t} }
func gArray(t *gType) *gType { return &gType{text: "[3]" + t.text, kind: "array", elem: t} }
func gMap(t *gType) *gType   { return &gType{text: "map[string]" + t.text, kind: "map", elem: t} }
func gFn(t *gType) *gType {
	return &gType{text: fmt.Sprintf("func(%s) %[1]s", t.text), kind: "func", elem: t}
}
func gPointer(t *gType) *gType { return &gType{text: "*" + t.text, kind: "pointer", elem: t} }

// gPrelude is the first cell of every session.
const gPrelude = `import ("fmt"; "slices"; "maps"; "strings"; "sync"; "errors")
func pick[T any](c bool, a, b T) T { if c { return a }; return b }
func upTo(n int) func(yield func(int) bool) { return func(yield func(int) bool) { for i := range n { if !yield(i) { return } } } }
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
type meter interface { measure() int }
var _ = strings.ToUpper
var _ sync.Mutex
var _ = errors.New`

func newGrammar(seed uint64) *grammar {
	return &grammar{r: rand.New(rand.NewPCG(seed, 7)), funcs: map[string]gFunc{}, types: map[string]*gType{}}
}

func (g *grammar) n(n int) int             { return g.r.IntN(n) }
func (g *grammar) chance(percent int) bool { return g.r.IntN(100) < percent }
func one[T any](g *grammar, list []T) T    { return list[g.n(len(list))] }

// typ chooses a type.
func (g *grammar) typ() *gType {
	switch g.n(10) {
	case 0:
		return gSlice(one(g, gBasics))
	case 1:
		return gMap(one(g, gBasics))
	case 2:
		return gArray(one(g, gBasics))
	case 3:
		return gFn(one(g, gBasics))
	case 4, 5:
		if len(g.types) > 0 {
			t := g.types[one(g, g.typeNames())]
			switch g.n(6) {
			case 0:
				return gPointer(t)
			case 1:
				return gSlice(t)
			}
			return t
		}
	case 6:
		if g.chance(40) {
			return gAny
		}
	}
	return one(g, gBasics)
}

func (g *grammar) typeNames() []string {
	var names []string
	for n := range g.types {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (g *grammar) visible() []gVar { return slices.Concat(g.locals, g.vars) }

// of lists places that hold a value of a type.
func (g *grammar) of(t *gType, settable bool) []string {
	var list []string
	for _, v := range g.visible() {
		if v.locked && settable {
			continue
		}
		switch {
		case v.typ.text == t.text:
			list = append(list, v.name)
		case v.typ.kind == "struct":
			for _, f := range v.typ.fields {
				if f.typ.text == t.text {
					list = append(list, v.name+"."+f.name)
				}
			}
		case v.typ.kind == "array" && v.typ.elem.text == t.text:
			list = append(list, fmt.Sprintf("%s[%d]", v.name, g.n(3)))
		case v.typ.kind == "map" && v.typ.elem.text == t.text:
			list = append(list, fmt.Sprintf("%s[%q]", v.name, string(rune('a'+g.n(4)))))
		case v.typ.kind == "slice" && v.typ.elem.text == t.text && g.chance(50):
			list = append(list, fmt.Sprintf("%s[%d]", v.name, g.n(3)))
		case v.typ.kind == "pointer" && v.typ.elem.kind == "struct":
			for _, f := range v.typ.elem.fields {
				if f.typ.text == t.text {
					list = append(list, v.name+"."+f.name)
				}
			}
		}
	}
	return list
}

// expr writes an expression of a type.
func (g *grammar) expr(t *gType) string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth < 5 && g.chance(65) {
		if list := g.of(t, false); len(list) > 0 && g.chance(55) {
			return one(g, list)
		}
		if s := g.compound(t); s != "" {
			return s
		}
	}
	if list := g.of(t, false); len(list) > 0 && g.chance(50) {
		return one(g, list)
	}
	return g.literal(t)
}

func (g *grammar) literal(t *gType) string {
	switch t.kind {
	case "int":
		if t.text == "int" {
			return fmt.Sprint(g.n(10))
		}
		return fmt.Sprintf("%s(%d)", t.text, g.n(10))
	case "float":
		return fmt.Sprintf("%d.5", g.n(10))
	case "string":
		return fmt.Sprintf("%q", one(g, []string{"", "a", "bc", "déf", "x y", "tab\tbed"}))
	case "bool":
		return one(g, []string{"true", "false"})
	case "slice", "array":
		var list []string
		for range g.n(2) + 2 {
			list = append(list, g.expr(t.elem))
		}
		if t.kind == "array" {
			list = list[:2]
		}
		return t.text + "{" + strings.Join(list, ", ") + "}"
	case "map":
		return fmt.Sprintf("%s{%q: %s, %q: %s}", t.text, "a", g.expr(t.elem), "b", g.expr(t.elem))
	case "struct":
		var list []string
		for _, f := range t.fields {
			if g.chance(70) {
				list = append(list, f.name+": "+g.expr(f.typ))
			}
		}
		return t.text + "{" + strings.Join(list, ", ") + "}"
	case "pointer":
		return "&" + g.literal(t.elem)
	case "func":
		name := g.local()
		was := g.locals
		g.locals = append(slices.Clone(g.locals), gVar{name: name, typ: t.elem})
		body := g.expr(t.elem)
		g.locals = was
		return fmt.Sprintf("func(%s %s) %[2]s { return %s }", name, t.elem.text, body)
	case "any":
		return "any(" + g.expr(one(g, gBasics)) + ")"
	}
	panic(t.kind)
}

func (g *grammar) local() string {
	g.serial++
	return fmt.Sprintf("l%d", g.serial)
}

// compound writes an expression of parts, "" if it finds none.
func (g *grammar) compound(t *gType) string {
	var calls []string
	for name, f := range g.funcs {
		if f.out.text == t.text {
			calls = append(calls, name)
		}
	}
	slices.Sort(calls)
	if len(calls) > 0 && g.chance(30) {
		name := one(g, calls)
		return g.call(name)
	}
	if g.chance(12) {
		return fmt.Sprintf("pick(%s, %s, %s)", g.expr(gBool), g.typed(t), g.typed(t))
	}
	if g.chance(6) {
		return fmt.Sprintf("func() %s { return %s }()", t.text, g.expr(t))
	}
	switch t.kind {
	case "int":
		switch g.n(9) {
		case 0:
			return fmt.Sprintf("(%s / (%s | 1))", g.typed(t), g.typed(t))
		case 1:
			return fmt.Sprintf("(%s << (%s & 7))", g.typed(t), g.typed(gUint16))
		case 2:
			other := one(g, []*gType{gInt, gInt8, gUint16, gInt64, gInt})
			return fmt.Sprintf("%s(%s)", t.text, g.typed(other))
		case 3:
			if t.text == "int" {
				return fmt.Sprintf("len(%s)", g.expr(one(g, []*gType{gString, gSlice(gInt), gMap(gInt)})))
			}
		case 4:
			return fmt.Sprintf("min(%s, %s)", g.typed(t), g.typed(t))
		case 5:
			if t.text == "int" {
				return fmt.Sprintf("slices.Index(%s, %s)", g.expr(gSlice(gInt)), g.expr(gInt))
			}
		case 6:
			if list := g.methods(); t.text == "int" && len(list) > 0 {
				return one(g, list) + ".measure()"
			}
		case 7:
			return fmt.Sprintf("-%s", g.typed(t))
		}
		return fmt.Sprintf("(%s %s %s)", g.typed(t), one(g, []string{"+", "-", "*", "&", "|", "^", "&^"}), g.typed(t))
	case "float":
		if g.chance(30) {
			return fmt.Sprintf("float64(%s)", g.typed(gInt))
		}
		return fmt.Sprintf("(%s %s %s)", g.typed(t), one(g, []string{"+", "-", "*"}), g.typed(t))
	case "string":
		switch g.n(5) {
		case 0:
			return fmt.Sprintf("strings.ToUpper(%s)", g.expr(gString))
		case 1:
			return fmt.Sprintf("fmt.Sprint(%s)", g.expr(one(g, gBasics)))
		case 2:
			return fmt.Sprintf("strings.Repeat(%s, %d)", g.expr(gString), g.n(3))
		case 3:
			return fmt.Sprintf("strings.Join(sorted(%s), %s)", g.expr(gMap(one(g, gBasics))), g.expr(gString))
		}
		return fmt.Sprintf("(%s + %s)", g.expr(gString), g.expr(gString))
	case "bool":
		switch g.n(4) {
		case 0:
			return fmt.Sprintf("(%s %s %s)", g.expr(gBool), one(g, []string{"&&", "||"}), g.expr(gBool))
		case 1:
			return "!" + g.expr(gBool)
		}
		o := one(g, []*gType{gInt, gInt8, gUint16, gInt64, gFloat, gString})
		return fmt.Sprintf("(%s %s %s)", g.typed(o), one(g, []string{"<", "<=", "==", "!=", ">"}), g.typed(o))
	case "slice":
		switch g.n(3) {
		case 0:
			return fmt.Sprintf("append(%s, %s)", g.expr(t), g.expr(t.elem))
		case 1:
			return fmt.Sprintf("slices.Clone(%s)", g.expr(t))
		}
	}
	return ""
}

// typed is expr in a place that needs the type itself: constants are not folded
// into something too large.
func (g *grammar) typed(t *gType) string {
	if list := g.of(t, false); len(list) > 0 && g.chance(70) {
		return one(g, list)
	}
	s := g.expr(t)
	if t.kind == "int" && strings.Trim(s, "()0123456789abcdefghijklmnopqrstuvwxyz") == "" {
		return fmt.Sprintf("pick(true, %s, %s)", s, g.literal(t)) // no constant
	}
	return s
}

func (g *grammar) call(name string) string {
	var args []string
	for _, in := range g.funcs[name].in {
		args = append(args, g.expr(in))
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// methods lists what has a method.
func (g *grammar) methods() []string {
	var list []string
	for _, v := range g.visible() {
		if v.typ.kind == "struct" && v.typ.method != "" {
			list = append(list, v.name, "meter("+v.name+")")
		}
	}
	return list
}

// block writes statements between braces, with locals of their own.
func (g *grammar) block(n int, extra ...gVar) string {
	was := g.locals
	g.locals = append(slices.Clone(g.locals), extra...)
	g.depth++
	var list []string
	for range n {
		list = append(list, g.stmt(false))
	}
	g.depth--
	g.locals = was
	return "{\n" + strings.Join(list, "\n") + "\n}"
}

// stmt writes a statement; top says that it stands in a cell and not in a
// function.
func (g *grammar) stmt(top bool) string {
	if g.depth > 2 {
		return g.simple()
	}
	switch g.n(16) {
	case 0:
		if g.chance(50) {
			return fmt.Sprintf("if %s %s", g.expr(gBool), g.block(g.n(2)+1))
		}
		return fmt.Sprintf("if %s %s else %s", g.expr(gBool), g.block(1), g.block(1))
	case 1:
		i := g.local()
		return fmt.Sprintf("for %s := range %d %s", i, g.n(4)+1, g.block(g.n(2)+1, gVar{i, gInt, true}))
	case 2:
		i := g.local()
		return fmt.Sprintf("for %s := 0; %[1]s < %[2]d; %[1]s++ %[3]s", i, g.n(4)+1, g.block(g.n(2)+1, gVar{i, gInt, true}))
	case 3:
		t := one(g, gBasics)
		i, v := g.local(), g.local()
		return fmt.Sprintf("for %s, %s := range %s { _, _ = %[1]s, %[2]s; %[4]s }", i, v, g.expr(gSlice(t)), g.block(g.n(2)+1, gVar{i, gInt, true}, gVar{v, t, false}))
	case 4:
		i := g.local()
		return fmt.Sprintf("for %s := range upTo(%d) { if %[1]s > %[3]d { break }; %[4]s }", i, g.n(5), g.n(4), g.block(1, gVar{i, gInt, true}))
	case 5:
		var b strings.Builder
		t := one(g, []*gType{gInt, gString, gInt8})
		fmt.Fprintf(&b, "switch %s {\n", g.expr(t))
		for i := range g.n(3) + 1 {
			literal := fmt.Sprint(i)
			if t == gString {
				literal = fmt.Sprintf("%q", strings.Repeat("a", i))
			}
			fmt.Fprintf(&b, "case %s: %s\n", literal, g.block(1))
			if g.chance(20) {
				b.WriteString("fallthrough\n")
			}
		}
		b.WriteString("default: " + g.block(1) + "\n}")
		return b.String()
	case 6:
		x := g.local()
		t := one(g, gBasics)
		return fmt.Sprintf("switch %s := %s.(type) {\ncase %s: %s\ncase string, bool: fmt.Println(\"other\", %[1]s)\ndefault: fmt.Println(\"none\", %[1]s)\n}",
			x, g.expr(gAny), pick(t.text == "string" || t.text == "bool", "float64", t.text), "{ "+one(g, []string{"fmt.Println(" + x + ")", "_ = " + x})+" }")
	case 7:
		return fmt.Sprintf("func() { defer func() { fmt.Println(\"recovered\", recover() != nil) }()\n%s }()", g.block(g.n(2)+1))
	case 8:
		return fmt.Sprintf("func() { defer fmt.Println(\"deferred\", %s)\n%s }()", g.expr(one(g, gBasics)), g.block(1))
	case 9:
		if !top {
			break
		}
		out := g.local()
		t := one(g, gBasics)
		funcs := g.funcs
		g.funcs = nil // they might print, and change variables
		defer func() { g.funcs = funcs }()
		return fmt.Sprintf("{ var wg sync.WaitGroup\n%s := make([]%s, 3)\nfor i := range %[1]s { wg.Go(func() { %[1]s[i] = %[3]s }) }\nwg.Wait()\nfmt.Println(%[1]s) }", out, t.text, g.expr(t))
	case 10:
		c := g.local()
		t := one(g, gBasics)
		return fmt.Sprintf("{ %s := make(chan %s, 2); %[1]s <- %[3]s; select { case v, ok := <-%[1]s: fmt.Println(v, ok); default: fmt.Println(\"empty\") }; close(%[1]s); _, ok := <-%[1]s; fmt.Println(ok) }", c, t.text, g.expr(t))
	}
	return g.simple()
}

func pick(c bool, a, b string) string {
	if c {
		return a
	}
	return b
}

// simple writes a statement without a block.
func (g *grammar) simple() string {
	t := one(g, gBasics)
	switch g.n(8) {
	case 0, 1, 2:
		for range 4 {
			if list := g.of(t, true); len(list) > 0 {
				place := one(g, list)
				if t.kind == "int" && g.chance(50) {
					if g.chance(30) {
						return place + one(g, []string{"++", "--"})
					}
					return fmt.Sprintf("%s %s= %s", place, one(g, []string{"+", "-", "*", "|", "^"}), g.expr(t))
				}
				return fmt.Sprintf("%s = %s", place, g.expr(t))
			}
			t = g.typ()
		}
	case 3:
		a, b := g.of(t, true), g.of(t, true)
		if len(a) > 0 && len(b) > 0 {
			return fmt.Sprintf("%s, %s = %s, %s", one(g, a), one(g, b), g.expr(t), g.expr(t))
		}
	case 4:
		t = g.printable()
		x := g.local()
		return fmt.Sprintf("{ %s := %s; fmt.Println(%[1]s) }", x, g.expr(t))
	case 5:
		t = g.printable()
		return fmt.Sprintf("fmt.Printf(\"%%v %%v\\n\", %s, %s)", g.expr(t), g.expr(one(g, gBasics)))
	case 6:
		for _, v := range g.visible() {
			if v.typ.kind == "slice" && !v.locked && g.chance(40) {
				return fmt.Sprintf("%s = append(%[1]s, %s)", v.name, g.expr(v.typ.elem))
			}
			if v.typ.kind == "map" && g.chance(40) {
				return fmt.Sprintf("delete(%s, %q)", v.name, "a")
			}
		}
	}
	return fmt.Sprintf("fmt.Println(%s)", g.expr(g.printable()))
}

// printable chooses a type whose values look the same in every process.
func (g *grammar) printable() *gType {
	for {
		if t := g.typ(); t.kind != "func" && t.kind != "pointer" {
			return t
		}
	}
}

// function writes the declaration of a function.
func (g *grammar) function(name string) string {
	f := gFunc{out: g.typ()}
	var params []string
	was, vars := g.locals, g.vars
	g.locals = nil
	for range g.n(3) {
		p := gVar{name: g.local(), typ: g.typ()}
		f.in = append(f.in, p.typ)
		params = append(params, p.name+" "+p.typ.text)
		g.locals = append(g.locals, p)
	}
	if g.chance(50) {
		g.vars = nil // one that touches no variable of the session
	}
	delete(g.funcs, name)
	hidden := g.callers(name)
	body := strings.TrimSuffix(g.block(g.n(3)+1), "}")
	text := fmt.Sprintf("func %s(%s) %s %sreturn %s\n}", name, strings.Join(params, ", "), f.out.text, body, g.expr(f.out))
	g.locals, g.vars = was, vars
	for n, h := range hidden {
		g.funcs[n] = h
	}
	g.funcs[name] = f
	return text
}

// callers takes away, while a function is defined anew, the others that might
// call it: nothing shall run for ever.
func (g *grammar) callers(name string) map[string]gFunc {
	hidden := map[string]gFunc{}
	for n, f := range g.funcs {
		if n > name {
			hidden[n] = f
			delete(g.funcs, n)
		}
	}
	return hidden
}

// structure writes the declaration of a type.
func (g *grammar) structure(name string) string {
	t := &gType{text: name, kind: "struct"}
	delete(g.types, name)
	var fields []string
	for i := range g.n(3) + 1 {
		f := gVar{name: string(rune('A' + i)), typ: one(g, gBasics)}
		t.fields = append(t.fields, f)
		fields = append(fields, f.name+" "+f.typ.text)
	}
	text := fmt.Sprintf("type %s struct { %s }", name, strings.Join(fields, "; "))
	if g.chance(60) {
		t.method = "measure"
		was, vars, funcs := g.locals, g.vars, g.funcs
		g.locals, g.vars, g.funcs = []gVar{{name: "s", typ: t, locked: true}}, nil, map[string]gFunc{}
		method := t.method
		t.method = ""
		text += fmt.Sprintf("\nfunc (s %s) measure() int { return %s }", name, g.expr(gInt))
		t.method = method
		g.locals, g.vars, g.funcs = was, vars, funcs
	}
	// What holds values of the old one is stale, and what mentions it may be.
	g.vars = slices.DeleteFunc(g.vars, func(v gVar) bool { return strings.Contains(v.typ.text, name) })
	for n, f := range g.funcs {
		if strings.Contains(f.out.text, name) || slices.ContainsFunc(f.in, func(t *gType) bool { return strings.Contains(t.text, name) }) {
			delete(g.funcs, n)
		}
	}
	g.types[name] = t
	return text
}

// cell writes the next cell.
func (g *grammar) cell() string {
	g.depth, g.locals, g.serial = 0, nil, 0
	switch g.n(9) {
	case 0, 1:
		return g.function(fmt.Sprintf("f%d", g.n(5)))
	case 2:
		if g.chance(60) {
			return g.structure(fmt.Sprintf("T%d", g.n(3)))
		}
	case 3, 4:
		var lines []string
		for range g.n(3) + 1 {
			v := gVar{name: fmt.Sprintf("v%d", g.n(8)), typ: g.typ()}
			text := fmt.Sprintf("%s := %s", v.name, g.expr(v.typ))
			if g.chance(50) {
				text = fmt.Sprintf("var %s %s = %s", v.name, v.typ.text, g.expr(v.typ))
			} else if v.typ == gAny {
				v.typ = gInt
				text = v.name + " := " + g.expr(gInt)
			}
			if strings.Contains(strings.Join(lines, "\n"), v.name+" ") {
				continue
			}
			lines = append(lines, text)
			g.vars = append(slices.DeleteFunc(slices.Clone(g.vars), func(o gVar) bool { return o.name == v.name }), v)
		}
		return strings.Join(lines, "\n")
	case 5:
		// something of a wrong type: Go's words, and nothing has changed
		a, b := g.typ(), g.typ()
		if a.text != b.text {
			return fmt.Sprintf("var v%d %s = %s", g.n(8), gArray(a).text, g.expr(gMap(b)))
		}
	}
	var lines []string
	for range g.n(4) + 1 {
		lines = append(lines, g.stmt(true))
	}
	if len(g.vars) > 0 && g.chance(40) {
		lines = append(lines, g.expr(one(g, gBasics)))
	}
	return strings.Join(lines, "\n")
}

// state is a cell that prints all variables.
func (g *grammar) state() string {
	var list []string
	for _, v := range g.vars {
		switch {
		case v.typ.kind == "func":
		case v.typ.kind == "map":
			list = append(list, fmt.Sprintf("%q, len(%s), sorted(%[2]s)", v.name, v.name))
		case v.typ.kind == "pointer":
			list = append(list, fmt.Sprintf("%q, *%s", v.name, v.name))
		default:
			list = append(list, fmt.Sprintf("%q, %s", v.name, v.name))
		}
	}
	return "fmt.Println(" + strings.Join(list, ", ") + ")"
}
