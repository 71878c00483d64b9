package pack

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	tests := []struct {
		name    string
		entries []Entry
	}{
		{"none", nil},
		{"one empty", []Entry{{"a", nil}}},
		{"several", []Entry{{"b/c:c", []byte("xyz")}, {"a", []byte("\n\n0 0\x00")}, {"empty", nil}, {"z", []byte("!")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := Write(&buf, "go1.26", tt.entries); err != nil {
				t.Fatal(err)
			}
			p, err := Open(buf.String())
			if err != nil {
				t.Fatal(err)
			}
			if p.GoVersion() != "go1.26" {
				t.Errorf("GoVersion = %q", p.GoVersion())
			}
			var names []string
			for _, e := range tt.entries {
				names = append(names, e.Name)
				if got, ok := p.Lookup(e.Name); !ok || got != string(e.Data) {
					t.Errorf("Lookup(%q) = %q, %v, want %q", e.Name, got, ok, e.Data)
				}
			}
			if !slices.Equal(p.Names(), names) {
				t.Errorf("Names = %q, want %q", p.Names(), names)
			}
			if _, ok := p.Lookup("nosuch"); ok {
				t.Error("Lookup finds nosuch")
			}
		})
	}
}

func TestWriteBadName(t *testing.T) {
	for _, name := range []string{"", "a b", "a\nb"} {
		if err := Write(&bytes.Buffer{}, "go1", []Entry{{Name: name}}); err == nil {
			t.Errorf("Write takes the name %q", name)
		}
	}
}

func TestOpenBad(t *testing.T) {
	for _, text := range []string{
		"",
		"something else\n",
		"weft pack 1\n",
		"weft pack 1\ngo1\n",
		"weft pack 1\ngo1\na 0 1\n",
		"weft pack 1\ngo1\na 0 1\n\n",
		"weft pack 1\ngo1\na 2 0\n\nx",
		"weft pack 1\ngo1\na -1 1\n\nx",
		"weft pack 1\ngo1\na 0 -1\n\nx",
		"weft pack 1\ngo1\na 1 9223372036854775807\n\nx",
		"weft pack 1\ngo1\na 0\n\nx",
		"weft pack 1\ngo1\n 0 1\n\nx",
	} {
		if _, err := Open(text); !errors.Is(err, ErrFormat) {
			t.Errorf("Open(%q): %v, want ErrFormat", text, err)
		}
	}
}

// Whatever text is, Open either refuses it or gives a pack whose entries can
// all be read.
func FuzzOpen(f *testing.F) {
	f.Add("weft pack 1\ngo1\na 0 1\nb 1 0\n\nx")
	f.Add("weft pack 1\ngo1\n\n")
	f.Add("weft pack 1\ngo1\na 1 9223372036854775807\n\nx")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Open(text)
		if err != nil {
			return
		}
		for _, name := range p.Names() {
			data, ok := p.Lookup(name)
			if !ok || !strings.Contains(text, data) {
				t.Errorf("entry %q: %q, %v", name, data, ok)
			}
		}
	})
}
