package symbols_test

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/symbols"
)

// run interprets src as a session does: tables come when a program imports
// their package.
func run(src string) (out string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var buf bytes.Buffer
	i := interp.New(interp.Options{Stdout: &buf, Stderr: &buf, Unrestricted: true})
	if err := symbols.UseErrors(i); err != nil {
		return "", err
	}
	first := symbols.First()
	if err := i.Use(first); err != nil {
		return "", err
	}
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", src, parser.ImportsOnly)
	if err != nil {
		return "", err
	}
	for _, spec := range f.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		table, ok := symbols.Load(path)
		if !ok {
			return "", fmt.Errorf("no table for %q", path)
		}
		for key := range table {
			if _, ok := first[key]; ok {
				delete(table, key)
			}
		}
		if err := symbols.UseGeneric(i, path); err != nil {
			return "", err
		}
		for _, t := range []interp.Exports{symbols.Needs(path), table} {
			if err := i.Use(t); err != nil {
				return "", err
			}
		}
	}
	_, err = i.Eval(src)
	return buf.String(), err
}

// Programs that the interpreter can run only if the tables hold what it looks
// for.
var programs = []struct {
	name, src, want string
}{
	{"function", `package main
import "strings"
func main() { println(strings.ToUpper("a")); print(strings.Count("aaa", "a")) }`, "A\n3"},

	{"variable is the package's own", `package main
import ("fmt"; "log"; "os")
func main() { log.SetFlags(0); log.Print("x"); fmt.Println(os.ErrNotExist) }`, "x\nfile does not exist\n"},

	{"untyped constants do not overflow", `package main
import ("fmt"; "math"; "time")
func main() { fmt.Println(uint64(math.MaxUint64), math.Pi, math.SmallestNonzeroFloat64, math.MaxInt8, 2*time.Second) }`,
		"18446744073709551615 3.141592653589793 5e-324 127 2s\n"},

	{"last element is a version", `package main
import ("fmt"; "math/rand/v2")
func main() { fmt.Println(rand.IntN(1)) }`, "0\n"},

	{"interface of a package that is not imported", `package main
import ("bufio"; "fmt")
type source struct{ n int }
func (s *source) Read(p []byte) (int, error) {
	if s.n++; s.n > 3 { return 0, fmt.Errorf("end") }
	p[0] = 'x'
	return 1, nil
}
func main() { s := bufio.NewScanner(&source{}); s.Scan(); fmt.Println(s.Text()) }`, "xxx\n"},

	{"interface that fmt takes", `package main
import "fmt"
type sink struct{}
func (sink) Write(p []byte) (int, error) { fmt.Print(len(p)); return len(p), nil }
func main() { fmt.Fprint(sink{}, "abc") }`, "3"},

	{"sort.Interface", `package main
import ("fmt"; "sort")
type byLen []string
func (x byLen) Len() int { return len(x) }
func (x byLen) Less(i, j int) bool { return len(x[i]) < len(x[j]) }
func (x byLen) Swap(i, j int) { x[i], x[j] = x[j], x[i] }
func main() { x := byLen{"ccc", "a", "bb"}; sort.Sort(x); fmt.Println(x) }`, "[a bb ccc]\n"},

	{"fmt sees String, Error and Format", `package main
import "fmt"
type s int
func (s) String() string { return "S" }
type e struct{}
func (e) Error() string { return "E" }
type f struct{}
func (f) Format(st fmt.State, verb rune) { fmt.Fprintf(st, "F%c", verb) }
func main() { fmt.Println(s(1), e{}, fmt.Sprint(s(2))); fmt.Printf("%v %x\n", f{}, f{}); fmt.Println(string(fmt.Append(nil, s(3)))) }`, "S E S\nFv Fx\nS\n"},

	{"log sees String", `package main
import "log"
type s int
func (s) String() string { return "S" }
func main() { log.SetFlags(0); log.Println(s(1)) }`, "S\n"},

	{"json sees MarshalJSON and MarshalText", `package main
import ("encoding/json"; "fmt")
type a struct{ X int }
func (a) MarshalJSON() ([]byte, error) { return []byte("1"), nil }
type b struct{ X int }
func (b) MarshalText() ([]byte, error) { return []byte("t"), nil }
func main() { x, _ := json.Marshal(a{}); y, _ := json.MarshalIndent(a{}, "", ""); z, _ := json.Marshal(b{}); fmt.Println(string(x), string(y), string(z)) }`, "1 1 \"t\"\n"},

	{"errors.Is follows Unwrap", `package main
import ("errors"; "fmt")
type e struct{ err error }
func (*e) Error() string { return "e" }
func (x *e) Unwrap() error { return x.err }
func main() { base := errors.New("base"); var err error = &e{base}; fmt.Println(errors.Is(err, base), errors.Is(fmt.Errorf("w: %w", err), base), errors.Unwrap(err) == base) }`, "true true true\n"},

	{"errors.Is follows Unwrap to several", `package main
import ("errors"; "fmt")
type e struct{ errs []error }
func (*e) Error() string { return "e" }
func (x *e) Unwrap() []error { return x.errs }
func main() { a, b := errors.New("a"), errors.New("b"); var err error = &e{[]error{a, b}}; fmt.Println(errors.Is(err, b), errors.Is(err, errors.New("b"))) }`, "true false\n"},

	{"errors.Is asks Is", `package main
import ("errors"; "fmt")
type e struct{}
func (*e) Error() string { return "e" }
func (*e) Is(target error) bool { return target.Error() == "t" }
func main() { var err error = &e{}; fmt.Println(errors.Is(err, errors.New("t")), errors.Is(err, errors.New("u"))) }`, "true false\n"},

	{"a method of the name with another signature", `package main
import ("fmt"; "io"; "strings")
type w struct{}
func (w) Write(p []byte) (int, error) { fmt.Print("W", len(p), " "); return len(p), nil }
func (w) WriteString(s string, n int) {}
func (w) ReadFrom(p []byte) (int, string, error) { return 0, "", nil }
func main() { io.WriteString(w{}, "abc"); n, err := io.Copy(w{}, strings.NewReader("de")); fmt.Println(n, err) }`, "W3 W2 2 <nil>\n"},

	{"io.Writer with WriteString", `package main
import ("fmt"; "io")
type w struct{}
func (w) Write(p []byte) (int, error) { return 0, nil }
func (w) WriteString(s string) (int, error) { fmt.Print("WS ", s); return len(s), nil }
func main() { io.WriteString(w{}, "abc") }`, "WS abc"},

	{"io.Reader with WriteTo", `package main
import ("fmt"; "io"; "os")
type r struct{}
func (r) Read(p []byte) (int, error) { return 0, io.EOF }
func (r) WriteTo(w io.Writer) (int64, error) { fmt.Print("WT "); return 7, nil }
func main() { n, err := io.Copy(os.Stderr, r{}); fmt.Print(n, err) }`, "WT 7 <nil>"},

	{"http handler", `package main
import ("fmt"; "net/http"; "net/http/httptest")
type h struct{ n int }
func (x *h) ServeHTTP(w http.ResponseWriter, r *http.Request) { x.n++; fmt.Fprint(w, r.URL.Path, x.n) }
func main() { rec := httptest.NewRecorder(); http.Handle("/a", &h{}); http.DefaultServeMux.ServeHTTP(rec, httptest.NewRequest("GET", "/a", nil)); fmt.Print(rec.Body.String()) }`, "/a1"},

	{"unsafe", `package main
import ("fmt"; "unsafe")
type t struct { A byte; B int64 }
func main() {
	var v t
	x := []int{1, 2, 3}
	p := unsafe.Add(unsafe.Pointer(&x[0]), 8)
	fmt.Println(unsafe.Sizeof(v), unsafe.Offsetof(v.B), unsafe.Alignof(x[0]), *(*int)(p))
	u := uintptr(p) - 8
	fmt.Println(*(*int)(unsafe.Pointer(u)))
	s := []byte("hey")
	fmt.Println(unsafe.String(&s[0], 2))
}`, "16 8 8 2\n1\nhe\n"},

	{"sort elements of every kind", `package main
import ("fmt"; "slices"; "time")
type age int
type named []string
func main() {
	a, b, c, d := []int{3, 1, 2}, []age{2, 1}, named{"b", "a"}, []time.Duration{2, 1}
	e, f := []byte("ba"), []rune("ba")
	slices.Sort(a)
	slices.Sort(b)
	slices.Sort(c)
	slices.Sort(d)
	slices.Sort(e)
	slices.Sort(f)
	fmt.Println(a, b, c, d, string(e), string(f), slices.Max(d), slices.Min(c), slices.Index(b, 2))
}`, "[1 2 3] [1 2] [a b] [1ns 2ns] ab ab 2ns a 1\n"},

	{"sort structs by function", `package main
import ("cmp"; "fmt"; "slices")
type p struct { Name string; Age int }
func main() {
	x := []p{{"b", 2}, {"a", 2}, {"c", 1}}
	slices.SortFunc(x, func(a, b p) int { return cmp.Or(cmp.Compare(a.Age, b.Age), cmp.Compare(a.Name, b.Name)) })
	fmt.Println(x, slices.Contains(x, p{"c", 1}), slices.MaxFunc(x, func(a, b p) int { return a.Age - b.Age }))
	y := []*p{{"b", 2}, {"a", 2}, {"c", 1}}
	slices.SortStableFunc(y, func(a, b *p) int { return a.Age - b.Age })
	fmt.Println(*y[0], *y[1], *y[2])
}`, "[{c 1} {a 2} {b 2}] true {a 2}\n{c 1} {b 2} {a 2}\n"},

	{"sorted keys of a map", `package main
import ("fmt"; "maps"; "slices")
func main() {
	m := map[string]int{"b": 1, "a": 2}
	fmt.Println(slices.Sorted(maps.Keys(m)), slices.Sorted(maps.Values(m)), maps.Equal(m, maps.Clone(m)))
	maps.DeleteFunc(m, func(k string, v int) bool { return v == 1 })
	fmt.Println(m, slices.Collect(maps.Keys(m)))
}`, "[a b] [1 2] true\nmap[a:2] [a]\n"},

	{"change slices", `package main
import ("fmt"; "slices")
func main() {
	x := slices.Delete([]int{1, 2, 3, 4}, 1, 3)
	x = slices.Insert(x, 1, 7, 8)
	x = slices.Replace(x, 0, 1, 5, 5)
	fmt.Println(slices.Clone(x), slices.Concat(x, x, x[:1]), slices.Repeat(x[:2], 2))
	x = slices.Compact(x)
	y := slices.Clone(x)
	slices.Reverse(y)
	fmt.Println(x, y, slices.Equal(x, y), slices.Compare(x, y), slices.DeleteFunc(y, func(n int) bool { return n > 6 }))
	i, ok := slices.BinarySearch([]string{"a", "c"}, "c")
	j, no := slices.BinarySearchFunc([]int{1, 5}, "123", func(n int, s string) int { return n - len(s) })
	fmt.Println(i, ok, j, no)
}`, "[5 5 7 8 4] [5 5 7 8 4 5 5 7 8 4 5] [5 5 5 5]\n[5 7 8 4] [4 5 0 0] false 1 [4 5]\n1 true 1 false\n"},

	{"iterators", `package main
import ("fmt"; "iter"; "slices")
func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) { return }
		}
	}
}
func main() {
	fmt.Println(slices.Collect(count(3)))
	slices.All([]string{"p", "q"})(func(i int, s string) bool { fmt.Print(i, s, " "); return i < 0 })
	slices.Chunk([]int{1, 2, 3}, 2)(func(c []int) bool { fmt.Print(c, " "); return true })
}`, "[0 1 2]\n0p [1 2] [3] "},

	{"syscall", `package main
import ("fmt"; "syscall")
func main() { fmt.Println(syscall.ENOENT, syscall.Getpid() > 1, syscall.SIGINT) }`, "no such file or directory true interrupt\n"},
}

func TestPrograms(t *testing.T) {
	for _, tt := range programs {
		t.Run(tt.name, func(t *testing.T) {
			got, err := run(tt.src)
			if err != nil {
				t.Fatalf("%v (output %q)", err, got)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// UseErrors and First must come before everything else in a session; this is
// what they cost.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		i := interp.New(interp.Options{})
		if err := symbols.UseErrors(i); err != nil {
			b.Fatal(err)
		}
		if err := i.Use(symbols.First()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, path := range []string{"fmt", "strings", "net/http", "syscall"} {
		b.Run("path="+path, func(b *testing.B) {
			for b.Loop() {
				symbols.Load(path)
			}
		})
	}
	b.Run("path=all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, path := range symbols.Paths() {
				symbols.Load(path)
			}
		}
	})
}

func BenchmarkNeeds(b *testing.B) {
	for _, path := range []string{"strings", "net/http"} {
		b.Run("path="+path, func(b *testing.B) {
			for b.Loop() {
				symbols.Needs(path)
			}
		})
	}
}
