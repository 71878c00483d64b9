package sink

import (
	"bytes"
	"io"
	"os"
	"testing"
)

func TestPrinter(t *testing.T) {
	tests := []struct {
		name string
		do   func(*Printer)
		want string
	}{
		{"text", func(p *Printer) { p.Display(Bundle{Data: map[string]any{"text/plain": "a", "text/html": "<b>a</b>"}}) }, "a\n"},
		{"one newline only", func(p *Printer) { p.Display(Bundle{Data: map[string]any{"text/plain": "a\n"}}) }, "a\n"},
		{"no text", func(p *Printer) { p.Display(Bundle{Data: map[string]any{"text/html": "x", "image/png": "y"}}) }, "[image/png, text/html]\n"},
		{"nothing", func(p *Printer) { p.Display(Bundle{}) }, ""},
		{"update", func(p *Printer) { p.Update(Bundle{ID: "1", Data: map[string]any{"text/plain": "b"}}) }, "b\n"},
		{"clear", func(p *Printer) { p.Clear(true) }, ""},
		{"line", func(p *Printer) { p.Line("10 %", false); p.Line("100 %", true) }, "100 %\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			tt.do(NewPrinter(&b))
			if b.String() != tt.want {
				t.Errorf("printed %q, want %q", b.String(), tt.want)
			}
		})
	}
}

func TestDefaultPrintsOnStandardOutput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdout
	os.Stdout = w
	Get().Display(Bundle{Data: map[string]any{"text/plain": "hello"}})
	os.Stdout = old
	w.Close()
	got, _ := io.ReadAll(r)
	if string(got) != "hello\n" {
		t.Errorf("printed %q, want %q", got, "hello\n")
	}
}

type record struct{ bundles []Bundle }

func (r *record) Display(b Bundle) { r.bundles = append(r.bundles, b) }
func (r *record) Update(b Bundle)  { r.bundles = append(r.bundles, b) }
func (r *record) Clear(bool)       {}

func TestSet(t *testing.T) {
	r := &record{}
	Set(r)
	Get().Display(Bundle{ID: "x"})
	Set(nil)
	if len(r.bundles) != 1 || r.bundles[0].ID != "x" {
		t.Errorf("sink got %v", r.bundles)
	}
	if Get() != Sink(stdout) {
		t.Errorf("Set(nil) left %T", Get())
	}
}
