package lower

import (
	"strings"
	"testing"
)

// TestSilent runs what the interpreter alone answers wrongly without an error,
// found among some hundred everyday snippets: each is right now, or refused.
// The order in which a program's variables get their values is in
// testdata/order.go.
func TestSilent(t *testing.T) {
	want := goOutput(t, silent)
	for _, p := range silent {
		t.Run(p.name, func(t *testing.T) {
			nb := newNotebook()
			got, err := nb.run(p.decls + "\n\n" + p.body + "\n;")
			switch {
			case err != nil && strings.Contains(err.Error(), "in interpreted cells"):
			case err != nil:
				t.Errorf("%v\n%s", err, nb.all())
			case got != want[p.name]:
				t.Errorf("got  %q\nwant %q\n%s", got, want[p.name], nb.all())
			}
		})
	}
}

var silent = []probe{
	{"interface copies", "type saT struct{ a int }\nfunc (t saT) M() int { return t.a }\ntype saI interface{ M() int }\nfunc saF(i saI) func() int { return i.M }\nfunc saR(t saT) saI { return t }", "t := saT{1}\nvar i saI = t\nf := saF(t)\nr := saR(t)\nm := map[string]saI{\"a\": t}\nc := make(chan saI, 1)\nc <- t\ns := struct{ i saI }{t}\nt.a = 9\nfmt.Print(i.M(), f(), r.M(), m[\"a\"].M(), (<-c).M(), s.i.M())"},
	{"any copies", "type sbT struct{ a int }\nfunc (t sbT) M() int { return t.a }", "t := sbT{1}\nvar v any = t\nt.a = 9\nfmt.Print(v.(sbT).a)"},
	{"named number copies", "type scN int\nfunc (n scN) M() int { return int(n) }\ntype scI interface{ M() int }", "n := scN(1)\nvar i scI = n\nn = 9\nfmt.Print(i.M())"},
	{"interfaces in a loop", "type sdT struct{ a int }\nfunc (t sdT) M() int { return t.a }\ntype sdI interface{ M() int }", "var is []sdI\nvar t sdT\nfor i := range 3 { t.a = i; is = append(is, t) }\nfor _, q := range []sdT{{3}, {4}} { is = append(is, q) }\nfor _, i := range is { fmt.Print(i.M()) }"},
	{"closures for compiled code", "", "var wg sync.WaitGroup\nvar mu sync.Mutex\nsum := 0\nfor i := 0; i < 3; i++ { i := i; wg.Go(func() { mu.Lock(); sum += i * i; mu.Unlock() }) }\nwg.Wait()\nvar fs []func()\nfor i := range 3 { fs = append(fs, sync.OnceFunc(func() { sum += 100 * i })) }\nfor _, f := range fs { f(); f() }\ndone := make(chan int, 3)\nfor i := range 3 { time.AfterFunc(time.Microsecond, func() { done <- i }) }\nfmt.Print(sum, <-done+<-done+<-done)"},
	{"lists of conditions", "func seF(c byte) string { switch { case c < '0', c > '9': return \"A\" }; return \"B\" }", "fmt.Print(seF('a'), seF('5'))\nx := 7\nswitch true { case x == 1, x == 7: fmt.Print(\"yes\"); default: fmt.Print(\"no\") }"},
	{"named results", "func sfA() (a, b int) { a, b = 1, 2; return b, a }\nfunc sfB() (a int, err error) { a = 5; return a + 1, fmt.Errorf(\"x%d\", a) }\nfunc sfC(s []int) (r []int) { for _, v := range s { r = append(r, v) }; return }", "fmt.Print(sfA())\nfmt.Print(sfB())\nx := sfC([]int{1})\nx = sfC([]int{2})\nfmt.Print(x)\nfor range 2 { n := sfC([]int{3}); fmt.Print(n) }"},
	{"stores of two values", "func sgF() (int, error) { return 4, nil }", "src, dst := map[string]int{\"q\": 1}, map[string]int{}\nvar ok bool\nvar v any = \"s\"\nvar err error\nt := map[string]string{}\ndst[\"q\"], ok = src[\"q\"]\nt[\"x\"], ok = v.(string)\ndst[\"n\"], err = sgF()\nfmt.Print(dst, t, ok, err)"},
	{"several definitions", "func shG() []int { return []int{1} }", "p, q := shG(), []int{1}\nfmt.Print(p, q)"},
	{"constant division", "const siN = 10", "var f float64 = siN / 4\nfmt.Print(f)"},
	{"method values", "type sjT struct{ a int }\nfunc (t sjT) M() int { return t.a }", "t := sjT{1}\ng := t.M\nt.a = 9\nfmt.Print(g())"},
	{"deferred arguments", "func skF() { x := 1; defer fmt.Print(x); x = 2; for i := range 2 { defer fmt.Print(i) }; defer func(v int) { fmt.Print(v) }(x); x = 3 }", "skF()"},
	{"deferred closures", "func slF() { for i := 0; i < 3; i++ { v := i; defer func() { fmt.Print(v) }() } }", "slF()"},
	{"deferred values", "func smF() { for i := 0; i < 3; i++ { v := i; f := func() { fmt.Print(v) }; defer f() }; g := func() { fmt.Print(\"g\") }; defer func() { g(); g() }() }", "smF()"},
	{"panics in deferred calls", "func snF() (s string) { defer func() { s = fmt.Sprint(recover()) }(); defer func() { panic(\"second\") }(); panic(\"first\") }", "fmt.Print(snF())"},
	{"bytes of strings", "", "for i := range \"aé\\xffz\" { fmt.Print(i) }"},
	{"ranges that assign", "type soT struct{ a, b int }", "var k int\nfor k = range []int{1, 2} { }\nvar t soT\nfor t.a, t.b = range []int{7, 8} { }\nfmt.Print(k, t)"},
	{"variables of loops", "", "var ps []*int\nc := make(chan int, 9)\nfor i := 0; i < 3; i++ { ps = append(ps, &i); func() { c <- i }() }\nfor v := range 3 { ps = append(ps, &v) }\nfor _, p := range ps { fmt.Print(*p) }\nvar fs []func() int\nfor i := 0; i < 6; i++ { i++; fs = append(fs, func() int { return i }) }\nfor _, f := range fs { fmt.Print(f()) }"},
	{"variables of a select", "", "c := make(chan int, 3)\nc <- 1; c <- 2; c <- 3\nvar ps []*int\nfor range 3 { select { case x := <-c: ps = append(ps, &x) } }\nfor _, p := range ps { fmt.Print(*p) }"},
	{"append of an own element", "", "s := []byte(\"123456\")\ns = append(s[:4], '5', s[4])\nfmt.Print(string(s))"},
	{"index beside its variable", "", "m := map[int]int{}\ni := 0\ni, m[i] = 1, 2\nfmt.Print(m)"},
	{"order of operands", "", "b := 1\nf := func() int { b++; return b }\ng := func(n int) int { return n }\nvar p, q int\np, b, q = f(), f(), f()\nc, d := 1, 2\nc, d = d, g(5)\nfmt.Print(p, b, q, c, d)"},
	{"operations with calls", "", "x, y := []int{1}, []int{10}\nz := x\nx[0] += func() int { x = y; return 5 }()\nn := 1\np := &n\n*p += func() int { n = 10; return 5 }()\nfmt.Print(x, y, z, n)"},
	{"promoted fields", "type spE struct{ e int }\nfunc (x spE) val() int { return x.e }\ntype spA struct{ spE }\ntype spB struct { spA; e string }", "b := spB{spA{spE{4}}, \"s\"}\nfmt.Print(b.e, b.val(), b.spA.e)"},
	{"two types of one kind", "type sqA int\ntype sqB int", "var x any = sqB(3)\n_, ok := x.(sqA)\nfmt.Print(ok)"},
	{"a type and its kind", "type srA int", "fmt.Print(any(srA(3)) == any(3))"},
	{"equal values", "type ssT struct{ a int }\nfunc (t ssT) M() {}\ntype ssI interface{ M() }", "var a, b ssI = ssT{1}, ssT{1}\nfmt.Print(a == b)"},
	{"keys", "type stT struct{ a int }\nfunc (t stT) M() {}\ntype stI interface{ M() }", "var a stI = stT{1}\nm := map[stI]int{stT{1}: 5}\nfmt.Print(m[a])"},
	{"printed elements", "type suT struct{ a, b int }\nfunc (t suT) M() {}", "t := suT{1, 2}\nfmt.Print(map[string]any{\"a\": t}, []any{t})"},
	{"cases of a type switch", "type svT struct{ n int }\nfunc (t svT) M() {}\ntype svE struct{ n, m int }\nfunc (e *svE) Error() string { return \"E\" }\ntype svS string\nfunc (s svS) String() string { return string(s) }", "for _, v := range []any{svT{1}, &svT{2}, &svE{}, svS(\"q\")} { switch v.(type) { case svT: fmt.Print(\"T\"); case *svT: fmt.Print(\"PT\"); case error: fmt.Print(\"E\"); case svS: fmt.Print(\"S\"); default: fmt.Print(\"other\") } }"},
	{"own error in an error", "type swE struct{ c int }\nfunc (e swE) Error() string { return \"E\" }\nfunc swF() error { return swE{3} }", "e := swF()\nif x, ok := e.(swE); ok { fmt.Print(x.c) } else { fmt.Print(\"other\") }"},
	{"texts of elements", "type sxS string\nfunc (s sxS) String() string { return \"<\" + string(s) + \">\" }", "fmt.Print([]sxS{\"a\"})"},
	{"names of fields", "type syT struct{ x int }", "fmt.Printf(\"%+v %#v %T\", syT{1}, syT{1}, syT{1})"},
	{"run-time errors", "", "defer func() { e, ok := recover().(error); fmt.Print(ok, e != nil) }()\nvar m map[string]int\nm[\"a\"] = 1"},
	{"negative shifts", "", "defer func() { fmt.Print(recover()) }()\nn := -1\nfmt.Print(1 << n)"},
}
