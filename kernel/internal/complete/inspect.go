package complete

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/token"
	"go/types"
	"html"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
)

// Inspect tells what the name at a byte offset means: its declaration, its doc
// comment, the value of a variable, the fields and methods of a type, the
// variants of a kernel; with detail 1 also the source. In the arguments of a
// call it tells about the function. The bundle has text/plain and text/html.
func (n *Notebook) Inspect(src string, pos, detail int) (found bool, bundle map[string]any) {
	pos = clamp(src, pos)
	pieces := n.pieces(src)
	p := &page{n: n, detail: detail}
	if p.magic(src, pos) {
		return true, p.bundle()
	}
	src = n.blank(src, pieces)
	start, end := word(src, pos)
	at := scan(src, start, pos)
	if at.in == inNothing {
		return false, nil
	}
	if at.in == inImport {
		path := strings.Trim(at.lit, "\"`")
		if p.pkg(path); len(p.parts) > 0 {
			return true, p.bundle()
		}
		return false, nil
	}
	if start == end || at.in == inText {
		start, end = called(src, at, pos)
	}
	if start == end {
		return false, nil
	}
	p.name(src, start, end)
	if len(p.parts) == 0 {
		return false, nil
	}
	return true, p.bundle()
}

// called is the name of the function in whose arguments the cursor is, or the
// name before the cursor.
func called(src string, at *place, pos int) (start, end int) {
	if at.in != inText {
		start, end = word(src, len(strings.TrimRight(src[:pos], " \t(.")))
		if start < end {
			return start, end
		}
	}
	for i := len(at.stack) - 1; i > 0; i-- {
		if f := at.stack[i]; f.tok == token.LPAREN {
			if start, end = word(src, len(strings.TrimRight(src[:f.pos], " \t"))); start < end {
				return start, end
			}
		}
	}
	return pos, pos
}

// A page gathers what is told about a name.
type page struct {
	n      *Notebook
	detail int
	parts  []part
	later  []later // asked for after the World's lock is given back
}

// A later is a part whose text takes a while; "" leaves it out.
type later struct {
	part int
	text func() string
}

// fetch adds a part with code that is had later.
func (p *page) fetch(text func() string) {
	p.later = append(p.later, later{len(p.parts), text})
	p.code("")
}

// finish fills in what was left for later.
func (p *page) finish() {
	for _, l := range p.later {
		p.parts[l.part].text = l.text()
	}
	p.parts = slices.DeleteFunc(p.parts, func(x part) bool { return x.text == "" })
	p.later = nil
}

type part struct {
	kind partKind
	text string
}

type partKind int

const (
	codePart partKind = iota
	textPart
	docPart // for go/doc/comment
)

func (p *page) code(s string) { p.parts = append(p.parts, part{codePart, s}) }

func (p *page) text(s string) {
	if s = strings.TrimSpace(s); s != "" {
		p.parts = append(p.parts, part{textPart, s})
	}
}

func (p *page) doc(s string) {
	if s = strings.TrimSpace(s); s != "" {
		p.parts = append(p.parts, part{docPart, s})
	}
}

func (p *page) bundle() map[string]any {
	var plain, rich strings.Builder
	for i, x := range p.parts {
		if i > 0 {
			plain.WriteString("\n\n")
		}
		switch x.kind {
		case codePart:
			plain.WriteString(x.text)
			fmt.Fprintf(&rich, "<pre>%s</pre>", html.EscapeString(x.text))
		case textPart:
			plain.WriteString(x.text)
			fmt.Fprintf(&rich, "<div style=\"white-space: pre-wrap\">%s</div>", html.EscapeString(x.text))
		case docPart:
			d := new(comment.Parser).Parse(x.text)
			pr := &comment.Printer{HeadingLevel: 4, TextWidth: 80}
			plain.Write([]byte(strings.TrimRight(string(pr.Text(d)), "\n")))
			rich.Write(pr.HTML(d))
		}
	}
	return map[string]any{"text/plain": plain.String(), "text/html": rich.String()}
}

// magic tells about the magic whose command the cursor is in.
func (p *page) magic(src string, pos int) bool {
	line := strings.LastIndexByte(src[:pos], '\n') + 1
	text := lineAt(src, line)
	head := commandName.FindStringSubmatchIndex(text)
	if head == nil || pos-line > head[1] {
		return false
	}
	m, ok := p.n.lookup(text[head[2]:head[3]])
	if !ok {
		return false
	}
	p.code(strings.ReplaceAll(m.Usage, "  ", "\n"))
	if m.Short != "" {
		p.text(strings.ToUpper(m.Short[:1]) + m.Short[1:] + ".")
	}
	p.text(m.Doc)
	return true
}

