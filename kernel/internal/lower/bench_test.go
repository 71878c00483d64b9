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

// screen is a screen of code as people type it.
const screen = `type Shape%[1]d interface {
	Area() float64
	Name() string
}
type Square%[1]d struct{ side float64 }
func (s Square%[1]d) Area() float64 { return s.side * s.side }
func (s Square%[1]d) Name() string { return "square" }
type Circle%[1]d struct{ r float64 }
func (c *Circle%[1]d) Area() float64 { return math.Pi * c.r * c.r }
func (c *Circle%[1]d) Name() string { return "circle" }
func total%[1]d(shapes []Shape%[1]d) (sum float64, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("total: %%v", r)
		}
	}()
	for i, s := range shapes {
		if s == nil {
			return 0, fmt.Errorf("shape %%d is nil", i)
		}
		sum += s.Area()
	}
	return sum, nil
}
func collect%[1]d(jobs <-chan int, workers int) map[int]int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	out := map[int]int{}
	for w := range workers {
		wg.Go(func() {
			for j := range jobs {
				mu.Lock()
				out[j] += w
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return out
}
shapes%[1]d := []Shape%[1]d{Square%[1]d{2}, &Circle%[1]d{1}}
slices.SortFunc(shapes%[1]d, func(a, b Shape%[1]d) int { return cmp.Compare(a.Area(), b.Area()) })
for i, s := range shapes%[1]d {
	switch x := s.(type) {
	case Square%[1]d:
		fmt.Println(i, x.side, x.Name())
	case *Circle%[1]d:
		fmt.Println(i, x.r, x.Name())
	}
}
jobs%[1]d := make(chan int, 10)
for i := 0; i < 10; i++ {
	select {
	case jobs%[1]d <- i:
	default:
		fmt.Println("full")
	}
}
close(jobs%[1]d)
keys%[1]d := slices.Sorted(maps.Keys(collect%[1]d(jobs%[1]d, 4)))
sum%[1]d, err := total%[1]d(shapes%[1]d)
fmt.Println(keys%[1]d, sum%[1]d, err)
`

// BenchmarkLower measures Proven and Lower of a screen of code.
func BenchmarkLower(b *testing.B) {
	for _, n := range []int{10, 1000} {
		w := crowd(b, n)
		b.Run(fmt.Sprintf("live=%d", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				b.StopTimer()
				c, err := w.Check("cell[1]", fmt.Sprintf(screen, i))
				b.StartTimer()
				if err != nil {
					b.Fatal(err)
				}
				Proven(c)
				if _, err := Lower(c, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
