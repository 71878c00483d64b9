package lower

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A probe is a piece of Go whose output real Go and the interpreter must agree
// on. decls stand at package level, body in a function; the names that decls
// declare are unique.
type probe struct{ name, decls, body string }

// refused says that the probe's output is replaced by a message.
const refused = "refused: "

// TestProbes runs every probe as a cell, and all of them as one program under
// the go command.
func TestProbes(t *testing.T) { runProbes(t, probes) }

func runProbes(t *testing.T, probes []probe) {
	t.Helper()
	want := goOutput(t, probes)
	for _, p := range probes {
		t.Run(p.name, func(t *testing.T) {
			nb := newNotebook()
			no := strings.HasPrefix(p.name, refused)
			got, err := nb.run(p.decls + "\n\n" + p.body + "\n;")
			if no {
				if err == nil || !strings.Contains(err.Error(), "in interpreted cells") {
					t.Fatalf("not refused: %v %q\n%s", err, got, nb.all())
				}
				return
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, nb.all())
			}
			if got != want[p.name] {
				t.Errorf("got  %q\nwant %q\n%s", got, want[p.name], nb.all())
			}
		})
	}
}

// TestLimits shows what is known to be wrong.
func TestLimits(t *testing.T) {
	want := goOutput(t, limits)
	for _, p := range limits {
		got, err := newNotebook().run(p.decls + "\n\n" + p.body + "\n;")
		if err == nil && got == want[p.name] {
			t.Errorf("%s is right: move it to probes", p.name)
		}
	}
}