// name tells about the name at src[start:end].
func (p *page) name(src string, start, end int) {
	name := src[start:end]
	m := mend(src, start, end)
	p.n.World.Look(m.text, m.at, func(g *check.Glance) {
		s := m.spot(g)
		member := dotBefore(src[:start])
		if o := s.meaning(name, member); o != nil {
			p.object(s, o, m.text)
			return
		}
		if member {
			return
		}
		if k, ok := g.Known(name); ok {
			if k.Obj == nil {
				p.pkg(k.Pkg.Path())
			} else {
				p.object(s, k.Obj, m.text)
			}
		} else if o := types.Universe.Lookup(name); o != nil {
			p.object(s, o, m.text)
		} else if path, ok := p.n.World.Importer().Lookup(name); ok {
			p.pkg(path)
		} else if text, ok := keywordHelp[name]; ok {
			p.code("keyword " + name)
			p.text(text)
		}
	})
	p.finish()
	if len(p.parts) == 0 && !dotBefore(src[:start]) {
		if text, ok := keywordHelp[name]; ok {
			p.code("keyword " + name)
			p.text(text)
		}
	}
}

// meaning finds what the checker made of the name at the cursor.
func (s *spot) meaning(name string, member bool) types.Object {
	if len(s.path) > 0 {
		if id, ok := s.path[len(s.path)-1].(*ast.Ident); ok {
			if o := s.object(id); o != nil {
				return o
			}
			if s.selector != nil {
				if tv, ok := s.typed(s.selector.X); ok && tv.Type != nil {
					o, _, _ := types.LookupFieldOrMethod(tv.Type, true, s.g.Pkg, name)
					return o
				}
			}
			if s.literal != nil {
				for _, f := range s.lacks() {
					if f.Name() == name {
						return f
					}
				}
			}
		}
	}
	if member || s.g.Scope == nil {
		return nil
	}
	_, o := s.g.Scope.LookupParent(name, s.g.At)
	if o != nil && o.Parent() == types.Universe {
		return nil // the session's own come first
	}
	return o
}

// pkg tells about a package.
func (p *page) pkg(path string) {
	imp := p.n.World.Importer()
	name, ok := imp.Name(path)
	if !ok {
		return
	}
	p.code("package " + name + " // import \"" + path + "\"")
	p.doc(export.Doc(path, ""))
	if pkg, err := imp.Import(path); err == nil {
		p.variants(pkg, nil)
	}
}

// object tells about an object. text is the cell as it was checked.
func (p *page) object(s *spot, o types.Object, text string) {
	g := s.g
	if n, ok := o.(*types.PkgName); ok {
		p.pkg(n.Imported().Path())
		return
	}
	qual := func(other *types.Package) string {
		if other == g.Pkg || other == o.Pkg() && o.Pkg() != g.Pkg {
			return ""
		}
		return other.Name()
	}
	if v, ok := o.(*types.Var); ok && v.IsField() {
		p.field(s, v, text, qual)
		return
	}
	p.code(declaration(o, qual))
	if o.Pkg() == nil {
		p.text(universeHelp[o.Name()])
		return
	}
	if o.Pkg() != g.Pkg {
		p.doc(export.Doc(o.Pkg().Path(), symbol(o)))
		if f, ok := o.(*types.Func); ok && f.Signature().Recv() == nil {
			p.variants(o.Pkg(), f)
		}
		if p.detail > 0 && p.n.Code != nil {
			path, name := o.Pkg().Path(), symbol(o)
			p.fetch(func() string { return p.n.Code(path, name) })
		}
	} else {
		p.own(s, o, text)
	}
	if t, ok := o.(*types.TypeName); ok {
		p.methods(t, qual)
	}
}

// own tells about an object of the session or of the cell being typed.
func (p *page) own(s *spot, o types.Object, text string) {
	k, ok := s.g.Known(symbol(o))
	if !ok || k.Obj != o && !sameDeclaration(k.Obj, o) {
		d, _ := find(text, symbol(o))
		p.doc(d)
		return
	}
	doc, code := "", ""
	if p.n.Source != nil {
		src := p.n.Source(k.Cell)
		doc, code = find(p.n.blank(src, p.n.pieces(src)), symbol(o))
	}
	if code == "" {
		code = k.Text
	}
	p.doc(doc)
	if v, ok := o.(*types.Var); ok && !k.Lost && p.n.Value != nil {
		p.fetch(func() string {
			if value := p.n.Value(v.Name()); value != "" {
				return "= " + value
			}
			return ""
		})
	}
	if p.detail > 0 && code != "" {
		p.code(code)
	}
	where := "declared in " + k.Cell
	if k.Lost {
		where += "; its value was lost, run " + k.Cell + " again"
	}
	p.text(where)
}

