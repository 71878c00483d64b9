package complete

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/weft-go/weft/kernel/internal/check"
)

// A collector gathers the matches of one completion.
type collector struct {
	n      *Notebook
	g      *check.Glance
	at     *place
	spot   *spot
	prefix string
	seen   map[string]bool
	out    []Match
}

// gather adds all that can stand at the cursor. before is the text before the
// name there.
func (c *collector) gather(before string) {
	dot := dotBefore(before)
	s := c.spot
	switch {
	case dot:
		c.members(before)
	case s.branch != token.ILLEGAL:
		for i, l := range s.labels() {
			c.add(Match{Text: l, Type: "label", rank: i})
		}
	case s.declares, c.at.declares():
	case c.at.clauses():
		c.words()
	case s.path == nil && c.at.ended():
		c.words()
	default:
		if s.literal != nil {
			for i, f := range s.lacks() {
				m := c.match(f, rankLocal)
				m.rank, m.other = i-1000, false
				c.add(m)
			}
			if s.keyed {
				return
			}
		}
		c.names()
		c.packages()
		c.words()
	}
}

// dotBefore says whether a selector's dot ends the text, and not the point of
// a number.
func dotBefore(src string) bool {
	s := strings.TrimRight(src, " \t\r\n")
	if !strings.HasSuffix(s, ".") || strings.HasSuffix(s, "..") {
		return false
	}
	start, _ := word(src, len(s)-1)
	return start == len(s)-1 || src[start] < '0' || src[start] > '9'
}

func (c *collector) fits(name string) (int, bool) {
	if name == "_" || c.seen[name] || strings.HasPrefix(name, hole) && !strings.HasPrefix(c.prefix, hole) {
		return 0, false
	}
	return tier(name, c.prefix)
}

func (c *collector) add(m Match) {
	if t, ok := c.fits(m.Text); ok {
		c.seen[m.Text] = true
		m.tier = t
		c.out = append(c.out, m)
	}
}

// object adds what an object is.
func (c *collector) object(o types.Object, rank int) {
	if _, ok := c.fits(o.Name()); ok {
		c.add(c.match(o, rank))
	}
}

func (c *collector) match(o types.Object, rank int) Match {
	m := Match{Text: o.Name(), rank: rank}
	s := c.spot
	qual := name(c.g.Pkg)
	if s.want != nil || s.typ {
		m.other = true
	} else if s.call && s.selector != nil {
		// Of a package most statements call a function.
		_, field := o.(*types.Var)
		m.other = !field || o.Parent() != nil
	}
	switch o := o.(type) {
	case *types.Func:
		m.Type = "function"
		f := o.Signature()
		if f.Recv() != nil {
			m.Type = "method"
		}
		m.Signature = strings.TrimPrefix(types.TypeString(f, qual), "func")
		if !s.typ && (s.call || s.fits(f.Results()) || s.fits(f)) {
			m.other = false
			if s.want != nil {
				m.rank += rankSession / 2 // after what needs no call
			}
		}
		return m
	case *types.Builtin:
		m.Type, m.Signature = "function", strings.TrimPrefix(builtins[o.Name()], "func "+o.Name())
		return m
	case *types.TypeName:
		m.Type = "type"
		m.Signature = kindOf(o.Type())
		if s.typ {
			m.other = false
		} else if s.want != nil && s.fits(o.Type()) {
			m.other, m.rank = false, rankFar // to be converted to, or for a literal
		}
		return m
	case *types.PkgName:
		m.Type, m.Signature, m.other = "package", o.Imported().Path(), m.other && !s.typ
		return m
	case *types.Const:
		m.Type = "constant"
	case *types.Var:
		m.Type = "variable"
		if o.IsField() {
			m.Type = "field"
		}
		if o.Type() != nil {
			if f, ok := o.Type().Underlying().(*types.Signature); ok && (s.call || s.fits(f.Results())) {
				m.other = false
				if s.want != nil {
					m.rank += rankSession / 2
				}
			}
		}
	default:
		m.Type = "constant" // nil
		m.other = m.other && !nilable(s.want)
		return m
	}
	if s.fits(o.Type()) {
		m.other = false
	}
	m.Signature = types.TypeString(o.Type(), qual)
	return m
}

func nilable(t types.Type) bool {
	switch under(t).(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return true
	}
	return false
}

func kindOf(t types.Type) string {
	switch t.Underlying().(type) {
	case *types.Struct:
		return "struct"
	case *types.Interface:
		return "interface"
	}
	return ""
}

// members adds what may follow a dot.
func (c *collector) members(before string) {
	if sel := c.spot.selector; sel != nil {
		if id, ok := sel.X.(*ast.Ident); ok {
			if p, ok := c.spot.object(id).(*types.PkgName); ok {
				c.exported(p.Imported(), rankSession)
				c.others(id.Name, p.Imported())
				return
			}
		}
		if tv, ok := c.spot.typed(sel.X); ok && tv.Type != nil && tv.Type != types.Typ[types.Invalid] {
			c.fieldsAndMethods(tv.Type, tv.IsType())
			return
		}
	}
	// The text could not be understood: perhaps the name before the dot can.
	s := strings.TrimSuffix(strings.TrimRight(before, " \t\r\n"), ".")
	start, _ := word(s, len(s))
	name := s[start:]
	if name == "" || dotBefore(s[:start]) {
		return
	}
	if k, ok := c.g.Known(name); ok {
		if k.Obj == nil {
			c.exported(k.Pkg, rankSession)
		} else {
			_, isType := k.Obj.(*types.TypeName)
			c.fieldsAndMethods(k.Obj.Type(), isType)
		}
		return
	}
	imp := c.n.World.Importer()
	if path, ok := imp.Lookup(name); ok {
		if p, err := imp.Import(path); err == nil {
			c.exported(p, rankSession)
			c.others(name, p)
		}
	}
}

