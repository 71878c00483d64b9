package module

import (
	"path/filepath"
	"testing"
)

// BenchmarkPrepare is what a cell costs that needs nothing new: without
// modules, and with a local folder whose files are looked at.
func BenchmarkPrepare(b *testing.B) {
	const src = "import \"fmt\"\nfor i := range 10 {\n\tfmt.Println(i, lib.Text)\n}\n"
	b.Run("modules=none", func(b *testing.B) {
		s := New(Options{})
		for b.Loop() {
			if _, err := s.Prepare(b.Context(), nil, "x := 1\nx + 1", nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("modules=local", func(b *testing.B) {
		w := newWorld(b, proxied)
		if err := w.Replace(b.Context(), w.note, "example.com/lib", filepath.Join(unpack(b, folder), "lib"), "../lib"); err != nil {
			b.Fatal(err)
		}
		w.prepare(src)
		for b.Loop() {
			w.prepare(src)
		}
	})
}
