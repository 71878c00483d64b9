package generate

import (
	"bytes"
	"compress/flate"
	"fmt"
	"slices"

	"github.com/weft-go/weft/kernel/internal/export/doctext"
	"github.com/weft-go/weft/kernel/internal/export/pack"
)

// Docs makes the entries of the documentation table: per package a deflated
// run of pairs, each a name and its text with a zero byte after both. The name
// is "" for the package, else "Name", "Type.Method" or "Type.Field"; names
// without documentation are left out.
//
// The texts are doc comments as they stand in the source, without the comment
// marks, for go/doc/comment to render.
func Docs(pkgs []*Package) ([]pack.Entry, error) {
	var entries []pack.Entry
	for _, p := range pkgs {
		texts, err := doctext.Of(p.Path, p.Dir, p.Files)
		if err != nil {
			return nil, err
		}
		data, err := deflate(texts)
		if err != nil {
			return nil, fmt.Errorf("document %q: %w", p.Path, err)
		}
		entries = append(entries, pack.Entry{Name: p.Path, Data: data})
	}
	return entries, nil
}

func deflate(texts map[string]string) ([]byte, error) {
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := fmt.Fprintf(w, "%s\x00%s\x00", name, texts[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
