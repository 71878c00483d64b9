package magic

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
)

var update = flag.Bool("update", false, "write the README's table of magics")

// notebook is an Env that writes down what it is asked for.
type notebook struct {
	log      strings.Builder
	measured string // what Measure got, with its place
	report   []byte // what it returns
	notes    map[string]string
	names    []Name
	docs     map[string]string
	environ  map[string]string
	dir      string
	results  map[string]map[string]string // by operation, instead of {}
	fail     map[string]error             // by operation
}

func (n *notebook) Go(_ context.Context, code string) error {
	fmt.Fprintf(&n.log, "go %q\n", code)
	return nil
}

func (n *notebook) GoOn(_ context.Context, engine, code string) error {
	fmt.Fprintf(&n.log, "go on %s %q\n", engine, strings.TrimLeft(code, "\n "))
	return nil
}

func (n *notebook) Engine(context.Context) string { return "auto: the compiler is ready" }

func (n *notebook) Cell(_ context.Context, text string) error {
	fmt.Fprintf(&n.log, "cell %q\n", text)
	return nil
}

func (n *notebook) Compiles(context.Context) error { return n.fail["compiles"] }

func (n *notebook) SetEngine(_ context.Context, engine string) error {
	fmt.Fprintf(&n.log, "engine %s\n", engine)
	return n.fail["engine"]
}

func (n *notebook) Compile(_ context.Context, names []string) (string, error) {
	fmt.Fprintf(&n.log, "compile %v\n", names)
	return "done\n", n.fail["compile"]
}

func (n *notebook) Measure(_ context.Context, m Measurement) ([]byte, error) {
	code := m.Cell
	for _, b := range m.Bodies {
		code += b.Code
	}
	options, err := json.Marshal(m.Options)
	fmt.Fprintf(&n.log, "measure %s %s %q\n", m.Kind, options, strings.TrimLeft(code, "\n "))
	n.measured = code
	return n.report, err
}

func (n *notebook) Note(name, text string) {
	if n.notes == nil {
		n.notes = map[string]string{}
	}
	n.notes[name] = text
}

func (n *notebook) Noted(name string) string { return n.notes[name] }

func (n *notebook) Place(at link.Step) (link.Position, bool) {
	return link.Position{File: "cell[1]", Line: at.Line()}, true
}

func (n *notebook) SourceLine(cell string, line int) (text, function string, ok bool) {
	return fmt.Sprintf("%s line %d", cell, line), "", true
}

func (n *notebook) Assembly(_ context.Context, name string) (*Listing, error) {
	fmt.Fprintf(&n.log, "assembly %s\n", name)
	return &Listing{Name: name, Arch: "amd64"}, n.fail["assembly"]
}

func (n *notebook) Decisions(_ context.Context, name string) (*Decisions, error) {
	fmt.Fprintf(&n.log, "decisions %s\n", name)
	return &Decisions{Name: name}, n.fail["decisions"]
}

func (n *notebook) Race(_ context.Context, code string) (*RaceRun, error) {
	fmt.Fprintf(&n.log, "race %q\n", strings.TrimLeft(code, "\n "))
	return &RaceRun{}, n.fail["race"]
}

func (n *notebook) Sources(name string) ([]Declared, error) {
	return []Declared{{Name: name, Text: "func f() {}"}}, n.fail["sources"]
}

func (n *notebook) Op(_ context.Context, name string, args map[string]string) (map[string]string, error) {
	if err := n.fail[name]; err != nil {
		return nil, err
	}
	switch name {
	case "environ":
		return maps.Clone(n.environ), nil
	case "chdir":
		dir := args["dir"]
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(n.dir, dir)
		}
		if args["dir"] != "." {
			fmt.Fprintf(&n.log, "chdir %s\n", dir)
		}
		n.dir = dir
		return map[string]string{"dir": dir}, nil
	case "setenv":
		n.environ[args["name"]] = args["value"]
	case "unsetenv":
		delete(n.environ, args["name"])
	}
	fmt.Fprintf(&n.log, "%s", name)
	for _, k := range slices.Sorted(maps.Keys(args)) {
		fmt.Fprintf(&n.log, " %s=%q", k, args[k])
	}
	n.log.WriteString("\n")
	return n.results[name], nil
}

