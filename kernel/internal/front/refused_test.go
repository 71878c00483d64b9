package front

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// state is what a session is, as far as anything can tell: its names, with
// what they are and hold, and what runs them.
func (f *Front) state(t *testing.T) string {
	t.Helper()
	var p page
	runCell(f, &p, 0, "%who", "")
	e := f.engines
	e.mu.Lock()
	defer e.mu.Unlock()
	var names []string
	for _, n := range f.world.Names() {
		d := f.world.Decl(n.Name)
		names = append(names, fmt.Sprintf("%+v %s %p", n, d.GoName, d.Obj))
	}
	return p.String() + strings.Join(names, "\n") + "\ninterpreted " + strings.Join(slices.Sorted(maps.Keys(e.interpreted)), " ")
}

// A cell that is refused has changed nothing, whatever in it could have: names,
// values, types, methods, imports and what runs them are as before, also where
// good text stands before the bad.
func TestRefusedCellChangesNothing(t *testing.T) {
	refused := []string{
		"x := 5\ny := nosuch",
		"x = 7; nosuch()",
		"func f() int { return \"s\" }",
		"func f() string { return \"new\" }\nvar z int = f()",
		"type T struct{ B string }\nt.A = 1",
		"func (t T) Get() string { return t.A }",
		"func (t T) More() int { return t.Nope }",
		"import \"nosuch/package\"\nx = 9",
		"import str \"strings\"\nstr.Nope()",
		"const C = 5\nvar arr [C - 10]int",
		"x, y := 1",
		"for {",
		"x = 3 )",
		"func g[T any](v T) T { return v }\nvar s string = g(1)",
		"var x string = 1",
		"x = \"text\"",
		"goto nowhere\nx = 4",
		"package main\nfunc main() { x = 5; undefinedThing() }",
		"defer nosuch()\nx++",
		"%nosuchmagic\nx = 5",
		"%%native\nx = 8\nnosuch()",
		"%%interp\nx = 8\nnosuch()",
		"%timeit nosuch()",
		"type U struct { U }",
		"type V interface { V }",
		"var p, q = q, p",
		"func init() { x = 5 }\nbreak",
		"\x00x = 1",
		"x = 1 // \xff\xfe",
	}
	for _, engine := range []string{engineInterp, engineAuto} {
		t.Run(engine, func(t *testing.T) {
			if engine == engineAuto {
				needCompiler(t)
			}
			f := newFront(t, Options{Engine: engine, Dir: t.TempDir()})
			for i, code := range []string{
				"type T struct{ A int }\nfunc (t T) Get() int { return t.A }\nconst C = 3",
				"import str \"strings\"\nfunc f() int { return C }",
				"x := 1\nt := T{2}\nm := map[string]int{\"a\": 1}\nf() + t.Get()",
			} {
				var p page
				runCell(f, &p, i+1, code, "")
				if strings.Contains(p.String(), "error") {
					t.Fatal(p.String())
				}
			}
			if engine == engineAuto { // what is compiled in the background changes what %who shows
				var p page
				runCell(f, &p, 4, "%native f", "")
				time.Sleep(100 * time.Millisecond)
			}
			before := f.state(t)
			for i, code := range refused {
				var p page
				runCell(f, &p, 10+i, code, "")
				if !strings.Contains(p.String(), "error ") {
					t.Errorf("%q is not refused: %s", code, p.String())
				}
				if after := f.state(t); after != before {
					t.Fatalf("%q shows\n%s\nand changed the session from\n%s\nto\n%s", code, p.String(), before, after)
				}
			}
			var p page
			runCell(f, &p, 99, "fmt.Println(x, t, t.Get(), f(), C, m, str.ToUpper(\"a\"))", "")
			if got, want := p.String(), "1 {2} 2 3 3 map[a:1] A\n"; got != want {
				t.Errorf("afterwards the session shows %q, want %q", got, want)
			}
		})
	}
}

// FuzzAnyText gives a session any text: it ends in a result or an error, in
// time, and the next cell works.
func FuzzAnyText(f *testing.F) {
	for _, s := range []string{
		"", "1 + 1", "x := 1", "for i := range 3 { fmt.Println(i) }", "func f() {", "type T struct{ T }", "%time 1", "%%native\n1",
		"import \"fmt\"", "package main\nfunc main() {}", "\"abc", "`", "/*", "x?", "%", "?", "var x = []int{1,2,3}[5]", "panic(1)",
		"switch x := any(1).(type) { case int: x }", "func g[T any](t T) T { return t }; g(1)", "%who\n1", "a, b := 1, 2; a, b = b, a; a",
		"select {}", "goto x; x:", "const ( a = iota; b; c ); c", "map[string][]int{\"a\": {1}}", "\u00e9 := 1; \u00e9", "1 << 70", "'\\u12'",
	} {
		f.Add(s)
	}
	front, err := New(f.Context(), Options{Dir: f.TempDir(), Memory: 1 << 30, Engine: engineInterp})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { front.Close(context.Background()) })
	f.Fuzz(func(t *testing.T, text string) {
		for _, word := range []string{"!", "os", "exec", "syscall", "unsafe", "net", "%%", "file", "signal", "runtime", "debug", "plugin", "testing"} {
			if strings.Contains(text, word) {
				t.Skip("might reach out of the session")
			}
		}
		var p page
		start := time.Now()
		runCell(front, &p, 1, text, "interrupt=1s")
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("%q took %v", text, took)
		}
		if strings.Contains(p.String(), "BUG") {
			t.Errorf("%q shows %s", text, p.String())
		}
		var next page
		runCell(front, &next, 2, "%reset\n6 * 7", "")
		if !strings.Contains(next.String(), "= 42") {
			t.Errorf("after %q, which shows %s: 6 * 7 shows %s", text, p.String(), next.String())
		}
	})
}
