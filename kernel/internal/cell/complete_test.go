package cell

import (
	"go/format"
	"strings"
	"testing"
)

var completes = []struct{ src, status, indent string }{
	{"", "complete", ""},
	{" \n\t\n", "complete", ""},
	{"// a comment", "complete", ""},
	{"/* a comment */", "complete", ""},
	{";", "complete", ""},
	{"x := 1", "complete", ""},
	{"x", "complete", ""},
	{"x // why", "complete", ""},
	{"x := 1\n", "complete", ""},
	{"x := 1;", "complete", ""},
	{"a, b := 1, 2", "complete", ""},
	{"f()\n\n", "complete", ""},

	// Strings and comments.
	{"s := `abc", "incomplete", ""},
	{"s := `abc\ndef", "incomplete", ""},
	{"s := `abc`", "complete", ""},
	{"/* abc", "incomplete", ""},
	{"for {\n\t/* abc", "incomplete", ""},
	{"x := 1 // {", "complete", ""},
	{"s := \"{\"", "complete", ""},
	{"s := \"abc", "invalid", ""},
	{"r := 'a", "invalid", ""},
	{"r := '{'", "complete", ""},

	// Brackets.
	{"fmt.Println(", "incomplete", "\t"},
	{"f(1,", "incomplete", "\t"},
	{"f(1,\n\t2,", "incomplete", "\t"},
	{"f(1,\n\t2,\n)", "complete", ""},
	{"f(1\n", "invalid", ""},
	{"f(1", "invalid", ""}, // Go wants a comma at the line's end
	{"f(g(", "incomplete", "\t"},
	{"f(\n\tg(", "incomplete", "\t\t"},
	{"xs := []int{", "incomplete", "\t"},
	{"xs := []int{1,", "incomplete", "\t"},
	{"xs := []int{1, 2", "invalid", ""},
	{"xs := [][]int{{1, 2},", "incomplete", "\t"},
	{"xs := [][]int{\n\t{", "incomplete", "\t\t"},
	{"m := map[string]int{\n\t\"a\": 1,", "incomplete", "\t"},
	{"m := map[string]int{\n\t\"a\":", "incomplete", "\t"},
	{"p := Point{\n\tX: 1,\n}", "complete", ""},
	{"x := y[", "incomplete", "\t"},
	{"x)", "invalid", ""},
	{"f(]", "invalid", ""},
	{"}", "invalid", ""},
	{"x = (1 +", "incomplete", "\t\t"},

	// Functions.
	{"func", "incomplete", "\t"},
	{"func f", "invalid", ""},
	{"func f(", "incomplete", "\t"},
	{"func f(a int,", "incomplete", "\t"},
	{"func f() int", "complete", ""}, // to the parser; the checker wants the body
	{"func f() int {", "incomplete", "\t"},
	{"func f() int {\n\treturn 1", "incomplete", "\t"},
	{"func f() int {\n\treturn 1\n}", "complete", ""},
	{"func f() {\n\tif x {\n\t}", "incomplete", "\t"},
	{"func f() {\n\tif x {\n\t\ty()", "incomplete", "\t\t"},
	{"func f()\n{", "invalid", ""},
	{"func (p *T) m() {", "incomplete", "\t"},
	{"f := func() {", "incomplete", "\t"},
	{"go func() {", "incomplete", "\t"},
	{"go func() {\n\tf()\n}", "invalid", ""},
	{"go func() {\n\tf()\n}()", "complete", ""},
	{"f(func() {", "incomplete", "\t"},
	{"f(func() {\n\tx()\n}, func() {", "incomplete", "\t"},
	{"x := []func(){\n\tfunc() {", "incomplete", "\t\t"},

	// Statements with blocks.
	{"for {", "incomplete", "\t"},
	{"for i := 0; i < 3; i++ {", "incomplete", "\t"},
	{"for i := 0; i < 3; i++ {\n\tf(func() {\n", "incomplete", "\t\t"},
	{"for i := 0; i < 3; i++", "invalid", ""},
	{"for i := range 3 {\n}", "complete", ""},
	{"for", "incomplete", "\t"},
	{"if x {", "incomplete", "\t"},
	{"if x {\n}", "complete", ""},
	{"if x {\n\tf()\n} else {", "incomplete", "\t"},
	{"if x {\n} else", "incomplete", ""},
	{"if x {\n} else if y {", "incomplete", "\t"},
	{"if x {\n} else if", "incomplete", "\t"},
	{"if x {\n}\nelse {", "invalid", ""},
	{"if x {\n} else {\n}", "complete", ""},
	{"if x == 1 &&", "incomplete", "\t"},
	{"if x := f(); x > 0 {", "incomplete", "\t"},
	{"if x\n{", "invalid", ""},
	{"select {", "incomplete", ""},
	{"select {\ncase <-c:", "incomplete", "\t"},
	{"switch x {", "incomplete", ""},
	{"switch x {\ncase 1:", "incomplete", "\t"},
	{"switch x {\ncase 1,", "incomplete", ""},
	{"switch x {\ncase 1:\n\tf()", "incomplete", "\t"},
	{"switch x {\ncase 1:\n\tf()\ndefault:", "incomplete", "\t"},
	{"switch x {\ncase 1:\n\tif y {", "incomplete", "\t\t"},
	{"switch x {\ncase 1:\n\tif y {\n\t}", "incomplete", "\t"},
	{"switch x {\ncase 1:\n\tf()\n}", "complete", ""},
	{"switch v := x.(type) {\ncase int:", "incomplete", "\t"},
	{"func f() {\n\tswitch x {\n\tcase 1:", "incomplete", "\t\t"},
	{"func f() {\n\tswitch x {", "incomplete", "\t"},
	{"switch x {\n\tx = 1", "invalid", ""},

	// Operators, dots and commas at the end.
	{"x +", "incomplete", "\t"},
	{"x := a +\n\tb +", "incomplete", "\t"},
	{"x :=", "incomplete", "\t"},
	{"x = ", "incomplete", "\t"},
	{"a, b,", "incomplete", "\t"},
	{"x := 1,", "incomplete", "\t"},
	{"fmt.", "incomplete", "\t"},
	{"x :=\n\tf().", "incomplete", "\t"},
	{"x := !", "incomplete", "\t"},
	{"x := <-", "incomplete", "\t"},
	{"x++", "complete", ""},
	{"c <-", "incomplete", "\t"},

	// Labels and branches.
	{"L:", "incomplete", ""},
	{"L:\nfor {", "incomplete", "\t"},
	{"L:\nfor {\n\tbreak L\n}", "complete", ""},
	{"goto", "incomplete", "\t"},
	{"return", "complete", ""},

	// Declarations.
	{"type T struct {", "incomplete", "\t"},
	{"type T struct {\n\tA int", "incomplete", "\t"},
	{"type T interface {\n\tM()\n}", "complete", ""},
	{"type T", "invalid", ""},
	{"type (", "incomplete", "\t"},
	{"import (\n\t\"fmt\"", "incomplete", "\t"},
	{"import \"fmt\"", "complete", ""},
	{"import", "incomplete", "\t"},
	{"var x int", "complete", ""},
	{"var x int =", "incomplete", "\t"},
	{"var (\n\tx = 1", "incomplete", "\t"},
	{"const (\n\ta = iota\n\tb\n)", "complete", ""},
	{"package main\n\nfunc main() {", "incomplete", "\t"},

	// What nothing can mend.
	{"x := = 1", "invalid", ""},
	{"x := 1 1", "invalid", ""},
	{"a b {", "invalid", ""},
	{"a b\nfor {", "invalid", ""},
	{"for {\n\tx := = 1", "invalid", ""},
	{"x := @", "invalid", ""},
	{"f(1 2", "invalid", ""},
}