func (n *notebook) Stdout(text string)          { fmt.Fprintf(&n.log, "out %q\n", text) }
func (n *notebook) Stderr(text string)          { fmt.Fprintf(&n.log, "err %q\n", text) }
func (n *notebook) Display(data map[string]any) { fmt.Fprintf(&n.log, "show %s\n", data["text/plain"]) }
func (n *notebook) Page(text string)            { fmt.Fprintf(&n.log, "page %s\n", text) }
func (n *notebook) Names() []Name               { return n.names }
func (n *notebook) Reset(context.Context) error { n.log.WriteString("reset\n"); return n.fail["reset"] }

func (n *notebook) Inspect(_ context.Context, name string) (string, bool) {
	doc, ok := n.docs[name]
	return doc, ok
}

func newNotebook() *notebook {
	return &notebook{
		names: []Name{
			{Name: "sum", Kind: "var", Type: "int", Cell: "cell[1]"},
			{Name: "grid", Kind: "var", Type: "[][]float64", Cell: "cell[2]", Lost: true},
			{Name: "work", Kind: "func", Type: "func(n int) int", Cell: "cell[3]", Engine: "compiled"},
		},
		docs:    map[string]string{"fmt.Println": "func Println(a ...any)", "time": "package time"},
		environ: map[string]string{"HOME": "/home/ada", "DATA": "/data", "EMPTY": ""},
		dir:     "/books",
		results: map[string]map[string]string{
			"shell":     {"code": "0"},
			"writefile": {"path": "/books/a.txt", "bytes": "4"},
			"values":    {"sum": "33219980"},
		},
		fail: map[string]error{},
	}
}

