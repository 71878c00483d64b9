package profile

import (
	"fmt"
	"math"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
	"github.com/weft-go/weft/kernel/measure"
)

// few is the number of samples below which shares are too rough to act on: of
// 50 samples a share of a half is known to ± 14 points (95 %, binomial).
const few = 50

// FunctionsView shows a profile as a table of functions and a flame graph: a
// MIME bundle. rows bounds the table; cum sorts it by cumulative time.
func FunctionsView(r *collect.Report, p *Profile, rows int, cum bool) map[string]any {
	heads := []string{">self", ">self %", ">cumulative", ">cum %", ">samples", "function", "where"}
	var table [][]string
	list := p.Functions(cum)
	for i, f := range list {
		if i == rows {
			break
		}
		table = append(table, []string{
			seconds(f.Self * p.Seconds), percent(f.Self, p.Total), seconds(f.Cum * p.Seconds), percent(f.Cum, p.Total),
			samples(f.Self), f.Func, f.Where,
		})
	}
	head := sampled(r, p)
	var text strings.Builder
	text.WriteString(head[0] + "\n")
	for _, note := range head[1:] {
		text.WriteString(note + "\n")
	}
	if len(table) > 0 {
		text.WriteString("\n" + columns(heads, table))
	}
	if more := len(list) - rows; more > 0 {
		fmt.Fprintf(&text, "… and %d more functions\n", more)
	}

	rec := record("prun", r)
	rec.Notes = head[1:]
	rec.Figures["samples"] = measure.Figure{Value: float64(p.Count)}
	rec.Figures["rate"] = measure.Figure{Value: r.Rate, Unit: "Hz"}
	detail(&rec, functionsDetail(list, p))

	bundle := map[string]any{}
	if p.Count > 0 {
		c := chart.Flame(chart.FlameData{Title: title(r.Text), Note: measure.Caption(head[0]), Unit: "s", Stacks: p.stacks()})
		c.Table = &chart.Table{Columns: bare(heads), Rows: table}
		c.Text = text.String()
		bundle = c.MIMEBundle()
	}
	bundle["text/plain"] = strings.TrimRight(text.String(), "\n")
	bundle[measure.ResultMIME] = rec
	return bundle
}

// functionsDetail is a profile as it is kept: seconds by function.
func functionsDetail(list []Function, p *Profile) any {
	type row struct {
		Func  string  `json:"function"`
		Where string  `json:"where,omitempty"`
		Self  float64 `json:"self_sec"`
		Cum   float64 `json:"cumulative_sec"`
	}
	rows := make([]row, 0, min(len(list), 200))
	for _, f := range list {
		if len(rows) == cap(rows) {
			break
		}
		rows = append(rows, row{f.Func, f.Where, f.Self * p.Seconds, f.Cum * p.Seconds})
	}
	return rows
}

// stacks are a profile's samples for the flame graph, outermost first.
func (p *Profile) stacks() []chart.Stack {
	list := make([]chart.Stack, len(p.Samples))
	for i, s := range p.Samples {
		frames := make([]string, len(s.Stack))
		for j, f := range s.Stack {
			frames[len(frames)-1-j] = f.Func
		}
		list[i] = chart.Stack{Frames: frames, Value: s.Weight * p.Seconds}
	}
	return list
}

// sampled says what a profile rests on: a line about the samples, and notes.
func sampled(r *collect.Report, p *Profile) []string {
	engine := ""
	if r.Engine != "" {
		engine = " (" + r.Engine + ")"
	}
	plural := "s"
	if p.Count == 1 {
		plural = ""
	}
	lines := []string{fmt.Sprintf("%d sample%s = %s, %s; %s%s", p.Count, plural, seconds(float64(p.Count)*p.Seconds), way(r), used(r), engine)}
	switch {
	case p.Count == 0:
		lines = append(lines, "no samples: it took too little processor time, so run it longer or more often"+waited(r))
	case p.Count < few:
		// The interval of a share of one half is the widest.
		rough := 100 * 1.96 * 0.5 / math.Sqrt(float64(p.Count))
		lines = append(lines, fmt.Sprintf("only %d sample%s: shares are known to ±%.0f points at best, so run it longer%s", p.Count, plural, math.Min(rough, 100), faster(r)))
	}
	if p.Slow > 0 {
		lines = append(lines, fmt.Sprintf("the system's clock gave %.0f samples per second of processor time, not %.0f; times allow for that", p.Slow, r.Rate))
	}
	for _, whose := range []string{"goroutines of other cells", "the session's own goroutines"} {
		if n := p.Left[whose]; n > 0 {
			lines = append(lines, fmt.Sprintf("%d more samples were of %s and are left out", n, whose))
		}
	}
	if p.Shared > 0 {
		lines = append(lines, fmt.Sprintf("%s of the samples lay between two places of interpreted code and are shared out among the places of the same function", percent(float64(p.Shared), p.Total)))
	}
	if r.Way == collect.WayStacks && r.Wall > 0 && r.LookCost > 0.02*r.Wall {
		lines = append(lines, fmt.Sprintf("the cell stood still for %s of the time while it was looked at", percent(r.LookCost, r.Wall)))
	}
	return append(lines, r.Notes...)
}

func sum[K comparable](m map[K]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// waited adds that the cell did wait, where that is known.
func waited(r *collect.Report) string {
	if r.Waiting > 0 {
		return "; its goroutines were waiting, and %trace tells for what"
	}
	return ""
}

// faster is the hint at a higher rate, where one is to be had.
func faster(r *collect.Report) string {
	if r.Rate < 500 {
		return ", or look more often with -r 500"
	}
	return ""
}