func TestComplete(t *testing.T) {
	if len(completes) < 80 {
		t.Errorf("%d rows", len(completes))
	}
	for _, tt := range completes {
		if status, indent := Complete(tt.src); status != tt.status || indent != tt.indent {
			t.Errorf("Complete(%q) = %s %q, want %s %q", tt.src, status, indent, tt.status, tt.indent)
		}
	}
}

// TestIndent types a formatted program line by line: the indentation that is
// offered must be gofmt's, but before closing brackets, cases and labels, which
// take back a tab themselves.
func TestIndent(t *testing.T) {
	b, err := format.Source([]byte(program))
	if err != nil || string(b) != program {
		t.Fatalf("the program is not formatted: %v", err)
	}
	lines := strings.SplitAfter(program, "\n")
	for i := 1; i < len(lines); i++ {
		text := strings.Join(lines[:i], "")
		next := strings.TrimRight(lines[i], "\n")
		bare := strings.TrimLeft(next, "\t")
		if bare == "" || strings.ContainsAny(bare[:1], ")]}") || strings.HasPrefix(bare, "case ") || strings.HasPrefix(bare, "default:") || strings.HasSuffix(bare, "L:") {
			continue
		}
		status, indent := Complete(strings.TrimSuffix(text, "\n"))
		if status == StatusInvalid {
			t.Errorf("invalid up to %q", lines[i-1])
		}
		if want := next[:len(next)-len(bare)]; status == StatusIncomplete && indent != want && !strings.HasSuffix(lines[i-1], "L:\n") {
			t.Errorf("behind %q: %q, but gofmt has %q", lines[i-1], indent, want)
		}
	}
}

const program = `package main

import (
	"fmt"
	"os"
)

type T struct {
	A, B int
	F    func(
		x int,
	) error
}

func (t *T) f(xs []int, m map[string][]int) (int, error) {
	sum := 0
	for i, x := range xs {
		switch {
		case x > 3 &&
			i < 2:
			sum += x
			if sum > 10 {
				fmt.Println(
					"a",
					sum,
				)
			}
		case x == 0:
		default:
			sum = x +
				i*2
		}
		select {
		case <-make(chan int):
			return 0, nil
		default:
		}
	}
L:
	for {
		go func() {
			defer func() {
				recover()
			}()
		}()
		break L
	}
	list := []T{
		{A: 1, B: 2},
		{
			A: 1,
			B: 2,
		},
	}
	f(list, func(a int) {
		fmt.Println(a)
	}, func(b int) {
		fmt.Println(b)
	})
	return sum, fmt.Errorf("%d",
		sum)
}

var (
	out = os.Stdout
	in  = map[string]int{
		"a": 1,
	}
)
`
