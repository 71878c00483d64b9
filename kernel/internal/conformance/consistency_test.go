package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/wire"
)

var all = flag.Bool("all", false, "take every engine, and the scripts of kernels and magics, too, which differ in what they call, hardly in their Go")

// TestConsistency runs the cells of package front's scripts and of the tour as
// native code, and the same cells' text as one ordinary program that the go
// command builds. Both print the same. So do the other engines: with -all that
// is looked at here; package front compares them with the text in the scripts.
// (Package course compares the other notebooks, with both engines.)
//
// Scripts in which somebody interrupts, waits or types are left out: they are
// about the kernel. Left out are, too:
//
//   - cells with magics, and cells that don't compile, among them those that need
//     what a cell left out declares;
//   - cells that change what is on show already, which looks as who shows it;
//   - from a cell on that ends with an error, as the script or the notebook says
//     or as the compiled cell does: engines word errors differently, and some
//     errors end the session;
//   - the interpreter, where a script says so, and from a cell on that it refuses;
//   - the ordinary program of a script that declares a name again as another
//     thing, which an ordinary program can't.
//
// Times, addresses and temporary files are masked. Where a cell starts goroutines
// what is printed counts, not when. Of a result that has several forms the richest
// counts, which notebooks show.
func TestConsistency(t *testing.T) {
	path := needSession(t)
	var scripts []*script
	for _, pattern := range []string{"../front/testdata/*.txtar", "../../../notebooks/00-*.ipynb"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal("no cells below ", pattern, err)
		}
		for _, file := range files {
			s, err := readScript(file)
			if err != nil {
				t.Fatal(err)
			}
			if s != nil && (*all || !strings.HasPrefix(s.name, "kernel_") && !strings.HasPrefix(s.name, "magic_")) {
				scripts = append(scripts, s)
			}
		}
	}
	cells, left, programs := 0, 0, 0
	for _, s := range scripts {
		s.sift(t)
		cells += len(s.cells)
		left += s.left
		if s.program != "" {
			programs++
		}
	}
	if programs == 0 {
		t.Fatal("no script makes an ordinary program")
	}
	t.Logf("%d scripts with %d cells, and %d cells left out; %d of them are ordinary programs, too", len(scripts), cells, left, programs)
	build(t, scripts)
	turns := make(chan struct{}, 2)
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			turns <- struct{}{}
			defer func() { <-turns }()
			s.compare(t, path)
		})
	}
}

// A script is the cells of a file.
type script struct {
	name    string
	cells   []string
	compile bool     // the script is not for the interpreter
	left    int      // cells that were left out
	errors  []string // cells that end with an error
	loose   bool     // some cell starts goroutines
	program string   // the same cells as an ordinary program, "" if they can't be one
	exe     string
}

