package front

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/weft-go/weft"
	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/native"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

// A studied function is one of a cell with the package that it is compiled in
// when somebody wants to look at its code.
type studied struct {
	cell        *check.Cell
	src         *native.Source
	unit        *check.Unit
	first, last int // its lines in unit.Cell
}

// studiedPath is the path of the package; none of a session has it.
const studiedPath = "nb/c0"

// study writes a function or method of a cell, with all that it needs, as a
// package by itself: the text and the settings are those with which the session
// gets it.
func (x *execution) study(name string) (*studied, error) {
	f, e := x.front, x.front.engines
	e.mu.Lock()
	defer e.mu.Unlock()
	name = plainName(name)
	d := f.world.Decl(name)
	if d == nil || d.Unit == nil {
		return nil, fmt.Errorf("no cell has defined a function %s: name one, such as f, T.m for a method, or julia.Serial for one of a package", name)
	}
	want := []string{name}
	recv, _, method := strings.Cut(name, ".")
	switch {
	case method:
		want = append([]string{recv}, f.world.Methods(recv)...)
	case d.Kind == check.Type:
		return nil, fmt.Errorf("%s is a type: name one of its methods, such as %s.%s", name, name, firstMethod(f.world.Methods(name)))
	case d.Kind != check.Func:
		return nil, fmt.Errorf("%s is a %s: only functions that are declared with func have code of their own", name, d.Kind)
	}
	if d.Unit.Broken() {
		return nil, fmt.Errorf("%s no longer fits what it uses: run the cell that declares it again", name)
	}
	state := native.New()
	for {
		c, err := f.world.Check("native", "", want...)
		if err != nil {
			return nil, err
		}
		more := slices.DeleteFunc(state.Needs(c), func(n string) bool { return slices.Contains(want, n) })
		if len(more) > 0 {
			want = append(want, more...)
			continue
		}
		src, err := state.Write(c, studiedPath, native.Options{})
		if err != nil {
			return nil, err
		}
		for _, u := range slices.Concat(c.Redo, c.Again) {
			if slices.Contains(u.Names, name) && u.Source != nil {
				return &studied{c, src, u, u.Source.Line(u.Node.Pos()), u.Source.Line(u.Node.End())}, nil
			}
		}
		return nil, fmt.Errorf("BUG: %s was not checked", name)
	}
}

// plainName is T.m for (*T).m, and the name as it is for others.
func plainName(name string) string {
	if rest, ok := strings.CutPrefix(name, "(*"); ok {
		return strings.Replace(rest, ").", ".", 1)
	}
	if rest, ok := strings.CutPrefix(name, "*"); ok {
		return rest
	}
	return name
}

// firstMethod names a method in a hint.
func firstMethod(methods []string) string {
	if len(methods) == 0 {
		return "m"
	}
	_, m, _ := strings.Cut(methods[0], ".")
	return m
}

// asPackage is what the toolchain compiles.
func (s *studied) asPackage() toolchain.Package {
	files := make([]toolchain.File, len(s.src.Files))
	for i, f := range s.src.Files {
		files[i] = toolchain.File(f)
	}
	return toolchain.Package{Path: s.src.Path, Clause: s.src.Clause, Files: files, Imports: s.src.Imports}
}

// engineNote says what to know about code that is not what runs.
func (x *execution) engineNote() string {
	e := x.front.engines
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.chosen == engineInterp {
		return "%engine interp is chosen: cells are interpreted, this is what they would be compiled to"
	}
	return ""
}

// Assembly implements magic.Env.
func (x *execution) Assembly(ctx context.Context, name string) (*magic.Listing, error) {
	f, e := x.front, x.front.engines
	if err := e.compiler(ctx); err != nil {
		return nil, fmt.Errorf("machine code comes from the Go compiler: %w", err)
	}
	l := &magic.Listing{Name: name, Arch: runtime.GOARCH}
	if pkg, function, ok := f.ofPackage(name); ok {
		return l, x.assemblyOf(ctx, l, pkg, function)
	}
	s, err := x.study(name)
	if err != nil {
		return nil, err
	}
	list, err := e.tools.Assembly(ctx, s.asPackage())
	if err != nil {
		return nil, compileErrors(s.cell, err)
	}
	l.Note = x.engineNote()
	want := plainName(name)
	for _, r := range list {
		shown := strings.TrimPrefix(native.Demangle(r.Name), "main.")
		if of, _, _ := strings.Cut(plainName(shown), "["); belongs(of, want) || belongs(plainName(shown), want) {
			l.Funcs = append(l.Funcs, listed(shown, r))
		}
	}
	if len(l.Funcs) == 0 {
		if d, ok := s.unit.Node.(*ast.FuncDecl); ok {
			if o, ok := s.cell.Info.Defs[d.Name].(*types.Func); ok && (o.Signature().TypeParams().Len() > 0 || o.Signature().RecvTypeParams().Len() > 0) {
				return nil, fmt.Errorf("%s is generic: it is compiled for the types that it is used with, within the functions that use it; look at one of those", name)
			}
		}
		return nil, fmt.Errorf("the compiler has left no code of %s: it is inlined where it is called", name)
	}
	x.addSource(l, func(file string, line int) (string, bool) { return f.sources.line(file, line) })
	return l, nil
}