// others adds the members of further packages of the name, which a cell means
// by using one of theirs, when no import line says which one it is.
func (c *collector) others(name string, first *types.Package) {
	imp, ok := c.n.World.Importer().(interface{ Candidates(name string) []string })
	if !ok || first.Name() != name {
		return
	}
	if k, ok := c.g.Known(name); ok && k.Obj == nil {
		return // imported
	}
	if c.prefix == "" {
		return
	}
	for _, path := range imp.Candidates(name) {
		if path == first.Path() {
			continue
		}
		if p, err := c.n.World.Importer().Import(path); err == nil {
			c.exported(p, rankFar)
		}
	}
}

func (c *collector) exported(p *types.Package, rank int) {
	for _, n := range p.Scope().Names() {
		if token.IsExported(n) {
			c.object(p.Scope().Lookup(n), rank)
		}
	}
}

// fieldsAndMethods adds what can be selected from a value of a type, or from
// the type itself.
func (c *collector) fieldsAndMethods(t types.Type, isType bool) {
	pkg := c.g.Pkg
	set := t
	if _, ptr := t.Underlying().(*types.Pointer); !ptr && !types.IsInterface(t) && !isType {
		set = types.NewPointer(t)
	}
	if !isType {
		c.structFields(t, map[types.Type]bool{}, rankLocal)
	}
	ms := types.NewMethodSet(set)
	for i := range ms.Len() {
		if o := ms.At(i).Obj(); o.Exported() || o.Pkg() == pkg {
			c.object(o, rankSession)
		}
	}
}

func (c *collector) structFields(t types.Type, seen map[types.Type]bool, rank int) {
	t = deref(t)
	if seen[t] {
		return
	}
	seen[t] = true
	s, ok := under(t).(*types.Struct)
	if !ok {
		return
	}
	for f := range s.Fields() {
		if f.Exported() || f.Pkg() == c.g.Pkg {
			c.object(f, rank)
			rank++
		}
	}
	for f := range s.Fields() {
		if f.Embedded() {
			c.structFields(f.Type(), seen, rank+100)
		}
	}
}

// names adds the names that are visible at the cursor: of the cell, of the
// session, and Go's own.
func (c *collector) names() {
	for s := c.g.Scope; s != nil && s != types.Universe; s = s.Parent() {
		for _, n := range s.Names() {
			if _, ok := c.fits(n); !ok {
				continue
			}
			o := s.Lookup(n)
			if c.spot.declaring(n) {
				continue
			}
			if s.Parent() != types.Universe {
				if _, seen := c.g.Scope.LookupParent(n, c.g.At); seen != o {
					continue
				}
			} else if o.Pos().IsValid() && o.Pos() >= c.g.At {
				if _, f := o.(*types.Func); !f {
					continue
				}
			}
			if _, ok := o.(*types.PkgName); !ok {
				c.object(o, rankLocal)
			} else {
				c.object(o, rankSession)
			}
		}
	}
	c.g.Each(func(k check.Known) {
		if _, ok := c.fits(k.Name); !ok {
			return
		}
		if k.Obj == nil {
			c.add(Match{Text: k.Name, Type: "package", Signature: k.Pkg.Path(), rank: rankSession, other: c.spot.want != nil})
		} else {
			c.object(k.Obj, rankSession)
		}
	})
	for _, n := range types.Universe.Names() {
		c.object(types.Universe.Lookup(n), rankBuiltin)
	}
}

// packages adds the packages that need no import line.
func (c *collector) packages() {
	imp := c.n.World.Importer()
	for _, p := range imp.Paths() {
		name, ok := imp.Name(p)
		if !ok {
			continue
		}
		if _, ok := c.fits(name); !ok {
			continue
		}
		if path, ok := imp.Lookup(name); ok {
			c.add(Match{Text: name, Type: "package", Signature: path, rank: rankPackage, other: c.spot.want != nil})
		}
	}
}

// words adds the keywords that can stand at the cursor.
func (c *collector) words() {
	for _, t := range c.at.keywords() {
		c.add(Match{Text: t.String(), Type: "keyword", rank: rankKeyword, other: c.spot.want != nil || c.spot.typ && t == token.FUNC})
	}
}

// builtins are Go's own functions as package builtin documents them.
var builtins = map[string]string{
	"append":  "func append(slice []Type, elems ...Type) []Type",
	"cap":     "func cap(v Type) int",
	"clear":   "func clear[T ~[]Type | ~map[Type]Type1](t T)",
	"close":   "func close(c chan<- Type)",
	"complex": "func complex(r, i FloatType) ComplexType",
	"copy":    "func copy(dst, src []Type) int",
	"delete":  "func delete(m map[Type]Type1, key Type)",
	"imag":    "func imag(c ComplexType) FloatType",
	"len":     "func len(v Type) int",
	"make":    "func make(t Type, size ...IntegerType) Type",
	"max":     "func max[T cmp.Ordered](x T, y ...T) T",
	"min":     "func min[T cmp.Ordered](x T, y ...T) T",
	"new":     "func new(Type) *Type",
	"panic":   "func panic(v any)",
	"print":   "func print(args ...Type)",
	"println": "func println(args ...Type)",
	"real":    "func real(c ComplexType) FloatType",
	"recover": "func recover() any",
}
