package engine

import (
	"fmt"
	"go/parser"
	"testing"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/link"
)

// BenchmarkSteps measures what the places in tracebacks cost: the same loops
// with and without them.
func BenchmarkSteps(b *testing.B) {
	for _, loop := range []struct{ name, text string }{
		{"index", `s := 0; for i := 0; i < 100000; i++ { s += xs[i&7] }`},
		{"arithmetic", `s := 0; for i := 0; i < 100000; i++ { s = s*3 + i }`},
		{"float", `s := 0.0; for i := 0; i < 100000; i++ { s = s*0.5 + float64(i) }`},
		{"call", `s := 0; for i := 0; i < 20000; i++ { s += f(i) }`},
	} {
		text := "package main\nvar xs = []int{1, 2, 3, 4, 5, 6, 7, 8}\nfunc f(n int) int { return n + 1 }\nfunc Run() { " + loop.text + "; _ = s }\n"
		for _, steps := range []bool{false, true} {
			b.Run(fmt.Sprintf("loop=%s/steps=%t", loop.name, steps), func(b *testing.B) {
				i := interp.New(interp.Options{})
				f := link.File{ID: 1, Name: "cell[1]", Text: text}
				file, err := parser.ParseFile(i.FileSet(), uniqueName(f), f.Text, 0)
				if err != nil {
					b.Fatal(err)
				}
				p, err := i.CompileAST(file)
				if err != nil {
					b.Fatal(err)
				}
				if steps {
					newTraces(i).register(f, p)
				}
				if _, err := i.Execute(p); err != nil {
					b.Fatal(err)
				}
				run := i.Symbols("main")["main"]["Run"].Interface().(func())
				for b.Loop() {
					run()
				}
			})
		}
	}
}
