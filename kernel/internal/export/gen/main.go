// Command gen writes types.pack and docs.pack, which kernel/internal/export
// embeds. Run it by `go generate` in that folder.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/weft-go/weft/kernel/internal/export/generate"
	"github.com/weft-go/weft/kernel/internal/export/pack"
	"github.com/weft-go/weft/kernel/internal/symbols/packages"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "export/gen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	paths, err := packages.All(ctx)
	if err != nil {
		return err
	}
	pkgs, err := generate.Load(ctx, paths)
	if err != nil {
		return err
	}
	entries, err := generate.Types(pkgs)
	if err != nil {
		return err
	}
	if err := write("types.pack", entries); err != nil {
		return err
	}
	if entries, err = generate.Docs(pkgs); err != nil {
		return err
	}
	return write("docs.pack", entries)
}

func write(name string, entries []pack.Entry) error {
	var buf bytes.Buffer
	if err := pack.Write(&buf, runtime.Version(), entries); err != nil {
		return err
	}
	return os.WriteFile(name, buf.Bytes(), 0o644)
}
