package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels/all"
)

var update = flag.Bool("update", false, "write the README's table of kernels")

// TestREADME compares the README's table of kernels with the list of kernels;
// -update writes it.
func TestREADME(t *testing.T) {
	name := filepath.Join("..", "..", "..", "README.md")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const open, end = "<!-- kernels: written by go test ./kernel/cmd/weft -update -->\n", "<!-- kernels end -->"
	before, rest, ok1 := strings.Cut(string(text), open)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("README.md lacks the marks %q and %q", open, end)
	}
	want := kernelTable()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("README.md's table of kernels is out of date: go test ./kernel/cmd/weft -update\ngot\n%s\nwant\n%s", got, want)
	}
	if err := os.WriteFile(name, []byte(before+open+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func kernelTable() string {
	var b strings.Builder
	b.WriteString("| kernel | computes | variants |\n|---|---|---|\n")
	for _, k := range all.Kernels {
		var variants []string
		for _, v := range k.Variants {
			variants = append(variants, v.Name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, k.Title, strings.Join(variants, ", "))
	}
	return b.String()
}
