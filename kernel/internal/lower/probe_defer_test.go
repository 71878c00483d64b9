package lower

import "testing"

func TestDefers(t *testing.T) { runProbes(t, deferProbes) }

// deferProbes are about deferred calls, panics and what stands beside them.
var deferProbes = []probe{
	{"in a loop", "func pdLoop() { for i := 0; i < 3; i++ { v := i; f := func() { fmt.Print(\"A\", v, \" \") }; defer f() } }", "pdLoop()"},
	{"panic again", "func pdAgain() { defer func() { fmt.Print(\"outer \", recover()) }(); defer func() { panic(fmt.Sprint(\"re-\", recover())) }(); panic(\"x\") }", "pdAgain()"},
	{"named results", "func pdNamed() (x int, err error) { defer func() { if r := recover(); r != nil { err = fmt.Errorf(\"r:%v\", r); x = 7 } }(); x = 3; panic(\"p\") }\nfunc pdTwo() (a int, b string) { defer func() { a++ }(); return pdFour() }\nfunc pdFour() (int, string) { return 4, \"four\" }\nfunc pdBlank() (_ int, err error) { defer func() { err = errors.New(\"e\") }(); return 3, nil }", "fmt.Print(pdNamed())\nfmt.Print(pdTwo())\nfmt.Print(pdBlank())"},
	{"shadowed result", "func pdShadow() (err error) { defer func() { err = fmt.Errorf(\"wrapped: %w\", err) }(); if err := errors.New(\"inner\"); err != nil { return err }; return nil }", "fmt.Print(pdShadow())"},
	{"through a caller", "func pdUncaught() { defer func() { fmt.Print(\"cleanup \") }(); panic(\"boom\") }\nfunc pdOuter() { defer func() { fmt.Print(\"got \", recover()) }(); pdUncaught() }", "pdOuter()"},
	{"by name", "func pdCatch() { if r := recover(); r != nil { fmt.Print(\"catch \", r) } }\nfunc pdByName() int { defer pdCatch(); panic(\"named\") }\nfunc pdIndirect() { defer func() { fmt.Print(\" outermost \", recover()) }(); defer func() { pdCatch() }(); panic(\"nd\") }", "fmt.Print(pdByName())\npdIndirect()\npdCatch()"},
	{"methods", "type pdS struct{ n int }\nfunc (s pdS) End(k int) { fmt.Print(\"end\", s.n, k, \" \") }\nfunc (s *pdS) PEnd() { fmt.Print(\"pend\", s.n, \" \", recover()) }\nfunc pdMeth() { s := pdS{1}; defer s.PEnd(); defer s.End(s.n); s.n = 2; panic(\"m\") }", "pdMeth()"},
	{"loop over a function", "func pdRange() (s string) { seq := func(yield func(int) bool) { _ = yield(1) && yield(2) }; for v := range seq { defer func() { s += fmt.Sprint(\"d\", v) }(); if v == 2 { return \"ret\" } }; return \"no\" }", "fmt.Print(pdRange())"},
	{"mixed", "func pdMix() { var mu sync.Mutex; mu.Lock(); defer mu.Unlock(); defer func() { fmt.Print(\"first\") }(); var wg sync.WaitGroup; for i := range 3 { wg.Add(1); go func() { defer wg.Done(); defer func() { recover() }(); panic(i) }() }; wg.Wait() }", "pdMix()"},
	{"nil function", "func pdNil() { defer func() { fmt.Print(recover()) }(); var f func(); defer f(); fmt.Print(\"before \") }\ntype pdC interface{ Close() }\nfunc pdNilI() { defer func() { fmt.Print(recover()) }(); var c pdC; defer c.Close(); fmt.Print(\"never\") }", "pdNil()\npdNilI()"},
	{"arguments", "func pdArgs(xs ...int) { defer fmt.Print(xs); defer func(a int, b ...string) { fmt.Print(a, b, recover()) }(len(xs), \"p\", \"q\"); xs = nil; panic(1) }", "pdArgs(1, 2)"},
	{"labels", "func pdLab() int { n := 0; defer func() { n = 100 }()\nouter:\n\tfor i := 0; i < 3; i++ { for j := 0; j < 3; j++ { if j == 2 { continue outer }; if i == 2 { break outer }; n++ } }\n\treturn n }", "fmt.Print(pdLab())"},
	{"recursion", "func pdRec(n int) (r int) { defer func() { r += n }(); if n == 0 { return 0 }; return pdRec(n - 1) }", "fmt.Print(pdRec(10))"},
	{"closures in a deferred literal", "", "func() { var st []func(); for i := 0; i < 3; i++ { st = append(st, func() { fmt.Print(\"S\", i) }) }; defer func() { for k := len(st) - 1; k >= 0; k-- { st[k]() } }() }()"},
	{"run-time errors", "type preT struct{ a int }\nfunc preTry(f func()) (s string) { defer func() { r := recover(); _, ok := r.(error); s = fmt.Sprint(r, ok, \"; \") }(); f(); return \"no\" }", "var p *preT\nvar m map[string]int\nz := 0\nvar x any = 3\nc := make(chan int)\nclose(c)\nfmt.Print(preTry(func() { p.a = 1 }), preTry(func() { m[\"a\"] = 1 }), preTry(func() { fmt.Print(1 / z) }), preTry(func() { close(c) }), preTry(func() { _ = make([]int, z-1) }), preTry(func() { fmt.Print(x.(string)) }))"},
	{"op-assign", "", "x := []int{1, 2}\nf := func() int { x = []int{10, 20}; return 5 }\ny := x\nx[0] += f()\nfmt.Print(x, y)"},
	{"in a header", "func phG() []int { return []int{1} }", "if p, q := phG(), []int{1, 2}; len(p) == 1 { fmt.Print(p, q) } else { fmt.Print(\"no\") }\nif p, q := phG(), 2; len(p) == 3 { fmt.Print(p, q) } else if r, s := phG(), []int{7}; len(s) == 1 { fmt.Print(r, s, p) }\nfor i, s := 0, phG(); i < 2; i++ { fmt.Print(i, s) }"},
	{"receive returned", "func prR(c chan int) int { return <-c }", "c := make(chan int, 1)\nc <- 4\nf := func() bool { d := make(chan bool, 1); d <- true; return <-d }\nfmt.Print(prR(c), f())"},
	{"function returned", "func pfG() int { return 3 }\nfunc pfF() func() int { return pfG }", "fmt.Print(pfF()())"},
	{"interfaces", "func piC(x, y any) any { return x.(int) > y.(int) }", "fmt.Print(piC(2, 1), any([]int{1}).([]int)[0])\nvar e any = 5\nswitch e { case \"a\": fmt.Print(\"a\"); case 5: fmt.Print(\"five\") }\nfmt.Print(e == 5, e != \"x\")\nif v, ok := e.(any); ok { fmt.Print(v) }"},
	{"shifts", "", "n := 3\nvar u uint8 = 255\nfmt.Print(1<<n, uint64(1)<<n>>1, u<<1, u>>1, -7>>1, n<<1.0)\nvar a [8]int\nconst big uint64 = 0x022fdd63cc95386d\na[big<<uint(n)>>61] = 1\nfmt.Print(a)"},
	{"unsafe", "", "b := []byte(\"hello\")\ns := unsafe.String(&b[0], 3)\nc := unsafe.Slice(&b[1], 2)\nfmt.Print(s, string(c), *unsafe.SliceData(b), unsafe.Sizeof(b))"},
}
