package native

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
)

// A session is a row of cells. Without want, the cells must print what the same
// text prints as an ordinary program; else each what is said, "refused: " and a
// part of the message for a cell that is refused.
type session struct {
	name  string
	cells []string
	want  []string
	once  bool // only with each cell in a package of its own
}

// A step is what the driver does for one cell.
type step struct {
	Key     string
	Path    string // of the cell's package, "" if there is none
	Funcs   map[string]string
	Slots   []Slot
	Cell    bool
	Restart bool   // the session has died
	Ref     string // path of an ordinary package, whose function Key is run
}

// A bench builds packages with the compiler and links them into one program.
type bench struct {
	t     *testing.T
	dir   string
	steps []step
	pkgs  []pkg
	texts map[string]string
	want  map[string]string
}

type pkg struct {
	path    string
	text    string
	imports []string
}

var importer = sync.OnceValue(func() check.Importer { return export.New() })

func newBench(t *testing.T) *bench {
	if testing.Short() {
		t.Skip("builds a thousand packages")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to build with")
	}
	return &bench{t: t, dir: t.TempDir(), texts: map[string]string{}, want: map[string]string{}}
}

// modes are the ways in which declarations come to be compiled: when a cell
// needs them, or each cell in a package of its own.
var modes = []string{"late", "eager"}

// everything asks for both ways for every session: 1,600 packages.
var everything = flag.Bool("everything", false, "run every session both ways")

// skips says whether a session is left out in a way: a session in which nothing
// waits is run eagerly only, and of the others every fifth both ways.
func skips(n int, s session, mode string) bool {
	if s.once {
		return mode == "late"
	}
	return mode == "eager" && n%5 != 0 && !*everything
}

// add writes the packages of a session.
func (b *bench) add(n int, s session) {
	for _, mode := range modes {
		if skips(n, s, mode) {
			continue
		}
		world, state := check.NewWorld(importer()), New()
		for i, src := range s.cells {
			key := fmt.Sprintf("%s/%s/%d", s.name, mode, i+1)
			want := ""
			if s.want != nil {
				want = s.want[i]
				b.want[key] = want
			}
			if src == "%restart" {
				world.Lose(fmt.Sprintf("cell[%d]", i+1))
				state = New()
				b.steps = append(b.steps, step{Key: key, Restart: true})
				continue
			}
			path := fmt.Sprintf("nb/%s%dc%d", mode[:1], n, i+1)
			out, err := b.write(world, state, fmt.Sprintf("cell[%d]", i+1), src, path, mode == "eager")
			if msg, refused := strings.CutPrefix(want, "refused: "); refused {
				if err == nil || !strings.Contains(err.Error(), msg) {
					b.t.Errorf("%s: got error %v, want %q", key, err, msg)
				}
				delete(b.want, key)
				continue
			}
			if err != nil {
				b.t.Errorf("%s: %v", key, err)
				break
			}
			st := step{Key: key}
			if out != nil {
				st.Path, st.Funcs, st.Slots, st.Cell = path, out.Funcs, out.Slots, out.HasCell
				b.texts[key] = out.Files[0].Text
				b.pkgs = append(b.pkgs, pkg{path, out.Files[0].Text, out.Imports})
			}
			b.steps = append(b.steps, st)
		}
	}
	if s.want == nil {
		b.reference(n, s)
	}
}

// write checks and writes one cell as the front does.
func (b *bench) write(world *check.World, state *State, name, src, path string, eager bool) (*Source, error) {
	c, err := world.Check(name, src)
	if err != nil {
		return nil, err
	}
	if len(c.Body) == 0 && !eager && !strings.HasPrefix(src, "func Measured_") {
		world.Commit(c)
		return nil, nil
	}
	if needs := state.Needs(c); len(needs) > 0 {
		if c, err = world.Check(name, src, needs...); err != nil {
			return nil, fmt.Errorf("with %v: %w", needs, err)
		}
		if more := state.Needs(c); len(more) > 0 {
			return nil, fmt.Errorf("still needs %v after %v", more, needs)
		}
	}
	o := Options{}
	if strings.HasPrefix(src, "func Measured_") {
		o.Bodies = strings.Count(src, "func Measured_")
	}
	out, err := state.Write(c, path, o)
	if err != nil {
		return nil, err
	}
	if o.Bodies == 0 {
		world.Commit(c)
	}
	state.Loaded(out)
	return out, nil
}

