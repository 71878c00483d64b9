package magic

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// show writes segments on lines: "go 1 text" or "magic 1 %time args | body".
func show(segs []Segment) string {
	var b strings.Builder
	for _, s := range segs {
		if s.Call == nil {
			fmt.Fprintf(&b, "go %d %q\n", s.Line, s.Text)
			continue
		}
		fmt.Fprintf(&b, "magic %d %s", s.Call.Line, s.Call)
		if s.Call.Args != "" {
			fmt.Fprintf(&b, " %q", s.Call.Args)
		}
		if s.Call.Cell {
			fmt.Fprintf(&b, " | %q", s.Call.Body)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestSplit(t *testing.T) {
	tests := []struct{ name, cell, want string }{
		{"empty", "", ""},
		{"go", "x := 1\nx", `go 1 "x := 1\nx"` + "\n"},
		{"line magic", "%time f(1)\n", `magic 1 %time "f(1)"` + "\n"},
		{"line magic in the middle", "x := 1\n%who var\nx\n",
			`go 1 "x := 1\n"` + "\n" + `magic 2 %who "var"` + "\n" + `go 3 "x\n"` + "\n"},
		{"cell magic", "%%bash\necho a\n\necho b\n", `magic 1 %%bash | "echo a\n\necho b\n"` + "\n"},
		{"cell magic below empty lines", "\n  \n%%timeit -n 3\nf()", `magic 3 %%timeit "-n 3" | "f()"` + "\n"},
		{"cell magic without a body", "%%bash", `magic 1 %%bash | ""` + "\n"},
		{"percent in a body is text", "%%bash\n%time\n!x\n", `magic 1 %%bash | "%time\n!x\n"` + "\n"},
		{"shell", "!ls -l | wc\n", `magic 1 ! "ls -l | wc"` + "\n"},
		{"shell goes on", "!echo a \\\n  b\nx", `magic 1 ! "echo a  b"` + "\n" + `go 3 "x"` + "\n"},
		{"help behind", "fmt.Println?", `magic 1 ? "fmt.Println"` + "\n"},
		{"help before", "?fmt.Println", `magic 1 ? "fmt.Println"` + "\n"},
		{"help twice", "??x", `magic 1 ? "x"` + "\n"},
		{"help for a magic", "%timeit?\n%%bash?\n!?", `magic 1 ? "%timeit"` + "\n" + `magic 2 ? "%%bash"` + "\n" + `magic 3 ? "!"` + "\n"},
		{"help alone", "?", "magic 1 ?\n"},
		{"question in a comment", "// really?\nx", `go 1 "// really?\nx"` + "\n"},
		{"raw string", "s := `\n%time x\n!ls\nx?\n`\n!ls",
			`go 1 "s := ` + "`" + `\n%time x\n!ls\nx?\n` + "`" + `\n"` + "\n" + `magic 6 ! "ls"` + "\n"},
		{"comment", "/*\n!ls\n*/\n!ls", `go 1 "/*\n!ls\n*/\n"` + "\n" + `magic 4 ! "ls"` + "\n"},
		{"negation in a condition", "ok := a &&\n!b\n!ls", `go 1 "ok := a &&\n!b\n"` + "\n" + `magic 3 ! "ls"` + "\n"},
		{"negation behind a comment line", "ok := a &&\n// and\n!b\n", `go 1 "ok := a &&\n// and\n!b\n"` + "\n"},
		{"negation in a block", "if x {\n!f()\n}\n!ls", `go 1 "if x {\n!f()\n}\n"` + "\n" + `magic 4 ! "ls"` + "\n"},
		{"negation in a call", "f(\n!a,\n)\n", `go 1 "f(\n!a,\n)\n"` + "\n"},
		{"negation in a block behind a raw string", "if f(`\n`) {\n!g()\n}\n", `go 1 "if f(` + "`" + `\n` + "`" + `) {\n!g()\n}\n"` + "\n"},
		{"remainder", "x := 7 %\n3", `go 1 "x := 7 %\n3"` + "\n"},
		{"carriage returns", "%time f()\r\nx\r\n", `magic 1 %time "f()"` + "\n" + `go 2 "x\r\n"` + "\n"},
		{"not a magic", "% time x", `go 1 "% time x"` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			segs, err := Split(tt.cell)
			if err != nil {
				t.Fatal(err)
			}
			if got := show(segs); got != tt.want {
				t.Errorf("Split(%q)\ngot\n%swant\n%s", tt.cell, got, tt.want)
			}
		})
	}
}

func TestSplitMisplaced(t *testing.T) {
	segs, err := Split("x := 1\n%%bash\nls\n")
	var misplaced *MisplacedError
	if !errors.As(err, &misplaced) || misplaced.Line != 2 || misplaced.Name != "bash" {
		t.Fatalf("err = %v, want a MisplacedError for bash in line 2", err)
	}
	if len(segs) != 3 {
		t.Errorf("got %d segments, want 3:\n%s", len(segs), show(segs))
	}
}

// TestSplitLarge keeps Split linear: a line is scanned once, also inside of a
// long raw string full of what looks like magics.
func TestSplitLarge(t *testing.T) {
	const n = 100_000
	for _, frame := range [][2]string{{"s := `\n", "`\n"}, {"func f() {\n", "}\n"}} {
		text := frame[0] + strings.Repeat("!x\n", n) + frame[1]
		segs, err := Split(text)
		if err != nil || len(segs) != 1 {
			t.Errorf("%q: got %d segments, %v; want 1", frame[0], len(segs), err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("x := 1\n%time f()\n")
	f.Add("%%bash\nls\n")
	f.Add("s := `\n!x\n`\n!ls \\\n b")
	f.Add("/*\n?x\n*/ %a\n%%b")
	f.Fuzz(func(t *testing.T, text string) {
		segs, _ := Split(text)
		var joined strings.Builder
		line := 1
		for _, s := range segs {
			if s.Line != line {
				t.Errorf("segment at line %d, want %d in %q", s.Line, line, text)
			}
			line += strings.Count(s.Text, "\n")
			joined.WriteString(s.Text)
		}
		if joined.String() != text {
			t.Errorf("segments of %q join to %q", text, joined.String())
		}
	})
}
