package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
	"github.com/weft-go/weft/kernel/measure"
)

// Kinds of spans that are not a function of the cell.
const (
	kindRuntime = "Go runtime"
	kindSession = "session"
	kindOthers  = "other goroutines of the cell"
	kindGC      = "GC cycle"
	kindSTW     = "world stopped"
)

const (
	coloured  = 5    // functions that get a colour of their own
	shownRows = 30   // groups of goroutines in the table
	pixels    = 1400 // steps of time that can be told apart
	crowded   = 2000 // runs on a P from which on it is drawn in steps
)

// TimelineView shows a trace as a timeline of the Ps and as tables: where the
// time of the cell's goroutines went, and what each kind of goroutine did. It
// returns a MIME bundle.
func TimelineView(r *collect.Report, t *Timeline) map[string]any {
	head := []string{fmt.Sprintf("%s, %d events (%s); goroutines of the cell: %d", used(r), t.Events, cmp.Or(r.Engine, "engine not known"), t.goroutines())}
	head = append(head, t.Notes...)
	head = append(head, r.Notes...)

	heads, rows := t.table()
	text := strings.Join(head, "\n") + "\n\n" + columns([]string{"goroutine time", ">total", ">share"}, t.totals())
	if len(t.GC)+len(t.STW) > 0 {
		text += fmt.Sprintf("garbage collection: %d cycles, %s; world stopped: %d times, %s\n",
			len(t.GC), seconds(length(t.GC)), len(t.STW), seconds(length(t.STW)))
	}
	text += "\n" + columns(heads, rows)
	if more := len(t.Groups) - shownRows; more > 0 {
		text += fmt.Sprintf("… and %d more kinds of goroutines\n", more)
	}

	c := chart.Gantt(t.gantt(title(r.Text), head[0]))
	c.Table = &chart.Table{Columns: bare(heads), Rows: rows}
	c.Text = text
	bundle := c.MIMEBundle()
	bundle["text/plain"] = strings.TrimRight(text, "\n")

	rec := record("trace", r)
	rec.Notes = append(rec.Notes, t.Notes...)
	rec.Figures["events"] = measure.Figure{Value: float64(t.Events)}
	rec.Figures["gc_cycles"] = measure.Figure{Value: float64(len(t.GC))}
	rec.Figures["world_stopped"] = measure.Figure{Value: length(t.STW), Unit: "s"}
	for _, cause := range Causes {
		if s := t.Totals[cause]; s > 0 {
			rec.Figures[cause] = measure.Figure{Value: s, Unit: "s"}
		}
	}
	bundle[measure.ResultMIME] = rec
	return bundle
}

func (t *Timeline) goroutines() (n int) {
	for _, g := range t.Groups {
		n += g.Count
	}
	return n
}

func length(list []Interval) (s float64) {
	for _, i := range list {
		s += i.End - i.Start
	}
	return s
}

// totals are the causes that occurred, with their shares.
func (t *Timeline) totals() [][]string {
	all := 0.0
	for _, s := range t.Totals {
		all += s
	}
	var rows [][]string
	for _, c := range Causes {
		if s := t.Totals[c]; s > 0 {
			rows = append(rows, []string{c, seconds(s), percent(s, all)})
		}
	}
	return rows
}

