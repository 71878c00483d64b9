package export

import (
	"go/version"
	"maps"
	"runtime"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/export/generate"
	"github.com/weft-go/weft/kernel/internal/export/pack"
	"github.com/weft-go/weft/kernel/internal/symbols/packages"
)

// The embedded tables describe this Go release and our packages as they are.
// Patch releases change no declarations, so the standard library is compared
// by the release alone.
func TestTablesAreCurrent(t *testing.T) {
	for name, text := range map[string]string{"types.pack": typesPack, "docs.pack": docsPack} {
		p, err := pack.Open(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if made := version.Lang(p.GoVersion()); made != version.Lang(runtime.Version()) {
			t.Errorf("%s was made by %s, this is %s: run make generate", name, p.GoVersion(), runtime.Version())
		}
	}
	if testing.Short() {
		t.Skip("the rest runs the go command")
	}
	all, err := packages.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if have := strings.Join(paths(), "\n"); have != strings.Join(all, "\n") {
		t.Errorf("types.pack has other packages than symbols/packages lists: run make generate")
	}
	pkgs, err := generate.Load(t.Context(), packages.Weft)
	if err != nil {
		t.Fatal(err)
	}
	types, err := generate.Types(pkgs)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range types {
		if got, _ := openIndex().pack.Lookup(want.Name); got != string(want.Data) {
			t.Errorf("types.pack: the declarations of %s have changed: run make generate", want.Name)
		}
	}
	docs, err := generate.Docs(pkgs)
	if err != nil {
		t.Fatal(err)
	}
	old, err := pack.Open(docsPack)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range docs {
		got, _ := old.Lookup(want.Name)
		if !maps.Equal(inflate(got), inflate(string(want.Data))) {
			t.Errorf("docs.pack: the comments of %s have changed: run make generate", want.Name)
		}
	}
}
