package front

import (
	"strings"
	"testing"
)

// TestWithoutToolchain: what asks the compiler says what is missing where there
// is none, and the notebook goes on.
func TestWithoutToolchain(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	f := newFront(t, Options{Dir: t.TempDir()})
	var p page
	runCell(f, &p, 1, "func f(a []int) int { return a[0] }", "")
	for i, code := range []string{"%asm f", "%asm julia.Serial", "%annotate f", "%race f(nil)", "%cachesim f([]int{1})"} {
		var p page
		runCell(f, &p, 2+i, code, "")
		if got := p.String(); !strings.Contains(got, "go is not on PATH") || !strings.Contains(got, "https://go.dev/dl") {
			t.Errorf("%s shows\n%s\nwant what is missing", code, got)
		}
	}
	p = page{}
	runCell(f, &p, 9, "f([]int{3})", "")
	if got := p.String(); !strings.Contains(got, "= 3") {
		t.Errorf("the function shows %s", got)
	}
}

// TestInterpretedChosen: with %engine interp the compiler is asked all the same,
// and the page says that other code runs.
func TestInterpretedChosen(t *testing.T) {
	needCompiler(t)
	f := newFront(t, Options{Dir: t.TempDir(), Engine: engineInterp})
	var p page
	runCell(f, &p, 1, "func f(a []int) int { return a[0] }", "")
	for i, code := range []string{"%asm f", "%annotate f"} {
		var p page
		runCell(f, &p, 2+i, code, "")
		if got := p.String(); !strings.Contains(got, "note: %engine interp is chosen: cells are interpreted") || strings.Contains(got, "error") {
			t.Errorf("%s shows\n%s", code, got)
		}
	}
}

// TestWrittenLines: the compiler's columns are those of what was written for it.
func TestWrittenLines(t *testing.T) {
	text := "//line weft:1\npackage main\n\n//line cell[2]:3:5\nfunc X_f(a []int) int {\n\treturn a[X_g(a[1])] + (*w_v_b)[2]\n}\n\n//line cell[3]:1:1\nvar x = y[0]\n"
	l := writtenLines(text, "cell[2]")
	tests := []struct {
		line, column int
		want         string
	}{
		{4, 10, "a[X_g(a[1])]"}, {4, 16, "a[1]"}, {4, 32, "(*w_v_b)[2]"}, {4, 9, ""}, {3, 17, ""}, {3, 16, "[]"}, {9, 1, ""}, {4, 99, ""},
	}
	for _, tt := range tests {
		if got := l.indexed(tt.line, tt.column); got != tt.want {
			t.Errorf("%d:%d is %q, want %q", tt.line, tt.column, got, tt.want)
		}
	}
	if got := asCell("(*w_v_b)[2] of nb/c0.X_g, w_p_fmt.Println, *w_v_c"); got != "b[2] of g, fmt.Println, c" {
		t.Errorf("asCell gives %q", got)
	}
}
