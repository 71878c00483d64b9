package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var scratch = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "weft-test-toolchain-") })

// TestMain gives the tests a cache of their own, but Go's.
func TestMain(m *testing.M) {
	dir, err := scratch()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, name := range []string{"GOCACHE", "GOPATH", "GOMODCACHE"} {
		if out, err := exec.Command("go", "env", name).Output(); err == nil {
			os.Setenv(name, strings.TrimSpace(string(out)))
		}
	}
	os.Setenv("XDG_CACHE_HOME", dir)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func goBuild(name string, args ...string) (string, error) {
	dir, err := scratch()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, name)
	cmd := exec.Command("go", append([]string{"build", "-buildvcs=false", "-o", file}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return file, nil
}

// host is the program that stands in for the session.
var host = sync.OnceValues(func() (string, error) { return goBuild("host", "-trimpath", "./testdata/host") })

// newToolchain returns a Toolchain for the test host.
func newToolchain(t testing.TB, change func(*Options)) *Toolchain {
	t.Helper()
	if testing.Short() {
		t.Skip("builds plugins")
	}
	for _, tool := range []string{"go", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs ", tool, " to build plugins")
		}
	}
	session, err := host()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{SessionBinary: session, Log: t.Logf}
	if change != nil {
		change(&o)
	}
	tc := New(o)
	t.Cleanup(func() {
		if err := tc.Close(); err != nil {
			t.Error(err)
		}
	})
	return tc
}

// cell returns a package with a cell.
func cell(path, text string) Package {
	return Package{Path: path, Clause: "main", Files: []File{{Name: "cell[1]", Text: text}}}
}

func mustBuild(t testing.TB, tc *Toolchain, p Package) *Plugin {
	t.Helper()
	plugin, err := tc.Build(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return plugin
}

// open runs plugins in the host and returns what they print, errors included.
func open(t testing.TB, plugins ...*Plugin) string {
	t.Helper()
	session, err := host()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, p := range plugins {
		files = append(files, p.File)
	}
	out, _ := exec.Command(session, files...).CombinedOutput()
	return string(out)
}

const dockImport = `import dock "github.com/weft-go/weft/kernel/internal/dock"`

// Two packages, the second with the first's types, variables, functions and
// maps: they are the same in both plugins.
func TestBuild(t *testing.T) {
	tc := newToolchain(t, nil)
	first := mustBuild(t, tc, cell("nb/c1", `package main

import "fmt"

`+dockImport+`

type Point struct{ X, Y int }

func (p Point) String() string { return fmt.Sprintf("(%d, %d)", p.X, p.Y) }

type X_Point = Point

var X_n = 5
var X_named = map[string]int{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10,
	"k": 11, "l": 12, "m": 13, "n": 14, "o": 15, "p": 16, "q": 17, "r": 18, "s": 19, "t": 20, "u": 21, "v": 22,
	"w": 23, "x": 24, "y": 25, "z": 26, "aa": 1, "ab": 2, "ac": 3}

func X_next() int { X_n++; return X_n }

func init() {
	fmt.Printf("init %T\n", Point{})
	dock.Register(&dock.Package{Path: "nb/c1", Cell: func(*dock.Run) { fmt.Println(X_next()) }})
}
`))
	second := mustBuild(t, tc, cell("nb/c2", `package main

import (
	"fmt"

	w_c1 "nb/c1"
	_ "github.com/weft-go/weft/kernel/display"
	"github.com/weft-go/weft/kernels/pi"
)
`+dockImport+`

type Circle struct {
	w_c1.X_Point
	R int
}

func init() {
	_ = pi.Kernel
	dock.Register(&dock.Package{Path: "nb/c2", Cell: func(*dock.Run) {
		var s fmt.Stringer = Circle{w_c1.X_Point{1, 2}, 3}
		fmt.Printf("%v %T %T %d %d\n", s, s, w_c1.X_Point{}, w_c1.X_next(), len(w_c1.X_named))
	}})
}
`))
	if got, want := open(t, first, second), "init main.Point\n6\n(1, 2) main.Circle main.Point 7 29\n"; got != want {
		t.Errorf("both:\n%s\nwant:\n%s", got, want)
	}
	// The second has all of the first in it, for a session that starts anew.
	if got, want := open(t, second), "init main.Point\n6\n(1, 2) main.Circle main.Point 7 29\n"; got != want {
		t.Errorf("the second alone:\n%s\nwant:\n%s", got, want)
	}
	if !first.Direct || first.Took <= 0 || first.Path != "nb/c1" {
		t.Errorf("the plugin says %+v", *first)
	}
	for _, path := range []string{"nb/c1", "fmt", "github.com/weft-go/weft/kernel/display"} {
		file, err := tc.Exports(path)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(data), "!<arch>\n") {
			t.Errorf("Exports(%q) = %s: no archive (%v)", path, file, err)
		}
	}
	if _, err := tc.Build(context.Background(), cell("nb/c2", "package main\n")); err == nil {
		t.Error("a second package of the same path is built")
	}
}

func TestErrors(t *testing.T) {
	tc := newToolchain(t, nil)
	file := func(name, text string) []File { return []File{{Name: name, Text: text}} }
	tests := []struct {
		name  string
		files []File
		want  []string
	}{
		{"all of them", file("x", "package main\nimport \"os\"\n//line cell[3]:12:5\nfunc f() int { x := 1; return \"a\" }\nvar y int = z\n"), []string{
			`cell[3]:12:20: declared and not used: x`,
			`cell[3]:12:35: cannot use "a" (untyped string constant) as int value in return statement`,
			`cell[3]:13:13: undefined: z`,
			`x:2:8: "os" imported and not used`,
		}},
		{"broken text", file("cell[4]", "package main\n\nfunc (\n"), []string{
			"cell[4]:4:1: syntax error: unexpected EOF, expected )",
		}},
		{"more lines", file("cell[5]", "package main\n\ntype S interface{ M() }\ntype T int\nvar _ S = T(1)\n"), []string{
			"cell[5]:5:11: cannot use T(1) (constant 1 of int type T) as S value in variable declaration: T does not implement S (missing method M)",
		}},
		{"no body", file("cell[6]", "package main\nfunc f()\n"), []string{"cell[6]:2:6: missing function body"}},
		{"two files", []File{{"cell[1]", "package main\nvar a = b\n"}, {"cell[2]", "package main\nvar c = d\n"}}, []string{
			"cell[1]:2:9: undefined: b", "cell[2]:2:9: undefined: d",
		}},
		{"a name with all sorts", file(`-o /tmp/"ü":7 $x`+"\n", "package main\nvar a = b\n"), []string{`-o /tmp/"ü":7 $x_:2:9: undefined: b`}},
		{"no name", file("", "package main\nvar a = b\n"), []string{`f0.go:2:9: undefined: b`}},
	}
	for i, tt := range tests {
		for _, how := range []string{"Build", "Program", "Program with race"} {
			t.Run(tt.name+"/"+how, func(t *testing.T) {
				var err error
				switch how {
				case "Build":
					_, err = tc.Build(context.Background(), Package{Path: fmt.Sprintf("nb/c%d", i), Files: tt.files})
				default:
					_, err = tc.Program(context.Background(), tt.files, how != "Program")
				}
				var list *Errors
				if !errors.As(err, &list) {
					t.Fatalf("%v is no *Errors", err)
				}
				var got []string
				for _, e := range list.List {
					if !strings.Contains(e.Message, "function main is undeclared") {
						got = append(got, e.Error())
					}
				}
				// After a syntax error the compiler may say more.
				if got = got[:min(len(got), max(len(tt.want), 1))]; !slices.Equal(got, tt.want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
			})
		}
	}
	left, err := filepath.Glob(filepath.Join(tc.dir, "*"))
	if err != nil || len(left) != 1 { // the lock
		t.Errorf("failed builds have left %v (%v)", left, err)
	}
}

// A panic names the cell and nothing else.
func TestPanicPlace(t *testing.T) {
	tc := newToolchain(t, nil)
	text := "package main\n" + dockImport + "\n//line cell[3]:12:5\nfunc X_f(s []int) int { return s[len(s)] }\n" +
		"func init() { dock.Register(&dock.Package{Cell: func(*dock.Run) { X_f(nil) }}) }\n"
	out := open(t, mustBuild(t, tc, cell("nb/c1", text)))
	if !strings.Contains(out, "\tcell[3]:12") || !strings.Contains(out, "\tcell[3]:13") {
		t.Errorf("the trace lacks cell[3]:12 and 13:\n%s", out)
	}
	for _, race := range []bool{false, true} {
		exe, err := tc.Program(context.Background(), []File{{"cell[4]", "package main\n\nfunc main() { f(nil) }\n\nfunc f(s []int) int { return s[len(s)] }\n"}}, race)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := exec.Command(exe).CombinedOutput()
		if !strings.Contains(string(got), "main.main()\n\tcell[4]:3") {
			t.Errorf("race=%v: the trace lacks main.main at cell[4]:3:\n%s", race, got)
		}
	}
}

func TestProgram(t *testing.T) {
	tc := newToolchain(t, nil)
	const text = `package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/weft-go/weft/kernels/pi"
)

func main() {
	_ = pi.Kernel
	info, ok := debug.ReadBuildInfo()
	fmt.Println(len(os.Args), ok, info.Path)
	done := make(chan bool)
	n := 0
	go func() { n++; done <- true }()
	n++
	<-done
	os.Exit(3)
}
`
	for _, race := range []bool{false, true} {
		exe, err := tc.Program(context.Background(), []File{{"cell[1]", text}}, race)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(exe, "x").CombinedOutput()
		if want := "2 true command-line-arguments\n"; !strings.HasPrefix(string(out), want) {
			t.Errorf("race=%v: prints %q, want %q (%v)", race, out, want, err)
		}
		if found := strings.Contains(string(out), "DATA RACE"); found != race {
			t.Errorf("race=%v, but the race is found: %v\n%s", race, found, out)
		}
		if race && !strings.Contains(string(out), "\n      cell[1]:17 ") {
			t.Errorf("the race's place is not cell[1]:17:\n%s", out)
		}
	}
	// What the direct way does not do goes to the go command.
	exe, err := tc.Program(context.Background(), []File{{"cell[2]", "package main\n\n// int two() { return 2; }\nimport \"C\"\n\nfunc main() { println(C.two()) }\n"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(exe).CombinedOutput(); string(out) != "2\n" {
		t.Errorf("a program with C prints %q (%v)", out, err)
	}
}

// modules writes a module with two local dependencies, one of them with C, and
// one that the test host has in another version.
func modules(t *testing.T) string {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module nb\n\ngo 1.26\n\nrequire (\n\texample.com/maps v1.0.0\n\texample.com/c v1.0.0\n)\n\nreplace example.com/maps => ./maps\n\nreplace example.com/c => ./c\n",
		"maps/go.mod":    "module example.com/maps\n\ngo 1.26\n",
		"maps/maps.go":   "package maps\n\nimport \"example.com/maps/deep\"\n\ntype T struct{ A int }\n\nfunc Len() int { return deep.Len() }\n\nfunc One() int { return 1 }\n",
		"maps/deep/d.go": "package deep\n\nvar names = map[string]int{" + bigMap() + "}\n\nfunc Len() int { return len(names) }\n",
		"c/go.mod":       "module example.com/c\n\ngo 1.26\n",
		"c/c.go":         "package c\n\n// #cgo LDFLAGS: -lm\n// #include <math.h>\nimport \"C\"\n\nfunc Root(x float64) float64 { return float64(C.sqrt(C.double(x))) }\n",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// bigMap returns the entries of a map so large that its filling is code.
func bigMap() string {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "%q: %d, ", fmt.Sprint("k", i), i)
	}
	return b.String()
}

func TestModules(t *testing.T) {
	dir := modules(t)
	tc := newToolchain(t, func(o *Options) { o.Modules = func() string { return dir } })
	text := func(imports, body string) string {
		return "package main\nimport \"fmt\"\n" + dockImport + "\n" + imports +
			"\nfunc init() { dock.Register(&dock.Package{Cell: func(*dock.Run) { fmt.Println(" + body + ") }}) }\n"
	}
	// The first uses nothing of the map that the second reads.
	one := mustBuild(t, tc, cell("nb/c1", text(`import "example.com/maps"`, "maps.One()")))
	two := mustBuild(t, tc, cell("nb/c2", text(`import "example.com/maps"`, "maps.Len(), maps.T{1}")))
	three := mustBuild(t, tc, cell("nb/c3", text(`import "example.com/c"`, "c.Root(49)")))
	if got, want := open(t, one, two, three), "1\n40 {1}\n7\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	const program = "package main\n\nimport (\n\t\"example.com/c\"\n\t\"example.com/maps\"\n\t\"github.com/weft-go/weft/runtime/par\"\n)\n\n" +
		"func main() { _ = par.For; println(maps.Len(), c.Root(49) == 7) }\n"
	for _, race := range []bool{false, true} {
		exe, err := tc.Program(context.Background(), []File{{"cell[9]", program}}, race)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(exe).CombinedOutput(); string(out) != "40 true\n" {
			t.Errorf("race=%v: the program prints %q (%v)", race, out, err)
		}
	}

	// Two versions of a module don't go into one process, until it is a new one.
	tc.mu.Lock()
	tc.linked["example.com/maps"] = "v0.9.0"
	tc.mu.Unlock()
	_, err := tc.Build(context.Background(), cell("nb/c4", text(`import "example.com/maps"`, "maps.One()")))
	if err == nil || !strings.Contains(err.Error(), "v0.9.0") {
		t.Errorf("two versions of a module: %v", err)
	}
	tc.Restarted()
	mustBuild(t, tc, cell("nb/c4", text(`import "example.com/maps"`, "maps.One()")))
	tc.setup.deps["example.com/maps"] = "v0.8.0"
	_, err = tc.Build(context.Background(), cell("nb/c5", text(`import "example.com/maps"`, "maps.One()")))
	if err == nil || !strings.Contains(err.Error(), "v0.8.0") {
		t.Errorf("another version than the session's: %v", err)
	}

	_, err = tc.Build(context.Background(), cell("nb/c6", text(`import "example.com/none"`, "none.One()")))
	if err == nil || !strings.Contains(err.Error(), "example.com/none") {
		t.Errorf("a module that is not there: %v", err)
	}
	tc.o.Modules = func() string { return "" }
	_, err = tc.Build(context.Background(), cell("nb/c6", text(`import "example.com/none"`, "none.One()")))
	if err == nil || !strings.Contains(err.Error(), "%get") {
		t.Errorf("no modules: %v", err)
	}
}

// Many at a time, some importing what is still being built.
func TestConcurrent(t *testing.T) {
	tc := newToolchain(t, nil)
	const n = 6
	plugins, errs := make([]*Plugin, n), make([]error, n)
	var wg sync.WaitGroup
	build := func(i int, ctx context.Context, text string) {
		wg.Go(func() { plugins[i], errs[i] = tc.Build(ctx, cell(fmt.Sprintf("nb/c%d", i), text)) })
	}
	build(0, context.Background(), "package main\n\ntype X_T struct{ A int }\n\nvar X_n int\n")
	for tc.of("nb/c0") == nil && errs[0] == nil {
		time.Sleep(time.Millisecond)
	}
	for i := 1; i < n; i++ {
		ctx := context.Background()
		if i%2 == 0 {
			ctx = Background(ctx)
		}
		build(i, ctx, "package main\nimport \"fmt\"\nimport w \"nb/c0\"\n"+dockImport+
			"\nfunc init() { dock.Register(&dock.Package{Cell: func(*dock.Run) { w.X_n++; fmt.Println(w.X_T{w.X_n}) }}) }\n")
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got, want := open(t, plugins...), "{1}\n{2}\n{3}\n{4}\n{5}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// of returns the build of a package.
func (t *Toolchain) of(path string) *built {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.built[path]
}

// A cancelled build ends soon, and leaves neither processes nor files.
func TestCancel(t *testing.T) {
	tc := newToolchain(t, nil)
	if err := tc.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("package main\nimport \"fmt\"\n")
	for i := range 3000 {
		fmt.Fprintf(&text, "func X_f%d(a, b int) (s string) { for i := range a { s += fmt.Sprint(i*b, a) }; return s }\n", i)
	}
	for _, after := range []time.Duration{0, 20 * time.Millisecond, 150 * time.Millisecond, 400 * time.Millisecond} {
		ctx, cancel := context.WithTimeoutCause(context.Background(), after, errors.New("stop"))
		start := time.Now()
		_, err := tc.Build(ctx, cell("nb/c1", text.String()))
		cancel()
		if err == nil || !strings.Contains(err.Error(), "stop") && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %v: %v", after, err)
		}
		if took := time.Since(start) - after; took > 2*time.Second {
			t.Errorf("cancelled after %v, it went on for %v", after, took)
		}
	}
	left, _ := filepath.Glob(filepath.Join(tc.dir, "build*"))
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if out, err := exec.Command("pgrep", "-f", tc.dir).Output(); err == nil {
		t.Errorf("still running: %s", out)
	}
	// The same path may be built now.
	mustBuild(t, tc, cell("nb/c1", "package main\n"))
}

// A build that waits for one in the background lets it go first.
func TestWaitForBackground(t *testing.T) {
	tc := newToolchain(t, nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := tc.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	leave, err := tc.lanes.enter(ctx) // so that the background has to wait
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := tc.Build(Background(ctx), cell("nb/c1", "package main\n\nfunc F() int { return 1 }\n")); err != nil {
			t.Error(err)
		}
	})
	for begun := false; !begun; time.Sleep(time.Millisecond) {
		tc.mu.Lock()
		begun = tc.built["nb/c1"] != nil
		tc.mu.Unlock()
	}
	group.Go(func() {
		if _, err := tc.Build(ctx, cell("nb/c2", "package main\n\nimport c1 \"nb/c1\"\n\nvar X = c1.F()\n")); err != nil {
			t.Error(err)
		}
	})
	time.Sleep(20 * time.Millisecond)
	leave()
	group.Wait()
}

// What is open needs no file, and what nobody needs any more leaves none.
func TestDiscard(t *testing.T) {
	tc := newToolchain(t, nil)
	ctx := context.Background()
	text := func(imports string) string { return "package main\n\n" + imports + "\nfunc F() int { return 1 }\n" }
	kept, err := tc.Build(ctx, cell("nb/c1", text("")))
	if err != nil {
		t.Fatal(err)
	}
	gone, err := tc.Build(ctx, cell("nb/c2", text("")))
	if err != nil {
		t.Fatal(err)
	}
	tc.Opened(kept)
	tc.Opened(kept)
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(kept.File), "*")); len(left) != 1 || filepath.Base(left[0]) != "package.a" {
		t.Errorf("of an open plugin there is left: %v", left)
	}
	tc.Discard(func(path string) bool { return path == "nb/c2" })
	if _, err := os.Stat(filepath.Dir(gone.File)); err == nil {
		t.Error("the folder of a package is still there")
	}
	if _, err := tc.Build(ctx, cell("nb/c3", text("import _ \"nb/c1\""))); err != nil {
		t.Error(err)
	}
	if _, err := tc.Build(ctx, cell("nb/c4", text("import _ \"nb/c2\""))); err == nil {
		t.Error("a package that was discarded can be imported")
	}
}

// What the go command has removed from its cache meanwhile is asked for again,
// and so is all if what was kept can't be read.
func TestForgotten(t *testing.T) {
	tc := newToolchain(t, nil)
	s, err := tc.check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	e := s.newExports("plugin", s.source, s.plugin.args)
	e.file = filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(e.file, []byte(`[null, {"Path": ""}, {"Path": "fmt", "File": "/gone"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := e.closure(context.Background(), s, []string{"fmt"})
	if err != nil {
		t.Fatal(err)
	}
	e.known["strconv"].File = "/gone"
	second, err := e.closure(context.Background(), s, []string{"fmt"})
	if err != nil {
		t.Fatal(err)
	}
	again := &exports{file: e.file, dir: "/nowhere", known: map[string]*export{}} // from the file alone
	third, err := again.closure(context.Background(), s, []string{"fmt"})
	if err != nil {
		t.Fatal(err)
	}
	if len(first) < 20 || len(second) != len(first) || len(third) != len(first) || first[len(first)-1].Path != "fmt" {
		t.Errorf("fmt needs %d packages, then %d, then %d", len(first), len(second), len(third))
	}
	if err := os.WriteFile(e.file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	again = &exports{file: e.file, dir: s.source, args: e.args, known: map[string]*export{}}
	if list, err := again.closure(context.Background(), s, []string{"fmt"}); err != nil || len(list) != len(first) {
		t.Errorf("with a broken file: %d packages, %v", len(list), err)
	}
}

func TestNice(t *testing.T) {
	for _, tt := range []struct {
		ctx  context.Context
		want int
	}{{context.Background(), 0}, {Background(context.Background()), niceness}} {
		out, err := command(tt.ctx, "/", os.Environ(), "sh", "-c", "sleep 0.2; exec nice")
		if err != nil {
			t.Fatal(err)
		}
		own, err := exec.Command("nice").Output()
		if err != nil {
			t.Fatal(err)
		}
		var base, got int
		fmt.Sscan(string(own), &base)
		fmt.Sscan(string(out), &got)
		if got != max(tt.want, base) {
			t.Errorf("niceness %d, want %d", got, max(tt.want, base))
		}
	}
}

// Builds in the background run one at a time and wait for the others.
func TestLanes(t *testing.T) {
	var l lanes
	ctx := context.Background()
	back := Background(ctx)
	front, err := l.enter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	entered := make(chan func())
	for range 2 {
		go func() {
			leave, err := l.enter(back)
			if err != nil {
				t.Error(err)
			}
			entered <- leave
		}()
	}
	select {
	case <-entered:
		t.Fatal("a build in the background did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	front()
	leave := <-entered
	select {
	case <-entered:
		t.Fatal("two builds in the background at a time")
	case <-time.After(20 * time.Millisecond):
	}
	front, _ = l.enter(ctx)
	short, cancel := context.WithTimeout(back, 20*time.Millisecond)
	defer cancel()
	if l.yield(short) == nil {
		t.Error("a build in the background does not yield")
	}
	front()
	if err := l.yield(back); err != nil {
		t.Error(err)
	}
	leave()
	(<-entered)()
}

func TestClose(t *testing.T) {
	own := t.TempDir()
	keep := filepath.Join(own, "keep")
	if err := os.WriteFile(keep, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", own} {
		tc := newToolchain(t, func(o *Options) { o.Dir = dir })
		p := mustBuild(t, tc, cell("nb/c1", "package main\n"))
		if err := tc.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(p.File); err == nil {
			t.Errorf("%s is still there", p.File)
		}
		if _, err := tc.Build(context.Background(), cell("nb/c2", "package main\n")); err == nil {
			t.Error("a closed toolchain builds")
		}
		if err := tc.Ready(context.Background()); err == nil {
			t.Error("a closed toolchain is ready")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(own, "*")); !slices.Equal(left, []string{keep}) {
		t.Errorf("in a folder of ours are left %v, want %s alone", left, keep)
	}

	// What a process has left that was killed goes when the next comes.
	parent := t.TempDir()
	dead, alive := filepath.Join(parent, scratchPrefix+"1"), filepath.Join(parent, scratchPrefix+"2")
	for _, d := range []string{dead, alive} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour)
		defer func() { _ = os.RemoveAll(d) }()
		if d == alive {
			lock, err := lockDir(d)
			if err != nil {
				t.Fatal(err)
			}
			defer lock.Close()
		}
		if err := os.Chtimes(d, old, old); err != nil {
			t.Fatal(err)
		}
	}
	memory := t.TempDir()
	killed, running := filepath.Join(memory, linkPrefix+"1"), filepath.Join(memory, linkPrefix+"2")
	for _, d := range []string{killed, running} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if old := time.Now().Add(-2 * time.Hour); os.Chtimes(killed, old, old) != nil {
		t.Fatal("no times here")
	}
	removeStale(parent, memory)
	if left, _ := filepath.Glob(filepath.Join(memory, "*")); !slices.Equal(left, []string{running}) {
		t.Errorf("in memory are left %v", left)
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("the folder of a process that is gone is still there")
	}
	if _, err := os.Stat(alive); err != nil {
		t.Error("the folder of a living process is gone")
	}
}