// table is what each group did, with a column for each cause that occurred.
func (t *Timeline) table() (heads []string, rows [][]string) {
	heads = []string{"function", "started at", ">goroutines"}
	var causes []string
	for _, c := range Causes {
		if t.Totals[c] > 0 {
			causes = append(causes, c)
			heads = append(heads, ">"+c)
		}
	}
	for i, g := range t.Groups {
		if i == shownRows {
			break
		}
		row := []string{g.Func, g.Where, strconv.Itoa(g.Count)}
		for _, c := range causes {
			cell := ""
			if s := g.Seconds[c]; s > 0 {
				cell = seconds(s)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return heads, rows
}

// gantt is the timeline as a chart: a row for each P, one for the collector's
// cycles and one for the moments when the world was stopped.
func (t *Timeline) gantt(title, note string) chart.GanttData {
	d := chart.GanttData{Title: title, Note: measure.Caption(note)}
	for _, p := range t.Procs {
		d.Rows = append(d.Rows, proc(p))
	}
	kinds := map[*Group]string{}
	for i, g := range t.Groups {
		kinds[g] = kindOthers
		if i < coloured {
			kinds[g] = strings.TrimSpace(g.Func + " " + g.Where)
		}
	}
	d.Spans = t.spans(kinds)
	if len(t.Spans) > crowded*len(t.Procs) {
		d.Note += fmt.Sprintf("; runs are drawn in steps of %s, as whatever ran longest in each", seconds(t.Duration/pixels))
	}
	for _, row := range []struct {
		name, kind string
		list       []Interval
	}{{"GC", kindGC, t.GC}, {"stopped", kindSTW, t.STW}} {
		if len(row.list) == 0 {
			continue
		}
		d.Rows = append(d.Rows, row.name)
		for _, i := range row.list {
			d.Spans = append(d.Spans, chart.Span{Row: row.name, Start: i.Start, End: i.End, Kind: row.kind, Label: i.Name})
		}
	}
	for _, c := range Causes {
		if s := t.Totals[c]; s > 0 && c != CauseRunning {
			d.Blocked = append(d.Blocked, chart.Cause{Name: c, Seconds: s})
		}
	}
	slices.SortStableFunc(d.Blocked, func(a, b chart.Cause) int { return cmp.Compare(b.Seconds, a.Seconds) })
	return d
}

// spans are the runs as they are drawn. Neighbours of the same kind are joined
// where the gap can't be seen; of very many the kind that ran longest in each
// step of time stands for all.
func (t *Timeline) spans(kinds map[*Group]string) []chart.Span {
	kindOf := func(s Span) string {
		switch {
		case s.Group != nil:
			return kinds[s.Group]
		case s.Runtime:
			return kindRuntime
		}
		return kindSession
	}
	step := t.Duration / pixels
	if len(t.Spans) > crowded*len(t.Procs) && step > 0 {
		return t.raster(step, kindOf)
	}
	var list []chart.Span
	latest := map[int]int{} // by P: its last span in list
	for _, s := range t.Spans {
		kind, label := kindOf(s), "G"+strconv.FormatInt(s.Goroutine, 10)
		if i, ok := latest[s.Proc]; ok && list[i].Kind == kind && list[i].Label == label && s.Start-list[i].End < step {
			list[i].End = max(s.End, list[i].End)
			continue
		}
		latest[s.Proc] = len(list)
		list = append(list, chart.Span{Row: proc(s.Proc), Start: s.Start, End: s.End, Kind: kind, Label: label})
	}
	return list
}

// raster draws each P in steps.
func (t *Timeline) raster(step float64, kindOf func(Span) string) []chart.Span {
	var list []chart.Span
	for _, p := range t.Procs {
		bins := make([]map[string]float64, pixels)
		for _, s := range t.Spans {
			if s.Proc != p {
				continue
			}
			kind := kindOf(s)
			for i := int(s.Start / step); i < pixels && float64(i)*step < s.End; i++ {
				if bins[i] == nil {
					bins[i] = map[string]float64{}
				}
				bins[i][kind] += min(s.End, float64(i+1)*step) - max(s.Start, float64(i)*step)
			}
		}
		for i, bin := range bins {
			best, busy := "", 0.0
			for kind, s := range bin {
				busy += s
				if best == "" || s > bin[best] || s == bin[best] && kind < best {
					best = kind
				}
			}
			if best == "" {
				continue
			}
			s := chart.Span{Row: proc(p), Start: float64(i) * step, End: float64(i)*step + min(busy, step), Kind: best}
			if n := len(list); n > 0 && list[n-1].Row == s.Row && list[n-1].Kind == s.Kind && s.Start-list[n-1].End < step/4 {
				list[n-1].End = s.End
				continue
			}
			list = append(list, s)
		}
	}
	return list
}

func proc(p int) string { return "P" + strconv.Itoa(p) }
