package profile

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/weft-go/weft/kernel/internal/profile/collect"
	"github.com/weft-go/weft/kernel/measure"
)

// place writes a place in a cell as error messages do.
func place(file string, line int) string { return file + ":" + strconv.Itoa(line) }

// seconds and percent write figures of tables, three digits and whole.
func seconds(s float64) string { return measure.FormatSeconds(s, 3) }

func percent(part, whole float64) string {
	if whole <= 0 {
		return "n/a"
	}
	p := 100 * part / whole
	if p > 0 && p < 1 {
		return "<1 %"
	}
	return fmt.Sprintf("%.0f %%", p)
}

// samples writes a number of samples, of which shared ones may be fractions.
func samples(w float64) string {
	if w == math.Trunc(w) || w >= 10 {
		return strconv.FormatFloat(math.Round(w), 'f', 0, 64)
	}
	return strconv.FormatFloat(w, 'f', 1, 64)
}

// columns writes rows below their heads; those whose head begins with ">" are
// aligned to the right.
func columns(heads []string, rows [][]string) string {
	width := make([]int, len(heads))
	for i, h := range heads {
		width[i] = utf8.RuneCountInString(strings.TrimPrefix(h, ">"))
	}
	for _, row := range rows {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	write := func(row []string) {
		var line strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if i > 0 {
				line.WriteString("  ")
			}
			if strings.HasPrefix(heads[i], ">") {
				line.WriteString(pad + c)
			} else {
				line.WriteString(c + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	write(bare(heads))
	for _, row := range rows {
		write(row)
	}
	return b.String()
}

// bare are heads without the sign for alignment.
func bare(heads []string) []string {
	out := make([]string, len(heads))
	for i, h := range heads {
		out[i] = strings.TrimPrefix(h, ">")
	}
	return out
}

// way says how samples were taken.
func way(r *collect.Report) string {
	if r.Way == collect.WayStacks {
		return fmt.Sprintf("stacks of interpreted code, every %s", measure.FormatSeconds(1/r.Rate, 2))
	}
	return fmt.Sprintf("sampled by the profiler at %.0f Hz", r.Rate)
}

// used says what a run took.
func used(r *collect.Report) string {
	s := "wall " + seconds(r.Wall)
	if r.CPU >= 0 {
		s += ", processor " + seconds(r.CPU)
	}
	return s
}

// record begins the result that is kept in the notebook.
func record(kind string, r *collect.Report) measure.Record {
	rec := measure.NewRecord(kind, r.Text, r.Engine)
	rec.Figures = map[string]measure.Figure{"wall": {Value: r.Wall, Unit: "s"}}
	rec.Notes = slices.Clone(r.Notes)
	if r.CPU >= 0 {
		rec.Figures["processor"] = measure.Figure{Value: r.CPU, Unit: "s"}
	} else {
		rec.Figures["processor"] = measure.Figure{Unit: "s", Unavailable: "the system does not tell"}
	}
	return rec
}

// detail puts what only one kind has into a record.
func detail(rec *measure.Record, v any) {
	if data, err := json.Marshal(v); err == nil {
		rec.Detail = data
	}
}

// title is the code in a line that fits above a chart.
func title(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > 60 {
		text = string([]rune(text)[:59]) + "…"
	}
	return text
}
