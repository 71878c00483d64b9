package magic

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/measure"
)

var effortMagic = &Magic{
	Name:  "effort",
	Usage: "%effort [-c 1|2] serial variant…",
	Short: "compare how much work it is to write variants of a function",
	Doc: `    %effort serial threads processes
    %effort julia.Serial julia.Goroutine julia.Process

Measures what a variant costs its author, beside the serial function that comes
first, with all declarations of the notebook (or of the kernel's package) that
each of them needs:

    D = L + M + I + (C + E) × 2

    L   lines of code more: neither blank nor only comment
    M   complexity more: the sum over functions of McCabe's number (1 and one for
        each if, for, case, && and ||) less 2; -c 1 takes less 1
    I   packages imported more
    C   lines that only convert data for the parallel part and back
    E   lines that only configure or build

C and E are what comments say: //effort:convert or //effort:config behind a
line, or alone above lines up to //effort:end or the function's end. Lines of C
are counted in L, too; those of E are not, as if they stood in another file.
Assembly is not counted.

measure.Last() returns the figures to a cell: a Series for each function, with
Figures "L", "M", "I", "C", "E" and "D".

The measure is that of a comparison of parallel programming in Python (its
Table 2: lines by CLOC, complexity by mccabe, weights as above). It counts text,
not thought: use it to compare variants of one job.`,
	Line: true,
	Run:  runEffort,
}

// A Declared is a declaration as text.
type Declared struct {
	Name    string
	Text    string            // "func f() { … }", without the comment above it
	Imports map[string]string // packages that it may name, path by name
}

func runEffort(ctx context.Context, env Env, call Call) error {
	names := strings.Fields(call.Args)
	less := 2
	if len(names) > 1 && names[0] == "-c" {
		switch names[1] {
		case "1":
			less = 1
		case "2":
		default:
			return fmt.Errorf("%%effort -c takes 1 or 2, not %q", names[1])
		}
		names = names[2:]
	}
	if len(names) == 0 {
		return errors.New("%effort needs the serial function and its variants, such as %effort serial threads")
	}
	var list []effort
	for _, name := range names {
		declared, err := env.Sources(name)
		if err != nil {
			return fmt.Errorf("%%effort: %w", err)
		}
		e, err := effortOf(name, declared, less)
		if err != nil {
			return fmt.Errorf("%%effort: %w", err)
		}
		list = append(list, e)
	}
	env.Display(map[string]any{"text/plain": strings.TrimSuffix(effortText(list), "\n"), "text/html": effortHTML(list)})
	if slices.ContainsFunc(effortRows(list), func(r effortRow) bool { return r.cost != 0 }) {
		env.Display(effortChart(list).MIMEBundle())
	}
	_, err := env.Measure(ctx, Measurement{Kind: "effort", Options: effortSeries(list)})
	return err
}

// effortSeries are the rows for measure.Last; the serial function's are counts,
// the others' differences from it.
func effortSeries(list []effort) []measure.Series {
	s := list[0]
	series := []measure.Series{{Name: s.name, Figures: effortFigures(s.lines, s.complexity, len(s.imports), s.convert, s.config)}}
	for _, r := range effortRows(list) {
		x := measure.Series{Name: r.name, Figures: effortFigures(r.l, r.m, r.i, r.c, r.e)}
		x.Figures["D"] = measure.Figure{Value: float64(r.cost)}
		series = append(series, x)
	}
	return series
}

func effortFigures(l, m, i, c, e int) map[string]measure.Figure {
	return map[string]measure.Figure{
		"L": {Value: float64(l)}, "M": {Value: float64(m)}, "I": {Value: float64(i)}, "C": {Value: float64(c)}, "E": {Value: float64(e)},
	}
}

// An effort is what a function and all that it needs consist of.
type effort struct {
	name            string
	lines           int // L
	complexity      int // M
	convert, config int // C, E
	imports         map[string]bool
	declarations    int
}

// effortOf counts.
func effortOf(name string, list []Declared, less int) (effort, error) {
	e := effort{name: name, imports: map[string]bool{}, declarations: len(list)}
	for _, d := range list {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, d.Name, "package p\n"+d.Text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return e, fmt.Errorf("read %s: %w", d.Name, err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok && d.Imports[id.Name] != "" {
					e.imports[d.Imports[id.Name]] = true
				}
			}
			return true
		})
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				e.complexity += complexity(f) - less
			}
		}
		tags := tagged(fset, file)
		for line := range codeLines(d.Text) {
			switch tags[line+1] { // below the package clause
			case "config":
				e.config++
				continue
			case "convert":
				e.convert++
			}
			e.lines++
		}
	}
	return e, nil
}

// complexity is McCabe's number of a function, with what its function literals
// decide (T. McCabe, A Complexity Measure, IEEE Transactions on Software
// Engineering, 1976: one more than the decisions).
func complexity(f *ast.FuncDecl) int {
	n := 1
	ast.Inspect(f, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if x.List != nil {
				n++
			}
		case *ast.CommClause:
			if x.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if x.Op == token.LAND || x.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

// codeLines are the numbers of the lines that have more than blanks and
// comments, from 1.
func codeLines(text string) map[int]bool {
	lines := map[int]bool{}
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return lines
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue
		}
		first := file.Line(pos)
		for k := range strings.Count(lit, "\n") + 1 { // a raw string goes on
			lines[first+k] = true
		}
	}
}

const effortTag = "//effort:"

