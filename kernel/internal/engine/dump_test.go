package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
)

// typesPackage has types with unexported fields, as cells compile them; %s is
// its path.
const typesPackage = `package nb

import ("fmt"; "reflect"; "sync"; "github.com/weft-go/weft/kernel/internal/dock")

type Node struct { Value int; next *Node; all []*Node; mu sync.Mutex; note any }

type X_Node = Node

func X_Ring(n int) *Node {
	first := &Node{}
	first.all = append(first.all, first)
	last := first
	for i := 1; i < n; i++ {
		last.next = &Node{Value: i, note: Pair[int]{i, &last.Value}}
		last = last.next
		first.all = append(first.all, last)
	}
	last.next = first
	return first
}

type Pair[T any] struct { v T; p *T }

type X_Pair_int = Pair[int]

func X_Check(n *Node) string {
	s := ""
	for i, m := range n.all {
		s += fmt.Sprint(m.Value, m.next == n.all[(i+1)%len(n.all)])
		if p, ok := m.note.(Pair[int]); ok {
			s += fmt.Sprint(p.p == &n.all[i-1].Value, p.v)
		}
	}
	return s
}

func X_Lock(n *Node) { n.mu.Lock() }

type X_S_ring = *Node

func init() {
	dock.Register(&dock.Package{Path: "nb/%s", Symbols: map[string]reflect.Value{
		"X_Node": reflect.ValueOf((*X_Node)(nil)), "X_Ring": reflect.ValueOf(X_Ring), "X_Check": reflect.ValueOf(X_Check), "X_Lock": reflect.ValueOf(X_Lock),
		"X_S_ring": reflect.ValueOf((*X_S_ring)(nil)), "X_Pair_int": reflect.ValueOf((*X_Pair_int)(nil)),
	}})
}
`

func (f *front) finish(r link.Run) link.Done {
	f.t.Helper()
	f.send(r)
	return f.wait()
}

// typed starts a process with the package called name open, and a variable
// ring of its type.
func typed(t *testing.T, name string) *front {
	f := newProcess(t)
	text := strings.Replace(typesPackage, "%s", name, 1)
	plugin := buildPlugin(t, "types_"+name, map[string]string{name: text})
	if d := f.finish(link.Run{Native: &link.Native{
		Loads: []link.Load{{Path: nb + name, File: plugin}},
		Slots: []link.Slot{{Name: "ring", Path: nb + name, Symbol: "X_S_ring"}},
	}}); d.Status != link.OK {
		t.Fatalf("%+v", d)
	}
	return f
}

