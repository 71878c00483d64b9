package chart_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/gallery"
)

var update = flag.Bool("update", false, "write the golden files anew")

// picture is a PNG within an option; compress/flate may write another one with
// the next version of Go.
var picture = regexp.MustCompile(`data:image/png;base64,[^"]*`)

// payload is what a bundle has for the notebook.
func payload(t *testing.T, bundle map[string]any) []byte {
	t.Helper()
	raw, ok := bundle[chart.MIME].(json.RawMessage)
	if !ok || !json.Valid(raw) {
		t.Fatalf("the bundle has no valid %s: %v", chart.MIME, bundle)
	}
	return raw
}

// TestGolden compares the chart of every kind with what was looked at and found
// good: option, size and table in one file, the text in another.
func TestGolden(t *testing.T) {
	for _, p := range gallery.Pictures() {
		t.Run(p.Name, func(t *testing.T) {
			bundle := p.Chart.MIMEBundle()
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, payload(t, bundle), "", " "); err != nil {
				t.Fatal(err)
			}
			compact := regexp.MustCompile(`\[[^\[\]{}]*\]`).ReplaceAllFunc(pretty.Bytes(), func(b []byte) []byte {
				return regexp.MustCompile(`\s*\n\s*`).ReplaceAll(b, nil)
			})
			golden(t, p.Name+".json", picture.ReplaceAll(append(compact, '\n'), []byte("(a picture)")))
			golden(t, p.Name+".txt", []byte(bundle["text/plain"].(string)+"\n"))
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("%s, line %d:\n got %s\nwant %s\n(-update writes it anew)", file, i+1, a[i], b[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d (-update writes it anew)", file, len(a), len(b))
}

// check looks at what every chart must keep to, whatever its data.
func check(t *testing.T, c *chart.Chart, limit int) {
	t.Helper()
	bundle := c.MIMEBundle()
	raw := payload(t, bundle)
	if len(raw) > limit {
		t.Errorf("the payload has %d bytes, want at most %d", len(raw), limit)
	}
	if i := bytes.Index(bytes.ToLower(raw), []byte("</")); i >= 0 {
		t.Errorf("the payload could end a script: %s", raw[i:min(i+30, len(raw))])
	}
	text := bundle["text/plain"].(string)
	if strings.TrimSpace(text) == "" {
		t.Error("the chart has no text")
	}
	for i, line := range strings.Split(text, "\n") {
		if n := utf8.RuneCountInString(line); n > 250 {
			t.Errorf("line %d of the text has %d characters", i+1, n)
		}
		if j := strings.IndexFunc(line, func(r rune) bool { return r < 0x20 || r == 0x7f }); j >= 0 {
			t.Errorf("line %d of the text has a control character: %q", i+1, line)
		}
		if strings.Contains(line, "NaN") || strings.Contains(line, "Inf") {
			t.Errorf("line %d of the text: %q", i+1, line)
		}
	}
	if c.Table != nil && len(c.Table.Rows) > 25 {
		t.Errorf("the table has %d rows", len(c.Table.Rows))
	}
	if c.Height < 60 || c.Height > 2600 {
		t.Errorf("the chart is %d pixels high", c.Height)
	}
}

// A notebook with twenty charts stays small only if each is: 15 KB.
func TestSize(t *testing.T) {
	for _, p := range gallery.Pictures() {
		t.Run(p.Name, func(t *testing.T) { check(t, p.Chart, 15<<10) })
	}
}

// Charts of the same data are the same, so that a notebook that is run again
// shows no difference.
func TestSameEachTime(t *testing.T) {
	again := gallery.Pictures()
	for i, p := range gallery.Pictures() {
		if a, b := payload(t, p.Chart.MIMEBundle()), payload(t, again[i].Chart.MIMEBundle()); !bytes.Equal(a, b) {
			t.Errorf("%s differs the second time", p.Name)
		}
	}
}
