package all

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every folder beside this one that has a Kernel is in the list, under the
// name of its package, and every variant names a file that exists.
func TestListIsComplete(t *testing.T) {
	files, err := filepath.Glob("../*/kernel.go")
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, k := range Kernels {
		listed[k.Name] = true
		for _, v := range k.Variants {
			if _, err := os.Stat(filepath.Join("..", k.Name, v.File)); err != nil {
				t.Errorf("%s, variant %s: %v", k.Name, v.Name, err)
			}
		}
		if got, err := Lookup(k.Name); got != k || err != nil {
			t.Errorf("Lookup(%q) = %v, %v", k.Name, got, err)
		}
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		if !listed[f.Name.Name] {
			t.Errorf("%s is not in Kernels", file)
		}
	}
	if len(files) != len(Kernels) {
		t.Errorf("%d folders with a kernel.go, %d kernels listed", len(files), len(Kernels))
	}
}

func TestLookupUnknown(t *testing.T) {
	if _, err := Lookup("juila"); err == nil || !strings.Contains(err.Error(), "fanout matmul") {
		t.Errorf("error %v does not list the names", err)
	}
	if _, err := Kernels[0].Variant("gpu"); err == nil || !strings.Contains(err.Error(), "serial") {
		t.Errorf("error %v does not list the variants", err)
	}
	if v, err := Kernels[0].Variant("goroutine"); err != nil || v.Name != "goroutine" {
		t.Errorf("Variant(goroutine) = %v, %v", v, err)
	}
}
