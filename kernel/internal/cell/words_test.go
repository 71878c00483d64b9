package cell_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
)

// Each text has one mistake; the message must be the compiler's.
var mistakes = []string{
	"x := = 1",
	"x := 1 1",
	"f(1 2)",
	"for i := 0; i < 3; i++\n{\n}",
	"x := []int{\n\t1,\n\t2\n}",
	"fmt.Println(\"a\",\n\t\"b\"\n)",
	"x := 08",
	"x := 1_",
	"x := \"\\q\"",
	"while true {\n}",
	"if x == 1 \n{\n}",
	"for i in xs {\n}",
	"x++ + 1",
	"y := x++",
	"func f(a int b int) {}",
	"type T struct { a int, b int }",
	"switch x { x = 1 }",
	"switch x {\ncase 1\n\ty()\n}",
	"return return",
	"goto 3",
	"break 1",
	"map[string]int{\"a\": 1 \"b\": 2}",
	"if {\n}",
	"x := 5 5 := 6",
	"a b",
	"int x = 5",
	"x := new int",
	"x := {1, 2}",
	"if x { } else y()",
	"1 = = 2",
	"func f {}",
	"x := ....",
	"var x []int = [1, 2]",
	"const c = 'ab'",
	"x := a ? b : c",
	"f(x, y z)",
	"func f(int a) {}\nfunc g(",
}

// TestWords compares the messages for mistakes in the syntax with those of the
// Go compiler, where one is installed.
func TestWords(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles much")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no Go here")
	}
	compiler, err := exec.Command("go", "tool", "-n", "compile").Output()
	if err != nil {
		t.Skip("no compiler here")
	}
	same := 0
	for _, src := range mistakes[:len(mistakes)-1] {
		want := compiled(t, strings.TrimSpace(string(compiler)), src)
		_, err := check.NewWorld(export.New()).Check("cell[1]", src)
		if err == nil {
			t.Errorf("%q is right", src)
			continue
		}
		got, _, _ := strings.Cut(err.Error(), "\n")
		if got == "cell[1]:"+want {
			same++
		} else {
			t.Errorf("%q:\n   we %s\n   Go %s", src, got, want)
		}
	}
	t.Logf("%d of %d are the compiler's words", same, len(mistakes)-1)
}

var compilerLine = regexp.MustCompile(`a\.go:(\d+):(\d+): (.*)`)

// compiled returns the compiler's first message about the syntax of a cell:
// "1:6: syntax error: …".
func compiled(t *testing.T, compiler, src string) string {
	t.Helper()
	before, after := "package main;func _(){", "\n}\n"
	for _, word := range []string{"func ", "type ", "const "} {
		if strings.HasPrefix(src, word) {
			before, after = "package main;", "\n"
		}
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "a.go")
	if err := os.WriteFile(name, []byte(before+src+after), 0o666); err != nil {
		t.Fatal(err)
	}
	out, _ := exec.Command(compiler, "-p", "main", "-o", filepath.Join(dir, "a.o"), name).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		m := compilerLine.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[3], "undefined") || strings.HasPrefix(m[3], "declared and not used") {
			continue
		}
		var row, col int
		fmt.Sscan(m[1], &row)
		fmt.Sscan(m[2], &col)
		if row == 1 {
			col -= len(before)
		}
		return fmt.Sprintf("%d:%d: %s", row, col, m[3])
	}
	t.Fatalf("the compiler takes %q: %s", src, out)
	return ""
}

// TestRenderSafe shows texts that are not harmless: the caret stays in its
// place, and nothing but our own colours reaches the terminal.
func TestRenderSafe(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"\tx := \"a\x1b[31m\" + y", "    \tx := \"a\uFFFD[31m\" + y\n    \t                ^"},
		{"s := \"世界\" + y", "    s := \"世界\" + y\n                  ^"},
		{"s := \"e\u0301\" + y", "    s := \"e\u0301\" + y\n               ^"},
		{"s := \"👨‍👩‍👧\" + y", "    s := \"👨‍👩‍👧\" + y\n                ^"},
		{"s := \"🇩🇪\" + y", "    s := \"🇩🇪\" + y\n                ^"},
		{strings.Repeat("a + ", 100) + "y" + strings.Repeat(" + b", 100), "    ..." + strings.Repeat("a + ", 20) + "y" + strings.Repeat(" + b", 9) + "...\n" + strings.Repeat(" ", 4+83) + "^"},
	} {
		d := &cell.Diagnostics{List: []cell.Diagnostic{{Offset: strings.Index(tt.src, "y"), Message: "undefined: y"}}}
		d.Locate("cell[1]", tt.src)
		_, got, _ := strings.Cut(d.Render(false), "\n")
		if got != tt.want {
			t.Errorf("%q:\n%s\nwant\n%s", tt.src, got, tt.want)
		}
	}
}

// TestMany shows ten complaints and counts the rest.
func TestMany(t *testing.T) {
	var src strings.Builder
	for i := range 25 {
		fmt.Fprintf(&src, "x%d_\n", i)
	}
	_, err := check.NewWorld(export.New()).Check("cell[1]", src.String())
	d, ok := err.(*cell.Diagnostics)
	if !ok || len(d.List) != 25 {
		t.Fatalf("%v", err)
	}
	for _, text := range []string{d.Error(), d.Render(false)} {
		if !strings.HasSuffix(text, "too many errors: 15 more") || strings.Contains(text, "x10_") || !strings.Contains(text, "undefined: x9_") {
			t.Errorf("%s", text)
		}
	}
}

// TestTwoPlaces has both places of a complaint in one, as Go prints it.
func TestTwoPlaces(t *testing.T) {
	_, err := check.NewWorld(export.New()).Check("cell[1]", "x := 1\nvar x int\nx")
	if want := "cell[1]:2:5: x redeclared in this block\n\tcell[1]:1:1: other declaration of x"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// FuzzRender words and shows any message about any place of any text.
func FuzzRender(f *testing.F) {
	for _, src := range mistakes {
		f.Add(src, "syntax error: expected ';', found x", 3)
		f.Add(src, "syntax error: missing ',' in argument list", 5)
	}
	f.Add("f("+strings.Repeat("9", 3000)+" 1)", "syntax error: missing ',' in argument list", 2)
	f.Add("if x = "+strings.Repeat("y", 3000)+" {", "syntax error: expected boolean expression, found assignment", 3)
	f.Fuzz(func(t *testing.T, src, msg string, offset int) {
		d := &cell.Diagnostics{List: []cell.Diagnostic{{Offset: offset, Message: msg}}}
		d.Locate("cell[1]", src)
		text := d.Render(false)
		if strings.ContainsAny(text, "\x1b\r\x00") {
			t.Fatalf("%q", text)
		}
		for line := range strings.Lines(text) {
			if len([]rune(line)) > 400+len(msg) {
				t.Fatalf("%d runes in a line", len([]rune(line)))
			}
		}
	})
}