// ofPackage takes the name of a function of a package apart; ok is false for
// what cells have declared, methods too.
func (f *Front) ofPackage(name string) (pkg, function string, ok bool) {
	pkg, function, ok = strings.Cut(plainName(name), ".")
	d := f.world.Decl(pkg)
	return pkg, function, ok && (d == nil || d.Kind == check.Import)
}

// belongs says whether a compiled function is the one that is wanted, or a
// function literal in it.
func belongs(name, want string) bool {
	rest, ok := strings.CutPrefix(name, want)
	return ok && (rest == "" || rest[0] == '.')
}

func listed(name string, r toolchain.Routine) magic.ListedFunc {
	f := magic.ListedFunc{Name: name}
	for _, i := range r.Instructions {
		i.Target, i.Text = asCell(i.Target), strings.Replace(asCell(i.Text), "(SB)", "", 1)
		f.Instructions = append(f.Instructions, magic.Instruction(i))
	}
	return f
}

// assemblyOf lists a function of a package that cells import.
func (x *execution) assemblyOf(ctx context.Context, l *magic.Listing, pkg, function string) error {
	f := x.front
	path := ""
	if d := f.world.Decl(pkg); d != nil && d.Pkg != nil {
		path = d.Pkg.Path()
	} else if p, ok := f.world.Importer().(interface {
		Lookup(name string, members ...string) (string, bool)
	}); ok {
		first, _, _ := strings.Cut(function, ".")
		path, _ = p.Lookup(pkg, first)
	}
	if path == "" {
		return fmt.Errorf("%s is neither a name of the notebook nor a package", pkg)
	}
	list, err := f.engines.tools.AssemblyOf(ctx, path, `(\(\*)?`+regexp.QuoteMeta(strings.ReplaceAll(function, ").", "."))+`($|\.func|\.deferwrap|\.gowrap|\[)`)
	if recv, method, ok := strings.Cut(function, "."); ok && err == nil && len(list) == 0 {
		list, err = f.engines.tools.AssemblyOf(ctx, path, `\(\*`+regexp.QuoteMeta(recv)+`\)\.`+regexp.QuoteMeta(method)+`($|\.func|\.deferwrap|\.gowrap)`)
	}
	if err != nil {
		return fmt.Errorf("look for the code of %s.%s: %w", pkg, function, err)
	}
	if len(list) == 0 {
		return x.noCode(path, pkg, function)
	}
	for _, r := range list {
		l.Funcs = append(l.Funcs, listed(pkg+strings.TrimPrefix(r.Name, path), r))
	}
	dir, ours := strings.CutPrefix(path, "github.com/weft-go/weft/")
	files := map[string][]string{}
	x.addSource(l, func(file string, line int) (string, bool) {
		lines, ok := files[file]
		if !ok && ours {
			if text, err := weft.Sources.ReadFile(dir + "/" + file); err == nil {
				lines = strings.Split(string(text), "\n")
			}
			files[file] = lines
		}
		if line < 1 || line > len(lines) {
			return "", false
		}
		return lines[line-1], true
	})
	return nil
}

// noCode says why a function of a package has no code.
func (x *execution) noCode(path, pkg, function string) error {
	p, err := x.front.world.Importer().Import(path)
	if err != nil {
		return err
	}
	switch o := p.Scope().Lookup(function).(type) {
	case nil:
		return fmt.Errorf("%s has no function %s", pkg, function)
	case *types.Func:
		if o.Signature().TypeParams().Len() > 0 {
			return fmt.Errorf("%s.%s is generic: it is compiled for the types that it is used with, within the functions that use it; look at one of those", pkg, function)
		}
		return fmt.Errorf("the compiler has left no code of %s.%s: it is inlined where it is called, or a part of the compiler itself", pkg, function)
	case *types.TypeName:
		return fmt.Errorf("%s.%s is a type: name one of its methods", pkg, function)
	}
	return fmt.Errorf("%s.%s is no function", pkg, function)
}

