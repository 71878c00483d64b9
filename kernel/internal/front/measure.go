package front

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/figure"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/native"
)

// Measure implements magic.Env. What is repeated becomes functions that live for
// this run only.
func (x *execution) Measure(ctx context.Context, want magic.Measurement) (report []byte, err error) {
	m := &link.Measure{Kind: want.Kind, Text: strings.TrimSpace(want.Cell)}
	if m.Options, err = json.Marshal(want.Options); err != nil {
		return nil, fmt.Errorf("BUG: options of %%%s: %w", want.Kind, err)
	}
	x.report = nil
	warm := make(chan struct{})
	x.warm = warm
	go func() { // beside the compiler, not beside what is measured
		defer close(warm)
		if want.Kind != "time" {
			figure.Warm()
		}
	}()
	if want.Instrument != "" {
		want.Engine = engineNative
		defer func() { x.instrument = "" }()
	}
	switch {
	case want.Cell == "" && len(want.Bodies) == 0:
		err := x.measureAlone(ctx, m)
		return x.report, err
	case len(want.Bodies) == 0:
		if want.Instrument != "" {
			if err := x.instrumentedFor(ctx, want.Instrument, want.Cell); err != nil {
				return nil, err
			}
		}
		err := x.golangOn(ctx, want.Engine, want.Cell, m)
		return x.report, err
	}
	var texts []string
	var parts []part
	for _, b := range want.Bodies {
		p := newPart(b)
		parts = append(parts, p)
		texts = append(texts, p.code)
		name := b.Name
		if name == "" {
			name = p.code
		}
		m.Bodies = append(m.Bodies, link.Body{Name: name, Text: p.code})
	}
	m.Text = strings.Join(texts, " | ")
	s := newSheet(parts, m.Bodies)
	c, err := x.front.checkOnly(x.name, s.text())
	if s.unused(err, parts) { // make([]byte, 10) and int(x) look like calls
		s = newSheet(parts, m.Bodies)
		c, err = x.front.checkOnly(x.name, s.text())
	}
	if err == nil {
		for i, b := range want.Bodies {
			if b.Value {
				parts[i].values = valuesOf(c, i)
				m.Bodies[i].Values = parts[i].values > 0
			}
		}
		s = newSheet(parts, m.Bodies)
	}
	if want.Instrument != "" {
		if err := x.instrumentedFor(ctx, want.Instrument, s.text()); err != nil {
			return nil, s.translate(err)
		}
	}
	err = s.translate(x.golangOn(ctx, want.Engine, s.text(), m))
	return x.report, err
}

// measureAlone has the session measure something that is no Go text.
func (x *execution) measureAlone(ctx context.Context, m *link.Measure) error {
	m.Engine = "compiled"
	r, err := x.send(link.Run{Cell: x.run, Name: x.name, Waits: true, Measure: m})
	if err != nil {
		return x.died(ctx, err)
	}
	return x.outcome(r)
}

// checkOnly checks text and forgets it.
func (f *Front) checkOnly(name, text string) (*check.Cell, error) {
	f.engines.mu.Lock()
	defer f.engines.mu.Unlock()
	return f.world.Check(name, text)
}

// A part is one text that is measured.
type part struct {
	code    string // without what stands around it
	line    int    // where it begins, from 0
	column  int    // bytes, from 0
	param   string // the name of its parameter, "" for none
	isValue bool   // it is an expression other than a call
	closed  bool   // it has to be a function of its own: it returns, or defers
	values  int    // how many values it has, if these are wanted
}

func newPart(b magic.Body) part {
	code := strings.TrimLeft(b.Code, " \t\r\n")
	lead := b.Code[:len(b.Code)-len(code)]
	p := part{
		code:   withoutTail(code),
		line:   strings.Count(lead, "\n"),
		column: len(lead) - 1 - strings.LastIndexByte(lead, '\n'),
		param:  b.Param,
	}
	if e, err := parser.ParseExpr(p.code); err == nil {
		_, call := e.(*ast.CallExpr)
		p.isValue = !call
		return p
	}
	p.closed = leaves(p.code)
	return p
}