// sameDeclaration says whether two objects stand for one declaration: a check
// makes new objects of what it takes along.
func sameDeclaration(a, b types.Object) bool {
	if a == nil || b == nil || a.Name() != b.Name() {
		return false
	}
	f, ok := b.(*types.Func)
	return ok && f.Signature().Recv() != nil && a.Pkg() == b.Pkg()
}

// field tells about a field of a struct.
func (p *page) field(s *spot, f *types.Var, text string, qual types.Qualifier) {
	p.code("field " + f.Name() + " " + types.TypeString(f.Type(), qual))
	var t types.Type
	if s.selector != nil {
		t = s.typeOf(s.selector.X)
	} else if s.literal != nil {
		t = s.typeOf(s.literal)
	}
	owner := ownerOf(t, f, 0)
	if owner == nil {
		return
	}
	symbol := owner.Obj().Name() + "." + f.Name()
	doc := ""
	if owner.Obj().Pkg() != s.g.Pkg {
		doc = export.Doc(owner.Obj().Pkg().Path(), symbol)
	} else if k, ok := s.g.Known(owner.Obj().Name()); ok && p.n.Source != nil {
		src := p.n.Source(k.Cell)
		doc, _ = find(p.n.blank(src, p.n.pieces(src)), symbol)
	}
	if doc == "" && owner.Obj().Pkg() == s.g.Pkg {
		doc, _ = find(text, symbol)
	}
	p.doc(doc)
	p.text("of type " + types.TypeString(owner, name(s.g.Pkg)))
}

// ownerOf finds the named struct type that has the field, also among what it
// embeds.
func ownerOf(t types.Type, f *types.Var, depth int) *types.Named {
	n, ok := types.Unalias(deref(t)).(*types.Named)
	if !ok || depth > 10 {
		return nil
	}
	s, ok := n.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for x := range s.Fields() {
		if x == f || x.Origin() == f.Origin() {
			return n
		}
	}
	for x := range s.Fields() {
		if x.Embedded() {
			if o := ownerOf(x.Type(), f, depth+1); o != nil {
				return o
			}
		}
	}
	return nil
}

// kernelsPath is where packages have variants of one computation.
const kernelsPath = "github.com/weft-go/weft/kernels/"

// variants lists the functions of a kernel's package that compute the same.
func (p *page) variants(pkg *types.Package, f *types.Func) {
	if !strings.HasPrefix(pkg.Path(), kernelsPath) {
		return
	}
	serial, _ := pkg.Scope().Lookup("Serial").(*types.Func)
	if serial == nil || f != nil && !computes(f, serial) {
		return
	}
	lines := []string{}
	for _, n := range pkg.Scope().Names() {
		o, ok := pkg.Scope().Lookup(n).(*types.Func)
		if !ok || !o.Exported() || !computes(o, serial) {
			continue
		}
		line, _, _ := strings.Cut(export.Doc(pkg.Path(), n), "\n")
		lines = append(lines, pkg.Name()+"."+n+strings.TrimPrefix(types.TypeString(o.Signature(), name(nil)), "func")+"\n    "+line)
	}
	if len(lines) > 1 {
		p.code("variants:\n" + strings.Join(lines, "\n"))
	}
}

// computes says whether a function takes what the serial one takes, and
// perhaps more, and returns the same.
func computes(f, serial *types.Func) bool {
	a, b := f.Signature(), serial.Signature()
	if f.Name() == "New" || !types.Identical(a.Results(), b.Results()) || a.Params().Len() < b.Params().Len() {
		return false
	}
	for i := range b.Params().Len() {
		if !types.Identical(a.Params().At(i).Type(), b.Params().At(i).Type()) {
			return false
		}
	}
	return true
}

// declaration writes an object as its declaration begins.
func declaration(o types.Object, qual types.Qualifier) string {
	switch o := o.(type) {
	case *types.Const:
		if o.Pkg() == nil {
			return "const " + o.Name()
		}
		return fmt.Sprintf("const %s %s = %s", o.Name(), types.TypeString(o.Type(), qual), o.Val())
	case *types.TypeName:
		if o.Pkg() == nil {
			return "type " + o.Name() // predeclared
		}
		return structured(types.ObjectString(o, qual))
	case *types.Builtin:
		if text, ok := builtins[o.Name()]; ok {
			return text
		}
		return "func " + o.Name() + " (of package unsafe)"
	case *types.Func:
		return types.ObjectString(o, qual)
	case *types.Nil:
		return "nil"
	case *types.Label:
		return "label " + o.Name()
	}
	s := types.ObjectString(o, qual)
	if v, ok := o.(*types.Var); ok {
		s = "var " + v.Name() + " " + types.TypeString(v.Type(), qual)
	}
	return s
}