// tagged says which lines of a file belong to a tag.
func tagged(fset *token.FileSet, file *ast.File) map[int]string {
	tags := map[int]string{}
	last := fset.Position(file.End()).Line
	text := map[int]bool{} // lines with code
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.Comment, *ast.CommentGroup, *ast.File:
		default:
			text[fset.Position(n.Pos()).Line] = true
			text[fset.Position(n.End()).Line] = true
		}
		return true
	})
	open, from := "", 0
	closeAt := func(line int) {
		for l := from; open != "" && l <= line; l++ {
			tags[l] = open
		}
		open = ""
	}
	for _, g := range file.Comments {
		for _, c := range g.List {
			tag, ok := strings.CutPrefix(c.Text, effortTag)
			if !ok {
				continue
			}
			tag = strings.TrimSpace(tag)
			at := fset.Position(c.Pos())
			switch {
			case tag == "end":
				closeAt(at.Line)
			case tag != "convert" && tag != "config":
			case text[at.Line]:
				tags[at.Line] = tag
			default:
				closeAt(at.Line)
				open, from = tag, at.Line
			}
		}
	}
	if open != "" {
		closeAt(last - 1) // not the function's last brace
	}
	return tags
}

// ---- showing

// An effortRow is a line of the table, less the serial function's.
type effortRow struct {
	name                string
	l, m, i, c, e, cost int
	imports             []string
}

func effortRows(list []effort) (rows []effortRow) {
	for _, x := range list[1:] {
		r := effortRow{name: x.name, l: x.lines - list[0].lines, m: x.complexity - list[0].complexity, c: x.convert - list[0].convert, e: x.config - list[0].config}
		for _, p := range slices.Sorted(maps.Keys(x.imports)) {
			if !list[0].imports[p] {
				r.imports = append(r.imports, p)
			}
		}
		r.i = len(r.imports)
		r.cost = r.l + r.m + r.i + (r.c+r.e)*2
		rows = append(rows, r)
	}
	return rows
}

const effortFormula = "D = L + M + I + (C + E) × 2, beyond the serial function: lines, complexity, imports, conversions, settings"

func effortText(list []effort) string {
	var b strings.Builder
	width := len("serial")
	for _, e := range list {
		width = max(width, len([]rune(e.name)))
	}
	fmt.Fprintf(&b, "%-*s  %5s %5s %4s %4s %4s %5s  new imports\n", width, "", "L", "M", "I", "C", "E", "D")
	s := list[0]
	fmt.Fprintf(&b, "%-*s  %5d %5d %4d %4d %4d %5s\n", width, s.name, s.lines, s.complexity, len(s.imports), s.convert, s.config, "-")
	rows := effortRows(list)
	for _, r := range rows {
		fmt.Fprintf(&b, "%-*s  %+5d %+5d %+4d %+4d %+4d %5d  %s\n", width, r.name, r.l, r.m, r.i, r.c, r.e, r.cost, strings.Join(r.imports, " "))
	}
	b.WriteString(effortFormula + "\n" + effortVerdict(rows))
	return b.String()
}

// effortVerdict names the variant that costs least.
func effortVerdict(rows []effortRow) string {
	if len(rows) == 0 {
		return ""
	}
	best := slices.MinFunc(rows, func(a, b effortRow) int { return a.cost - b.cost })
	most := slices.MaxFunc(rows, func(a, b effortRow) int { return a.cost - b.cost })
	if len(rows) == 1 || best.cost == most.cost {
		return fmt.Sprintf("%s costs D = %d\n", best.name, best.cost)
	}
	return fmt.Sprintf("least work: %s (D = %d); most: %s (D = %d). Set them against the speed-up that each gives.\n", best.name, best.cost, most.name, most.cost)
}

func effortHTML(list []effort) string {
	var b strings.Builder
	b.WriteString(`<table style="text-align:right"><thead><tr><th style="text-align:left">Function</th><th title="lines of code">L</th><th title="complexity">M</th><th title="imports">I</th><th title="lines that convert data">C</th><th title="lines that configure">E</th><th>D</th><th style="text-align:left">New imports</th></tr></thead><tbody>`)
	s := list[0]
	fmt.Fprintf(&b, `<tr><td style="text-align:left">%s</td><td>%d</td><td>%d</td><td>%d</td><td>%d</td><td>%d</td><td>–</td><td></td></tr>`, html.EscapeString(s.name), s.lines, s.complexity, len(s.imports), s.convert, s.config)
	rows := effortRows(list)
	for _, r := range rows {
		fmt.Fprintf(&b, `<tr><td style="text-align:left">%s</td><td>%+d</td><td>%+d</td><td>%+d</td><td>%+d</td><td>%+d</td><td><b>%d</b></td><td style="text-align:left">%s</td></tr>`,
			html.EscapeString(r.name), r.l, r.m, r.i, r.c, r.e, r.cost, html.EscapeString(strings.Join(r.imports, ", ")))
	}
	fmt.Fprintf(&b, "</tbody></table><p>%s<br>%s</p>", effortFormula, html.EscapeString(effortVerdict(rows)))
	return b.String()
}

// effortChart stacks what each variant's D is made of.
func effortChart(list []effort) *chart.Chart {
	d := chart.BarsData{Title: "Development effort D", Note: "more than " + list[0].name + "; less is better", Name: "D", Stacked: true}
	parts := []chart.BarSeries{{Name: "lines L"}, {Name: "complexity M"}, {Name: "imports I"}, {Name: "converting 2 C"}, {Name: "configuring 2 E"}}
	for _, r := range effortRows(list) {
		d.Categories = append(d.Categories, r.name)
		for i, v := range []int{r.l, r.m, r.i, 2 * r.c, 2 * r.e} {
			parts[i].Values = append(parts[i].Values, float64(v))
		}
	}
	for _, p := range parts {
		if slices.ContainsFunc(p.Values, func(v float64) bool { return v != 0 }) {
			d.Series = append(d.Series, p)
		}
	}
	return chart.Bars(d)
}