// readScript reads a txtar script or a notebook; nil for one that is left out.
func readScript(file string) (*script, error) {
	s := &script{name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))}
	if filepath.Ext(file) == ".txtar" {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			return nil, err
		}
		_, engines, some := strings.Cut(string(archive.Comment), "engines: ")
		s.compile = some && !strings.Contains(engines, "interp")
		for i, f := range archive.Files {
			kind, options, _ := strings.Cut(f.Name, " ")
			for _, o := range []string{"interrupt=", "pause=", "input="} {
				if strings.Contains(options, o) {
					return nil, nil
				}
			}
			wanted := ""
			if i+1 < len(archive.Files) && archive.Files[i+1].Name != "cell" {
				wanted = string(archive.Files[i+1].Data)
			}
			if kind == "cell" {
				if errorShown.MatchString(wanted) {
					s.left += strings.Count(strings.Join(names(archive.Files[i:]), "\n"), "cell")
					break
				}
				s.cells = append(s.cells, strings.TrimSuffix(string(f.Data), "\n"))
			}
		}
		return s, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var nb struct {
		Cells []struct {
			Type    string          `json:"cell_type"`
			Source  json.RawMessage `json:"source"`
			Outputs []struct {
				Type string `json:"output_type"`
			} `json:"outputs"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(text, &nb); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	for _, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		var lines []string
		var whole string
		if json.Unmarshal(c.Source, &lines) == nil {
			whole = strings.Join(lines, "")
		} else if err := json.Unmarshal(c.Source, &whole); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		s.cells = append(s.cells, whole)
		for _, o := range c.Outputs {
			if o.Type == "error" {
				s.errors = append(s.errors, whole)
			}
		}
	}
	return s, nil
}

// errorShown is an error in the text of what a cell shows.
var errorShown = regexp.MustCompile(`(?m)^(~ )?error `)

func names(files []txtar.File) (list []string) {
	for _, f := range files {
		list = append(list, f.Name)
	}
	return list
}

// sift keeps the cells that are to be run and makes the program of them.
func (s *script) sift(t *testing.T) {
	t.Helper()
	world := check.NewWorld(export.New())
	world.MoveVariables(true)
	p := &ordinary{imports: map[string]string{"fmt": "fmt", "os": "os"}, kinds: map[string]string{}}
	var keep []string
	for i, text := range s.cells {
		if slices.Contains(s.errors, text) {
			s.left += len(s.cells) - i
			break
		}
		segments, err := magic.Split(text)
		if err != nil || slices.ContainsFunc(segments, func(s magic.Segment) bool { return s.Call != nil }) {
			s.left++
			continue
		}
		c, err := world.Check(fmt.Sprintf("cell[%d]", len(keep)+1), text)
		if err != nil || changesShown(c) {
			s.left++
			continue
		}
		world.Commit(c)
		keep = append(keep, text)
		for _, n := range nodes(c) {
			ast.Inspect(n, func(n ast.Node) bool {
				_, starts := n.(*ast.GoStmt)
				call, ok := n.(*ast.CallExpr)
				if ok {
					sel, ok := call.Fun.(*ast.SelectorExpr)
					starts = starts || ok && sel.Sel.Name == "Go"
				}
				s.loose = s.loose || starts
				return true
			})
		}
		if err := p.add(c); err != nil {
			t.Logf("%s is no ordinary program: %v", s.name, err)
			p.no = true
		}
	}
	s.cells = keep
	if !p.no && len(keep) > 0 {
		s.program = p.text()
	}
}

// nodes are the declarations and statements of a cell.
func nodes(c *check.Cell) (list []ast.Node) {
	for _, u := range c.Units {
		if u.Node != nil {
			list = append(list, u.Node)
		}
	}
	for _, st := range c.Body {
		list = append(list, st)
	}
	return list
}

// changesShown says whether a cell changes what is on show.
func changesShown(c *check.Cell) bool {
	for _, o := range c.Info.Uses {
		if o.Pkg() != nil && strings.HasSuffix(o.Pkg().Path(), "/kernel/display") {
			switch o.Name() {
			case "Update", "Progress", "Clear":
				return true
			}
		}
	}
	return false
}

// An ordinary is a program made of cells: what they declare, and a function for
// the statements of each.
type ordinary struct {
	imports map[string]string // paths by name
	decls   strings.Builder
	calls   strings.Builder
	kinds   map[string]string // what each name was declared as
	cells   int
	no      bool
}

const (
	cellMark   = "\x00\n" // ends what a cell has printed
	cellsToRun = "WEFT_TEST_CELLS"
)

// add adds a cell.
func (p *ordinary) add(c *check.Cell) error {
	for _, o := range c.Info.Uses {
		name, ok := o.(*types.PkgName)
		if !ok {
			continue
		}
		path := name.Imported().Path()
		if other, has := p.imports[name.Name()]; has && other != path {
			return fmt.Errorf("%s means %s and %s", name.Name(), other, path)
		}
		if strings.HasSuffix(path, "/runtime/proc") {
			return errors.New("its workers do functions of cells, as only sessions' can")
		}
		p.imports[name.Name()] = path
	}
	declare := func(name, kind string) error {
		if old, ok := p.kinds[name]; ok && (old != kind || !strings.HasPrefix(kind, "var ")) {
			return fmt.Errorf("%s is declared again", name)
		}
		p.kinds[name] = kind
		return nil
	}
	for _, u := range c.Units {
		if u.Kind == check.Import {
			continue
		}
		for _, n := range u.Names {
			if err := declare(n, "declared"); err != nil {
				return err
			}
		}
		p.decls.WriteString(u.Directives + u.Text + "\n")
	}
	for _, d := range c.Vars {
		text, err := check.TypeText(d.Obj.Type(), func(pkg *types.Package) string {
			p.imports[pkg.Name()] = pkg.Path()
			return pkg.Name()
		}, types.Object.Name)
		if err != nil {
			return err
		}
		_, again := p.kinds[d.Name]
		if err := declare(d.Name, "var "+text); err != nil {
			return err
		}
		if !again {
			fmt.Fprintf(&p.decls, "var %s %s\n", d.Name, text)
		}
	}
	p.cells++
	fmt.Fprintf(&p.decls, "func w_cell%d() {\n%s}\n", p.cells, statements(c))
	fmt.Fprintf(&p.calls, "\tif w_cells--; w_cells < 0 {\n\t\treturn\n\t}\n\tw_cell%d()\n\tfmt.Print(%q)\n", p.cells, cellMark)
	return nil
}

// statements writes the statements of a cell as Go has them in a function whose
// variables are the package's.
func statements(c *check.Cell) string {
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
						b.WriteString("w_zero(&" + n.Name + ")\n")
					}
					continue
				}
				b.WriteString(cut(v.Names[0].Pos(), v.Names[len(v.Names)-1].End()) + " = " + cut(v.Values[0].Pos(), v.End()) + "\n")
			}
			continue
		case *ast.ExprStmt:
			text, t := cut(x.Pos(), x.End()), c.Info.TypeOf(x.X)
			tuple, several := t.(*types.Tuple)
			switch {
			case x.X != c.Result || t == nil || c.Info.Types[x.X].IsVoid() || several && (tuple.Len() == 0 || strings.HasPrefix(text, "fmt.")):
			case several:
				var names []string
				for i := range tuple.Len() {
					names = append(names, typeText(tuple.At(i).Type()))
				}
				fmt.Fprintf(&b, "w_shows([]string{%s}, w_list(%s))\n", strings.Join(names, ", "), text)
				continue
			default:
				if basic, ok := t.(*types.Basic); ok && basic.Kind() != types.UntypedNil {
					t = types.Default(t)
				}
				fmt.Fprintf(&b, "w_show(%s, %s)\n", typeText(t), text)
				continue
			}
		}
		b.WriteString(cut(s.Pos(), s.End()) + "\n")
	}
	return b.String()
}

// typeText is a type as Go prints it, quoted.
func typeText(t types.Type) string {
	return fmt.Sprintf("%q", types.TypeString(t, (*types.Package).Name))
}

// text writes the program, which runs as many cells as the variable cellsToRun
// in its environment says. A result is shown as the kernel shows it.
func (p *ordinary) text() string {
	var b strings.Builder
	b.WriteString("package main\n\nimport w_display \"github.com/weft-go/weft/kernel/display\"\nimport w_proc \"github.com/weft-go/weft/runtime/proc\"\nimport w_all \"github.com/weft-go/weft/kernels/all\"\n")
	names := make([]string, 0, len(p.imports))
	for name := range p.imports {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "import %s %q\n", name, p.imports[name])
	}
	b.WriteString("var _ = fmt.Print\nvar _ = os.Args\n" + p.decls.String() + `
func w_zero[T any](p *T) { var z T; *p = z }
func w_list(v ...any) []any { return v }
func w_show(typ string, v any) {
	data := w_display.Bundle(v, typ).Data
	for _, form := range []string{"text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain"} {
		if text, ok := data[form].(string); ok {
			fmt.Println("= " + text)
			return
		}
	}
}
func w_shows(types []string, values []any) {
	text := "("
	for i, v := range values {
		if i > 0 {
			text += ", "
		}
		plain, _ := w_display.Bundle(v, types[i]).Data["text/plain"].(string)
		text += plain
	}
	fmt.Println("= " + text + ")")
}
func main() {
	w_proc.Main(w_all.Tasks()...)
	w_cells := 0
	fmt.Sscan(os.Getenv("` + cellsToRun + `"), &w_cells)
` + p.calls.String() + "}\n")
	return b.String()
}

// build builds the programs, as if their files stood in this module.
func build(t *testing.T, scripts []*script) {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := map[string]map[string]string{"Replace": {}}
	args := []string{"build", "-ldflags=-s -w", "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, "bin") + "/"}
	for i, s := range scripts {
		if s.program == "" {
			continue
		}
		name := fmt.Sprintf("ordinary%d", i)
		file := filepath.Join(dir, name+".go")
		if err := os.WriteFile(file, []byte(s.program), 0o666); err != nil {
			t.Fatal(err)
		}
		overlay["Replace"][filepath.Join(here, name, "main.go")] = file
		args = append(args, "./"+name)
		s.exe = filepath.Join(dir, "bin", name)
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("build the ordinary programs: %v\n%s", err, out)
	}
}

// A telling is what cells print, each up to the first that ends with an error.
type telling struct {
	cells []string
	error string // of the last cell
}

// compare runs the cells as native code and as the ordinary program, with -all
// with the other engines, too.
func (s *script) compare(t *testing.T, session string) {
	want := s.tell(t, session, "native")
	if want.error != "" {
		t.Logf("without cell %d, which ends with %s, and what comes after it", len(want.cells)+1, want.error)
		s.cells = s.cells[:len(want.cells)]
	}
	if *all {
		s.same(t, "auto", s.tell(t, session, "auto"), want)
	}
	if *all && !s.compile {
		got := s.tell(t, session, "interp")
		if strings.HasPrefix(got.error, "compile error: ") && strings.Contains(got.error, "in interpreted cells") {
			s.same(t, "interp", telling{cells: got.cells}, telling{cells: want.cells[:len(got.cells)]})
		} else {
			s.same(t, "interp", got, want)
		}
	}
	if s.exe == "" {
		return
	}
	cmd := exec.Command(s.exe)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", cellsToRun, len(want.cells)))
	out, err := cmd.Output()
	got := telling{cells: strings.Split(masked(string(out)), cellMark)}
	got.cells = got.cells[:len(got.cells)-1]
	if err != nil {
		got.error = err.Error()
	}
	s.same(t, "the ordinary program", got, want)
}

// same compares what cells have printed with what they print as native.
func (s *script) same(t *testing.T, who string, got, want telling) {
	t.Helper()
	if got.error != "" {
		t.Errorf("%s: cell %d ends with %s", who, len(got.cells)+1, got.error)
		return
	}
	if s.loose {
		got.cells, want.cells = lines(got.cells), lines(want.cells)
	}
	if len(got.cells) != len(want.cells) {
		t.Errorf("%s prints %q, native %q", who, got.cells, want.cells)
		return
	}
	for i := range want.cells {
		if got.cells[i] != want.cells[i] {
			t.Errorf("%s prints %q, native %q, in\n%s", who, got.cells[i], want.cells[i], strings.Join(s.cells, "\n----\n"))
		}
	}
}

// lines are all lines as one text, sorted.
func lines(cells []string) []string {
	list := strings.Fields(strings.ReplaceAll(strings.Join(cells, "\n"), " ", "\u00a0"))
	slices.Sort(list)
	return []string{strings.Join(list, "\n")}
}

// tell runs the cells with an engine.
func (s *script) tell(t *testing.T, session, engine string) (r telling) {
	t.Helper()
	f := newFront(t, session, engine)
	var pages []*tellingPage
	for i, text := range s.cells {
		p := &tellingPage{}
		pages = append(pages, p)
		f.Execute(t.Context(), &wire.ExecuteRequest{Code: text, Count: i + 1}, p)
		if r.error = p.failed(); r.error != "" {
			pages = pages[:len(pages)-1]
			break
		}
	}
	for _, p := range pages {
		r.cells = append(r.cells, masked(p.String()))
	}
	return r
}

// masks hide what differs from run to run.
var masks = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`\b\d+(\.\d+)? ?(ns|µs|ms|s)\b`), "<time>"},
	{regexp.MustCompile(`0x[0-9a-f]{6,}`), "<address>"},
	{regexp.MustCompile(`/tmp/[\w./-]+`), "<file>"},
}

func masked(text string) string {
	for _, m := range masks {
		text = m.from.ReplaceAllString(text, m.to)
	}
	return text
}

// A tellingPage takes what a cell prints on standard output and shows, as a text.
type tellingPage struct {
	mu   sync.Mutex
	text strings.Builder
	err  string
}

func (p *tellingPage) write(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.WriteString(text)
}

func (p *tellingPage) Stream(name, text string) {
	if name == "stdout" {
		p.write(text)
	}
}

func (p *tellingPage) Display(d wire.DisplayData) {
	text, _ := d.Data["text/plain"].(string)
	p.write(text + "\n")
}

func (p *tellingPage) Result(d wire.DisplayData) {
	p.write("= " + richest(d.Data) + "\n")
}

// richest is the form of a bundle that notebooks show.
func richest(data map[string]any) string {
	if html, _ := data["text/html"].(string); strings.Contains(html, `class="weft-chart"`) {
		data = map[string]any{"text/plain": data["text/plain"]} // the front draws charts, ordinary programs don't
	}
	for _, form := range []string{"text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain"} {
		if text, ok := data[form].(string); ok {
			return text
		}
	}
	return ""
}

func (p *tellingPage) UpdateDisplay(wire.DisplayData) {}
func (p *tellingPage) ClearOutput(bool)               {}

func (p *tellingPage) Error(e wire.ErrorContent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = e.EName + ": " + e.EValue
}

func (p *tellingPage) Input(context.Context, string, bool) (string, error) {
	return "", fmt.Errorf("no input here")
}

func (p *tellingPage) failed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *tellingPage) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}
