package engine

import (
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
)

// bareSession is a session whose link nobody reads and that runs nothing by
// itself.
func bareSession(t *testing.T, texts ...string) *session {
	t.Helper()
	a, b := net.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	s, err := newSession(b)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		f := link.File{ID: i + 1, Name: "cell[1]", Text: text}
		p, _, err := s.compile(f, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.journal.file(f, nil)
		if _, err := s.interp.Execute(p); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// The interpreter's functions are known by their values: fails when a release
// of yaegi or of Go keeps them elsewhere.
func TestNamesOfFunctions(t *testing.T) {
	s := bareSession(t, "package main; func f(n int) int { return n }; func g(n int) int { return n + 1 }; var h = func(n int) int { return n }")
	if made.word == 0 {
		t.Fatal("reflect.MakeFunc keeps its function elsewhere")
	}
	for _, name := range []string{"f", "g"} {
		for range 2 {
			v, ok := s.function(name)
			if !ok {
				t.Fatalf("no function %s", name)
			}
			if got, err := s.nameOf(v.Interface()); got != name || err != nil {
				t.Errorf("%s is called %q, %v", name, got, err)
			}
		}
	}
	slot, ok := s.slot("h")
	if !ok {
		t.Fatal("no variable h")
	}
	for _, fn := range []any{slot.Interface(), strings.ToUpper, func() {}} {
		if reflect.TypeOf(fn).Kind() != reflect.Func {
			continue // the interpreter's own form of a literal
		}
		if got, err := s.nameOf(fn); err == nil {
			t.Errorf("%T is called %q", fn, got)
		}
	}
}

func TestDeclarationsOnly(t *testing.T) {
	text := "package main;var x int;func init(){x = 1\nprintln(x)}\nfunc f() int { return x }\ntype T struct{}\nfunc (T) init() {}"
	got := declarations(text)
	if strings.Contains(got, "println") || !strings.Contains(got, "func f() int { return x }") || !strings.Contains(got, "func (T) init() {}") ||
		strings.Count(got, "\n") != strings.Count(text, "\n") {
		t.Errorf("%q", got)
	}
}

// A worker gets the variables that a function and what it calls mention, and
// not those that only have the name of something local.
func TestVariablesOfFunctions(t *testing.T) {
	s := bareSession(t,
		"package main; var a, b, c, d, e int",
		"package main; type T struct{ d int }; func (t T) m() int { return b + t.d }",
		"package main; func inner(c int) int { e := a; return c + e }; func outer() int { return inner(T{}.m()) }; func alone() int { return 1 }")
	for name, want := range map[string][]string{"outer": {"a", "b"}, "inner": {"a"}, "alone": nil} {
		sure, perhaps := s.variablesOfFunction(name)
		if !slices.Equal(sure, want) || len(perhaps) > 0 {
			t.Errorf("%s uses %v, and perhaps %v, want %v", name, sure, perhaps, want)
		}
	}
}
