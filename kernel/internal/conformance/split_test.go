package conformance

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	tests := []struct {
		name, source string
		want         []string
	}{
		{"main alone", "package main\nfunc main() { println(1) }", []string{"func main() { println(1) }", "main();"}},
		{"needs first", "package main\nimport \"fmt\"\nfunc main() { fmt.Println(f()) }\n\n// f is two.\nfunc f() int { return k }\nconst k = 2\n",
			[]string{"import \"fmt\"\n\nconst k = 2", "// f is two.\nfunc f() int { return k }", "func main() { fmt.Println(f()) }", "main();"}},
		{"a type with its methods", "package main\nfunc (t T) m() {}\ntype T int\nfunc (t *T) n() {}\nfunc main() {}\n",
			[]string{"func (t T) m() {}\n\ntype T int\n\nfunc (t *T) n() {}", "func main() {}", "main();"}},
		{"one with the other", "package main\nfunc even(n int) bool { return n == 0 || odd(n-1) }\nfunc odd(n int) bool { return n != 0 && even(n-1) }\nfunc main() { println(even(4)) }\n",
			[]string{"func even(n int) bool { return n == 0 || odd(n-1) }\n\nfunc odd(n int) bool { return n != 0 && even(n-1) }", "func main() { println(even(4)) }", "main();"}},
		{"init", "package main\nvar n int\nfunc init() { n++ }\nfunc main() {}\nfunc init() {\n\tn *= 2\n}\n",
			[]string{"var n int", "func main() {}", "func() { n++ }()\nfunc() {\n\tn *= 2\n}()\nmain();"}},
		// c needs b by way of f, so b comes first; then the earliest that is ready.
		{"the order of variables", "package main\nvar a = c + 1\nvar d = 4\nvar c = f()\nfunc f() int { return b }\nvar b = 3\nfunc main() {}\n",
			[]string{"var d = 4", "var b = 3", "func f() int { return b }", "var c = f()", "var a = c + 1", "func main() {}", "main();"}},
		{"a group", "package main\nvar (\n\ta = 1\n\t// b is two.\n\tb = a + 1\n)\nfunc main() {}\n",
			[]string{"var (\na = 1\n// b is two.\n\tb = a + 1\n)", "func main() {}", "main();"}},
		{"a group out of order", "package main\nvar (\n\ta = b\n\tb = 1\n)\nfunc main() {}\n",
			[]string{"var b = 1", "var a = b", "func main() {}", "main();"}},
		{"imports alone", "package main\nimport _ \"os\"\nfunc init() {}\n", []string{"import _ \"os\"", "func() {}()\nmain();"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cut, err := NewCut(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(cut.Cells, tt.want) {
				t.Errorf("got %q, want %q", cut.Cells, tt.want)
			}
			checkPlaces(t, cut)
		})
	}
	if _, err := NewCut("package main\nfunc {"); err == nil {
		t.Error("a program that is none was cut")
	}
}

// checkPlaces checks that every line of the program that was put together again
// stands in a cell where its directive says.
func checkPlaces(t *testing.T, cut *Cut) {
	t.Helper()
	if _, err := parser.ParseFile(token.NewFileSet(), "", cut.Program, 0); err != nil {
		t.Error(err)
	}
	lines := map[int]string{}
	for _, c := range cut.Cells {
		for i, l := range strings.Split(c, "\n") {
			lines[i+1] += l + "\n"
		}
	}
	at := 0
	for l := range strings.Lines(cut.Program) {
		l = strings.TrimSuffix(l, "\n")
		if rest, ok := strings.CutPrefix(l, "//line "+place+":"); ok {
			at = 0
			for _, c := range strings.TrimSuffix(rest, ":1") {
				at = 10*at + int(c-'0')
			}
			continue
		}
		if at == 0 {
			continue // imports
		}
		l = strings.TrimPrefix(strings.TrimPrefix(l, "func init() "), "var ")
		if !strings.Contains(lines[at], l) {
			t.Errorf("%q is not in line %d of a cell", l, at)
		}
		at++
	}
}
