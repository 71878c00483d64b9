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
