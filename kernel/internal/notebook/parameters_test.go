package notebook

import (
	"strings"
	"testing"
)

func TestVariables(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{"", ""},
		{"n := 1000", "n"},
		{"n = 1000", "n"},
		{"// limits\nn, m := 1, \"x\" // both\nvar k int", "n m* k"},
		{"var (\n\ta, b = 1, 2\n\tc string\n\td = \"x\"\n)", "a b c* d*"},
		{"var s string = f()", "s*"},
		{"list := []string{\"a\", \"b\"}\nx := 1", "list x"},
		{"f := func() int { y := 1; return y }", "f"},
		{"func f() { y := 1 }\nn := 1", "n"},
		{"type T struct{ a int }\nconst c = 1\nn := 1", "n"},
		{"if x := 1; x > 0 { y = 2 }\n", ""},
		{"%time n := 1\n!ls\nm := 2", "m"},
		{"_, err := f()\nerr = nil", "err"},
		{"a.b = 1; c[0] = 2; *d = 3; e := 4", "e"},
		{"x := `raw\ny := 1`", "x*"},
		{"x := (", "x"},
		{"var", ""},
		{"var (", ""},
		{") } ]\nx := 1", ""},
	} {
		var got []string
		for _, v := range variables(test.source) {
			if v.text {
				v.name += "*"
			}
			got = append(got, v.name)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q: got %q, want %q", test.source, got, test.want)
		}
	}
}

func TestLiteral(t *testing.T) {
	for _, test := range []struct {
		value string
		text  bool
		want  string
	}{
		{"1000", false, "1000"},
		{"-1.5e3", false, "-1.5e3"},
		{" 2 * time.Second ", false, "2 * time.Second"},
		{"true", false, "true"},
		{"nil", false, "nil"},
		{"fast", false, `"fast"`},
		{"pkg.Fast", false, "pkg.Fast"},
		{"[]int{1, 2}", false, "[]int{1, 2}"},
		{`"a b"`, false, `"a b"`},
		{"a b", false, `"a b"`},
		{"", false, `""`},
		{`say "hi"`, false, `"say \"hi\""`},
		{"2026-01-02", false, "2026-01-02"},
		{"2026-01-02", true, `"2026-01-02"`},
		{"Hello", true, `"Hello"`},
		{"1000", true, `"1000"`},
		{`"Hello"`, true, `"Hello"`},
		{`strings.ToUpper("a")`, true, `strings.ToUpper("a")`},
		{"a\nb", false, `"a\nb"`},
		{"x); panic(1", false, `"x); panic(1"`},
	} {
		if got := literal(test.value, test.text); got != test.want {
			t.Errorf("%q: got %s, want %s", test.value, got, test.want)
		}
	}
}

func TestSetParameters(t *testing.T) {
	nb := notebookOf("out a", "parameters:\nn := 10\ntitle := \"x\"\nk := 1.5", "out b", "injected-parameters")
	nb.Cells[3].ID = "injected-parameters" // taken
	if err := nb.SetParameters(map[string]string{"title": "A title", "n": "20"}); err != nil {
		t.Fatal(err)
	}
	if got := len(nb.Cells); got != 5 {
		t.Fatalf("%d cells", got)
	}
	c := nb.Cells[2]
	if want := "// Parameters\nn = 20\ntitle = \"A title\""; c.Source != want {
		t.Errorf("got %q, want %q", c.Source, want)
	}
	if !c.Tagged("injected-parameters") || c.ID != "injected-parameters-2" {
		t.Errorf("cell %+v", c)
	}
	// A second run replaces the cell.
	if err := nb.SetParameters(map[string]string{"k": "2"}); err != nil {
		t.Fatal(err)
	}
	if c = nb.Cells[2]; len(nb.Cells) != 5 || c.Source != "// Parameters\nk = 2" || c.ID != "injected-parameters-2" {
		t.Errorf("%d cells, %+v", len(nb.Cells), c)
	}
}

func TestSetParametersErrors(t *testing.T) {
	for _, test := range []struct {
		cell string
		want string
	}{
		{"n := 1", `set parameter m: no cell of the notebook has the tag "parameters": put it on the cell that declares its parameters`},
		{"parameters:\nn := 1", "set parameter m: the notebook has no such parameter; it has n"},
		{"parameters:\nf()", `set parameter m: the notebook has no such parameter; the cell tagged "parameters" declares no variable`},
	} {
		nb := notebookOf(test.cell)
		err := nb.SetParameters(map[string]string{"m": "1"})
		if message(err) != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
		if len(nb.Cells) != 1 {
			t.Error("a cell was put in")
		}
	}
}
