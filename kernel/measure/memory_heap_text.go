package measure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/chart"
)

// A HeapDiff is how the heap has changed since a mark.
type HeapDiff struct {
	Changed HeapState `json:"changed"` // differences
	Now     HeapState `json:"now"`
	Seconds float64   `json:"seconds"` // since the mark
}

// HeapSince returns how the heap has changed since an earlier state. It collects
// garbage, as [Heap] does.
func HeapSince(mark HeapState) HeapDiff {
	now := Heap()
	return HeapDiff{now.Since(mark), now, now.Time.Sub(mark.Time).Seconds()}
}

// Sites and classes that text and charts show.
const (
	shownSites   = 15
	shownClasses = 10
)

// signed writes bytes with a sign if they are a difference.
func signed(bytes int64, diff bool) string {
	switch {
	case !diff:
		return mib(bytes)
	case bytes < 0:
		return "−" + mib(-bytes)
	}
	return "+" + mib(bytes)
}

func signedCount(n int64, diff bool) string {
	switch {
	case !diff:
		return fmt.Sprint(n)
	case n < 0:
		return fmt.Sprintf("−%d", -n)
	}
	return fmt.Sprintf("+%d", n)
}

// heapHeads are the columns of the table of sites.
var heapHeads = []string{"live", "objects", "function", "where"}

func (h HeapState) siteRows(diff bool) (rows [][]string) {
	for i, s := range h.Sites {
		if i == shownSites {
			break
		}
		rows = append(rows, []string{signed(s.Bytes, diff), signedCount(s.Objects, diff), s.Func, s.Where})
	}
	return rows
}

// largestClasses are the classes with the most bytes, in the order of sizes.
func (h HeapState) largestClasses() []HeapClass {
	list := slices.Clone(h.Classes)
	slices.SortFunc(list, func(a, b HeapClass) int { return cmp.Compare(max(b.Bytes, -b.Bytes), max(a.Bytes, -a.Bytes)) })
	list = list[:min(len(list), shownClasses)]
	slices.SortFunc(list, func(a, b HeapClass) int { return cmp.Compare(classOrder(a), classOrder(b)) })
	return list
}

func (c HeapClass) name() string {
	if c.Size == 0 {
		return "larger"
	}
	return FormatBytes(float64(c.Size), 3)
}

func (h HeapState) text(diff bool) string {
	var b strings.Builder
	if h.Rate == 0 {
		b.WriteString("allocation sites n/a: runtime.MemProfileRate is 0\n")
	} else {
		fmt.Fprintf(&b, "by allocation site (estimated: one allocation in %s is sampled)\n", FormatBytes(float64(h.Rate), 3))
		for _, r := range h.siteRows(diff) {
			fmt.Fprintf(&b, "%12s %10s  %s  %s\n", r[0], r[1], r[2], r[3])
		}
		if more := len(h.Sites) - shownSites; more > 0 {
			fmt.Fprintf(&b, "%25s… and %d more sites\n", "", more)
		}
	}
	if classes := h.largestClasses(); len(classes) > 0 {
		b.WriteString("by size of object (counted; the classes with the most bytes)\n")
		for _, c := range classes {
			fmt.Fprintf(&b, "%12s %10s  of %s\n", signed(c.Bytes, diff), signedCount(c.Objects, diff), c.name())
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// String tells what lives, by allocation site and by size.
func (h HeapState) String() string {
	return fmt.Sprintf("%s live in %d objects, after a collection\n%s", mib(h.Live), h.Objects, h.text(false))
}

// String tells what has changed, by allocation site and by size.
func (d HeapDiff) String() string {
	return fmt.Sprintf("since the mark, %s ago: %s in %s objects; %s live now\n%s", FormatSeconds(d.Seconds, 3),
		signed(d.Changed.Live, true), signedCount(d.Changed.Objects, true), mib(d.Now.Live), d.Changed.text(true))
}

func (h HeapState) chart(title string, diff bool) *chart.Chart {
	rows := h.siteRows(diff)
	if len(rows) == 0 {
		return nil
	}
	d := chart.BarsData{Title: title, Name: "live", Unit: "B", Series: []chart.BarSeries{{Name: "bytes"}}}
	if h.Rate > 0 {
		d.Note = "estimated from one allocation in " + FormatBytes(float64(h.Rate), 3)
	}
	for i, s := range h.Sites[:len(rows)] {
		d.Categories = append(d.Categories, strings.TrimSpace(oneLine(rows[i][2])+" "+rows[i][3]))
		d.Series[0].Values = append(d.Series[0].Values, float64(s.Bytes))
	}
	c := chart.Bars(d)
	c.Table = &chart.Table{Columns: heapHeads, Rows: rows}
	return c
}

func (h HeapState) record(kind string) Record {
	rec := NewRecord(kind, "", "")
	rec.Figures = map[string]Figure{"live": {Value: float64(h.Live), Unit: "B"}, "objects": {Value: float64(h.Objects)}}
	rec.Detail = encoded(h)
	return rec
}

// Chart draws what the largest allocation sites hold.
func (h HeapState) Chart() *chart.Chart { return h.chart("Live heap by allocation site", false) }

// MIMEBundle returns the state as text, as a chart and as a record.
func (h HeapState) MIMEBundle() map[string]any {
	return bundle(h.String(), h.Chart(), h.record("heap"))
}

// Chart draws what the allocation sites hold more or less than at the mark.
func (d HeapDiff) Chart() *chart.Chart {
	return d.Changed.chart("Change of the live heap by allocation site", true)
}

// MIMEBundle returns the difference as text, as a chart and as a record.
func (d HeapDiff) MIMEBundle() map[string]any {
	return bundle(d.String(), d.Chart(), d.Changed.record("heap diff"))
}