// plainValues are variables, statements that fill them, and what must be true of
// them then and in the other session.
var plainValues = []struct{ name, typ, set, check string }{
	{"n", "int", "n = -42", "n == -42"},
	{"f", "[]float64", "f = []float64{math.Float64frombits(0x7ff8000000000123), math.Copysign(0, -1), math.Inf(1)}", "math.Float64bits(f[0]) == 0x7ff8000000000123 && math.Signbit(f[1]) && f[2] > 1e300"},
	{"c", "complex128", "c = complex(1, -2)", "imag(c) == -2"},
	{"text", "string", `text = "a\x00é\xff"`, `text == "a\x00é\xff"`},
	{"none", "[]int", "none = nil", "none == nil"},
	{"empty", "[]int", "empty = []int{}", "empty != nil && len(empty) == 0"},
	{"nomap", "map[string]int", "nomap = nil", "nomap == nil"},
	{"emptymap", "map[string]int", "emptymap = map[string]int{}", "emptymap != nil && len(emptymap) == 0"},
	{"capped", "[]int", "capped = make([]int, 2, 10); capped[:4][3] = 7", "len(capped) == 2 && cap(capped) == 10 && capped[:4][3] == 7"},
	{"array", "[3]string", `array = [3]string{"a", "", "c"}`, `array[2] == "c"`},
	{"part", "[]int", "part = capped[1:3]", "cap(part) == 9 && &part[0] == &capped[1]"},
	{"pointer", "*int", "pointer = &capped[1]", "pointer == &part[0]"},
	{"own", "*int", "own = &n", "own == &n"},
	{"inside", "*string", "inside = &array[2]", "inside == &array[2]"},
	{"m", "map[string][]int", `m = map[string][]int{"a": {1}, "b": nil, "c": capped}`, `len(m) == 3 && m["a"][0] == 1 && m["b"] == nil && &m["c"][0] == &capped[0]`},
	{"same", "map[string][]int", "same = m", `func() bool { same["x"] = nil; _, ok := m["x"]; delete(m, "x"); return ok }()`},
	{"nans", "map[float64]int", "nans = map[float64]int{math.NaN(): 1}; nans[math.NaN()] = 2", "len(nans) == 2"},
	{"keys", "map[*int]bool", "keys = map[*int]bool{&n: true, pointer: true}", "keys[&n] && keys[pointer] && len(keys) == 2"},
	{"any1", "any", "any1 = []any{1, \"x\", 2.5, nil, map[string]any{\"k\": []int{1}}}", `fmt.Sprintf("%T %v", any1, any1) == "[]interface {} [1 x 2.5 <nil> map[k:[1]]]"`},
	{"e", "error", "e = io.EOF", "e == io.EOF"},
	{"made", "error", `made = errors.New("made")`, `made.Error() == "made"`},
	{"wrapped", "error", `wrapped = fmt.Errorf("x: %w", e)`, `errors.Is(wrapped, io.EOF) && wrapped.Error() == "x: EOF"`},
	{"when", "time.Time", "when = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)", `when.Equal(time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)) && when.Location() == time.UTC`},
	{"now", "time.Time", "now = time.Now()", `now.Location() == time.Local && time.Since(now) > 0 && time.Since(now) < time.Minute && strings.Contains(now.String(), " m=")`},
	{"zone", "any", `zone = time.Date(2026, 7, 1, 0, 0, 0, 0, time.FixedZone("X", 3600))`, `zone.(time.Time).Format(time.RFC3339) == "2026-07-01T00:00:00+01:00"`},
	{"d", "time.Duration", "d = 3 * time.Second", "d == 3*time.Second"},
	{"big1", "*big.Int", `big1 = new(big.Int).Exp(big.NewInt(3), big.NewInt(500), nil)`, `big1.Cmp(new(big.Int).Exp(big.NewInt(3), big.NewInt(500), nil)) == 0`},
	{"buffer", "bytes.Buffer", `buffer.WriteString("abc"); buffer.Next(1)`, `buffer.String() == "bc"`},
	{"builder", "strings.Builder", `builder.WriteString("abc")`, `builder.String() == "abc" && builder.Len() == 3`},
	{"random", "*rand.Rand", `random = rand.New(rand.NewSource(1)); random.Int()`, `func() bool { r := rand.New(rand.NewSource(1)); r.Int(); a, b := r.Int(), r.Int(); v := random.Int(); return v == a || v == b }()`},
	{"unlocked", "sync.Mutex", "unlocked.Lock(); unlocked.Unlock()", "func() bool { ok := unlocked.TryLock(); unlocked.Unlock(); return ok }()"},
	{"once", "sync.Once", "once.Do(func() {})", "func() bool { again := false; once.Do(func() { again = true }); return !again }()"},
	{"nofunc", "func()", "nofunc = nil", "nofunc == nil"},
	{"nochan", "chan int", "nochan = nil", "nochan == nil"},
	{"list", "*ll.List", "list1 := ll.New(); list1.PushBack(1); list1.PushBack(\"b\"); list = list1", `list.Len() == 2 && list.Back().Value == "b" && list.Front().Next() == list.Back() && list.Back().Next() == nil`},
	{"re", "*regexp.Regexp", "re = regexp.MustCompile(`(a+)(b)?c`)", "re.FindStringSubmatch(`xaabc`)[1] == `aa` && re.MatchString(`ac`) && !re.MatchString(`b`)"},
	{"onepass", "any", "onepass = []*regexp.Regexp{regexp.MustCompile(`^ab(c|d)$`), re}", "func() bool { l := onepass.([]*regexp.Regexp); return l[0].MatchString(`abd`) && !l[0].MatchString(`abe`) && l[1] == re }()"},
	{"matrix", "[][]float64", "matrix = [][]float64{{1, 2}, {3, 4}}; matrix = append(matrix, matrix[0])", "matrix[1][1] == 4 && &matrix[0][0] == &matrix[2][0]"},
}

const valuesHeader = `package main

import ("bytes"; ll "container/list"; "errors"; "fmt"; "io"; "math"; "math/big"; "math/rand"; "regexp"; "strings"; "sync"; "time")

var _ bytes.Buffer
var _ = ll.New
var _ = errors.New
var _ = fmt.Sprint
var _ = io.EOF
var _ = math.Abs
var _ big.Int
var _ = rand.Int
var _ = regexp.MustCompile
var _ = strings.ToLower
var _ sync.Mutex
var _ = time.Now
`