// withoutTail cuts blanks and comments off the end of Go text: a comment would
// swallow what follows.
func withoutTail(code string) string {
	var s scanner.Scanner
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(code))
	s.Init(file, []byte(code), func(token.Position, string) {}, 0)
	end := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue
		}
		n := len(lit)
		if n == 0 || tok.IsOperator() {
			n = len(tok.String())
		}
		end = file.Offset(pos) + n
	}
	if end == 0 {
		return strings.TrimSpace(code)
	}
	return strings.TrimSpace(code[:min(end, len(code))])
}

// leaves says whether statements leave a loop around them, or leave something
// for the end of the function: return, defer, goto, and break and continue
// without a loop of their own.
func leaves(code string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+code+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return false // the check tells
	}
	var walk func(n ast.Node, inLoop, inSwitch bool) bool
	walk = func(n ast.Node, inLoop, inSwitch bool) (found bool) {
		ast.Inspect(n, func(c ast.Node) bool {
			if c == n || found {
				return !found
			}
			switch c := c.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt, *ast.DeferStmt, *ast.LabeledStmt:
				found = true
			case *ast.BranchStmt:
				switch c.Tok {
				case token.GOTO:
					found = true
				case token.BREAK:
					found = c.Label == nil && !inLoop && !inSwitch
				case token.CONTINUE:
					found = c.Label == nil && !inLoop
				}
			case *ast.ForStmt, *ast.RangeStmt:
				found = walk(c, true, inSwitch)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				found = walk(c, inLoop, true)
				return false
			}
			return !found
		})
		return found
	}
	return walk(f, false, false)
}

// A sheet is the text of the functions to be measured, each where its code
// stands in the cell.
type sheet struct {
	b      strings.Builder
	line   int
	marks  []mark
	source []string // the cell's lines, as far as they are measured
}

// A mark is where a part begins in the sheet.
type mark struct{ line, from, to, column int }

func newSheet(parts []part, bodies []link.Body) *sheet {
	s := &sheet{}
	for i, p := range parts {
		param := p.param
		if param == "" {
			param = "_"
		}
		open, end := fmt.Sprintf("func %s%d(w_loops, %s int) { for range w_loops { ", native.MeasuredName, i, param), " } }; "
		switch {
		case p.isValue:
			open += "_ = "
		case p.closed:
			open, end = open+"func() { ", " }()"+end
		}
		s.write(p, open, end)
		if bodies[i].Values {
			names := make([]string, p.values)
			for k := range names {
				names[k] = fmt.Sprint("w_", k)
			}
			list := strings.Join(names, ", ")
			s.write(p, fmt.Sprintf("func %s%d(%s int) []any { %s := ", native.ValuesName, i, param, list), " ; return []any{"+list+"} }; ")
		}
		for k, l := range strings.Split(p.code, "\n") {
			s.show(p.line+k, p.column, l, k == 0)
		}
	}
	return s
}

func (s *sheet) text() string { return s.b.String() }

// write adds a part in a function, on its line if that has not gone by.
func (s *sheet) write(p part, open, end string) {
	if n := p.line - s.line; n > 0 {
		s.b.WriteString(strings.Repeat("\n", n))
		s.line = p.line
	}
	text := s.b.String()
	from := len(text) - 1 - strings.LastIndexByte(text, '\n') + len(open)
	first, _, _ := strings.Cut(p.code, "\n")
	s.marks = append(s.marks, mark{s.line, from, from + len(first), p.column})
	s.b.WriteString(open + p.code + end)
	s.line += strings.Count(p.code, "\n")
}

// unused marks the parts of which a check says that their value is not used,
// and reports whether there are any.
func (s *sheet) unused(err error, parts []part) (found bool) {
	var d *cell.Diagnostics
	if !errors.As(err, &d) {
		return false
	}
	for _, x := range d.List {
		for i, m := range s.marks[:len(parts)] {
			at := x.Line-1 == m.line && x.Column-1 >= m.from && x.Column-1 <= m.to
			if at && strings.HasSuffix(x.Message, "is not used") && !parts[i].isValue {
				if _, err := parser.ParseExpr(parts[i].code); err == nil {
					parts[i].isValue, found = true, true
				}
			}
		}
	}
	return found
}