// reference makes an ordinary package of the cells.
func (b *bench) reference(n int, s session) {
	world := check.NewWorld(importer())
	imports := map[string]string{}
	var decls, funcs strings.Builder
	path := fmt.Sprintf("ref/s%d", n)
	var names []string
	for i, src := range s.cells {
		c, err := world.Check(fmt.Sprintf("cell[%d]", i+1), src)
		if err != nil {
			b.t.Errorf("%s: %v", s.name, err)
			return
		}
		for _, o := range c.Info.Uses {
			if p, ok := o.(*types.PkgName); ok {
				imports[p.Name()] = p.Imported().Path()
			}
		}
		for _, u := range c.Units {
			decls.WriteString(u.Text + "\n")
		}
		for _, d := range c.Vars {
			text, err := check.TypeText(d.Obj.Type(), func(p *types.Package) string {
				imports[p.Name()] = p.Path()
				return p.Name()
			}, types.Object.Name)
			if err != nil {
				b.t.Errorf("%s: %v", s.name, err)
			}
			fmt.Fprintf(&decls, "var %s %s\n", d.Name, text)
		}
		key := fmt.Sprintf("cell%d", i+1)
		names = append(names, key)
		fmt.Fprintf(&funcs, "func %s() {\n%s}\n", key, plain(c))
		for _, mode := range modes {
			if skips(n, s, mode) {
				continue
			}
			b.want[fmt.Sprintf("%s/%s/%d", s.name, mode, i+1)] = "\x00" + fmt.Sprintf("%s/%s", path, key)
		}
		b.steps = append(b.steps, step{Key: key, Ref: path})
		world.Commit(c)
	}
	var text strings.Builder
	text.WriteString("package main\nimport w_dock \"" + dockPath + "\"\nimport w_reflect \"reflect\"\n")
	list := []string{dockPath, "reflect"}
	for _, name := range sorted(imports) {
		if !strings.Contains(decls.String()+funcs.String(), name+".") {
			continue
		}
		fmt.Fprintf(&text, "import %s %q\n", name, imports[name])
		list = append(list, imports[name])
	}
	text.WriteString(decls.String() + funcs.String())
	fmt.Fprintf(&text, "func init() { w_dock.Register(&w_dock.Package{Path: %q, Symbols: map[string]w_reflect.Value{", path)
	for _, n := range names {
		fmt.Fprintf(&text, "%q: w_reflect.ValueOf(%s), ", n, n)
	}
	text.WriteString("}}) }\n")
	b.texts[path] = text.String()
	b.pkgs = append(b.pkgs, pkg{path, text.String(), list})
}

// plain writes a cell's statements as Go.
func plain(c *check.Cell) string {
	var b strings.Builder
	cut := func(from, to token.Pos) string { return c.Main.Text[c.Main.Offset(from):c.Main.Offset(to)] }
	for _, s := range c.Body {
		switch x := s.(type) {
		case *ast.AssignStmt:
			if x.Tok == token.DEFINE {
				b.WriteString(cut(x.Pos(), x.TokPos) + "=" + cut(x.TokPos+2, x.End()) + "\n")
				continue
			}
		case *ast.DeclStmt:
			for _, sp := range x.Decl.(*ast.GenDecl).Specs {
				v := sp.(*ast.ValueSpec)
				if len(v.Values) == 0 {
					for _, n := range v.Names {
						b.WriteString("w_dock.Zero(&" + n.Name + ")\n")
					}
					continue
				}
				b.WriteString(cut(v.Names[0].Pos(), v.Names[len(v.Names)-1].End()) + " = " + cut(v.Values[0].Pos(), v.End()) + "\n")
			}
			continue
		case *ast.ExprStmt:
			t := c.Info.TypeOf(x.X)
			if tuple, ok := t.(*types.Tuple); x.X == c.Result && t != nil && !ok && !c.Info.Types[x.X].IsVoid() {
				if basic, ok := t.(*types.Basic); ok && basic.Kind() != types.UntypedNil {
					t = types.Default(t)
				}
				fmt.Fprintf(&b, "w_dock.Show(%q, %s)\n", types.TypeString(t, (*types.Package).Name), cut(x.Pos(), x.End()))
				continue
			} else if ok && x.X == c.Result && tuple.Len() > 1 && !strings.HasPrefix(cut(x.Pos(), x.End()), "fmt.") {
				b.WriteString("w_dock.Shows2(" + cut(x.Pos(), x.End()) + ")\n")
				continue
			}
		}
		b.WriteString(cut(s.Pos(), s.End()) + "\n")
	}
	return b.String()
}

// run builds and runs everything and compares.
func (b *bench) run() {
	b.t.Helper()
	if len(b.pkgs) == 0 {
		return
	}
	out := b.build()
	got := map[string]string{}
	for _, part := range strings.Split(out, "\x00")[1:] {
		key, text, _ := strings.Cut(part, "\x01")
		got[key] = text
	}
	keys := make([]string, 0, len(b.want))
	for key := range b.want {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		want := b.want[key]
		if ref, ok := strings.CutPrefix(want, "\x00"); ok {
			want = got[ref]
		}
		if text := unmangled(got[key]); text != want {
			b.t.Errorf("%s: got %q, want %q\n%s", key, text, want, numbered(b.texts[key]))
		}
	}
}

