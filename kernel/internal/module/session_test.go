package module

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

// A lab is a world whose packages are compiled by a Toolchain and used in a
// session.
type lab struct {
	*world
	tools   *toolchain.Toolchain
	session *supervisor.Session
	out     *output
	files   int
	runs    int
}

// output collects what the session writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Stream(_ int, name string, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.b.Write(text)
}
func (o *output) Display(link.Display) {}
func (o *output) Ask(link.Ask)         {}

func (o *output) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := o.b.String()
	o.b.Reset()
	return text
}

// newLab builds the session's program, as an installation does.
func newLab(t *testing.T, archive string) *lab {
	t.Helper()
	if testing.Short() {
		t.Skip("builds plugins")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler")
	}
	binary := filepath.Join(t.TempDir(), "weft-session")
	cmd := exec.Command("go", "build", "-trimpath", "-o", binary, "../../cmd/weft-session")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-buildvcs=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the session: %v\n%s", err, out)
	}
	l := &lab{world: newWorld(t, archive), out: &output{}}
	for name, value := range l.env { // the toolchain's builds see the same modules
		t.Setenv(name, value)
	}
	l.tools = toolchain.New(toolchain.Options{SessionBinary: binary, Modules: l.Dir, Log: t.Logf})
	t.Cleanup(func() { _ = l.tools.Close() })
	l.o.Exports = l.tools.Exports
	l.o.Build = func(ctx context.Context, path, clause, file, text string, imports []string) (string, error) {
		start := time.Now()
		p, err := l.tools.Build(ctx, toolchain.Package{Path: path, Clause: clause, Files: []toolchain.File{{Name: file, Text: text}}, Imports: imports})
		if err != nil {
			return "", fmt.Errorf("%w\n%s", err, text)
		}
		info, _ := os.Stat(p.File)
		t.Logf("%s: built in %v, %d lines, %.1f MB", path, time.Since(start).Round(time.Millisecond), strings.Count(text, "\n"), float64(info.Size())/1e6)
		return p.File, nil
	}
	if err := l.tools.Ready(t.Context()); err != nil {
		t.Skip(err)
	}
	var err error
	if l.session, err = supervisor.Start(t.Context(), supervisor.Options{Path: binary, Log: t.Logf}, l.out); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.session.Close() })
	return l
}

// interpret runs an interpreted cell that imports packages: body is that of a
// function. It returns what the cell prints.
func (l *lab) interpret(imports []string, body string) string {
	l.t.Helper()
	l.runs++
	var src strings.Builder
	src.WriteString("package main\n\nimport (\n")
	for _, p := range imports {
		fmt.Fprintf(&src, "\t%q\n", p)
	}
	start := time.Now()
	l.prepare(src.String() + ")\n")
	prepared := time.Since(start)
	var real []string
	src.Reset()
	src.WriteString("package main\n\nimport (\n")
	for _, p := range imports {
		pkg, err := l.im.Import(p)
		if err != nil {
			l.t.Fatal(err)
		}
		real = append(real, pkg.Path())
		fmt.Fprintf(&src, "\t%s %q\n", pkg.Name(), pkg.Path())
	}
	fmt.Fprintf(&src, ")\n\nfunc init() {\n%s\n}\n", body)
	start = time.Now()
	loads, err := l.Bind(l.t.Context(), l.note, real...)
	if err != nil {
		l.t.Fatal(err)
	}
	bound := time.Since(start)
	native := &link.Native{}
	for _, load := range loads {
		native.Loads = append(native.Loads, link.Load{Path: load.Path, File: load.File})
	}
	return l.run(native, src.String(), fmt.Sprintf("%v: prepared in %v, bound in %v", imports, prepared.Round(time.Millisecond), bound.Round(time.Millisecond)))
}