// show puts a line of a part where it stands in the cell.
func (s *sheet) show(line, column int, text string, first bool) {
	for len(s.source) <= line {
		s.source = append(s.source, "")
	}
	if !first {
		s.source[line] = text
		return
	}
	old := s.source[line]
	if len(old) < column {
		old += strings.Repeat(" ", column-len(old))
	}
	s.source[line] = old[:column] + text + old[min(len(old), column+len(text)):]
}

// translate gives complaints about the sheet their places in the cell.
func (s *sheet) translate(err error) error {
	var d *cell.Diagnostics
	if !errors.As(err, &d) {
		return err
	}
	for i := range d.List {
		x := &d.List[i]
		for _, m := range s.marks {
			if x.Line-1 == m.line && x.Column-1 >= m.from && x.Column-1 <= m.to {
				x.Column = x.Column - m.from + m.column
				break
			}
		}
		if x.Line >= 1 && x.Line <= len(s.source) {
			x.Column = max(1, min(x.Column, len(s.source[x.Line-1])+1))
		}
	}
	d.Source = strings.Join(s.source, "\n")
	return err
}

// valuesOf returns how many values the code of a measured function has.
func valuesOf(c *check.Cell, i int) int {
	name := fmt.Sprint(native.MeasuredName, i)
	for _, u := range c.Units {
		d, ok := u.Node.(*ast.FuncDecl)
		if !ok || d.Name.Name != name || len(d.Body.List) != 1 {
			continue
		}
		loop, ok := d.Body.List[0].(*ast.RangeStmt)
		if !ok || len(loop.Body.List) != 1 {
			return 0
		}
		var e ast.Expr
		switch s := loop.Body.List[0].(type) {
		case *ast.ExprStmt:
			e = s.X
		case *ast.AssignStmt:
			if id, ok := s.Lhs[0].(*ast.Ident); ok && id.Name == "_" && len(s.Rhs) == 1 {
				e = s.Rhs[0]
			}
		}
		switch t := c.Info.TypeOf(e).(type) {
		case nil:
			return 0
		case *types.Tuple:
			return t.Len()
		case *types.Basic:
			if t.Kind() == types.Invalid || t.Kind() == types.UntypedNil {
				return 0
			}
		}
		return 1
	}
	return 0
}

// Note implements magic.Env.
func (x *execution) Note(name, text string) {
	x.front.mu.Lock()
	defer x.front.mu.Unlock()
	if x.front.notes == nil {
		x.front.notes = map[string]string{}
	}
	x.front.notes[name] = text
}

// Noted implements magic.Env.
func (x *execution) Noted(name string) string {
	x.front.mu.Lock()
	defer x.front.mu.Unlock()
	return x.front.notes[name]
}

// Place implements magic.Env.
func (x *execution) Place(at link.Step) (link.Position, bool) { return x.front.sources.position(at) }

// SourceLine implements magic.Env.
func (x *execution) SourceLine(cell string, line int) (text, function string, ok bool) {
	if text, ok = x.front.sources.line(cell, line); ok {
		function = x.front.sources.function(cell, line)
	}
	return text, function, ok
}

// measureFile is what the file of measureCall is called in stacks.
const measureFile = "w_measure"

// measureCall is the file by which the interpreter hands the functions that are
// measured to the session.
func measureCall(m *link.Measure) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport w_ \"weft/glue\"\n\nfunc init() {\n")
	for i, body := range m.Bodies {
		if body.Values {
			fmt.Fprintf(&b, "\tw_.BodyValues(%s%d, %s%d)\n", native.MeasuredName, i, native.ValuesName, i)
		} else {
			fmt.Fprintf(&b, "\tw_.Body(%s%d)\n", native.MeasuredName, i)
		}
	}
	b.WriteString("\tw_.Measure(func(loops, n int) { for i := 0; i < loops; i++ { } })\n}\n")
	return b.String()
}
