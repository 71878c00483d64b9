package lower

import "testing"

func TestSessions(t *testing.T) {
	tests := []struct {
		name  string
		cells []string // text, what is printed, text, ...
	}{
		{"values", []string{"x := 1", "", "x", "int: 1\n", "x + 1.0", "int: 2\n", "x = 5", "", "x", "int: 5\n"}},
		{"print", []string{"fmt.Println(\"a\", 1)", "a 1\n"}},
		{"twice", []string{"x := 1", "", "x := 2", "", "x", "int: 2\n", "x := \"a\"", "", "x", "string: a\n", "x := 3", "", "x", "int: 3\n"}},
		{"old value", []string{"x := 1", "", "x := x + 1", "", "x", "int: 2\n", "x := fmt.Sprint(x, \"!\")", "", "x", "string: 2!\n"}},
		{"function", []string{"func f(n int) int { return n * 2 }", "", "f(4)", "int: 8\n", "func g() int { return f(1) }", "", "func f(n int) int { return n * 3 }", "", "g()", "int: 3\n"}},
		{"callers of callers", []string{"func a() int { return 1 }", "", "func b() int { return a() }", "", "func c() int { return b() }", "", "func a() int { return 2 }\nc()", "int: 2\n"}},
		{"recursion across cells", []string{"func ev(n int) bool { return n == 0 }", "", "func od(n int) bool { if n == 0 { return false }; return ev(n-1) }", "", "func ev(n int) bool { if n == 0 { return true }; return od(n-1) }", "", "ev(10)", "bool: true\n", "od(7)", "bool: true\n"}},
		{"method calls function", []string{"func h() int { return 1 }", "", "type T struct{}\nfunc (T) M() int { return h() }", "", "t := T{}", "", "t.M()", "int: 1\n", "func h() int { return 2 }", "", "t.M()", "int: 2\n", "func h() int { return 3 }\nt.M()", "int: 3\n"}},
		{"types", []string{"type P struct{ x, y int }", "", "p := P{1, 2}", "", "p", "main.P: {1 2}\n", "func (p P) Sum() int { return p.x + p.y }", "", "p.Sum()", "int: 3\n", "func (p *P) Inc() { p.x++ }\np.Inc()\np.Sum()", "int: 4\n"}},
		{"type again", []string{"type P struct{ x int }\nfunc (p P) M() int { return p.x }", "", "p := P{7}", "", "type P struct{ x int }\nfunc (p P) M() int { return p.x }", "", "p.M()", "int: 7\n"}},
		{"new type", []string{"type P struct{ x int }\nfunc f(p P) int { return p.x }", "", "f(P{3})", "int: 3\n", "type P struct{ x, y int }", "", "f(P{4, 5})", "int: 4\n", "p := P{6, 7}", "", "p", "main.P: {6 7}\n"}},
		{"new method", []string{"type P struct{ x int }\nfunc (p P) M() int { return 1 }", "", "func (p P) M() int { return 2 }", "", "P{}.M()", "int: 2\n"}},
		{"stringer", []string{"type C int\nfunc (c C) String() string { return fmt.Sprint(\"C\", int(c)) }", "", "c := C(3)", "", "c", "main.C: C3\n", "fmt.Println(c)", "C3\n"}},
		{"several results", []string{"strconv.Atoi(\"12\")", "int: 12 error: <nil>\n", "func two() (int, string) { return 1, \"b\" }\ntwo()", "int: 1 string: b\n"}},
		{"comma ok", []string{"m := map[string]int{\"a\": 1}", "", "v, ok := m[\"a\"]", "", "v", "int: 1\n", "ok", "bool: true\n", "n, err := strconv.Atoi(\"x\")", "", "err != nil", "bool: true\n"}},
		{"err again", []string{"a, err := strconv.Atoi(\"1\")\nb, err := strconv.Atoi(\"x\")\na + b", "int: 1\n", "err != nil", "bool: true\n"}},
		{"order of declarations", []string{"x := f()\nfunc f() int { return 4 }\nx", "int: 4\n", "y := 1\ntype Q struct{ a int }\nq := Q{y}\ndefer fmt.Println(\"end\")\nq.a", "int: 1\nend\n"}},
		{"return ends the cell", []string{"fmt.Println(1)\nif true { return }\nfmt.Println(2)", "1\n"}},
		{"var", []string{"var a, b int = 1, 2\nvar (\n\tc = a + b\n\td string\n)", "", "c", "int: 3\n", "d", "string: \n", "c = 9", "", "var c int", "", "c", "int: 0\n", "var s struct{ x int }\ns.x = 3", "", "s.x", "int: 3\n", "var s struct{ x int }", "", "s.x", "int: 0\n"}},
		{"constants", []string{"const n = 10\nvar f float64 = n / 4\nf", "float64: 2\n", "const (\n\tA = iota\n\tB\n)\nB", "int: 1\n", "const big = 1 << 70\nbig >> 68", "int: 4\n", "time.Second * 2", "time.Duration: 2s\n", "1i * 1i", "complex128: (-1+0i)\n", "math.Pi > 3", "bool: true\n"}},
		{"auto import", []string{"strings.ToUpper(\"a\")", "string: A\n"}},
		{"import", []string{"import str \"strings\"", "", "str.ToUpper(\"b\")", "string: B\n", "import . \"strings\"", "", "ToUpper(\"c\")", "string: C\n"}},
		{"pointer to variable", []string{"g := 1", "", "p := &g", "", "*p = 5", "", "g", "int: 5\n", "g := 6", "", "*p", "int: 6\n"}},
		{"struct does not move", []string{"type S struct{ a int }\ns := S{1}\np := &s", "", "s = S{2}", "", "p.a", "int: 2\n", "s := S{3}", "", "p.a", "int: 3\n"}},
		{"closure over variable", []string{"n := 0\ninc := func() int { n++; return n }", "", "inc()", "int: 1\n", "inc()", "int: 2\n", "n", "int: 2\n"}},
		{"generic", []string{"func Map[T, U any](s []T, f func(T) U) []U { var r []U; for _, x := range s { r = append(r, f(x)) }; return r }", "", "Map([]int{1, 2}, func(i int) string { return fmt.Sprint(i, \"!\") })", "[]string: [1! 2!]\n", "type St[T any] struct{ v []T }\nfunc (s *St[T]) Push(x T) { s.v = append(s.v, x) }\nfunc (s *St[T]) Len() int { return len(s.v) }", "", "var st St[int]\nst.Push(3)\nst.Len()", "int: 1\n"}},
		{"goroutine", []string{"c := make(chan int)", "", "go func() { c <- 4 }()", "", "<-c", "int: 4\n"}},
		{"program", []string{"x := 1", "", "package main\n\nimport \"fmt\"\n\nvar y = x()\n\nfunc x() int { return 3 }\n\ntype T struct{}\n\nfunc main() { fmt.Println(\"main\", y) }", "main 3\n", "x", "int: 1\n", "package main\nfunc main() { println2() }\nfunc println2() {}", ""}},
		{"main as a function", []string{"func main() { fmt.Println(\"hi\") }", "", "x := 1", "", "main()", "hi\n"}},
		{"stdout", []string{"os.Stdout.WriteString(\"a\\n\");", "a\n", "fmt.Fprintln(os.Stdout, \"b\")", "b\n", "var w io.Writer = os.Stderr\nfmt.Fprint(w, 3)", "3"}},
		{"shadowing block", []string{"x := 1\n{\n\tx := 2\n\t_ = x\n}\nx", "int: 1\n"}},
		{"broken", []string{"func f() int { return 1 }", "", "func g() int { return f() }", "", "func f(n int) int { return n }", "", "g()", "error: g does not fit"}},
		{"nil", []string{"nil", "untyped nil: <nil>\n"}},
		{"interfaces", []string{"type Shape interface{ Area() float64 }\ntype Sq struct{ s float64 }\nfunc (q Sq) Area() float64 { return q.s * q.s }\ntype Ci struct{ r float64 }\nfunc (c *Ci) Area() float64 { return 3 * c.r }", "", "shapes := []Shape{Sq{2}, &Ci{1}}\ntotal := 0.0\nfor _, s := range shapes { total += s.Area() }\ntotal", "float64: 7\n", "for _, s := range shapes {\n\tswitch v := s.(type) {\n\tcase Sq:\n\t\tfmt.Println(\"sq\", v.s)\n\tcase *Ci:\n\t\tfmt.Println(\"ci\", v.r)\n\t}\n}", "sq 2\nci 1\n"}},
		{"error type", []string{"type E struct{ code int }\nfunc (e *E) Error() string { return fmt.Sprint(\"code \", e.code) }\nfunc try() error { return &E{3} }", "", "err := try()", "", "err.Error()", "string: code 3\n"}},
		{"embedding", []string{"type A struct{ n int }\nfunc (a A) Get() int { return a.n }\ntype B struct{ A; m int }", "", "b := B{A{1}, 2}", "", "b.n + b.Get()", "int: 2\n", "type A struct{ n, o int }\nfunc (a A) Get() int { return a.o }", "", "B{A{1, 5}, 2}.Get()", "int: 5\n", "B{A: A{1, 5}}.A.o", "int: 5\n"}},
		{"func type", []string{"type F func(int) int\nfunc (f F) Twice(n int) int { return f(f(n)) }", "", "F(func(n int) int { return n + 1 }).Twice(3)", "int: 5\n"}},
		{"math", []string{"math.MaxInt64", "int: 9223372036854775807\n", "uint64(math.MaxUint64)", "uint64: 18446744073709551615\n", "math.Sqrt(2) > 1.41", "bool: true\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { newNotebook().check(t, tt.cells...) })
	}
}