// goOutput builds one program of the probes and returns what each printed.
func goOutput(t *testing.T, probes []probe) map[string]string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to compare with")
	}
	var decls, calls strings.Builder
	for i, p := range probes {
		if strings.HasPrefix(p.name, refused) {
			continue
		}
		fmt.Fprintf(&decls, "%s\nfunc probe%d() {\n%s\n}\n", p.decls, i, p.body)
		fmt.Fprintf(&calls, "\tfmt.Print(\"\\x00%s\\x01\"); probe%d()\n", p.name, i)
	}
	all := decls.String() + "func main() {\n" + calls.String() + "}\n"
	var imports strings.Builder
	for _, p := range []string{"fmt", "strings", "strconv", "sort", "sync", "time", "errors", "os", "math", "slices", "maps", "cmp", "bytes", "sync/atomic", "context", "io", "unicode/utf8", "encoding/json", "reflect", "container/heap", "container/list", "log", "iter", "unsafe", "math/rand/v2"} {
		name := p[strings.LastIndexByte(p, '/')+1:]
		if strings.Contains(all, name+".") || name == "v2" && strings.Contains(all, "rand.") {
			fmt.Fprintf(&imports, "import %q\n", p)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(file, []byte("package main\n"+imports.String()+all), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module probes\n\ngo 1.26\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "-gcflags=-N -l", ".")
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	want := map[string]string{}
	for _, part := range strings.Split(out.String(), "\x00") {
		name, text, _ := strings.Cut(part, "\x01")
		want[name] = text
	}
	return want
}

var probes = []probe{
	{"op assign call", "", "x := []int{1, 2}\nf := func() int { x = []int{10, 20}; return 5 }\nx[0] += f()\nfmt.Print(x)"},
	{"defer two recover", "func ygF() (s string) { defer func() { if r := recover(); r != nil { s = fmt.Sprint(r) } }(); defer func() { panic(\"second\") }(); return \"ok\" }", "fmt.Print(ygF())"},
	{"recover err", "func yiF() (e error) { defer func() { e, _ = recover().(error) }(); var a []int; _ = a[3]; return nil }", "fmt.Print(yiF() != nil)"},
	{"range int", "", "for i := range 3 { fmt.Print(i, \" \") }\nfor range 2 { fmt.Print(\"x\") }\nvar n int64 = 2\nfor i := range n { fmt.Printf(\"%T%d \", i, i) }"},
	{"range int modified", "", "for i := range 3 { i += 10; fmt.Print(i, \" \") }"},
	{"range func", "func rfSeq(yield func(int) bool) { for i := 0; i < 5; i++ { if !yield(i) { return } } }\nfunc rfFind(n int) (int, string) { for v := range rfSeq { if v == n { return v, \"found\" } }; return -1, \"no\" }", "for v := range rfSeq { if v == 1 { continue }; if v == 3 { break }; fmt.Print(v, \" \") }\na, b := rfFind(2)\nfmt.Print(a, b)\na, b = rfFind(9)\nfmt.Print(a, b)"},
	{"range func two", "func rf2(yield func(int, string) bool) { _ = yield(1, \"a\") && yield(2, \"b\") }", "for k, v := range rf2 { fmt.Print(k, v, \" \") }\nfor k := range rf2 { fmt.Print(k) }\nfor range rf2 { fmt.Print(\".\") }"},
	{"range func nested", "func rf3(yield func(int) bool) { _ = yield(1) && yield(2) && yield(3) }\nfunc rf3sum() int { for a := range rf3 { for b := range rf3 { if a*b == 4 { return a + b } } }; return 0 }", "fmt.Print(rf3sum())"},
	{"range func closure", "func rf4(n int) func(func(int) bool) { return func(yield func(int) bool) { for i := 0; i < n; i++ { if !yield(i) { return } } } }", "var fs []func() int\nfor v := range rf4(3) { fs = append(fs, func() int { return v }) }\nfor _, f := range fs { fmt.Print(f(), \" \") }"},
	{"loop variables", "", "var fs []func() int\nfor i := 0; i < 3; i++ { fs = append(fs, func() int { i += 10; return i }) }\nfor _, f := range fs { fmt.Print(f(), f(), \" \") }"},
	{"loop variable pointers", "", "var ps []*int\nfor i := 0; i < 3; i++ { ps = append(ps, &i); if i == 1 { continue }; }\nfor _, p := range ps { fmt.Print(*p, \" \") }\nvar qs []*string\nfor _, s := range []string{\"a\", \"b\"} { qs = append(qs, &s) }\nfor _, q := range qs { fmt.Print(*q, \" \") }"},
	{"loop variable written by closure", "", "for i := 0; i < 6; i++ { f := func() { i++ }; f(); fmt.Print(i, \" \") }"},
	{"continue with capture", "", "n := 0\nouter:\nfor i := 0; i < 4; i++ { g := func() int { return i }; for j := 0; j < 3; j++ { if j == 1 { continue outer }; n += g() } }\nfmt.Print(n)"},
	{"goroutines in a loop", "", "var wg sync.WaitGroup\nvar mu sync.Mutex\nvar got []int\nfor i := 0; i < 5; i++ { wg.Add(1); go func() { defer wg.Done(); mu.Lock(); got = append(got, i); mu.Unlock() }() }\nwg.Wait()\nsort.Ints(got)\nfmt.Print(got)"},
	{"wg go", "", "var wg sync.WaitGroup\nvar mu sync.Mutex\nvar got []int\nfor i := range 5 { wg.Go(func() { mu.Lock(); got = append(got, i); mu.Unlock() }) }\nwg.Wait()\nsort.Ints(got)\nfmt.Print(got)"},
	{"wg go copy", "", "var wg sync.WaitGroup\nvar mu sync.Mutex\nvar got []int\nfor i := 0; i < 3; i++ { i := i; wg.Go(func() { mu.Lock(); got = append(got, i); mu.Unlock() }) }\nwg.Wait()\nsort.Ints(got)\nfmt.Print(got)"},
	{"sync map", "", "var m sync.Map\nfor i := 0; i < 3; i++ { i := i; m.Store(i, func() int { return i }) }\nfor i := 0; i < 3; i++ { f, _ := m.Load(i); fmt.Print(f.(func() int)()) }"},
	{"go arguments", "", "var wg sync.WaitGroup\nc := make(chan int, 3)\nfor i := 0; i < 3; i++ { wg.Add(1); go func(n int) { defer wg.Done(); c <- n }(i) }\nwg.Wait()\nfmt.Print(<-c + <-c + <-c)"},
	{"interface copy", "type icT struct{ a int }\nfunc (t icT) M() int { return t.a }\ntype icI interface{ M() int }", "t := icT{1}\nvar i icI = t\nt.a = 9\nfmt.Print(i.M(), \" \")\nvar is []icI\nfor k := 0; k < 3; k++ { t.a = k; is = append(is, t) }\nfor _, x := range is { fmt.Print(x.M()) }\nfor _, q := range []icT{{4}, {5}} { is = append(is, q) }\nfmt.Print(is[3].M(), is[4].M())\nm := map[string]icI{\"a\": t}\nt.a = 77\nfmt.Print(m[\"a\"].M())"},
	{"interface copy int", "type icN int\nfunc (n icN) M() int { return int(n) }\ntype icJ interface{ M() int }\nfunc icF(i icJ) func() int { return i.M }", "n := icN(3)\nf := icF(n)\nn = 8\nfmt.Print(f())"},
	{"switch lists", "func slK(c byte) string { switch { case c < '0', c > '9': return \"A\"; default: return \"B\" } }", "fmt.Print(slK('x'), slK('5'))\nx := 7\nswitch true { case x == 1, x == 7: fmt.Print(\"yes\"); default: fmt.Print(\"no\") }\nswitch x { case 1, 7: fmt.Print(\"t\") }\nswitch y := x + 1; { case y == 3, y == 8: fmt.Print(\"u\") }"},
	{"named results", "func nrF() (a, b int) { a, b = 1, 2; return b, a }\nfunc nrG() (a int, err error) { a = 5; return a + 1, fmt.Errorf(\"x%d\", a) }\nfunc nrH() (x int) { defer func() { x *= 2 }(); return 21 }", "fmt.Print(nrF())\nfmt.Print(nrG())\nfmt.Print(nrH())"},
	{"stores of tuples", "func stF() (int, error) { return 4, nil }", "m := map[string]int{\"a\": 1}\nd := map[string]int{}\nvar ok bool\nd[\"q\"], ok = m[\"a\"]\nvar v any = \"s\"\ns := map[string]string{}\ns[\"x\"], ok = v.(string)\nvar err error\nd[\"n\"], err = stF()\nfmt.Print(d, s, ok, err)"},
	{"parallel assignment", "func paG() []int { return []int{1} }", "p, q := paG(), []int{1}\nfmt.Print(p, q)\nm := map[int]int{}\ni := 0\ni, m[i] = 1, 2\nfmt.Print(m, i)\na, b := 1, 2\na, b = b, a\nfmt.Print(a, b)\ns := []int{1, 2, 3}\ns[0], s[2] = s[2], s[0]\nfmt.Print(s)\nx, y := 0, 1\nfor k := 0; k < 5; k++ { x, y = y, x+y }\nfmt.Print(x)"},
	{"constants", "const coN = 10\ntype coC int\nconst (\n\tcoA coC = iota\n\tcoB\n)", "var f float64 = coN / 4\nfmt.Print(f, coN/4.0, \" \")\nfmt.Printf(\"%v %v %v\", coB, coB, 1<<10)\nvar u uint8 = 255\nfmt.Print(u+1, uint32(1)<<31, -7/2, -7%3, 'a'+1, \"x\"+\"y\", math.Pi)\nvar d time.Duration = 3 * time.Second\nfmt.Print(d)\nconst local = 2.5\nfmt.Print(local*2, coN*local)"},
	{"method values", "type mvT struct{ a int }\nfunc (t mvT) Get() int { return t.a }\nfunc (t *mvT) Set(n int) { t.a = n }", "t := mvT{1}\ng := t.Get\nt.a = 9\nfmt.Print(g())\ns := t.Set\ns(4)\nfmt.Print(t.a)\nf := mvT.Get\nfmt.Print(f(t))\nh := (*mvT).Set\nh(&t, 6)\nfmt.Print(t.a)"},
	{"defer arguments", "func daF() { x := 1; defer fmt.Print(\"d\", x, \" \"); x = 2; for i := 0; i < 3; i++ { defer fmt.Print(i, \" \") } }\nfunc daP(n int) { fmt.Print(n, \";\") }\nfunc daG() { for i := 0; i < 3; i++ { defer daP(i) } }\nfunc daH() { x := 1; defer func(v int) { fmt.Print(v) }(x); x = 5 }", "daF(); daG(); daH()"},
	{"defer and recover", "func drF() (err error) { defer func() { if r := recover(); r != nil { err = fmt.Errorf(\"caught %v\", r) } }(); panic(\"oh\") }", "fmt.Print(drF())"},
	{"defer method", "type dmT struct{ n int }\nfunc (t dmT) End() { fmt.Print(\"end\", t.n) }\nfunc dmF() { t := dmT{1}; defer t.End(); t.n = 2; var mu sync.Mutex; mu.Lock(); defer mu.Unlock() }", "dmF()"},
	{"cancel", "func caF() error { ctx, cancel := context.WithCancel(context.Background()); defer cancel(); return ctx.Err() }", "fmt.Print(caF())"},
	{"string range", "", "for i, r := range \"aé\\xffz\" { fmt.Print(i, r, \" \") }\nfor i := range \"éz\" { fmt.Print(i) }\nfor _, r := range \"hé\" { fmt.Print(string(r)) }"},
	{"assigning range", "type arT struct{ a, b int }", "var k, v int\nfor k = range []int{1, 2, 3} { }\nfmt.Print(k)\nfor k, v = range []int{7, 8} { }\nfmt.Print(k, v)\nvar t arT\nfor t.a, t.b = range []int{4, 5} { }\nfmt.Print(t)"},
	{"select", "", "c, d := make(chan int, 3), make(chan string, 1)\nc <- 1; c <- 2; c <- 3\nvar ps []*int\nfor i := 0; i < 3; i++ { select { case x := <-c: ps = append(ps, &x); case <-d: } }\nfor _, p := range ps { fmt.Print(*p) }\nd <- \"s\"\nvar got string\nvar ok bool\nselect { case got, ok = <-d: fmt.Print(got, ok) }\nselect { case <-c: default: fmt.Print(\"none\") }\nclose(c)\nselect { case v, ok := <-c: fmt.Print(v, ok) }"},
	{"append alias", "", "s := []byte(\"123456\")\ns = append(s[:4], '5', s[4])\nfmt.Print(string(s))"},
	{"min max clear", "", "fmt.Print(min(3, 1, 2), max(2.5, 1), min(\"b\", \"a\"), \" \")\nm := map[int]int{1: 1}\nclear(m)\ns := []int{1, 2}\nclear(s)\nfmt.Print(len(m), s, math.IsNaN(max(1, math.NaN())))\nvar x int64 = 3\nfmt.Print(min(x, 2))"},
	{"new with a value", "", "p := new(5)\n*p++\nfmt.Print(*p)\nq := new(\"s\")\nfmt.Print(*q)"},
	{"embedding", "type emA struct{ e int }\nfunc (a emA) val() int { return a.e }\ntype emB struct { emA; f int }\ntype emC struct { *emB; g int }", "b := emB{emA{1}, 2}\nc := emC{&b, 3}\nb.e = 5\nfmt.Print(b.val(), c.e, c.val(), c.f, c.emB.emA.e)"},
	{"std generics", "", "s := []int{3, 1, 2}\nslices.Sort(s)\nfmt.Print(s, slices.Contains(s, 2), slices.Index(s, 3), slices.Max(s))\nslices.SortFunc(s, func(a, b int) int { return b - a })\nfmt.Print(s)\nslices.Reverse(s)\nm := map[string]int{\"b\": 1, \"a\": 2}\nfmt.Print(s, slices.Sorted(maps.Keys(m)), cmp.Compare(1, 2), slices.Equal(s, []int{1, 2, 3}))"},
	{"generics", "func gnMap[T, U any](s []T, f func(T) U) []U { var r []U; for _, v := range s { r = append(r, f(v)) }; return r }\ntype gnNum interface{ ~int | ~float64 }\nfunc gnSum[T gnNum](xs ...T) (t T) { for _, x := range xs { t += x }; return }\ntype gnPair[K comparable, V any] struct { k K; v V }\nfunc (p gnPair[K, V]) String() string { return fmt.Sprint(p.k, \"=\", p.v) }", "fmt.Print(gnMap([]int{1, 2}, func(i int) string { return strconv.Itoa(i * i) }), gnSum(1, 2, 3), gnSum(1.5, 2))\np := gnPair[string, int]{\"a\", 1}\nfmt.Print(p.String(), p.k)"},
	{"errors", "var erS = errors.New(\"s\")\nfunc erF() error { return fmt.Errorf(\"w: %w\", erS) }", "fmt.Print(errors.Is(erF(), erS), erF())"},
	{"structs", "type suP struct{ x, y int }", "a := suP{1, 2}\nb := a\nb.x = 9\np := &a\np.y = 7\nfmt.Print(a == suP{1, 7}, b.x, a.y)\nm := map[suP]string{{1, 2}: \"k\"}\nfmt.Print(m[suP{1, 2}])\narr := [3]int{1, 2, 3}\ncp := arr\ncp[0] = 5\nfmt.Print(arr, cp)"},
	{"closures", "", "mk := func() func() int { n := 0; return func() int { n++; return n } }\na, b := mk(), mk()\nfmt.Print(a(), a(), b())"},
	{"labels and goto", "", "i := 0\nL:\nif i < 3 { i++; goto L }\nouter:\nfor a := 0; a < 3; a++ { for b := 0; b < 3; b++ { if b == 2 { continue outer }; if a == 2 { break outer }; fmt.Print(a, b, \" \") } }\nfmt.Print(i)"},
	{"maps", "", "m := map[string][]int{}\nm[\"a\"] = append(m[\"a\"], 1, 2)\ndelete(m, \"b\")\nv, ok := m[\"zz\"]\nfmt.Print(m, len(v), ok)\nif x, ok := m[\"a\"]; ok { fmt.Print(x[1]) }"},
	{"worker pool", "", "jobs, res := make(chan int), make(chan int)\nvar wg sync.WaitGroup\nfor w := 0; w < 3; w++ { wg.Add(1); go func(id int) { defer wg.Done(); for j := range jobs { res <- j * j } }(w) }\ngo func() { for i := 1; i <= 4; i++ { jobs <- i }; close(jobs) }()\ngo func() { wg.Wait(); close(res) }()\nsum := 0\nfor r := range res { sum += r }\nfmt.Print(sum)"},
	{"type switch", "type tsA struct{ n int }\nfunc (a tsA) M() {}\ntype tsI interface{ M() }\nfunc tsF(v any) string { switch x := v.(type) { case int: return fmt.Sprint(\"int\", x); case string, []byte: return \"text\"; case nil: return \"nil\"; case error: return \"err\"; default: return \"other\" } }", "fmt.Print(tsF(1), tsF(\"a\"), tsF(nil), tsF(errors.New(\"x\")), tsF(2.5))"},
	{"switch with a statement", "func swV() int { return 7 }", "switch x := swV(); x { case 7: fmt.Print(\"seven\", x); default: fmt.Print(\"other\") }\nL:\nswitch y := swV(); { case y > 3: for { break L }; case y > 2: fmt.Print(\"no\") }\nswitch z := swV(); v := any(z).(type) { case int: fmt.Print(v) }"},
	{"paren call", "func pcF() int { return 1 }", "fmt.Print((pcF)())"},
	{"runtime text", "", "defer func() { fmt.Print(recover()) }()\nvar m map[string]int\nm[\"a\"] = 1"},
	{"multiline", "type mlT struct {\n\ta int\n\tb string\n}", "x := []mlT{\n\t{1, \"a\"},\n\t{\n\t\ta: 2,\n\t\tb: \"b\",\n\t},\n}\nsum := 0 +\n\t1 +\n\t2\nfmt.Print(\n\tx,\n\tsum,\n)"},
	{"bits", "", "var a uint8 = 200\nvar b int8 = int8(a)\nfmt.Print(a<<1, a>>3, a&^8, b, ^a, -b, 1<<3|1)\nn := 3\nfmt.Print(1<<n, uint16(1)<<n)"},
	{"shadowed package", "", "strings := []string{\"a\"}\nfmt.Print(strings[0])"},
	{"function types", "type ftF func(int) int\nfunc (f ftF) Do(n int) int { return f(n) }\nfunc ftApply(f func(int) int, n int) int { return f(n) }", "fmt.Print(ftF(func(i int) int { return i + 1 }).Do(2), ftApply(func(i int) int { return i * 2 }, 4))"},
	{"defer of a value", "", "func() { f := func() { fmt.Print(1) }; defer f(); defer f() }()\nfmt.Print(2)"},
	{"defer calls closures", "func dcK() { f := func() { fmt.Print(1) }; g := func() { fmt.Print(2); f() }; defer func() { f(); g() }(); defer g() }", "dcK()"},
	{"defer value in a loop", "func dvK() { for i := 0; i < 3; i++ { v := i; f := func() { fmt.Print(v) }; defer f() } }", "dvK()"},
	{"defer changes result", "func dxK() (n int) { defer func() { n++ }(); defer func() { n *= 2 }(); return 3 }", "fmt.Print(dxK())"},
	{"many goroutines", "", "var wg sync.WaitGroup; var n atomic.Int64\nfor i := 0; i < 2000; i++ { wg.Add(1); go func() { n.Add(int64(i)); wg.Done() }() }\nwg.Wait()\nfmt.Print(n.Load())"},
	{"many goroutines with go method", "", "var wg sync.WaitGroup; var n atomic.Int64\nfor i := 0; i < 2000; i++ { wg.Go(func() { n.Add(int64(i)) }) }\nwg.Wait()\nfmt.Print(n.Load())"},
	{"many goroutines with arguments", "func mgA() int64 { var wg sync.WaitGroup; var n atomic.Int64; for i := 0; i < 2000; i++ { wg.Add(1); go func(k int) { defer wg.Done(); n.Add(int64(k)) }(i) }; wg.Wait(); return n.Load() }", "fmt.Print(mgA())"},
	{"many goroutines of values", "func mgV() int64 { var wg sync.WaitGroup; var n atomic.Int64; var fs []func(); for i := 0; i < 2000; i++ { fs = append(fs, func() { defer wg.Done(); n.Add(int64(i)) }) }; for _, f := range fs { wg.Add(1); go f() }; wg.Wait(); return n.Load() }", "fmt.Print(mgV())"},
	{"many functions through a channel", "", "jobs := make(chan func(), 10)\nvar wg sync.WaitGroup; var n atomic.Int64\nfor range 4 { go func() { for f := range jobs { f() } }() }\nfor i := 0; i < 2000; i++ { wg.Add(1); jobs <- func() { n.Add(int64(i)); wg.Done() } }\nwg.Wait()\nfmt.Print(n.Load())"},
	{"many goroutines of a function", "func mfW(id int, c chan<- int) { c <- id * 2 }", "c := make(chan int)\nfor i := 0; i < 500; i++ { go mfW(i, c) }\ns := 0\nfor range 500 { s += <-c }\nfmt.Print(s)"},
	{"many goroutines of a pointer method", "type mpT struct{ k int }\nfunc (t *mpT) W(c chan<- int) { c <- t.k }", "c := make(chan int)\nts := make([]mpT, 500)\nfor i := range ts { ts[i].k = i; go ts[i].W(c) }\ns := 0\nfor range 500 { s += <-c }\nfor i := 0; i < 500; i++ { t := &mpT{i}; go t.W(c) }\nfor range 500 { s += <-c }\nfmt.Print(s)"},
	{"many goroutines of a compiled method", "", "var wg sync.WaitGroup\ncs := make([]atomic.Int64, 500)\nfor i := range cs { wg.Add(1); c := &cs[i]; go c.Add(int64(i)); wg.Done() }\nwg.Wait()\ntime.Sleep(300 * time.Millisecond)\ns := int64(0)\nfor i := range cs { s += cs[i].Load() }\nfmt.Print(s)"},
	{"many goroutines of an interface", "type miI interface{ W(chan<- int) }\ntype miT struct{ k int }\nfunc (t miT) W(c chan<- int) { c <- t.k }", "c := make(chan int)\nfor i := 0; i < 500; i++ { var t miI = miT{i}; go t.W(c) }\ns := 0\nfor range 500 { s += <-c }\nfmt.Print(s)"},
	{"many goroutines of a method", "type mmT struct{ k int }\nfunc (t mmT) W(c chan<- int) { c <- t.k }", "c := make(chan int)\nfor i := 0; i < 500; i++ { t := mmT{i}; go t.W(c) }\ns := 0\nfor range 500 { s += <-c }\nfmt.Print(s)"},
	{"generic value", "", "f := slices.Max[[]int]\nfmt.Print(f([]int{1}))"},
	{"generic type of a package", "func gtF() { var p atomic.Pointer[int]; fmt.Print(p.Load() == nil) }", "gtF()"},
	{"iter pull", "", "n, s := iter.Pull(slices.Values([]int{1}))\nn(); s()"},
	{"assert error", "func xaF(v any) bool { _, ok := v.(error); return ok }", "fmt.Print(xaF(errors.New(\"x\")), xaF(1))"},
	{"assert error val", "func xa2(v any) string { if e, ok := v.(error); ok { return e.Error() }; return \"no\" }", "fmt.Print(xa2(errors.New(\"x\")), xa2(1))"},
	{"ts own", "type xtT struct{ n int }\nfunc (t xtT) M() int { return t.n }\ntype xtS string\nfunc (s xtS) String() string { return \"S\" + string(s) }\nfunc xtF(v any) string { switch x := v.(type) { case xtT: return fmt.Sprint(\"T\", x.n); case *xtT: return fmt.Sprint(\"PT\", x.n); case xtS: return \"Str\"; default: return \"other\" } }", "for _, v := range []any{xtT{1}, &xtT{2}, xtS(\"q\"), 3} { fmt.Print(xtF(v)) }"},
	{"assert own", "type xoT struct{ n int }\nfunc (t xoT) M() int { return t.n }\nfunc xoF(v any) string { if x, ok := v.(xoT); ok { return fmt.Sprint(x.n) }; return \"no\" }", "fmt.Print(xoF(xoT{1}), xoF(3))"},
	{"assert own nomethod", "type xnT struct{ n int }\nfunc xnF(v any) string { if x, ok := v.(xnT); ok { return fmt.Sprint(x.n) }; return \"no\" }", "fmt.Print(xnF(xnT{1}), xnF(3))"},
	{refused + "own error assert", "type xeE struct{ c int }\nfunc (e xeE) Error() string { return \"E\" }\nfunc xeF() error { return xeE{4} }", "err := xeF()\nif x, ok := err.(xeE); ok { fmt.Print(x.c) } else { fmt.Print(\"other\") }\nswitch x := err.(type) { case xeE: fmt.Print(x.c); default: fmt.Print(\"other\") }"},
	{"own ptr error assert", "type xpE struct{ c int }\nfunc (e *xpE) Error() string { return \"E\" }\nfunc xpF() error { return &xpE{4} }", "err := xpF()\nif x, ok := err.(*xpE); ok { fmt.Print(x.c) } else { fmt.Print(\"other\") }\nswitch x := err.(type) { case *xpE: fmt.Print(x.c); default: fmt.Print(\"other\") }"},
	{refused + "same shape", "type xqA int\ntype xqB int", "var v any = xqB(3)\n_, ok := v.(xqA)\nfmt.Print(ok)"},
	{refused + "iface equal", "type xuT struct{ n int }\nfunc (t xuT) M() {}\ntype xuI interface{ M() }", "var a, b xuI = xuT{1}, xuT{1}\nfmt.Print(a == b, a == xuI(xuT{1}))\nm := map[xuI]int{xuT{1}: 5}\nfmt.Print(m[a])"},
	{"ptr iface equal", "type xvT struct{ n int }\nfunc (t *xvT) M() {}\ntype xvI interface{ M() }", "p := &xvT{1}\nvar a, b xvI = p, p\nfmt.Print(a == b, a != nil)"},
	{refused + "print any of own", "type xxT struct{ a, b int }\nfunc (t xxT) M() {}", "t := xxT{1, 2}\nfmt.Print(map[string]any{\"a\": t}, []any{t, xxT{3, 4}})\nfmt.Println(t, &t)"},
	{"typeswitch shapes", "type xzS interface{ Area() float64 }\ntype xzA struct{ r float64 }\nfunc (a xzA) Area() float64 { return a.r }\ntype xzB struct{ r float64 }\nfunc (b xzB) Area() float64 { return 2 * b.r }\nfunc xzF(s xzS) string { switch v := s.(type) { case xzA: return fmt.Sprint(\"A\", v.r); case xzB: return fmt.Sprint(\"B\", v.r) }; return \"?\" }", "fmt.Print(xzF(xzA{1}), xzF(xzB{2}))\nvar s xzS = xzB{3}\n_, ok := s.(xzA)\nfmt.Print(ok)"},
	{"iface to iface", "type yaI interface{ M() int }\ntype yaJ interface{ M() int; N() int }\ntype yaT struct{}\nfunc (yaT) M() int { return 1 }\nfunc (yaT) N() int { return 2 }\ntype yaU struct{}\nfunc (yaU) M() int { return 3 }", "for _, i := range []yaI{yaT{}, yaU{}} { if j, ok := i.(yaJ); ok { fmt.Print(j.N()) } else { fmt.Print(\"no\") } }"},
	{"stringer assert", "type ybT struct{}\nfunc (ybT) String() string { return \"yb\" }\nfunc ybF(v any) string { if s, ok := v.(fmt.Stringer); ok { return s.String() }; return \"no\" }", "fmt.Print(ybF(ybT{}), ybF(time.Second), ybF(1))"},
	{"sort iface", "type yeS []int\nfunc (s yeS) Len() int { return len(s) }\nfunc (s yeS) Less(i, j int) bool { return s[i] < s[j] }\nfunc (s yeS) Swap(i, j int) { s[i], s[j] = s[j], s[i] }", "s := yeS{3, 1, 2}\nsort.Sort(s)\nfmt.Print(s)"},
	{"defer closures", "func yfF() { for i := 0; i < 3; i++ { v := i; defer func() { fmt.Print(v) }() } }", "yfF()"},
	{"init order", "var yhX = yhF()\nvar yhY = 5\nfunc yhF() int { return 6 }", "fmt.Print(yhX + yhY)"},
	{"struct compare", "type yjT struct{ a int; b string }", "a, b := yjT{1, \"x\"}, yjT{1, \"x\"}\nfmt.Print(a == b)\nm := map[yjT]int{a: 3}\nm[b]++\nfmt.Print(m[a])"},
	{"func map", "", "ops := map[string]func(int, int) int{\"+\": func(a, b int) int { return a + b }}\nfmt.Print(ops[\"+\"](1, 2))"},
	{"linked list", "type ykN struct { v int; next *ykN }\ntype ykL struct { head *ykN; n int }\nfunc (l *ykL) Push(v int) { l.head = &ykN{v, l.head}; l.n++ }", "var l ykL\nfor i := range 3 { l.Push(i) }\nfor n := l.head; n != nil; n = n.next { fmt.Print(n.v) }"},
	{"stack generic", "type ylS[T any] struct{ items []T }\nfunc (s *ylS[T]) Push(v T) { s.items = append(s.items, v) }\nfunc (s *ylS[T]) Pop() (T, bool) { var z T; if len(s.items) == 0 { return z, false }; v := s.items[len(s.items)-1]; s.items = s.items[:len(s.items)-1]; return v, true }", "s := &ylS[string]{}\ns.Push(\"a\"); s.Push(\"b\")\nv, ok := s.Pop()\nfmt.Print(v, ok, len(s.items))"},
	{"atomic", "", "var n atomic.Int64\nvar wg sync.WaitGroup\nfor range 10 { wg.Go(func() { n.Add(2) }) }\nwg.Wait()\nfmt.Print(n.Load())"},
	{"once", "", "var o sync.Once\nfor i := range 3 { o.Do(func() { fmt.Print(i) }) }"},
	{"context", "", "ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)\ndefer cancel()\nselect { case <-ctx.Done(): fmt.Print(ctx.Err()); case <-time.After(time.Second): fmt.Print(\"late\") }"},
	{"type switch expression", "func teF() any { return errors.New(\"e\") }", "switch v := teF().(type) { case nil: fmt.Print(0); case error: fmt.Print(v); default: fmt.Print(v) }\nL:\nfor { switch teF().(type) { case fmt.Stringer: case error: break L } }"},
}

// limits are probes that the interpreter gets wrong, by a wrong value or an
// error at run time, and that nothing is done about yet: methods and unexported
// fields inside values that compiled code looks at, nil pointers in
// interfaces, run-time errors as values, panics in deferred calls. TestLimits
// fails when one of them has become right, so that the list stays true.
var limits = []probe{
	{"errors.As", "type xsE struct{ c int }\nfunc (e *xsE) Error() string { return \"E\" }\nfunc xsF() error { return fmt.Errorf(\"w %w\", &xsE{4}) }", "var t *xsE\nfmt.Print(errors.As(xsF(), &t))"},
	{"any equal", "type xrA int", "fmt.Print(any(xrA(3)) == any(3))"},
	{"print nested stringer", "type xwS string\nfunc (s xwS) String() string { return \"<\" + string(s) + \">\" }", "fmt.Print([]xwS{\"a\"}, map[string]xwS{\"k\": \"v\"}, struct{ A xwS }{\"b\"})"},
	{"printf v", "type xyT struct{ a, b int }", "fmt.Printf(\"%v %+v\", xyT{1, 2}, &xyT{1, 2})"},
	{"typed nil", "type ycE struct{}\nfunc (*ycE) Error() string { return \"x\" }\nfunc ycF() error { var e *ycE; return e }", "fmt.Print(ycF() == nil)"},
	{"json", "type ydT struct { A int `json:\"a\"`; b int }", "b, err := json.Marshal(ydT{1, 2})\nfmt.Print(string(b), err)"},
}
