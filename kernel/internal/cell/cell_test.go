package cell

import (
	"strings"
	"testing"
)

func TestChunks(t *testing.T) {
	tests := []struct {
		name, src string
		want      []string
	}{
		{"statements", "x := 1; y++\nf()", []string{"s;x := 1", "sy++", "sf()"}},
		{"func", "func f() int {\n return 1\n}\nf()", []string{"ffunc f() int {\n return 1\n}", "sf()"}},
		{"method", "func (p *P) M() {}", []string{"ffunc (p *P) M() {}"}},
		{"literal", "func(x int) T { return x }(3)", []string{"sfunc(x int) T { return x }(3)"}},
		{"literal no result", "func() {}()", []string{"sfunc() {}()"}},
		{"decls", "import \"fmt\"\nconst a = 1\ntype T int\nvar v T", []string{"iimport \"fmt\"", "cconst a = 1", "ttype T int", "svar v T"}},
		{"package", "package main\nfunc main() {}", []string{"ppackage main", "ffunc main() {}"}},
		{"comment", "x // y\n/* z */ y", []string{"sx", "sy"}},
		{"if else", "if a {\n} else {\n}\nb", []string{"sif a {\n} else {\n}", "sb"}},
		{"headers", "for i := 0; i < 3; i++ {\n}; if x := 1; x > 0 {} else if y := 2; y > 1 {}; z", []string{"s;for i := 0; i < 3; i++ {\n}", "s;if x := 1; x > 0 {} else if y := 2; y > 1 {}", "sz"}},
		{"func in header", "if f := func() bool { return true }; f() {\n}", []string{"sif f := func() bool { return true }; f() {\n}"}},
		{"trailing", "x;", []string{"s;x"}},
		{"chain", "a.\n b()", []string{"sa.\n b()"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chunks, err := Chunks(tt.src)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range chunks {
				s := string("spictf"[c.Form])
				if c.Semi {
					s += ";"
				}
				got = append(got, s+tt.src[c.Start:c.End])
			}
			if strings.Join(got, "\x00") != strings.Join(tt.want, "\x00") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, src := range []string{"x\n;", ";x;;y;", "x := 1\n;func f() {};;\n;", "; ;", "f() // ;\n; g()"} {
		chunks, err := Chunks(src)
		if err != nil {
			t.Fatal(err)
		}
		if errs := parseChunks(src, chunks); errs != nil {
			t.Errorf("%q does not parse: %v in %q", src, errs, Wrap(src, chunks).Text)
		}
	}
	for _, bad := range []string{"x)", "f(]", "}", "'ab'", "\"a", "/* x"} {
		if _, err := Chunks(bad); err == nil {
			t.Errorf("Chunks(%q) gives no error", bad)
		}
	}
}

func TestRender(t *testing.T) {
	src := "a := 1\n\tb := \"世\" + x"
	d := &Diagnostics{List: []Diagnostic{{Offset: strings.Index(src, "x"), Message: "undefined: x", Hint: "declare it"}}}
	d.Locate("cell[3]", src)
	if got, want := d.Error(), "cell[3]:2:15: undefined: x"; got != want {
		t.Errorf("Error = %q, want %q", got, want)
	}
	want := "cell[3]:2:15: undefined: x\n    \tb := \"世\" + x\n    \t            ^\n    declare it"
	if got := d.Render(false); got != want {
		t.Errorf("Render =\n%s\nwant\n%s", got, want)
	}
	if got := d.Render(true); !strings.Contains(got, "\x1b[31") {
		t.Errorf("no colour in %q", got)
	}
}

func FuzzChunks(f *testing.F) {
	for _, s := range []string{"x := 1\ny", "s := `\n%x`", "a\n/*", "func f() {\n}\nx", "type T struct{ a int }; var t T"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		chunks, err := Chunks(src)
		if err != nil {
			err.(*Diagnostics).Locate("cell[1]", src)
			err.(*Diagnostics).Render(true)
			return
		}
		at := 0
		for _, c := range chunks {
			if c.Start < at || c.End <= c.Start || c.End > len(src) {
				t.Fatalf("chunk %+v after %d", c, at)
			}
			at = c.End
		}
		w := Wrap(src, chunks)
		if strings.Count(w.Text, "\n") != strings.Count(src, "\n") {
			t.Fatal("Wrap changes the number of lines")
		}
	})
}

func FuzzComplete(f *testing.F) {
	for _, s := range []string{"x := 1", "for {", "if x", "`", "x +", "%%bash\n", "func f(", "a b {"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		status, indent := Complete(src)
		if status == "" || status != StatusIncomplete && indent != "" {
			t.Fatalf("%q %q", status, indent)
		}
	})
}
