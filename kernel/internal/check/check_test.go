package check

import (
	"cmp"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/export"
)

// session runs cells through Check and Commit. A cell may begin with "// error:
// text", then it must be refused with that text in the message.
func session(t *testing.T, cells ...string) *World {
	t.Helper()
	w := NewWorld(export.New())
	for i, src := range cells {
		name := "cell[" + string(rune('1'+i)) + "]"
		if lost, ok := strings.CutPrefix(src, "LOSE "); ok {
			w.Lose(lost)
			continue
		}
		c, err := w.Check(name, src)
		want := ""
		if first, _, _ := strings.Cut(src, "\n"); strings.HasPrefix(first, "// error: ") {
			want = cmp.Or(strings.TrimPrefix(first, "// error: "), ":")
		}
		switch {
		case want == "" && err != nil:
			t.Fatalf("%s: %q refused: %v", name, src, err)
		case want != "" && err == nil:
			t.Fatalf("%s: %q accepted, want %q", name, src, want)
		case want != "" && !strings.Contains(err.Error(), want):
			t.Fatalf("%s: got %q, want %q", name, err, want)
		}
		if err == nil {
			w.Commit(c)
		}
	}
	return w
}

func TestSessions(t *testing.T) {
	tests := []struct {
		name  string
		cells []string
	}{
		{"twice", []string{"x := 1", "x := 1", "x := \"a\"", "len(x)"}},
		{"old value", []string{"x := 1", "x := x + 1", "x := fmt.Sprint(x)", "x += \"a\""}},
		{"old value missing", []string{"// error: 2:6: undefined: x\nx := x + 1"}},
		{"order", []string{"// error: 2:1: undefined: x\nx++\nx := 1"}},
		{"order in func", []string{"func f() int { return x }\nx := 1\nf()"}},
		{"closure", []string{"// error: undefined: g\ng := func() int { return g() }"}},
		{"err again", []string{"a, err := strconv.Atoi(\"1\")\nb, err := strconv.Atoi(\"2\")\na + b"}},
		{"err again type", []string{"// error: cannot use\nerr := 1\nb, err := strconv.Atoi(\"2\")\n_ = b"}},
		{"no new", []string{"// error: 3:3: no new variables\nx := 1\nx := 2"}},
		{"result", []string{"1 + 1", "len(\"a\")", "func(int) {}", "nil"}},
		{"not last", []string{"// error: is not used\n1 + 1\nx := 1"}},
		{"unused in func", []string{"// error: declared and not used: y\nfunc f() { y := 1 }"}},
		{"unused in block", []string{"for i := 0; i < 1; i++ { y := 1 }"}},
		{"type", []string{"type P struct{ x, y int }", "p := P{1, 2}", "p.x + p.y", "func (p P) Sum() int { return p.x + p.y }", "p.Sum()", "q := []P{p}; q[0].Sum()"}},
		{"method with use", []string{"type P struct{ x, y int }", "p := P{1, 2}", "func (p P) Sum() int { return p.x + p.y }\np.Sum()", "p.Sum()"}},
		{"redefine type", []string{"type P struct{ x int }", "p := P{1}", "func f(p P) int { return p.x }", "type P struct{ x, y int }", "f(P{1, 2})",
			"// error: p has the type P of cell[1], which cell[4] redefined: run cell[2] again\np.x", "p := P{3, 4}", "f(p)"}},
		{"same type again", []string{"type P struct{ x int }\nfunc (p P) M() int { return p.x }", "p := P{1}", "type P struct{ x int }\nfunc (p P) M() int { return p.x }", "p.M()", "p = P{3}"}},
		{"redefine method", []string{"type P struct{ x int }\nfunc (p P) M() int { return p.x }", "p := P{1}", "func (p P) M() int { return 2 }", "P{}.M()", "// error: whose method M cell[3] redefined\np.M()"}},
		{"callers", []string{"func f() int { return 1 }", "func g() int { return f() }", "func f() int { return 2 }", "g()", "func f(x int) int { return x }",
			"// error: g does not fit since cell[5]: cell[2]:1: not enough arguments\ng()", "func f() int { return 3 }", "g()"}},
		{"callers of broken", []string{"func f() int { return 1 }", "func g() int { return f() }", "func h() int { return g() }", "func f(x int) int { return x }", "// error: h uses what can't be used: g does not fit\nh()"}},
		{"variable type", []string{"x := 1", "func f() int { return x }", "x := \"a\"", "// error: f does not fit\nf()", "x := 5", "f()"}},
		{"mutual recursion", []string{"func a(n int) int { if n == 0 { return 0 }; return b(n-1) }\nfunc b(n int) int { return a(n) }", "a(3)"}},
		{"unknown", []string{"// error: undefined: notYet\nfunc f() { notYet() }"}},
		{"hint", []string{"counter := 1", "// error: undefined: countr\ncountr"}},
		{"auto import", []string{"strings.ToUpper(\"a\")", "rand.IntN(3)", "rand.Intn(3)"}},
		{"import line", []string{"import str \"strings\"", "str.ToUpper(\"a\")", "import (\n\"os\"\n\"fmt\"\n)"}},
		{"dot import", []string{"import . \"strings\"", "ToUpper(\"a\")"}},
		{"bad import", []string{"// error: could not import example.com/x\nimport \"example.com/x\""}},
		{"shadow import", []string{"time := time.Now()", "time.Year()"}},
		{"lost", []string{"x := 1", "func f() int { return x }", "LOSE cell[9]", "// error: x was lost when the session ended in cell[9]: run cell[1] again\nx", "// error: f uses what can't be used: x was lost\nf()", "x := 2", "f() + x"}},
		{"generic", []string{"func Map[T, U any](s []T, f func(T) U) (r []U) { for _, x := range s { r = append(r, f(x)) }; return }", "Map([]int{1}, func(i int) string { return fmt.Sprint(i) })", "type S[T any] struct{ v []T }\nfunc (s *S[T]) Push(x T) { s.v = append(s.v, x) }", "var s S[int]\ns.Push(1)", "func (s *S[T]) Len() int { return len(s.v) }", "s.Len()"}},
		{"const", []string{"const N = 3", "var a [N]int", "const (\nA = iota\nB\n)", "B", "const N = 4", "var b [N]int"}},
		{"const type", []string{"const N = 3", "type V [N]int", "v := V{}", "const N = 4", "len(V{})", "// error: v has the type V\nv"}},
		{"program", []string{"x := \"keep\"", "package main\nimport \"fmt\"\nvar x = 1\nfunc main() { fmt.Println(x) }", "x + \"a\""}},
		{"program without main", []string{"// error: function main is undeclared\npackage main"}},
		{"program statement", []string{"// error: syntax error\npackage main\nfunc main() {}\nx := 1"}},
		{"labels", []string{"L:\nfor { for { break L } }", "goto E\nE:\nreturn", "defer fmt.Println(1)"}},
		{"struct key", []string{"type P struct{ x int }", "p := P{x: 1}\nx := 5\n_ = x\np"}},
		{"syntax", []string{"// error: syntax error\nx := = 1"}},
		{"any text", []string{"// error: \n)", "// error: \n\"", "// error: \n#", "// error: \nfunc (", "// error: \ntype"}},
		{"blank", []string{"_ = 1", "var _ = 2", "func _() {}", "_, y := 1, 2\ny"}},
		{"alias", []string{"type A = []int", "a := A{1}", "len(a)"}},
		{"function of func var", []string{"f := func(x int) int { return x }", "f(1)", "func f(x int) int { return 2 }", "f(2)"}},
		{"init func", []string{"func init() { fmt.Println(1) }", "func init() {}"}},
		{"method calls func", []string{"func h() int { return 1 }", "type T struct{}\nfunc (T) M() int { return h() }", "t := T{}", "func h() int { return 2 }", "t.M()"}},
		{"iface", []string{"type I interface{ M() int }", "type T struct{}\nfunc (T) M() int { return 1 }", "var i I = T{}", "i.M()", "var e error", "e == nil"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { session(t, tt.cells...) })
	}
}