// compile runs a compiled cell.
func (l *lab) compile(imports []string, body string) string {
	l.t.Helper()
	l.runs++
	path := fmt.Sprintf("nb/c%d", l.runs)
	var src strings.Builder
	src.WriteString("package nb\n\nimport (\n\t\"github.com/weft-go/weft/kernel/internal/dock\"\n")
	for _, p := range imports {
		l.prepare(fmt.Sprintf("import %q", p))
		pkg, err := l.im.Import(p)
		if err != nil {
			l.t.Fatal(err)
		}
		l.Used(pkg.Path())
		fmt.Fprintf(&src, "\t%s %q\n", pkg.Name(), pkg.Path())
	}
	fmt.Fprintf(&src, ")\n\nfunc init() { dock.Register(&dock.Package{Path: %q, Cell: Cell}) }\n\nfunc Cell(*dock.Run) {\n%s\n}\n", path, body)
	file, err := l.o.Build(l.t.Context(), path, "nb", "cell.go", src.String(), nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return l.run(&link.Native{Loads: []link.Load{{Path: path, File: file}}, Cell: path}, "", path)
}

func (l *lab) run(native *link.Native, text, what string) string {
	l.t.Helper()
	r := link.Run{Cell: l.runs, Name: fmt.Sprintf("cell[%d]", l.runs), Native: native}
	if text != "" {
		l.files++
		r.Files = []link.File{{ID: l.files, Name: r.Name, Text: text}}
	}
	start := time.Now()
	done, err := l.session.Run(r)
	if err != nil {
		l.t.Fatal(err)
	}
	took := time.Since(start)
	if done.Loaded != nil {
		what += fmt.Sprintf(", opened in %v (%d plugins)", done.Loaded.Open.Round(100*time.Microsecond), done.Loaded.Plugins)
	}
	l.t.Logf("%s, run took %v", what, took.Round(time.Millisecond))
	out := l.out.take()
	if done.Status != link.OK {
		l.t.Fatalf("%s: %s %s\n%s\n%s", done.Status, done.Name, done.Message, out, text)
	}
	return out
}

// One package is the same for interpreted cells and compiled ones.
func TestInSession(t *testing.T) {
	l := newLab(t, proxied)
	l.mustGet("example.com/a@v1.0.0", "example.com/cgo")
	got := l.interpret([]string{"fmt", "strings", "example.com/a"}, `
	n, err := a.Read(strings.NewReader("four"))
	fmt.Println(a.Version, n, err, a.Big >> 69, a.Total(nil).N)
	fmt.Println(a.Sum{})`)
	if want := "v1.0.0 4 <nil> 2 0\nsum\n"; got != want {
		t.Errorf("interpreted: %q, want %q", got, want)
	}
	got = l.compile([]string{"fmt", "example.com/a", "example.com/a/sub"}, `
	a.Count += 7
	fmt.Println(a.Count, *sub.New(nil), len(a.Map([]int{1}, func(n int) string { return "" })))
	a.Count++`)
	if want := "7 sum 0\n"; got != want {
		t.Errorf("compiled: %q, want %q", got, want)
	}
	got = l.interpret([]string{"fmt", "example.com/a", "example.com/a/sub", "example.com/cgo"}, `
	var s *a.Sum = sub.New(nil)
	fmt.Println(a.Count, s, cgo.Twice(21))`)
	if want := "8 sum 42\n"; got != want {
		t.Errorf("interpreted again: %q, want %q", got, want)
	}
	// An interpreted type implements a compiled interface.
	got = l.interpret([]string{"fmt", "io", "net/http", "example.com/a"}, `
	fmt.Println(a.Total(adder{}, 1, 2).N)
}

type adder struct{}

func (adder) Add(x int) a.Sum { return a.Sum{N: 10 * x} }

func (adder) Copy(io.Writer, ...*http.Request) (int64, error) { return 0, nil }

func later() {`)
	if want := "20\n"; got != want {
		t.Errorf("interpreted type: %q, want %q", got, want)
	}
}

// A folder that changes is loaded anew, beside what was loaded of it before.
func TestReloadInSession(t *testing.T) {
	l := newLab(t, proxied)
	dir := unpack(t, folder)
	if err := l.Replace(t.Context(), l.note, "example.com/lib", filepath.Join(dir, "lib"), "../lib"); err != nil {
		t.Fatal(err)
	}
	imports := []string{"fmt", "example.com/lib", "example.com/lib/shapes"}
	print := `fmt.Println(lib.Text, lib.Shape{P: shapes.Point{X: 1}})`
	for i, want := range []string{"lib1 low1 v1.0.0 other1 {{1 0}}\n", "lib1 low2 v1.0.0 other1 {{1 0}}\n", "lib1 low3 v1.0.0 other1 {{1 0}}\n"} {
		if i > 0 {
			edit(t, filepath.Join(dir, "lib", "internal", "low", "low.go"), fmt.Sprint("low", i), fmt.Sprint("low", i+1))
		}
		if got := l.compile(imports, print); got != want {
			t.Errorf("compiled: %q, want %q", got, want)
		}
		if got := l.interpret(imports, print); got != want {
			t.Errorf("interpreted: %q, want %q", got, want)
		}
	}
}
