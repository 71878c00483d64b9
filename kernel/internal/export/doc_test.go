package export

import (
	"go/types"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-go/weft/kernel/internal/export/pack"
	"github.com/weft-go/weft/kernel/internal/symbols/packages"
)

func TestDoc(t *testing.T) {
	tests := []struct {
		path, symbol string
		want         string // the text begins so; "" if there is none
	}{
		{"fmt", "", "Package fmt implements formatted I/O"},
		{"fmt", "Println", "Println formats using the default formats"},
		{"bytes", "Buffer", "A Buffer is a variable-sized buffer"},
		{"bytes", "Buffer.Len", "Len returns the number of bytes"},
		{"net/http", "Server.Addr", "Addr optionally specifies the TCP address"},
		{"net/http", "StatusTeapot", "RFC 9110"},
		{"net/http", "HandlerFunc.ServeHTTP", "ServeHTTP calls f(w, r)."},
		{"sort", "Interface.Less", "Less reports whether"},
		{"io", "EOF", "EOF is the error returned by Read"},
		{"time", "Second", "Common durations."},
		{"slices", "Sort", "Sort sorts a slice"},
		{"unsafe", "Sizeof", "Sizeof takes an expression"},
		{"math/rand/v2", "IntN", "IntN returns"},
		{"fmt", "println", ""},
		{"fmt", "Nosuch", ""},
		{"nosuch", "", ""},
		{"plugin", "", ""},
	}
	for _, tt := range tests {
		got := Doc(tt.path, tt.symbol)
		if !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("Doc(%q, %q) = %.60q, want %q...", tt.path, tt.symbol, got, tt.want)
		}
	}
}

// Nearly every exported name is documented, and no text is longer than what
// generate keeps.
func TestDocCoverage(t *testing.T) {
	im := New()
	documented, all := 0, 0
	for _, path := range im.Paths() {
		pkg, err := im.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		if path == "syscall" {
			continue // thousands of system constants without a word
		}
		if Doc(path, "") == "" && !slices.Contains(packages.Echarts, path) { // theirs have none
			t.Errorf("no package documentation of %q", path)
		}
		for _, name := range pkg.Scope().Names() {
			if !pkg.Scope().Lookup(name).Exported() {
				continue
			}
			all++
			text := Doc(path, name)
			if text != "" {
				documented++
			} else if _, ok := pkg.Scope().Lookup(name).(*types.Func); ok && strings.HasPrefix(path, "github.com/weft-go/") {
				t.Errorf("no documentation of our own %s.%s", path, name)
			}
			if len(text) > 3<<10 {
				t.Errorf("Doc(%q, %q) has %d bytes", path, name, len(text))
			}
		}
	}
	if documented*10 < all*7 { // debug/elf and the like list constants
		t.Errorf("%d of %d names are documented", documented, all)
	}
}

func TestDocConcurrently(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, path := range paths() {
				Doc(path, "")
			}
		})
	}
	wg.Wait()
}

func TestDocBudget(t *testing.T) {
	if n := len(docsPack); n > 2<<20 {
		t.Errorf("docs.pack has %d bytes, budget 2 MiB", n)
	}
}

func BenchmarkDoc(b *testing.B) {
	for _, path := range []string{"fmt", "net/http"} {
		p, err := pack.Open(docsPack)
		if err != nil {
			b.Fatal(err)
		}
		data, _ := p.Lookup(path)
		b.Run("first/path="+path, func(b *testing.B) {
			for b.Loop() {
				inflate(data)
			}
		})
	}
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			Doc("fmt", "Println")
		}
	})
}
