package lower

import (
	"fmt"
	"testing"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
)

// crowd is a session with n live declarations.
func crowd(b testing.TB, n int) *check.World {
	b.Helper()
	w := check.NewWorld(export.New())
	run := func(i int, src string) {
		c, err := w.Check(fmt.Sprintf("cell[%d]", i), src)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Lower(c, nil); err != nil {
			b.Fatal(err)
		}
		w.Commit(c)
	}
	run(0, "k := 0\ntype P struct{ x, y int }\nfunc (p P) Sum() int { return p.x + p.y }\np := P{1, 2}\nfmt.Println(strings.ToUpper(\"a\"), sort.Ints, time.Now, math.Pi, os.Args)")
	for i := range n / 3 {
		run(i+1, fmt.Sprintf("v%d := %d\nfunc f%d(n int) int { return n + v%d }\ntype T%d struct{ a int }", i, i, i, i, i))
	}
	return w
}

// BenchmarkCell measures Check, Lower and Commit of one cell in sessions of
// different lengths.
func BenchmarkCell(b *testing.B) {
	cells := []struct{ name, src string }{
		{"statement", "k = 1"},
		{"expression", "k + 1"},
		{"method", "p.Sum() + 1"},
		{"print", "fmt.Println(k)"},
		{"define", "v%d := 1\nfunc f%d(n int) int { return n * v%d }"},
		{"std", "func g%d(s string) string { return strings.ToUpper(strings.TrimSpace(s)) + strings.Repeat(\"a\", len(s)) + fmt.Sprint(math.Sqrt(2)) }"},
	}
	for _, n := range []int{10, 1000, 5000} {
		w := crowd(b, n)
		for _, c := range cells {
			b.Run(fmt.Sprintf("cell=%s/live=%d", c.name, n), func(b *testing.B) {
				i := 1000000
				for b.Loop() {
					i++
					src := c.src
					switch c.name {
					case "define":
						src = fmt.Sprintf(c.src, i, i, i)
					case "std":
						src = fmt.Sprintf(c.src, i)
					}
					x, err := w.Check("cell[1]", src)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := Lower(x, nil); err != nil {
						b.Fatal(err)
					}
					if c.name != "define" && c.name != "std" {
						w.Commit(x)
					}
				}
			})
		}
	}
}
