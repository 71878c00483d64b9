package check

import (
	"testing"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/export"
)

// FuzzCheck runs a session of three cells: nothing may panic, every error is a
// *cell.Diagnostics with a place, and a refused cell changes nothing.
func FuzzCheck(f *testing.F) {
	f.Add("x := 1", "x := x + 1", "x")
	f.Add("type T struct{ a int }\nfunc (t T) M() int { return t.a }", "t := T{1}", "func (t T) N() int { return t.M() }\nt.N()")
	f.Add("func f() int { return 1 }", "func g() int { return f() }", "func f(x int) int { return g() }")
	f.Add("const N = 3", "type V [N]int\nvar v V", "const N = 4")
	f.Add("type S[T any] struct{ v T }", "var s S[int]", "func (s S[T]) Get() T { return s.v }\ns.Get()")
	f.Add("type A = []int", "type A struct{ A *A }", "a, b := A{}, 2")
	f.Add("package main\nfunc main() {}", "import . \"fmt\"", "Println(1)")
	imp := export.New()
	f.Fuzz(func(t *testing.T, a, b, c string) {
		w := NewWorld(imp)
		for i, src := range []string{a, b, c, a} {
			before := w.Names()
			x, err := w.Check("cell[1]", src)
			if err != nil {
				d, ok := err.(*cell.Diagnostics)
				if !ok || len(d.List) == 0 {
					t.Fatalf("cell %d: error %T %v", i, err, err)
				}
				for _, e := range d.List {
					if len(e.Message) > 3 && e.Message[:4] == "BUG:" {
						t.Fatalf("cell %d: %v", i, err)
					}
				}
				after := w.Names()
				if len(before) != len(after) {
					t.Fatalf("a refused cell changed the session: %v, %v", before, after)
				}
				continue
			}
			w.Commit(x)
		}
		w.Lose("cell[9]")
		if _, err := w.Everything(); err != nil {
			t.Fatalf("put back: %v", err)
		}
	})
}
