package engine

import (
	"fmt"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
)

// callPackage times calls of a function of one int, of either engine.
const callPackage = `package nb

import ("reflect"; "time"; "github.com/weft-go/weft/kernel/internal/dock")

var helper func(int) int

func X_Id(n int) int { return n }

func X_Clock(calls int, f func()) float64 { t := time.Now(); f(); return float64(time.Since(t)) / float64(calls) }

func X_Back(calls int) float64 { s := 0; return X_Clock(calls, func() { for i := range calls { s += helper(i) } }) }

func init() {
	dock.Register(&dock.Package{Path: "nb/c4", Cell: func(*dock.Run) {}, Funcs: map[string]any{"helper": &helper},
		Symbols: map[string]reflect.Value{"X_Id": reflect.ValueOf(X_Id), "X_Clock": reflect.ValueOf(X_Clock), "X_Back": reflect.ValueOf(X_Back)}})
}
`

// BenchmarkCalls measures calls between interpreted and compiled code, the
// loop around them included.
func BenchmarkCalls(b *testing.B) {
	f := newProcess(b)
	plugin := buildPlugin(b, "calls", map[string]string{"c4": callPackage})
	f.send(link.Run{
		Files:   []link.File{{Text: "package main\nvar w_n_guarded func(int) int\nfunc helper(n int) int { return n }\nfunc guarded(n int) int { if w_n_guarded != nil { return w_n_guarded(n) }; return n }\n"}},
		Defined: []string{"helper"},
		Native:  &link.Native{Loads: []link.Load{{Path: nb + "c4", File: plugin}}},
	})
	if d := f.wait(); d.Status != link.OK {
		b.Fatal(d)
	}
	const calls = 200000
	loop := func(b *testing.B, head, call string) {
		ns := 0.0
		for b.Loop() {
			text := fmt.Sprintf("package main\nimport (\"fmt\"; w_c4 \"%sc4\")\n%s\nfunc init() { fmt.Print(%s) }\n", nb, head, call)
			out, d := f.run(text)
			if _, err := fmt.Sscan(out, &ns); err != nil || d.Status != link.OK {
				b.Fatal(out, d)
			}
		}
		b.ReportMetric(ns, "ns/call")
	}
	body := func(call string) string {
		return fmt.Sprintf("w_c4.X_Clock(%d, func() { s := 0; for i := 0; i < %d; i++ { s += %s }; _ = s })", calls, calls, call)
	}
	b.Run("call=none", func(b *testing.B) { loop(b, "", body("i")) })
	b.Run("call=interpreted", func(b *testing.B) { loop(b, "", body("helper(i)")) })
	b.Run("call=symbol", func(b *testing.B) { loop(b, "", body("w_c4.X_Id(i)")) })
	b.Run("call=guard/asked", func(b *testing.B) { loop(b, "", body("guarded(i)")) })
	f.send(link.Run{Native: &link.Native{Loads: []link.Load{{Path: nb + "c4", Swap: map[string]string{"w_n_guarded": "X_Id"}}}}})
	if d := f.wait(); d.Status != link.OK {
		b.Fatal(d)
	}
	b.Run("call=guard/swapped", func(b *testing.B) { loop(b, "", body("guarded(i)")) })
	b.Run("call=from compiled", func(b *testing.B) { loop(b, "", fmt.Sprintf("w_c4.X_Back(%d)", calls)) })
}

// BenchmarkCompiledCell measures a run of empty compiled statements, beside
// which BenchmarkRun is one of interpreted ones.
func BenchmarkCompiledCell(b *testing.B) {
	f := newProcess(b)
	plugin := buildPlugin(b, "calls", map[string]string{"c4": callPackage})
	f.send(link.Run{Native: &link.Native{Loads: []link.Load{{Path: nb + "c4", File: plugin}}}})
	if d := f.wait(); d.Status != link.OK {
		b.Fatal(d)
	}
	for b.Loop() {
		f.send(link.Run{Native: &link.Native{Cell: nb + "c4"}})
		if d := f.wait(); d.Status != link.OK {
			b.Fatal(d)
		}
	}
}
