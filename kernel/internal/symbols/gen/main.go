// Command gen writes the binding tables, zz_*.go, into the current folder.
// Run it by `go generate` in kernel/internal/symbols.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	export "github.com/weft-go/weft/kernel/internal/export/generate"
	"github.com/weft-go/weft/kernel/internal/symbols/generate"
	"github.com/weft-go/weft/kernel/internal/symbols/packages"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "symbols/gen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	paths, err := packages.All(ctx)
	if err != nil {
		return err
	}
	pkgs, err := export.Load(ctx, paths)
	if err != nil {
		return err
	}
	files, err := generate.Files(pkgs)
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, f := range files {
		kept[f.Name] = true
		// An unchanged file keeps its time, which the build cache likes.
		if old, err := os.ReadFile(f.Name); err == nil && bytes.Equal(old, f.Text) {
			continue
		}
		if err := os.WriteFile(f.Name, f.Text, 0o644); err != nil {
			return err
		}
	}
	old, err := filepath.Glob("zz_*.go")
	if err != nil {
		return err
	}
	for _, name := range old {
		if !kept[name] {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}