// unmangled gives the functions of a trace Go's names.
func unmangled(text string) string {
	lines := strings.Split(text, "\n")
	keep := lines[:0]
	for _, l := range lines {
		if at, ok := strings.CutPrefix(l, "at "); ok {
			place, name, _ := strings.Cut(at, " ")
			if !strings.HasPrefix(place, "cell[") {
				continue
			}
			l = "at " + place + " " + Demangle(name)
		}
		keep = append(keep, l)
	}
	return strings.Join(keep, "\n")
}

func numbered(text string) string {
	var b strings.Builder
	for i, l := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, "%3d  %s\n", i+1, l)
	}
	return b.String()
}

// build compiles each package by itself, as the toolchain does, and links them
// with the driver.
func (b *bench) build() string {
	b.t.Helper()
	wanted := map[string]bool{"encoding/json": true, "os": true, "reflect": true, "unsafe": true, "runtime": true, dockPath: true, "fmt": true, "strings": true}
	for _, p := range b.pkgs {
		for _, i := range p.imports {
			if !strings.HasPrefix(i, "nb/") && !strings.HasPrefix(i, "ref/") {
				wanted[i] = true
			}
		}
	}
	args := []string{"list", "-export", "-deps", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"}
	for p := range wanted {
		args = append(args, p)
	}
	cmd := exec.Command("go", args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	std, err := cmd.Output()
	if err != nil {
		b.t.Fatalf("go list: %v\n%s", err, errs.String())
	}
	var cfg bytes.Buffer
	cfg.Write(std)
	level := map[string]int{}
	for _, p := range b.pkgs {
		fmt.Fprintf(&cfg, "packagefile %s=%s\n", p.path, b.file(p.path, ".a"))
		level[p.path] = 0
		for _, i := range p.imports {
			level[p.path] = max(level[p.path], level[i]+1)
		}
	}
	config := filepath.Join(b.dir, "importcfg")
	b.save(config, cfg.String())
	// Packages of one level do not import each other.
	for l := 0; ; l++ {
		var list []pkg
		for _, p := range b.pkgs {
			if level[p.path] == l {
				list = append(list, p)
			}
		}
		if len(list) == 0 && l > 1 {
			break
		}
		var wg sync.WaitGroup
		work := make(chan pkg)
		for range 3 {
			wg.Go(func() {
				for p := range work {
					b.compile(p, config)
				}
			})
		}
		for _, p := range list {
			work <- p
		}
		close(work)
		wg.Wait()
	}
	if b.t.Failed() {
		b.t.FailNow()
	}
	plan, err := json.Marshal(b.steps)
	if err != nil {
		b.t.Fatal(err)
	}
	b.save(filepath.Join(b.dir, "plan.json"), string(plan))
	main := pkg{path: "main", text: "package main\n"}
	for _, p := range b.pkgs {
		main.text += fmt.Sprintf("import _ %q\n", p.path)
	}
	driver, err := os.ReadFile("testdata/driver.go")
	if err != nil {
		b.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(driver), "package main\n")
	main.text += rest
	b.compile(main, config)
	if b.t.Failed() {
		b.t.FailNow()
	}
	exe := filepath.Join(b.dir, "program")
	if out, err := exec.Command(filepath.Join(tools(), "link"), "-s", "-w", "-importcfg", config, "-o", exe, b.file("main", ".a")).CombinedOutput(); err != nil {
		b.t.Fatalf("link: %v\n%s", err, out)
	}
	cmd = exec.Command(exe, filepath.Join(b.dir, "plan.json"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("run: %v\n%s", err, out)
	}
	return string(out)
}

var tools = sync.OnceValue(func() string {
	out, err := exec.Command("go", "env", "GOTOOLDIR").Output()
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(out))
})

func (b *bench) save(file, text string) {
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) file(path, ext string) string {
	return filepath.Join(b.dir, strings.ReplaceAll(path, "/", "_")+ext)
}

func (b *bench) compile(p pkg, config string) {
	src := b.file(p.path, ".go")
	text := p.text
	if strings.HasPrefix(p.path, "ref/") {
		text = strings.NewReplacer("w_dock.Zero(", "w_zero(", "w_dock.Shows2(", "w_shows(").Replace(text)
		text += "func w_zero[T interface{}](p *T) { var z T; *p = z }\nfunc w_shows(v ...interface{}) { w_dock.Shows(v...) }\n"
	}
	b.save(src, text)
	cmd := exec.Command(filepath.Join(tools(), "compile"), "-p", p.path, "-trimpath", b.dir, "-importcfg", config, "-lang", "go1.26", "-o", b.file(p.path, ".a"), filepath.Base(src))
	cmd.Dir = b.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Errorf("compile %s: %v\n%s\n%s", p.path, err, out, numbered(text))
	}
}
