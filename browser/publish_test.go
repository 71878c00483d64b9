package browser

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	chartCount = 20        // in testdata/charts.ipynb
	tallest    = 16000     // pixels: Chromium makes no higher picture
	bookSize   = 1_500_000 // bytes that a notebook with 20 charts may have
)

// page makes a page of a notebook and returns its address.
func page(t *testing.T, path string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "page.html")
	command(t, os.Environ(), shop.program("weft"), "publish", "-o", out, path)
	return file(t, out)
}

func TestNotebookSize(t *testing.T) {
	info, err := os.Stat(book(t, "charts.ipynb"))
	do(t, err)
	if info.Size() > bookSize {
		t.Errorf("%d charts are %d bytes, want at most %d", chartCount, info.Size(), bookSize)
	}
	t.Logf("%d charts: %d kB", chartCount, info.Size()/1000)
}

// The page needs no network and shows all charts, live, in both schemes.
func TestPublished(t *testing.T) {
	address := page(t, book(t, "charts.ipynb"))
	for _, test := range []struct {
		name, scheme string
		width        int
	}{
		{"publish-light", "light", 1500},
		{"publish-dark", "dark", 1500},
		{"publish-narrow", "light", 420},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := open(t, address, Options{Width: test.width, Height: 900, Scheme: test.scheme, Allowed: only(address)})
			live(t, p, chartCount)
			do(t, p.Tall("html", tallest))
			look(t, p, test.name, chartCount, "live")
			var wide bool
			do(t, p.Eval(`document.documentElement.scrollWidth > innerWidth`, &wide))
			if wide {
				t.Error("the page is wider than the window")
			}
			quiet(t, p)
		})
	}
}

// Without scripts and on paper charts are pictures.
func TestPublishedStill(t *testing.T) {
	address := page(t, book(t, "charts.ipynb"))
	p := open(t, address, Options{Width: 1200, NoScript: true, Allowed: only(address)})
	do(t, p.Tall("html", tallest))
	look(t, p, "publish-noscript", chartCount, "still")
	quiet(t, p)
}

// The button changes between light and dark, charts included, and the page
// remembers.
func TestThemeButton(t *testing.T) {
	address := page(t, book(t, "charts.ipynb"))
	p := open(t, address, Options{Height: 1600, Scheme: "dark", Allowed: only(address)})
	live(t, p, chartCount)
	brightness := func(name string) (page, chart float64) {
		t.Helper()
		time.Sleep(settling)
		img, err := p.Picture(filepath.Join(pictures, name+".png"))
		do(t, err)
		charts, err := p.Charts()
		do(t, err)
		at := func(x, y int) float64 {
			r, g, b, _ := img.At(x, y).RGBA()
			return float64(r+g+b) / (3 * 0xffff)
		}
		return at(3, 3), at(int(charts[0].X)+3, int(charts[0].Y)+3)
	}
	for _, step := range []struct {
		name, do string
		dark     bool
	}{
		{"theme-1-dark", `0`, true},
		{"theme-2-light", `document.querySelector(".theme").click()`, false},
		{"theme-3-light-again", `location.reload()`, false},
		{"theme-4-dark-again", `document.querySelector(".theme").click()`, true},
	} {
		do(t, p.Eval(step.do, nil))
		live(t, p, chartCount)
		if page, chart := brightness(step.name); page < 0.5 != step.dark || chart < 0.5 != step.dark {
			t.Errorf("%s: brightness of the page is %.2f, of a chart %.2f", step.name, page, chart)
		}
	}
	quiet(t, p)
}

// The table of contents leads to its headings.
func TestContentsLeadThere(t *testing.T) {
	address := page(t, book(t, "charts.ipynb"))
	p := open(t, address, Options{Width: 1500, Allowed: func(url string) bool { return strings.HasPrefix(url, address) }})
	var dead []string
	do(t, p.Eval(`[...document.querySelectorAll(".toc a")].filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.hash)`, &dead))
	var links, opened int
	do(t, p.Eval(`document.querySelectorAll(".toc a").length`, &links))
	do(t, p.Eval(`document.querySelectorAll(".toc details[open]").length`, &opened))
	if links != 5 || opened != 1 || len(dead) > 0 {
		t.Errorf("%d links, %d open, that lead nowhere: %v", links, opened, dead)
	}
	do(t, p.Eval(`document.querySelector(".toc li:last-child a").click()`, nil))
	do(t, p.Wait("the last heading", `Math.abs([...document.querySelectorAll("main h2")].at(-1).getBoundingClientRect().top) < 5`, callTime))
	quiet(t, p)
}

// A PDF has pages with the charts' pictures on them.
func TestPDF(t *testing.T) {
	path := book(t, "charts.ipynb")
	out := filepath.Join(pictures, "publish.pdf")
	command(t, os.Environ(), shop.program("weft"), "publish", "--pdf", "-o", out, path)
	text, err := os.ReadFile(out)
	do(t, err)
	if !bytes.HasPrefix(text, []byte("%PDF-")) || bytes.Count(text, []byte("/Type /Page")) < 5 {
		t.Errorf("%d bytes are no PDF with five pages", len(text))
	}
	if left, _ := filepath.Glob(filepath.Join(pictures, "weft-publish-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What was measured is in the notebook.
func TestResultsAreKept(t *testing.T) {
	out := command(t, os.Environ(), shop.program("weft"), "results", "-format", "json", book(t, "charts.ipynb"))
	var records []struct {
		Kind, Text string
		Series     []struct{ Seconds []float64 }
	}
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(records) != 1 || records[0].Kind != "timeit" || len(records[0].Series) == 0 || len(records[0].Series[0].Seconds) < 2 {
		t.Errorf("%.500s", out)
	}
}
