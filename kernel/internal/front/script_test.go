package front

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/wire"
)

var update = flag.Bool("update", false, "write what the scripts' cells show as what is wanted")

// TestMain builds the session's program: plugins open in a program that was
// built like them, which a test is not.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "weft-front-test")
	if err == nil {
		err = plainSession(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// plainSession builds the session's program as it is installed, never with the
// race detector.
func plainSession(dir string) error {
	path := filepath.Join(dir, "weft-session")
	out, err := exec.Command("go", "build", "-trimpath", "-o", path, "github.com/weft-go/weft/kernel/cmd/weft-session").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the session: %w\n%s", err, out)
	}
	return os.Setenv(supervisor.PathVariable, path)
}

// newFront starts a front with a session for a test.
func newFront(t testing.TB, o Options) *Front {
	t.Helper()
	o.Log = t.Logf
	f, err := New(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return f
}

// A page is an Output that writes what a cell shows as a text.
type page struct {
	input []string // what the user types

	mu   sync.Mutex
	text strings.Builder
	last string // stream of the text before
}

func (p *page) add(kind, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.text.String(); p.last != kind && s != "" && !strings.HasSuffix(s, "\n") {
		p.text.WriteString("\n")
	}
	p.last = kind
	p.text.WriteString(text)
}

func (p *page) Stream(name, text string) {
	if name == "stderr" {
		text = "! " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n! ") + "\n"
	}
	p.add(name, text)
}

func (p *page) bundle(kind string, d wire.DisplayData) {
	var types []string
	for _, t := range []string{"text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml", "application/json"} {
		if d.Data[t] != nil {
			types = append(types, t)
		}
	}
	text, _ := d.Data["text/plain"].(string)
	if len(types) > 0 {
		text = "[" + strings.Join(types, " ") + "] " + text
	}
	p.add("", kind+text+"\n")
}

func (p *page) Display(d wire.DisplayData)       { p.bundle("display ", d) }
func (p *page) UpdateDisplay(d wire.DisplayData) { p.bundle("update ", d) }
func (p *page) Result(d wire.DisplayData)        { p.bundle("= ", d) }
func (p *page) ClearOutput(wait bool)            { p.add("", fmt.Sprintf("clear wait=%t\n", wait)) }

func (p *page) Error(e wire.ErrorContent) {
	text := fmt.Sprintf("error %s: %s\n", e.EName, firstLine(e.EValue))
	for _, line := range e.Traceback {
		text += "| " + ansi.ReplaceAllString(line, "") + "\n"
	}
	p.add("", strings.ReplaceAll(text, " \n", "\n"))
}

func (p *page) Input(context.Context, string, bool) (string, error) {
	if len(p.input) == 0 {
		return "", fmt.Errorf("no input here")
	}
	line := p.input[0]
	p.input = p.input[1:]
	return line, nil
}

func (p *page) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// masks hide what differs from run to run.
var masks = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`\b\d+(\.\d+)? ?(ns|µs|ms|s)\b`), "<time>"},
	{regexp.MustCompile(`0x[0-9a-f]{6,}`), "<address>"},
	{regexp.MustCompile(`/tmp/[\w./-]+`), "<file>"},
}