// addSource adds the text of the lines that instructions come from.
func (x *execution) addSource(l *magic.Listing, text func(file string, line int) (string, bool)) {
	seen := map[magic.ListedLine]bool{}
	for _, f := range l.Funcs {
		for _, i := range f.Instructions {
			at := magic.ListedLine{File: i.File, Line: i.Line}
			if seen[at] {
				continue
			}
			seen[at] = true
			if t, ok := text(i.File, i.Line); ok {
				at.Text = t
				l.Source = append(l.Source, at)
			}
		}
	}
	own := ""
	if len(l.Funcs) > 0 && len(l.Funcs[0].Instructions) > 0 {
		own = l.Funcs[0].Instructions[0].File
	}
	slices.SortStableFunc(l.Source, func(a, b magic.ListedLine) int {
		switch {
		case a.File == b.File:
			return a.Line - b.Line
		case a.File == own:
			return -1
		case b.File == own:
			return 1
		}
		return strings.Compare(a.File, b.File)
	})
}

// Decisions implements magic.Env.
func (x *execution) Decisions(ctx context.Context, name string) (*magic.Decisions, error) {
	f, e := x.front, x.front.engines
	if err := e.compiler(ctx); err != nil {
		return nil, fmt.Errorf("the Go compiler is asked what it decides: %w", err)
	}
	if pkg, function, ok := f.ofPackage(name); ok {
		return nil, fmt.Errorf("%s.%s is a function of a package: the compiler is asked about functions of cells (%%asm shows the code of both)", pkg, function)
	}
	s, err := x.study(name)
	if err != nil {
		return nil, err
	}
	list, err := e.tools.Decisions(ctx, s.asPackage())
	if err != nil {
		return nil, compileErrors(s.cell, err)
	}
	d := &magic.Decisions{Name: name, Note: x.engineNote()}
	for n := s.first; n <= s.last; n++ {
		text, ok := f.sources.line(s.unit.Cell, n)
		if !ok {
			return nil, errors.New("the text of the cell that declares " + name + " is not kept any more: run it again")
		}
		d.Source = append(d.Source, magic.ListedLine{File: s.unit.Cell, Line: n, Text: text})
	}
	written := writtenLines(s.src.Files[0].Text, s.unit.Cell)
	for _, m := range list {
		if m.File != s.unit.Cell || m.Line < s.first || m.Line > s.last {
			continue
		}
		text := asCell(m.Message)
		if strings.HasPrefix(text, " ") {
			if n := len(d.List); n > 0 {
				d.List[n-1].Why = append(d.List[n-1].Why, strings.TrimSpace(text))
			}
			continue
		}
		d.List = append(d.List, magic.Decision{Line: m.Line, Column: m.Column, Text: text, Expr: asCell(written.indexed(m.Line, m.Column))})
	}
	return d, nil
}

// Names in the compiler's messages that the cell's text does not have.
var (
	writtenVariable = regexp.MustCompile(`\(\*w\d*_v_(\w+)\)|\*?\bw\d*_v_(\w+)`)
	writtenName     = regexp.MustCompile(`\bnb/c0\.|\bX_|\bw\d*_p_`)
)

// asCell words a message of the compiler's with the names of the cell.
func asCell(text string) string {
	return writtenName.ReplaceAllString(writtenVariable.ReplaceAllString(text, "$1$2"), "")
}

// lines are those of a cell as they are written for the compiler, by their
// numbers in the cell.
type lines map[int]writtenLine

type writtenLine struct {
	text  string
	first int // the column that the compiler gives to its first byte
}

// lineDirective says where what follows it comes from.
var lineDirective = regexp.MustCompile(`^//line (.+?):(\d+)(?::(\d+))?$`)

// writtenLines finds the lines of a cell in a package's text.
func writtenLines(text, cell string) lines {
	out := lines{}
	file, n, column := "", 0, 1
	for t := range strings.Lines(text) {
		t = strings.TrimRight(t, "\n")
		if m := lineDirective.FindStringSubmatch(t); m != nil {
			file = m[1]
			n, _ = strconv.Atoi(m[2])
			column = 1
			if m[3] != "" {
				column, _ = strconv.Atoi(m[3])
			}
			continue
		}
		if file == cell {
			out[n] = writtenLine{t, column}
		}
		n++
		column = 1
	}
	return out
}

// indexed is the indexed expression whose bracket opens at a place, "" where
// none does.
func (l lines) indexed(line, column int) string {
	text := l[line].text
	at := column - l[line].first
	if at < 1 || at >= len(text) || text[at] != '[' {
		return ""
	}
	// Brackets to the left belong to it, and names and dots.
	from, depth := at, 0
	for ; from > 0; from-- {
		switch c := rune(text[from-1]); {
		case c == ']' || c == ')':
			depth++
			continue
		case c == '[' || c == '(':
			depth--
		case depth > 0 || c == '.' || c == '_' || c >= 0x80 || unicode.IsLetter(c) || unicode.IsDigit(c):
			continue
		default:
			depth = -1
		}
		if depth < 0 {
			break
		}
	}
	depth = 0
	for to := at; to < len(text); to++ {
		switch text[to] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return text[from : to+1]
			}
		}
	}
	return ""
}
