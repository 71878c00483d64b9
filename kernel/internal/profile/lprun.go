package profile

import (
	"fmt"
	"html"
	"sort"
	"strings"

	"github.com/weft-go/weft/kernel/internal/profile/collect"
	"github.com/weft-go/weft/kernel/measure"
)

// A Line is a line of a function's text with the samples that fell on it.
type Line struct {
	Number int // in its cell
	Text   string
	Self   float64 // samples on the line itself
	Cum    float64 // samples on it or in what it called
}

// Lines is a function of a cell, line by line.
type Lines struct {
	Func  string
	Cell  string
	Lines []Line
	Total float64 // samples with the function on the stack
}

// LinesOf returns the lines of a function of a cell, with all its samples,
// those of function literals in it among them. cell is where the function is
// defined. It returns an error when the cell's text has no such function.
func (p *Profile) LinesOf(function, cell string, places Places) (*Lines, error) {
	l := &Lines{Func: function, Cell: cell}
	t := newTexts(places).of(cell)
	for _, f := range t.functions {
		if f.name != function || len(l.Lines) > 0 {
			continue
		}
		for n := f.first; n <= min(f.last, len(t.lines)); n++ {
			l.Lines = append(l.Lines, Line{Number: n, Text: t.lines[n-1]})
		}
	}
	if len(l.Lines) == 0 {
		return nil, fmt.Errorf("the text of %s has no function %s that could be shown: run the cell that defines it again", cell, function)
	}
	at := map[int]int{}
	for i, line := range l.Lines {
		at[line.Number] = i
	}
	for _, s := range p.Samples {
		seen := map[int]bool{}
		for depth, f := range s.Stack {
			i, ok := at[f.Line]
			if f.File != cell || !ok {
				continue
			}
			if depth == 0 || depth == 1 && strings.HasPrefix(s.Stack[0].Func, "Go runtime: ") {
				// What the runtime does for a line, such as allocating, is the line's.
				l.Lines[i].Self += s.Weight
			}
			if len(seen) == 0 {
				l.Total += s.Weight
			}
			if !seen[f.Line] {
				seen[f.Line] = true
				l.Lines[i].Cum += s.Weight
			}
		}
	}
	return l, nil
}

// LinesView shows functions line by line with a bar of heat for each: a MIME
// bundle.
func LinesView(r *collect.Report, p *Profile, functions []*Lines) map[string]any {
	head := sampled(r, p)
	var text, page strings.Builder
	text.WriteString(strings.Join(head, "\n") + "\n")
	page.WriteString(`<div style="font-size:13px">` + html.EscapeString(head[0]))
	for _, note := range head[1:] {
		page.WriteString(`<br><span style="opacity:.75">` + html.EscapeString(note) + `</span>`)
	}
	var kept []any
	for _, f := range functions {
		text.WriteString("\n" + f.text(p))
		page.WriteString(f.html(p))
		kept = append(kept, f.detail(p))
	}
	page.WriteString("</div>")
	rec := record("lprun", r)
	rec.Notes = head[1:]
	rec.Figures["samples"] = measure.Figure{Value: float64(p.Count)}
	detail(&rec, kept)
	return map[string]any{
		"text/plain":       strings.TrimRight(text.String(), "\n"),
		"text/html":        page.String(),
		measure.ResultMIME: rec,
	}
}

var lineHeads = []string{">line", ">time", ">share", ">self", "heat", "code"}

// heatWidth is the width of a full bar in characters.
const heatWidth = 10

func (l *Lines) row(line Line, p *Profile) []string {
	row := []string{fmt.Sprint(line.Number), "", "", "", "", strings.ReplaceAll(line.Text, "\t", "    ")}
	if line.Cum > 0 {
		row[1], row[2] = seconds(line.Cum*p.Seconds), percent(line.Cum, l.Total)
		if line.Self > 0 {
			row[3] = percent(line.Self, l.Total)
		}
		eighths := int(line.Cum/l.Total*heatWidth*8 + 0.5)
		row[4] = strings.Repeat("█", eighths/8)
		if rest := eighths % 8; rest > 0 {
			row[4] += string([]rune(" ▏▎▍▌▋▊▉")[rest])
		}
	}
	return row
}

func (l *Lines) title(p *Profile) string {
	return fmt.Sprintf("%s in %s: %s, %s of all samples", l.Func, l.Cell, seconds(l.Total*p.Seconds), percent(l.Total, p.Total))
}

func (l *Lines) text(p *Profile) string {
	var rows [][]string
	for _, line := range l.Lines {
		rows = append(rows, l.row(line, p))
	}
	return l.title(p) + "\n" + columns(lineHeads, rows)
}

// html writes the lines with the heat as a bar behind the figures. Colours work
// on light and on dark pages.
func (l *Lines) html(p *Profile) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<table style="border-collapse:collapse;margin:.8em 0;font-size:13px"><caption style="text-align:left;font-weight:600;padding:.2em 0">%s</caption>`, html.EscapeString(l.title(p)))
	b.WriteString(`<thead><tr>`)
	for i, h := range bare(lineHeads) {
		if i == 4 {
			continue
		}
		align := "right"
		if h == "code" {
			align = "left"
		}
		fmt.Fprintf(&b, `<th scope="col" style="text-align:%s;padding:0 .6em">%s</th>`, align, h)
	}
	b.WriteString("</tr></thead><tbody>")
	for _, line := range l.Lines {
		share := 0.0
		if l.Total > 0 {
			share = line.Cum / l.Total
		}
		row := l.row(line, p)
		b.WriteString("<tr>")
		for i := range 4 {
			style := "text-align:right;padding:0 .6em;white-space:nowrap"
			if i == 2 && share > 0 {
				style += fmt.Sprintf(";min-width:6em;background:linear-gradient(to left,rgba(213,94,0,%.2f) %.1f%%,transparent %.1f%%)", 0.2+0.5*share, 100*share, 100*share)
			}
			fmt.Fprintf(&b, `<td style="%s">%s</td>`, style, html.EscapeString(row[i]))
		}
		fmt.Fprintf(&b, `<td style="text-align:left;padding:0 .6em"><code style="white-space:pre">%s</code></td></tr>`, html.EscapeString(row[5]))
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// detail is a function's lines as they are kept, in seconds.
func (l *Lines) detail(p *Profile) any {
	type row struct {
		Line int     `json:"line"`
		Self float64 `json:"self_sec"`
		Cum  float64 `json:"cumulative_sec"`
	}
	d := struct {
		Func string `json:"function"`
		Cell string `json:"cell"`
		Rows []row  `json:"lines"`
	}{Func: l.Func, Cell: l.Cell, Rows: []row{}}
	for _, line := range l.Lines {
		if line.Cum > 0 {
			d.Rows = append(d.Rows, row{line.Number, line.Self * p.Seconds, line.Cum * p.Seconds})
		}
	}
	sort.Slice(d.Rows, func(i, j int) bool { return d.Rows[i].Line < d.Rows[j].Line })
	return d
}