// TestScripts runs the scripts in testdata. A script is a txtar archive: its
// comment says what it shows; "cell" files are run in order, and what a cell
// shows is compared with the "want" file behind it. Behind "cell" may stand
//
//	within=1s      the cell must end in that time, compiling it apart
//	interrupt=1s   interrupt it after that time
//	pause=1s       wait before it
//	input=a,b      what the user types
//
// Every script runs with the interpreter alone and with both engines; where the
// two show different texts, "want auto" stands behind "want". A script whose comment says
// "engines: auto" runs with those it names. Instead of "want" may stand "match": a regular expression that what the cell
// shows must match. A line of the wanted text that begins with "~ " is a regular expression.
// "= x" is a result, "! x" standard error, "| x" a line of a traceback.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		script, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		engines := []string{engineInterp, engineAuto}
		if _, names, ok := strings.Cut(string(script.Comment), "engines: "); ok {
			engines = strings.Fields(firstLine(names))
		}
		for _, engine := range engines {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+engine, func(t *testing.T) {
				if !*update {
					t.Parallel()
				}
				if engine != engineInterp {
					needCompiler(t)
				}
				runScript(t, script, engine, len(engines) == 1)
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(script), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// needCompiler skips a test where cells can't be compiled.
func needCompiler(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("compiling cells takes long")
	}
	f := newFront(t, Options{})
	if err := f.engines.compiler(t.Context()); err != nil {
		t.Skip("no compiler for cells: ", err)
	}
}

// compileWithin is what compiling a cell may take on a machine that runs other
// tests, too.
const compileWithin = 4 * time.Second

// runScript runs a script with an engine; only says that it runs with no other.
func runScript(t *testing.T, script *txtar.Archive, engine string, only bool) {
	f := newFront(t, Options{Dir: t.TempDir(), Memory: 2 << 30, Engine: engine})
	f.cancel() // what the background compiles would come before a cell or after it
	count := 0
	for i := 0; i < len(script.Files); i++ {
		kind, options, _ := strings.Cut(script.Files[i].Name, " ")
		if kind != "cell" {
			t.Fatalf("file %q: want a cell", script.Files[i].Name)
		}
		count++
		var p page
		took := runCell(f, &p, count, strings.TrimSuffix(string(script.Files[i].Data), "\n"), options)
		t.Logf("cell %d took %v", count, took)
		if limit, ok := option(options, "within"); ok {
			d, _ := time.ParseDuration(limit)
			if engine != engineInterp {
				d += compileWithin
			}
			if raceEnabled { // which slows the front
				d *= 2
			}
			if took > d {
				t.Errorf("cell %d took %v, want %v", count, took, d)
			}
		}
		if i+1 < len(script.Files) && script.Files[i+1].Name == "match" {
			i++
			if re := strings.TrimSpace(string(script.Files[i].Data)); !regexp.MustCompile(re).MatchString(p.String()) {
				t.Errorf("cell %d shows\n%s\nwant a match of %s", count, p.String(), re)
			}
		}
		if i+1 < len(script.Files) && script.Files[i+1].Name == "want" {
			i++
			file := &script.Files[i]
			if i+1 < len(script.Files) && script.Files[i+1].Name == "want auto" {
				i++
				if engine == engineAuto {
					file = &script.Files[i]
				}
			}
			got := p.String()
			for _, m := range masks {
				got = m.from.ReplaceAllString(got, m.to)
			}
			switch {
			case matches(got, string(file.Data)):
			case *update && engine == engineAuto && !only && file.Name == "want":
				i++
				script.Files = slices.Insert(script.Files, i, txtar.File{Name: "want auto", Data: []byte(got)})
			case *update:
				file.Data = []byte(got)
			default:
				t.Errorf("cell %d shows\n%s\nwant\n%s", count, got, file.Data)
			}
		}
	}
}

// runCell runs one cell with the options of its file name.
func runCell(f *Front, p *page, count int, code, options string) time.Duration {
	if in, ok := option(options, "input"); ok {
		p.input = strings.Split(in, ",")
	}
	if pause, ok := option(options, "pause"); ok {
		d, _ := time.ParseDuration(pause)
		time.Sleep(d)
	}
	if after, ok := option(options, "interrupt"); ok {
		d, _ := time.ParseDuration(after)
		timer := time.AfterFunc(d, f.Interrupt)
		defer timer.Stop()
	}
	start := time.Now()
	f.Execute(context.Background(), &wire.ExecuteRequest{Code: code, Count: count, StoreHistory: true, AllowStdin: true}, p)
	return time.Since(start)
}

func option(options, name string) (string, bool) {
	for o := range strings.FieldsSeq(options) {
		if key, value, _ := strings.Cut(o, "="); key == name {
			return value, true
		}
	}
	return "", false
}

// matches compares line by line; "~ " begins a regular expression.
func matches(got, want string) bool {
	g, w := strings.Split(strings.TrimRight(got, "\n"), "\n"), strings.Split(strings.TrimRight(want, "\n"), "\n")
	if len(g) != len(w) {
		return false
	}
	for i := range w {
		if re, ok := strings.CutPrefix(w[i], "~ "); ok {
			if !regexp.MustCompile(re).MatchString(g[i]) {
				return false
			}
		} else if strings.TrimRight(g[i], " ") != strings.TrimRight(w[i], " ") {
			return false
		}
	}
	return true
}
