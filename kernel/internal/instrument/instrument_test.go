package instrument

import (
	"fmt"
	"go/importer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// program builds and runs a program of a package with the snippets as they are
// and one with them rewritten, and returns what each prints.
func program(t *testing.T, o Options, snippets []snippet) (plain, told []string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to build with: ", err)
	}
	var b strings.Builder
	b.WriteString("//line weft:1\npackage main\nimport (\"fmt\"; \"os\"; \"sort\"; \"strings\"; \"sync\"; \"errors\")\nvar _ = os.Args; var _ = sort.Ints; var _ = strings.ToUpper; var _ sync.Mutex; var _ = errors.New\n")
	for i, s := range snippets {
		n := strconv.Itoa(i)
		if s.top != "" {
			fmt.Fprintf(&b, "\n//line cell[%d]:101:1\n%s\n", i, strings.ReplaceAll(s.top, "§", n))
		}
		fmt.Fprintf(&b, "\n//line cell[%d]:1:1\nfunc X_s%d() {\n%s\n}\n", i, i, strings.ReplaceAll(s.body, "§", n))
	}
	b.WriteString("\n//line weft:1\nfunc pr(a ...any) { fmt.Println(a...) }\nfunc fmtPrint(s string) { fmt.Print(s) }\nfunc Snippets() []func() { return []func(){")
	for i := range snippets {
		fmt.Fprintf(&b, "X_s%d, ", i)
	}
	b.WriteString("} }\n")
	text := b.String()
	rewritten, err := Rewrite("main", text, importer.ForCompiler(token.NewFileSet(), "source", nil), o)
	if err != nil {
		t.Fatal(err)
	}
	if rewritten == text {
		t.Fatal("nothing was rewritten")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module d\n\ngo 1.26\n")
	for _, name := range []string{"dock.go", "access.go"} {
		text, err := os.ReadFile(filepath.Join("..", "dock", name))
		if err != nil {
			t.Fatal(err)
		}
		write("dock/"+name, string(text))
	}
	write("plain/snippets.go", text)
	write("plain/main.go", plainMain+driver)
	write("told/snippets.go", rewritten)
	write("told/main.go", toldMain+driver)
	for _, kind := range []string{"plain", "told"} {
		out, err := run(dir, "go", "build", "-o", kind+".exe", "./"+kind)
		if err != nil {
			t.Fatalf("build %s: %v\n%s\n%s", kind, err, out, numbered(rewritten))
		}
		text, err := run(dir, "./"+kind+".exe")
		if err != nil {
			t.Fatalf("run %s: %v\n%s", kind, err, text)
		}
		parts := strings.Split(text, "\x01")
		if kind == "plain" {
			plain = parts
		} else {
			told = parts
		}
	}
	return plain, told
}

func run(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func numbered(text string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		n++
		fmt.Fprintf(&b, "%4d %s", n, line)
	}
	return b.String()
}

const plainMain = `package main

func accesses(f func()) (text string) { f(); return "" }
`

const toldMain = `package main

import "d/dock"

type recorder struct{ text []string }

func (r *recorder) Access(addr, size uintptr, write bool, site int32) {
	kind := "R"
	if write {
		kind = "W"
	}
	if addr == 0 {
		panic("an access to nothing")
	}
	r.text = append(r.text, kind+" "+dock.SiteList()[site].Text+" "+fmt2(int(size)))
}

func (r *recorder) Map(m dock.MapAccess) {
	kind := "R"
	if m.Write {
		kind = "W"
	}
	if !m.Hashed {
		kind += "?"
	}
	r.text = append(r.text, kind+" "+dock.SiteList()[m.Site].Text+" of "+fmt2(m.Len))
}

func fmt2(n int) string {
	if n == 0 {
		return "0"
	}
	text := ""
	for ; n > 0; n /= 10 {
		text = string(rune('0'+n%10)) + text
	}
	return text
}

func accesses(f func()) string {
	r := &recorder{}
	dock.Record(r)
	dock.ClearHits()
	f()
	dock.Record(nil)
	text := ""
	for i, line := range r.text {
		if i == 400 {
			break
		}
		text += line + "\n"
	}
	for _, h := range dock.Hits() {
		text += fmt2(h.Line) + ": " + fmt2(int(h.Count)) + "\n"
	}
	return text
}
`

// driver runs each snippet alone, what it panics with included.
const driver = `
func main() {
	for _, f := range Snippets() {
		one := func() {
			defer func() {
				if v := recover(); v != nil {
					print2("panic: ", v)
				}
			}()
			f()
		}
		if text := accesses(one); true {
			print2("\x02", text, "\x01")
		}
	}
}

func print2(a ...any) {
	for _, v := range a {
		switch v := v.(type) {
		case string:
			fmtPrint(v)
		case error:
			fmtPrint(v.Error())
		default:
			fmtPrint("value")
		}
	}
}
`

// TestSame: a rewritten program prints what the program prints, and tells the
// accesses that it makes.
func TestSame(t *testing.T) {
	for _, o := range []Options{{Accesses: true}, {Lines: true}, {Accesses: true, Lines: true}} {
		o.Dock = "d/dock"
		t.Run(fmt.Sprintf("accesses=%t,lines=%t", o.Accesses, o.Lines), func(t *testing.T) {
			plain, told := program(t, o, snippets)
			if len(plain) != len(told) || len(plain) != len(snippets)+1 {
				t.Fatalf("%d and %d outputs of %d snippets", len(plain), len(told), len(snippets))
			}
			for i, s := range snippets {
				want, _, _ := strings.Cut(plain[i], "\x02")
				got, accesses, _ := strings.Cut(told[i], "\x02")
				if got != want {
					t.Errorf("%s prints %q, rewritten %q\n%s", s.name, want, got, s.body)
				}
				if s.prints != "" && strings.TrimSpace(want) != s.prints {
					t.Errorf("%s prints %q, want %q", s.name, want, s.prints)
				}
				if o.Accesses && !o.Lines && s.accesses != "" && strings.TrimSpace(accesses) != strings.TrimSpace(s.accesses) {
					t.Errorf("%s accesses\n%s\nwant\n%s", s.name, accesses, s.accesses)
				}
				if o.Lines && !o.Accesses && s.lines != "" && strings.TrimSpace(accesses) != strings.TrimSpace(s.lines) {
					t.Errorf("%s runs lines\n%s\nwant\n%s", s.name, accesses, s.lines)
				}
			}
		})
	}
}

// TestLinesStay: each line of the text is a line of what is written.
func TestLinesStay(t *testing.T) {
	text := "//line weft:1\npackage main\n\n//line cell[1]:1:1\nfunc f(a []int, i int) int {\n\ta[\n\t\ti] = a[i+\n\t\t1]\n\ta[a[\n0]] = 7\n\treturn a[i] // a[i]\n}\n"
	got, err := Rewrite("p", text, importer.ForCompiler(token.NewFileSet(), "source", nil), Options{Accesses: true, Lines: true, Dock: "d/dock"})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(text, "\n")
	for i, line := range strings.Split(got, "\n") {
		if i+1 >= len(want) {
			break
		}
		if want[i] == "\treturn a[i] // a[i]" && !strings.HasSuffix(line, "// a[i]") {
			t.Errorf("line %d is %q", i+1, line)
		}
	}
}

func TestErrors(t *testing.T) {
	imp := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, text := range []string{"package", "package p\nfunc f() { x := 1 }", "package p\nvar x = y"} {
		if _, err := Rewrite("p", text, imp, Options{Accesses: true}); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	text := "package p\nfunc f(a []int) int { return a[0] }\n"
	if got, err := Rewrite("p", text, imp, Options{Accesses: true}); err != nil || got != text {
		t.Errorf("text that no cell has becomes %q, %v", got, err)
	}
}