// structured writes the fields of a struct on lines of their own when they are
// too many for one.
func structured(s string) string {
	i := strings.Index(s, " struct{")
	if i < 0 || len(s) < 80 || !strings.HasSuffix(s, "}") {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i] + " struct {\n\t")
	depth, quoted := 0, false
	for j := i + len(" struct{"); j < len(s)-1; j++ {
		switch c := s[j]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			b.WriteByte(c)
			j++
		case quoted:
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == ';' && depth == 0:
			b.WriteString("\n\t")
			if j+1 < len(s) && s[j+1] == ' ' {
				j++
			}
			continue
		}
		b.WriteByte(s[j])
	}
	return b.String() + "\n}"
}

// symbol is the name under which the documentation knows an object, and check
// a declaration: "f", "T", "T.m".
func symbol(o types.Object) string {
	if f, ok := o.(*types.Func); ok {
		if r := f.Signature().Recv(); r != nil {
			if n, ok := types.Unalias(deref(r.Type())).(*types.Named); ok {
				return n.Obj().Name() + "." + f.Name()
			}
		}
	}
	return o.Name()
}

// maxMethods bounds the methods that are listed.
const maxMethods = 40

func (p *page) methods(t *types.TypeName, qual types.Qualifier) {
	if types.IsInterface(t.Type()) {
		return
	}
	set := types.NewMethodSet(types.NewPointer(t.Type()))
	var lines []string
	for i := range set.Len() {
		if m := set.At(i).Obj(); m.Exported() || m.Pkg() == t.Pkg() && t.Pkg().Path() == "main" {
			lines = append(lines, types.ObjectString(m, qual))
		}
	}
	if len(lines) > maxMethods {
		lines = append(lines[:maxMethods], fmt.Sprintf("... and %d more", len(lines)-maxMethods))
	}
	if len(lines) > 0 {
		p.code(strings.Join(lines, "\n"))
	}
}

// keywordHelp says what each keyword is for.
var keywordHelp = map[string]string{
	"break":       "Ends the innermost for, switch or select, or the one with a label: break L.",
	"case":        "Begins a branch of switch or select; it ends before the next one, without break.",
	"chan":        "The type of channels: chan T, <-chan T (receive only), chan<- T (send only). make(chan T, n) makes one with room for n values.",
	"const":       "Declares constants: const n = 10, or a group in parentheses, where iota counts from 0.",
	"continue":    "Begins the next round of the innermost for, or of the one with a label: continue L.",
	"default":     "The branch of a switch or select that is taken when no other is.",
	"defer":       "Calls a function when the surrounding one returns, the last deferred first: defer f.Close().",
	"else":        "What an if does otherwise: } else { or } else if x {, on the line of the closing brace.",
	"fallthrough": "Goes on with the next case of a switch; it must be a case's last statement.",
	"for":         "Loops: for i := range 10 {, for i, x := range xs {, for i := 0; i < n; i++ {, for cond {, for {.",
	"func":        "Declares a function, func f(n int) error {, a method, func (t *T) m() {, or is a function literal, func(x int) int { return x + 1 }.",
	"go":          "Calls a function in a new goroutine: go f(x). The statement does not wait for it.",
	"goto":        "Goes on at a label of the same function: goto L.",
	"if":          "if cond {, or with a statement first: if err := f(); err != nil {.",
	"import":      "Makes a package's names usable: import \"strings\". In a notebook packages of the standard library need no import.",
	"interface":   "A type that lists methods, interface{ Read([]byte) (int, error) }, or, as a constraint, types.",
	"map":         "The type of maps: map[K]V. make(map[K]V) makes an empty one; v, ok := m[k] looks a key up.",
	"package":     "Names the package of a file. A cell that begins with package main is a whole program.",
	"range":       "What a for goes through: for i, x := range xs, also over maps, strings, channels, integers and functions.",
	"return":      "Ends the function, with its results: return x, nil.",
	"select":      "Waits until one of several channel operations can go on: select { case v := <-c: … case d <- v: … }.",
	"struct":      "A type of named fields: struct{ X, Y int }.",
	"switch":      "Takes the first case that fits: switch x { case 1, 2: … default: … }; switch v := x.(type) { looks at types.",
	"type":        "Declares a type: type T struct{ … }, type Celsius float64, or an alias: type A = T.",
	"var":         "Declares variables: var x int, var x = 1, or a group in parentheses.",
}