func TestDump(t *testing.T) {
	header := valuesHeader
	declare, set := header, header
	var names []string
	checks := "func init() {\n"
	for _, v := range plainValues {
		declare += "var " + v.name + " " + v.typ + "\n"
		names = append(names, v.name)
		checks += "\tif !(" + v.check + ") { fmt.Println(\"" + v.name + "\") }\n"
	}
	set += "func init() {\n"
	for _, v := range plainValues {
		set += "\t" + v.set + "\n"
	}
	set += "}\n"
	checks += "}\n"
	file := filepath.Join(t.TempDir(), "values")

	old := typed(t, "c10")
	for _, text := range []string{declare, set, header + checks, "package main\nimport w_c \"" + nb + "c10\"\nfunc init() { ring = w_c.X_Ring(4) }\n"} {
		if out, d := old.run(text); d.Status != link.OK || out != "" {
			t.Fatalf("before: wrong are %q, %+v", out, d)
		}
	}
	wantRing, _ := old.run("package main\nimport (\"fmt\"; w_c \"" + nb + "c10\")\nfunc init() { fmt.Print(w_c.X_Check(ring)) }\n")
	d := old.op("dump", map[string]string{"names": strings.Join(append(names, "ring"), ","), "file": file})
	if d.Error != "" || d.Result["goroutines"] != "0" || d.Result["saved"] != strings.Join(append(names, "ring"), ",") {
		t.Fatalf("%+v", d)
	}
	t.Log(d.Result["bytes"], "bytes")

	fresh := typed(t, "c11")
	load := map[string]string{"file": file, "types": `{"` + nb + `c10.Node": "` + nb + `c11.Node", "` + nb + `c10.Pair": "` + nb + `c11.Pair"}`}
	if d := fresh.op("load", load); !strings.Contains(d.Error, "no variable") {
		t.Errorf("%+v", d)
	}
	if out, d := fresh.run(declare); d.Status != link.OK {
		t.Fatal(out, d)
	}
	if d := fresh.op("load", map[string]string{"file": file}); !strings.Contains(d.Error, "c10") {
		t.Errorf("%+v", d)
	}
	if d := fresh.op("load", load); d.Error != "" || d.Result["loaded"] == "" {
		t.Fatalf("%+v", d)
	}
	if out, d := fresh.run(header + checks); d.Status != link.OK || out != "" {
		t.Errorf("after: wrong are %q, %+v", out, d)
	}
	if out, d := fresh.run("package main\nimport (\"fmt\"; w_c \"" + nb + "c11\")\nfunc init() { fmt.Print(w_c.X_Check(ring)) }\n"); out != wantRing || out == "" {
		t.Errorf("got %q, want %q; %+v", out, wantRing, d)
	}

	// A file that is cut or changed is refused, and never ends the session.
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += max(1, len(whole)/40) {
		if err := os.WriteFile(file, whole[:i], 0o644); err != nil {
			t.Fatal(err)
		}
		if d := fresh.op("load", load); d.Error == "" {
			t.Errorf("cut after %d bytes: no error", i)
		}
	}
}

func TestDumpRefuses(t *testing.T) {
	f := typed(t, "c10")
	header := "package main\nimport (\"bufio\"; \"fmt\"; \"net/netip\"; \"os\"; \"sync\"; w_c \"" + nb + "c10\")\nvar _ = fmt.Sprint\n"
	if out, d := f.run(header + `var plain = 1
var fn = func() {}
var ch = make(chan int)
var inside = map[string]any{"a": []any{1, func() {}}}
var mu sync.Mutex
var wg sync.WaitGroup
var file *os.File
var reader = bufio.NewReader(nil)
var addr = netip.MustParseAddr("::1")
func init() {
	mu.Lock()
	wg.Add(1)
	file, _ = os.Open("/dev/null")
	ring = w_c.X_Ring(3)
	w_c.X_Lock(ring)
}
`); d.Status != link.OK {
		t.Fatal(out, d)
	}
	d := f.op("dump", map[string]string{"names": "plain,fn,ch,inside,mu,wg,file,reader,addr,ring,nothing", "file": filepath.Join(t.TempDir(), "values")})
	if d.Error != "" || d.Result["saved"] != "plain" {
		t.Fatalf("%+v", d)
	}
	for name, want := range map[string]string{
		"fn": "func()", "ch": "chan int", "inside": "inside[a][1]: a func() that is not nil", "mu": "in use", "wg": "in use",
		"file": "only package os knows", "reader": "only package bufio knows", "addr": "only package", "ring": "ring.mu: the sync.Mutex is in use", "nothing": "no such variable",
	} {
		got := d.Result["refused "+name]
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", name, got, want)
		}
		t.Log(name, got)
	}
}

func BenchmarkDump(b *testing.B) {
	f := newFront(b)
	f.run("package main\nvar a = make([]float64, 10<<20)\nvar m = map[int]string{}\nfunc init() { for i := 0; i < 100000; i++ { m[i] = \"value\" } }\n")
	file := filepath.Join(b.TempDir(), "values")
	for _, op := range []string{"dump", "load"} {
		b.Run("op="+op, func(b *testing.B) {
			for b.Loop() {
				if d := f.op(op, map[string]string{"names": "a,m", "file": file}); d.Error != "" {
					b.Fatal(d)
				}
			}
			b.SetBytes(10 << 23)
		})
	}
}
