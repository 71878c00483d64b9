package notebook

import (
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/figure"
)

func htmlBook(outputs ...string) *Notebook {
	c := &Cell{Kind: Code, Source: "x"}
	for _, html := range outputs {
		c.Outputs = append(c.Outputs, &Output{Type: DisplayData, Data: map[string]any{"text/html": html, "image/png": "QUJD", "text/plain": "p"}})
	}
	return &Notebook{Cells: []*Cell{c}}
}

// The library is in a page with charts once, behind them, and in no other page.
// A chart's picture is there only once, the larger one.
func TestLibraryOnce(t *testing.T) {
	chart := `<div class="weft-chart" id="a"><img class="weft-still" src="data:image/png;base64,WFla"></div>`
	if !figure.IsChart(chart) {
		t.Fatal("figure no longer takes that for a chart")
	}
	page := htmlOf(t, htmlBook(chart, "<b>no chart</b>", chart), Page{})
	block := figure.Block()
	shown := strings.Replace(chart, "WFla", "QUJD", 1)
	if n := strings.Count(page, block); n != 1 || strings.Index(page, block) < strings.LastIndex(page, shown) {
		t.Errorf("the library is there %d times, at %d; the last chart at %d", n, strings.Index(page, block), strings.LastIndex(page, shown))
	}
	if n := strings.Count(page, shown); n != 2 || strings.Count(page, "QUJD") != 2 || strings.Contains(page, "WFla") {
		t.Errorf("two charts show their larger picture %d times", n)
	}
	if len(block) < 100_000 || len(block) > 600_000 {
		t.Errorf("the library has %d bytes", len(block))
	}
	if page := htmlOf(t, htmlBook("<b>no chart</b>"), Page{}); strings.Contains(page, block) {
		t.Error("the library is in a page without charts")
	}
}