func TestRun(t *testing.T) {
	tests := []struct {
		name string
		cell string // one magic
		want string // the log
		err  string // part of the error
	}{
		{name: "time", cell: "%time f(1)", want: `measure time null "f(1)"`},
		{name: "time a cell", cell: "%%time\nf(1)\nf(2)", want: `measure time null "f(1)\nf(2)"`},
		{name: "time nothing", cell: "%time", err: "%time needs a statement"},
		{name: "time cell with arguments", cell: "%%time f()\ng()", err: "put the code below"},
		{name: "time an empty cell", cell: "%%time\n\n", err: "%%time has nothing to work on"},
		{name: "timeit", cell: "%timeit f(1)", want: `measure timeit {} "f(1)"`},
		{name: "timeit options", cell: "%timeit -n 10 -r3 f(1)", want: `measure timeit {"runs":3,"loops":10} "f(1)"`},
		{name: "timeit negative", cell: "%timeit -n", want: `measure timeit {} "-n"`},
		{name: "timeit negative number", cell: "%timeit -n*3", want: `measure timeit {} "-n*3"`},
		{name: "timeit a cell", cell: "%%timeit -r 3\nf(1)\n", want: `measure timeit {"runs":3} "f(1)\n"`},
		{name: "timeit cell with code", cell: "%%timeit x := 1\nf(1)\n", err: "only options"},
		{name: "timeit gc", cell: "%timeit -gc off -q f(1)", want: `measure timeit {"gc":"off","quiet":true} "f(1)"`},
		{name: "timeit wrong gc", cell: "%timeit -gc sometimes f(1)", err: "none of on, off and each"},
		{name: "timeit wrong engine", cell: "%timeit -engine gcc f(1)", err: "no engine"},
		{name: "compare", cell: "%compare f(1) two=g(2)", want: `measure compare {} "f(1)                  g(2)"`},
		{name: "compare one", cell: "%compare f(1)", err: "two expressions"},
		{name: "compare saved", cell: "%compare @old f(1)", want: `measure compare {"saved":["old"]} "f(1)"`},
		{name: "compare a cell", cell: "%%compare -nocheck\n--- a\nf(1)\n--- b\ng(1)", want: "measure compare {\"no_check\":true} \"f(1)\\n\\n\\n\\n\\ng(1)\""},
		{name: "scale", cell: "%scale -w 1,2 f(w)", want: `measure scale {"workers":[1,2]} "f(w)"`},
		{name: "scale flags behind", cell: "%scale f(workers) -w 1..3", want: `measure scale {"workers":[1,2,3]} "f(workers)"`},
		{name: "scale without workers", cell: "%scale f(3)", err: "write w there"},
		{name: "scale wrong workers", cell: "%scale -w 0,1 f(w)", err: "want numbers from 1"},
		{name: "sweep", cell: "%sweep n=1,2 f(n)", want: `measure sweep {"param":"n","values":[1,2]} "f(n)"`},
		{name: "sweep without", cell: "%sweep n=1,2 f(3)", err: "does not depend on n"},
		{name: "sweep nothing", cell: "%sweep n=1,2", err: "needs an expression"},
		{name: "sweep no values", cell: "%sweep f(n)", err: "want a parameter and its values"},
		{name: "cachesim", cell: "%cachesim -machine skylake -level tlb f(1)", want: `measure cachesim {"machine":"skylake","level":"tlb"} "f(1)"`},
		{name: "cachesim a cell", cell: "%%cachesim -warm\nf(1)\n", want: `measure cachesim {"warm":true} "f(1)\n"`},
		{name: "cachesim a kernel", cell: "%cachesim -full matmul:ikj n=256,264", want: `measure cachesim {"full":true,"twin":"matmul:serial:ikj","n":[256,264]} ""`},
		{name: "cachesim nothing", cell: "%cachesim", err: "needs a statement"},
		{name: "cachesim unknown machine", cell: "%cachesim -machine vax f(1)", err: "raspberrypi4"},
		{name: "cachesim unknown level", cell: "%cachesim -machine m1 -level L4 f(1)", err: "one of L1, L2, L3, L1 TLB, L2 TLB"},
		{name: "cachesim unknown variant", cell: "%cachesim matmul:simd n=3", err: "serial, serial:ikj, serial:blocked"},
		{name: "cachesim without a size", cell: "%cachesim matmul:ikj", err: "needs a size"},
		{name: "cachesim wrong size", cell: "%cachesim matmul:ikj n=1e9", err: "not a whole number"},
		{name: "cachesim large", cell: "%cachesim matmul:ikj n=100000", err: "from 1 to 8192"},
		{name: "cachesim code like a kernel", cell: "%cachesim matmul", want: `measure cachesim {} "matmul"`},
		{name: "predict", cell: "%predict f(1) 0.3s", want: `measure predict {"texts":["f(1)"],"seconds":0.3} ""`},
		{name: "verify nothing", cell: "%verify", err: "nothing has been predicted"},
		{name: "predict badly", cell: "%predict f(1)", err: "want code and a time"},
		{name: "save", cell: "%save x", want: `measure save {"name":"x"} ""`},
		{name: "save nothing", cell: "%save", err: "needs one name"},
		{name: "load", cell: "%load a.ipynb#2", want: `measure load {"name":"a.ipynb#2"} ""`},
		{name: "timeit options alone", cell: "%timeit -n 10", err: "needs a statement"},

		{name: "engine", cell: "%engine", want: `out "auto: the compiler is ready\n"`},
		{name: "engine chosen", cell: "%engine interp", want: "engine interp"},
		{name: "needs", cell: "\n%%needs toolchain\nx := 1\n%time x", want: `cell "\n\nx := 1\n%time x"`},
		{name: "needs more", cell: "%%needs cores\nx := 1", err: "only %%needs toolchain"},
		{name: "engine unknown", cell: "%engine turbo", err: "one of auto, interp, native"},
		{name: "native", cell: "%native f g", want: "compile [f g]\nout \"done\\n\""},
		{name: "native nothing", cell: "%native", want: "compile []\nout \"done\\n\""},
		{name: "native a cell", cell: "%%native\nf(1)\n", want: `go on native "f(1)\n"`},
		{name: "native cell with names", cell: "%%native f\nf(1)\n", err: "or write %native f"},
		{name: "interp a cell", cell: "%%interp\nf(1)\n", want: `go on interp "f(1)\n"`},
		{name: "interp line", cell: "%interp f(1)", err: "on the cell's first line"},

		{name: "who", cell: "%who", want: `values names="sum"
show Name  Kind  Type             Cell     Value
sum   var   int              cell[1]  33219980
grid  var   [][]float64      cell[2]  lost: run cell[2] again
work  func  func(n int) int  cell[3]  compiled`},
		{name: "who of a kind", cell: "%who func", want: `show Name  Kind  Type             Cell     Value
work  func  func(n int) int  cell[3]  compiled`},
		{name: "who by pattern", cell: "%who gr* w?rk", want: `show Name  Kind  Type             Cell     Value
grid  var   [][]float64      cell[2]  lost: run cell[2] again
work  func  func(n int) int  cell[3]  compiled`},
		{name: "who nothing", cell: "%who x*", want: `out "No such names.\n"`},
		{name: "who bad pattern", cell: "%who [", err: "not a pattern"},
		{name: "reset", cell: "%reset", want: "reset\n" + `out "Forgot 3 names; the session is new.\n"`},
		{name: "reset as IPython", cell: "%reset -f", want: "reset\n" + `out "Forgot 3 names; the session is new.\n"`},
		{name: "reset something", cell: "%reset x", err: "takes no arguments"},

		{name: "help for a name", cell: "%help fmt.Println", want: "show func Println(a ...any)"},
		{name: "a name hides a magic", cell: "%help time", want: "show package time"},
		{name: "help for a magic", cell: "%help %pwd", want: "show %pwd\n\nShow the session's folder.\n"},
		{name: "help for nothing known", cell: "%help nope", err: `nothing known about "nope"`},
		{name: "help for a slip", cell: "%help %tmeit", err: "did you mean %timeit?"},
		{name: "help for many", cell: "%help a b", err: "takes one name"},
		{name: "name?", cell: "fmt.Println?", want: "page func Println(a ...any)"},
		{name: "?name", cell: "?reset", want: "page " + resetMagic.Help()},
		{name: "?", cell: "?", want: "page " + Magics.plain()},

		{name: "shell", cell: "!ls -l", want: `shell cmd="ls -l" shell="sh"`},
		{name: "shell without a command", cell: "!", err: "! needs a command"},
		{name: "bash", cell: "%%bash\necho $HOME\n", want: `shell cmd="echo $HOME\n" shell="bash"`},
		{name: "bash on a line", cell: "%bash ls", err: "write %%bash on the cell's first line"},
		{name: "bash with arguments", cell: "%%bash -x\nls", err: "takes nothing on its line"},
		{name: "sh", cell: "%%sh\nls\n", want: `shell cmd="ls\n" shell="sh"`},

		{name: "writefile", cell: "%%writefile a.txt\nx,y\n", want: `writefile path="a.txt" text="x,y\n"` + "\n" +
			`out "Wrote 4 bytes to /books/a.txt\n"`},
		{name: "writefile appends", cell: "%%writefile -a ~/a.txt\nx,y\n", want: `writefile append="1" path="/home/ada/a.txt" text="x,y\n"` + "\n" +
			`out "Appended 4 bytes to /books/a.txt\n"`},
		{name: "writefile in a variable's folder", cell: "%%writefile $DATA/a.txt\nx,y\n", want: `writefile path="/data/a.txt" text="x,y\n"` + "\n" +
			`out "Wrote 4 bytes to /books/a.txt\n"`},
		{name: "writefile name that begins with -a", cell: "%%writefile -all\nx", want: `writefile path="-all" text="x"` + "\n" +
			`out "Wrote 4 bytes to /books/a.txt\n"`},
		{name: "writefile without a name", cell: "%%writefile -a\nx", err: "needs the name of the file"},

		{name: "env", cell: "%env", want: `out "DATA=/data\nEMPTY=\nHOME=/home/ada\n"`},
		{name: "env of a name", cell: "%env DATA", want: `out "/data\n"`},
		{name: "env of an empty one", cell: "%env EMPTY", want: `out "\n"`},
		{name: "env of an unknown name", cell: "%env NOPE", err: "NOPE is not set"},
		{name: "env set", cell: "%env A=b c=d", want: `setenv name="A" value="b c=d"` + "\n" + `out "A=b c=d\n"`},
		{name: "env set with a space", cell: "%env A b=c", want: `setenv name="A" value="b=c"` + "\n" + `out "A=b=c\n"`},
		{name: "env set with spaces around", cell: "%env A = b", want: `setenv name="A" value="b"` + "\n" + `out "A=b\n"`},
		{name: "env set to nothing", cell: "%env A=", want: `setenv name="A" value=""` + "\n" + `out "A=\n"`},
		{name: "env expands", cell: `%env P="$HOME/${DATA}x"`, want: `setenv name="P" value="/home/ada//datax"` + "\n" + `out "P=/home/ada//datax\n"`},
		{name: "env keeps single quotes", cell: `%env P='$HOME'`, want: `setenv name="P" value="$HOME"` + "\n" + `out "P=$HOME\n"`},
		{name: "env of the runtime", cell: "%env GOMAXPROCS=1", want: `setenv name="GOMAXPROCS" value="1"` + "\n" + `out "GOMAXPROCS=1\n"` + "\n" +
			`err "GOMAXPROCS counts from the next session on: %reset begins one\n"`},
		{name: "env unset", cell: "%env -u DATA", want: `unsetenv name="DATA"`},
		{name: "env bad name", cell: "%env 1A=b", err: "is not the name of a variable"},
		{name: "env unset nothing", cell: "%env -u", err: "needs the name of a variable"},

		{name: "pwd", cell: "%pwd", want: `out "/books\n"`},
		{name: "cd", cell: "%cd sub", want: "chdir /books/sub\n" + `setenv name="PWD" value="/books/sub"` + "\n" + `setenv name="OLDPWD" value="/books"` + "\n" + `out "/books/sub\n"`},
		{name: "cd home", cell: "%cd", want: "chdir /home/ada\n" + `setenv name="PWD" value="/home/ada"` + "\n" + `setenv name="OLDPWD" value="/books"` + "\n" + `out "/home/ada\n"`},
		{name: "cd tilde", cell: "%cd ~/x", want: "chdir /home/ada/x\n" + `setenv name="PWD" value="/home/ada/x"` + "\n" + `setenv name="OLDPWD" value="/books"` + "\n" + `out "/home/ada/x\n"`},
		{name: "cd nowhere to go back", cell: "%cd -", err: "no folder to go back to"},
		{name: "cd a cell", cell: "%%cd x\ny", err: "takes no cell"},

		{name: "slip", cell: "%tiem f()", err: "unknown magic %tiem: did you mean %time?"},
		{name: "slip in a cell", cell: "%%bsah\nls", err: "unknown magic %%bsah: did you mean %%bash?"},
		{name: "slip of a cell magic", cell: "%bsah ls", err: "unknown magic %bsah: did you mean %%bash?"},
		{name: "other kernel's", cell: "%lsmagic", err: "unknown magic %lsmagic: here it is %help"},
		{name: "far from all", cell: "%matplotlib inline", err: "unknown magic %matplotlib; %help lists all"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			segs, err := Split(tt.cell)
			if err != nil || len(segs) != 1 || segs[0].Call == nil {
				t.Fatalf("Split(%q) = %v, %v; want one magic", tt.cell, segs, err)
			}
			nb := newNotebook()
			err = Magics.Run(t.Context(), nb, *segs[0].Call)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error = %v, want %q in it", err, tt.err)
				}
				if strings.Contains(err.Error(), "%!") {
					t.Errorf("badly formatted error %q", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := nb.log.String(); strings.TrimRight(got, "\n") != strings.TrimRight(tt.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestPlace: measured text stands where it stands in the cell, so that errors
// in it point there.
func TestPlace(t *testing.T) {
	tests := []struct{ cell, want string }{
		{"%time f()", "      f()"},
		{"x := 1\n  %timeit -n 3  f(x)\n", "\n                f(x)"},
		{"\n%%time\nf()\n", "\n\nf()\n"},
	}
	for _, tt := range tests {
		segs, err := Split(tt.cell)
		if err != nil {
			t.Fatal(err)
		}
		nb := newNotebook()
		for _, s := range segs {
			if s.Call != nil {
				if err := Magics.Run(t.Context(), nb, *s.Call); err != nil {
					t.Fatal(err)
				}
			}
		}
		if nb.measured != tt.want {
			t.Errorf("%q measures %q, want %q", tt.cell, nb.measured, tt.want)
		}
	}
}

func TestShellFails(t *testing.T) {
	nb := newNotebook()
	nb.results["shell"] = map[string]string{"code": "3"}
	if err := Magics.Run(t.Context(), nb, Call{Name: "!", Args: "false"}); err != nil {
		t.Errorf("! ended the cell: %v", err)
	}
	if got := nb.log.String(); !strings.Contains(got, `err "exit status 3\n"`) {
		t.Errorf("! does not tell the status: %s", got)
	}
	err := Magics.Run(t.Context(), nb, Call{Name: "bash", Body: "false", Cell: true})
	if err == nil || err.Error() != "bash: exit status 3" {
		t.Errorf("%%%%bash: error = %v, want the status", err)
	}
}

func TestCdAndBack(t *testing.T) {
	nb := newNotebook()
	for _, step := range []struct{ args, dir string }{{"/a", "/a"}, {"/b", "/b"}, {"-", "/a"}, {"-", "/b"}} {
		if err := Magics.Run(t.Context(), nb, Call{Name: "cd", Args: step.args}); err != nil {
			t.Fatal(err)
		}
		if nb.dir != step.dir || nb.environ["PWD"] != step.dir {
			t.Errorf("%%cd %s: in %s with PWD=%s, want %s", step.args, nb.dir, nb.environ["PWD"], step.dir)
		}
	}
}

// TestErrorsComeThrough: what the session or the Go text says is the cell's error.
func TestErrorsComeThrough(t *testing.T) {
	broken := errors.New("the session is gone")
	ops := map[string][]string{
		"environ":   {"%env", "%env A=b", "%cd /", "%%writefile a\nb"},
		"setenv":    {"%env A=b", "%cd /"},
		"unsetenv":  {"%env -u A"},
		"chdir":     {"%cd /", "%pwd"},
		"shell":     {"!ls", "%%bash\nls", "%%sh\nls"},
		"writefile": {"%%writefile a\nb"},
		"reset":     {"%reset"},
	}
	for op, cells := range ops {
		for _, cell := range cells {
			nb := newNotebook()
			nb.fail[op] = broken
			segs, _ := Split(cell)
			if err := Magics.Run(t.Context(), nb, *segs[0].Call); !errors.Is(err, broken) {
				t.Errorf("%q with a broken %s: error = %v", cell, op, err)
			}
		}
	}
	nb := newNotebook()
	nb.fail["values"] = broken
	if err := Magics.Run(t.Context(), nb, Call{Name: "who"}); err != nil {
		t.Errorf("%%who needs no values: %v", err)
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Magics {
		if seen[m.Name] {
			t.Errorf("%s is in the table twice", m.Name)
		}
		seen[m.Name] = true
		if !m.Line && !m.Cell || m.Run == nil || m.Usage == "" || m.Short == "" {
			t.Errorf("%s: incomplete entry", m.Name)
		}
		if strings.HasSuffix(m.Short, ".") || strings.Contains(m.Short, "\n") {
			t.Errorf("%s: Short is one line without a full stop: %q", m.Name, m.Short)
		}
		for form := range strings.SplitSeq(m.Usage, "  ") {
			segs, err := Split(form + "\nbody")
			if err != nil || segs[0].Call == nil || segs[0].Call.Name != m.Name {
				t.Errorf("%s: the form %q is not read as this magic", m.Name, form)
			}
		}
	}
	for from := range elsewhere {
		if seen[from] {
			t.Errorf("%s is a magic here: it needs no hint", from)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"time", "time", 0}, {"tiem", "time", 1},
		{"tme", "time", 1}, {"timme", "time", 1}, {"tame", "time", 1}, {"bsah", "bash", 1}, {"who", "env", 3},
	}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

// TestREADME compares the README's table with this one; -update writes it.
func TestREADME(t *testing.T) {
	name := filepath.Join("..", "..", "..", "README.md")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const open, end = "<!-- magics: written by go test ./kernel/internal/magic -update -->\n", "<!-- magics end -->"
	before, rest, ok1 := strings.Cut(string(text), open)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("README.md lacks the marks %q and %q", open, end)
	}
	want := Magics.Markdown()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("README.md's table of magics is out of date: go test ./kernel/internal/magic -update\ngot\n%s\nwant\n%s", got, want)
	}
	if err := os.WriteFile(name, []byte(before+open+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
