package symbols_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	export "github.com/weft-go/weft/kernel/internal/export/generate"
	"github.com/weft-go/weft/kernel/internal/symbols/generate"
	"github.com/weft-go/weft/kernel/internal/symbols/packages"
)

// The tables in the repository are those that the generator makes now, from
// this Go and our packages as they are.
func TestTablesAreCurrent(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	paths, err := packages.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pkgs, err := export.Load(t.Context(), paths)
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate.Files(pkgs)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
		if got, err := os.ReadFile(f.Name); err != nil || !bytes.Equal(got, f.Text) {
			t.Errorf("%s is not what the generator makes: run make generate", f.Name)
		}
	}
	have, err := filepath.Glob("zz_*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range have {
		if !slices.Contains(names, name) {
			t.Errorf("%s is left over: run make generate", name)
		}
	}
}
