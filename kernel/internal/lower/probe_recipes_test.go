package lower

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestRecipes(t *testing.T) { runProbes(t, recipeProbes) }

// recipeProbes are about single recipes: what Go has and the interpreter lacks
// or gets wrong.
var recipeProbes = []probe{
	{"range over channels", "", "a, b := make(chan int, 1), make(chan int, 1)\na <- 1; b <- 2\nfor i, c := range []chan int{a, b} { fmt.Print(i, <-c) }\na <- 3; b <- 4\nfor _, c := range [2]<-chan int{a, b} { for v := range c { fmt.Print(v); break } }\na <- 5\nL:\nfor _, c := range map[string]chan int{\"a\": a} { for v := range c { fmt.Print(v); continue L } }\nvar fs []func()\nfor _, c := range []chan int{a, b} { fs = append(fs, func() { c <- 6; fmt.Print(<-c) }) }\nfor _, f := range fs { f() }"},
	{"nil pointers", "func npTry(f func()) { defer func() { fmt.Print(recover(), \" \") }(); f() }", "var p *int\nvar s *string\nm := map[int]int{}\nnpTry(func() { fmt.Print(\"a\" + *s) })\nnpTry(func() { _ = *p })\nnpTry(func() { fmt.Print(map[int]int{1: *p}) })\nnpTry(func() { m[1] = *p })\nnpTry(func() { f := func(int) { fmt.Print(\"called\") }; f(*p) })\nnpTry(func() { m[2], _ = 1, *p })\nfmt.Print(len(m))"},
	{"pointer to an array", "", "var a *[4]int\nn := 0\nfor i := range a { n += i }\nfor i, _ := range a { n += i }\na = &[4]int{1, 2, 3, 4}\np := &a[1]\n*p = 9\nfmt.Print(n, *a, len(a))"},
	{"counts of shifts", "func csTry(f func()) { defer func() { fmt.Print(recover(), \" \") }(); f() }", "n, m := -1, 3\nvar small int8 = -2\ncsTry(func() { fmt.Print(1 << n) })\ncsTry(func() { fmt.Print(8 >> small) })\ncsTry(func() { x := 1; x <<= n; fmt.Print(x) })\nx := 1\nx <<= m\nfmt.Print(x, 1<<(1<<m), uint(7)>>((1>>uint(m))+1), m<<(1<<uint(1)), 1<<len(\"ab\"), x<<(n&3))"},
	{"counts of several steps", "func cvU(n uint16) uint16 { return n }\nfunc cvZ(n int) int { return n }", "fmt.Print(cvZ(2)<<(cvU(8)/(cvU(3)|1)), int64(cvZ(3))<<((cvU(5)&^(cvU(1)*cvU(4)))&7), cvZ(64)>>(cvZ(1)+(cvZ(2)&3)))"},
	{"false in parentheses", "func fpP(b bool) bool { return b }", "if !fpP((7.5 == 5.5)) && fpP(true) { fmt.Print(1) }\nif fpP((true && false)) && fpP(true) { fmt.Print(2) }\nif fpP((\ntrue && false)) && fpP(true) { fmt.Print(3) }\nconst off = false\nif fpP((off)) || fpP(true) && !(off) { fmt.Print(4) }\nfor (off) && fpP(true) { fmt.Print(5) }\nfmt.Print(6)"},
	{"several results as arguments", "func srA() ([]int, int, int) { return []int{1}, 2, 3 }\nfunc srC() (float64, float64) { return 1, 2 }", "fmt.Print(append(srA()), complex(srC()))"},
	{"named and unnamed", "type nuA [2]int\ntype nuS struct{ a int }\nfunc nuF() [2]int { return [2]int{1, 2} }", "a := nuA{1, 2}\nfmt.Print(a == nuF(), nuF() != a, nuS{1} == struct{ a int }{1})"},
	{"select cases", "", "c := make(chan int32, 4)\nselect { case c <- 234: fmt.Print(\"sent\"); default: }\nselect { case c <- 'a': fmt.Print(\"sent\"); default: }\nselect { case x := (<-c): fmt.Print(x) }\nselect { case _ = <-c: fmt.Print(\"got\"); default: }\nselect { case _, _ = <-c: fmt.Print(\"got\"); default: fmt.Print(\"none\") }\nclose(c)\nvar x int32 = 7\nvar ok bool\nselect { case x, ok = (<-c): fmt.Print(x, ok) }"},
	{"assigning range in parallel", "", "x, y := []int{10, 20}, []int{99}\ni := 1\nfor i, x[i] = range y { break }\nr := []rune{'a', 'b'}\nj := 1\nfor j, r[j] = range \"c\" { break }\nfmt.Print(i, x, j, r)"},
	{"local types", "func ltA() any { type T struct{ a int }; return T{1} }\nfunc ltG[X any](x X) any { type T struct{ a X }; return T{x} }", "type T struct{ a, b int }\nv := T{1, 2}\nfor i := range 2 { type U struct{ n int; t T }; u := U{i, v}; f := func() int { type V struct{ U }; return V{u}.n + u.t.b }; fmt.Print(f()) }\nfmt.Print(v.a)"},
	{"blank comparison", "func bcF() int { fmt.Print(\"called\"); return 1 }", "_ = bcF() == 1\nvar a, b any = 1, 1\n_ = a == b"},
	{"equal interfaces", "type eiI interface{ M() int }\ntype eiP struct{ n int }\nfunc (p *eiP) M() int { return p.n }\ntype eiV struct{ a, b int }\nfunc (v eiV) M() int { return v.a }\ntype eiE struct{ a, b, c string }\nfunc (e *eiE) Error() string { return \"E\" }\nvar eiS error = &eiE{}\nfunc eiF(n int) error { if n > 0 { return eiS }; return nil }", "p := &eiP{1}\nvar i, j, k, z eiI = p, p, eiV{1, 2}, nil\nvar a any = p\nfmt.Print(i == j, i == k, k == eiI(eiV{1, 2}), i == p, k == eiV{1, 2}, z == nil, i == z, a == i, a == any(p), a != any(5))\nvar e error = eiF(1)\nfmt.Print(e == eiS, e == nil, eiF(0) == eiS, eiF(0) == nil, e == io.EOF, io.EOF == e)"},
	{"swap interfaces", "type siW struct{ a, b, c int }\nfunc (siW) M() {}", "var x, y any = 1, \"a\"\nx, y = y, x\nfmt.Print(x, y)\nvar e, f error = io.EOF, nil\ne, f = f, e\nfmt.Print(e, f)"},
	{"own interface in a switch", "type ioI interface{ M() int }\ntype ioJ interface { ioI; N() }\ntype ioA struct{ n int }\nfunc (a ioA) M() int { return a.n }\ntype ioB struct{ n int }\nfunc (a ioB) M() int { return a.n }\nfunc (a ioB) N() {}\nfunc ioF(i ioI) string { switch x := i.(type) { case nil: return \"nil\"; case ioJ: return fmt.Sprint(\"J\", x.M()); case ioA: return fmt.Sprint(\"A\", x.n); case ioB: return \"B\" }; return \"?\" }\nfunc ioId(i ioI) ioI { return i }", "fmt.Print(ioF(nil), ioF(ioA{1}), ioF(ioB{2}), ioF(ioId(ioA{3})), ioF(ioI(ioB{4})), ioF(ioI(ioJ(ioB{5}))))"},
	{"panic with a value", "type paN int\ntype paS struct{ a, b int }", "try := func(f func()) { defer func() { r := recover(); fmt.Print(r, \" \"); if s, ok := r.(paS); ok { fmt.Print(s.b) } }(); f() }\ntry(func() { panic(paN(3)) })\ntry(func() { panic(paS{1, 2}) })"},
	{"layout", "type laS struct { a int32; b string; c []int }", "s := laS{1, \"x\", []int{5}}\np := unsafe.Pointer(&s)\nfmt.Print(*(*int32)(p), *(*string)(unsafe.Add(p, unsafe.Offsetof(s.b))), unsafe.Sizeof(s))"},
	{refused + "layout of a function", "", "f := func() {}\n_ = unsafe.Pointer(&f)"},
	{refused + "layout of a list", "type llN struct { next *llN }", "n := llN{}\n_ = unsafe.Pointer(&n)"},
	{refused + "address of a string", "", "s := \"a\"\n_ = *(*uintptr)(unsafe.Pointer(&s))"},
	{refused + "method of the pointer only", "type mpI interface{ M() }\ntype mpT struct{ n int }\nfunc (t *mpT) M() {}", "var v any = mpT{1}\n_, ok := v.(mpI)\nfmt.Print(ok)"},
	{refused + "own error in any", "type oeE struct{ n int }\nfunc (e oeE) Error() string { return \"E\" }", "var e error = oeE{1}\nvar v any = e\n_, ok := v.(oeE)\nfmt.Print(ok)"},
	{refused + "text in any", "type txT struct{ n int }\nfunc (t txT) String() string { return \"T\" }", "v := []any{txT{1}}\nfmt.Print(v)"},
	{refused + "panic with methods", "type pmE struct{ n int }\nfunc (e pmE) Error() string { return \"E\" }", "defer func() { recover() }()\npanic(pmE{1})"},
	{refused + "keys that are not equal to themselves", "", "for _, c := range map[float64]chan int{} { _ = c }"},
}

// TestPrograms runs whole programs as cells and by the go command.
func TestPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := exec.Command("go", "run", file).Output()
			if err != nil {
				t.Fatal(err)
			}
			nb := newNotebook()
			got, err := nb.run(string(text))
			if err != nil {
				t.Fatalf("%v\n%s", err, nb.all())
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, nb.all())
			}
		})
	}
}
