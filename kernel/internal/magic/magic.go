// Package magic holds the commands of a notebook that are not Go: %time,
// %%bash, !command, name? and the others. They live in one table, Magics;
// running, %help, completion and the README's table are made from it.
//
// The package reads the commands and decides what they mean. What they do to
// the notebook goes through Env, which the front implements.
package magic

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/link"
)

// A Magic is one command. All fields but Doc are required.
type Magic struct {
	// Name is what stands behind the percent sign. The two commands that are
	// written with a sign of their own have that sign as their name: "!" and "?".
	Name string
	// Usage shows how it is written, signs included; forms are separated by
	// two spaces.
	Usage string
	// Short says in one line, without a full stop, what it does.
	Short string
	// Doc is the rest of the help: plain text, examples indented.
	Doc string

	Line bool // may be written on a line of its own, %name
	Cell bool // may open a cell, %%name, and take the rest of it
	// Wraps says that the rest of the cell is a cell again, magics and all.
	Wraps bool

	// Run does it. The error is the cell's error: it says what to do.
	Run func(ctx context.Context, env Env, call Call) error
}

// A Call is one use of a magic in a cell.
type Call struct {
	Name string // of the magic: "time", "!", "?"
	Args string // the rest of the line, trimmed
	Body string // the lines below; only when Cell
	Cell bool   // written %%name
	Line int    // of the command in its cell, from 1; the body begins below

	raw   string // the command's first line as written; set by Split
	table Table  // set by Table.Run
}

// placed returns Go text of the call with newlines and blanks in front, so that
// a position in it is the position in the cell.
func (c Call) placed(code string) string {
	if c.Cell {
		return strings.Repeat("\n", c.Line) + code
	}
	column := max(0, strings.LastIndex(c.raw, code))
	return strings.Repeat("\n", max(0, c.Line-1)) + strings.Repeat(" ", column) + code
}

// String returns how the call's command is written: "%time", "%%time", "!".
func (c Call) String() string {
	switch {
	case c.Name == "!" || c.Name == "?":
		return c.Name
	case c.Cell:
		return "%%" + c.Name
	}
	return "%" + c.Name
}

// Env is what a magic can do to its notebook. The front makes one for each
// cell it runs; methods are called from one goroutine at a time and return
// when what they started has ended. Methods that run something return an
// error when ctx ends or the cell is interrupted.
type Env interface {
	// Go runs Go text as a part of the cell: it sees and changes the
	// notebook's names. The error is the text's own: a diagnostic or a panic.
	// Newlines and blanks in front of the text put it where it stands in the
	// cell, here and in Measure.
	Go(ctx context.Context, code string) error
	// GoOn is Go with an engine of the list Engines for this text.
	GoOn(ctx context.Context, engine, code string) error
	// Cell runs text as a cell of its own would be, Go and magics; newlines in
	// front place it, as in Go.
	Cell(ctx context.Context, text string) error
	// Compiles returns why cells are not compiled, nil if they are.
	Compiles(ctx context.Context) error
	// Engine says in a line which engine is chosen and what it can do.
	Engine(ctx context.Context) string
	// SetEngine chooses an engine of the list Engines for the cells to come.
	SetEngine(ctx context.Context, engine string) error
	// Compile compiles functions and types that cells have defined, and reports
	// in a few lines what it took. Without names it reports what is compiled.
	Compile(ctx context.Context, names []string) (report string, err error)
	// Measure has Go text run and measured by the session. report is what the
	// measurement's kind returns for the magic: a profile, a trace; it may be
	// there beside an error of the text.
	Measure(ctx context.Context, m Measurement) (report []byte, err error)
	// Note keeps a text under a name for as long as the kernel runs; Noted returns
	// it, "" for none.
	Note(name, text string)
	Noted(name string) string
	// Op asks the session for one of its operations: "shell", "chdir",
	// "setenv", "unsetenv", "environ", "writefile", "values". The folder and
	// the environment must outlive the session: the front records "chdir",
	// "setenv" and "unsetenv" that succeed and repeats them in the next one.
	Op(ctx context.Context, name string, args map[string]string) (map[string]string, error)

	Stdout(text string)          // writes to the cell's standard output
	Stderr(text string)          // writes to the cell's standard error
	Display(data map[string]any) // shows a MIME bundle below the cell
	Page(text string)            // shows plain text in the client's pager

	// Names returns the notebook's live names, in the order of their definition.
	Names() []Name
	// Inspect returns what is known about a Go name as plain text: its
	// declaration and documentation. ok is false for an unknown name.
	Inspect(ctx context.Context, name string) (text string, ok bool)
	// Place returns where in a cell interpreted code was, by the step that
	// stands in its stack.
	Place(at link.Step) (link.Position, bool)
	// SourceLine returns a line of a cell as it was typed, and the function it
	// is in, "" for none.
	SourceLine(cell string, line int) (text, function string, ok bool)
	// Reset forgets every name and starts a new session.
	Reset(ctx context.Context) error

	// Assembly compiles a function of a cell ("f", "T.m"), or finds one of a
	// package ("julia.Serial"), and returns its machine code. The error says
	// what is missing where nothing can be compiled.
	Assembly(ctx context.Context, name string) (*Listing, error)
	// Decisions compiles a function of a cell and returns what the compiler
	// tells of its decisions. Errors are as Assembly's.
	Decisions(ctx context.Context, name string) (*Decisions, error)
	// Race runs Go text, placed as in Go, as a program of its own with the race
	// detector; what it prints is the cell's. The run is there beside an error
	// of the program's own: a panic, an exit status.
	Race(ctx context.Context, code string) (*RaceRun, error)
	// Sources returns the declarations of a function, of a cell or of one of
	// Weft's packages ("julia.Serial"), and of all that it needs there, once
	// each.
	Sources(name string) ([]Declared, error)
}

// A Measurement says what is measured, and how.
type Measurement struct {
	Kind    string // the row of gauge.Kinds that does it
	Options any    // that row's own, as encoding/json encodes it
	// Cell is Go text that runs once, as a part of the notebook: what it
	// defines stays defined. Where it is empty Bodies are measured; without
	// any the kind measures something of its own, such as a compiled kernel.
	Cell   string
	Bodies []Body
	Engine string // one of the list Engines; "" for the chosen one
	// Instrument has the cells' functions that the text reaches rewritten for
	// this run: "access" reports what they read and write, "lines" counts how
	// often lines run. Such text is always compiled.
	Instrument string
}

// A Body is Go text that becomes a function, which can be repeated.
type Body struct {
	Name  string // for tables and charts; "" for the text
	Code  string // with newlines and blanks in front, as in Env.Go
	Param string // the name of an int parameter that the text may use; "" for none
	Value bool   // what the text computes is wanted, too, if it is an expression
}

// A Name is one name that the notebook's cells have defined.
type Name struct {
	Name string
	Kind string // "var", "const", "type", "func" or "import"
	Type string // as Go writes it; the path for an import
	Cell string // where it was defined, "cell[3]"
	Lost bool   // its value went with a session that died
	Key  string // by which the operation "values" knows a variable; "" for Name
	// Engine says what runs a function: "compiled", "interpreted", or "waits"
	// for what is compiled when it is first needed. Empty for other kinds.
	Engine string
}

// A Table is a list of magics in reading order.
type Table []*Magic

// Magics is the table of all magics.
var Magics = Table{
	timeMagic,
	timeitMagic,
	perfMagic,
	classifyMagic,
	benchMagic,
	rooflineMagic,
	compareMagic,
	scaleMagic,
	sweepMagic,
	predictMagic,
	verifyMagic,
	saveMagic,
	loadMagic,
	cachesimMagic,
	machineMagic,
	prunMagic,
	lprunMagic,
	traceMagic,
	memitMagic,
	mprofMagic,
	heapMagic,
	asmMagic,
	annotateMagic,
	raceMagic,
	effortMagic,
	nativeMagic,
	interpMagic,
	engineMagic,
	needsMagic,
	getMagic,
	modMagic,
	whoMagic,
	resetMagic,
	helpMagic,
	inspectMagic,
	bangMagic,
	shMagic,
	bashMagic,
	writefileMagic,
	envMagic,
	cdMagic,
	pwdMagic,
}

// Lookup returns the magic of that name, nil when there is none.
func (t Table) Lookup(name string) *Magic {
	i := slices.IndexFunc(t, func(m *Magic) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return t[i]
}

// Run runs one call. An unknown magic is an error that names the nearest one;
// otherwise the error is the magic's own.
func (t Table) Run(ctx context.Context, env Env, call Call) error {
	m := t.Lookup(call.Name)
	switch {
	case m == nil:
		return t.unknown(call)
	case call.Cell && !m.Cell:
		return fmt.Errorf("%%%%%s takes no cell: write %s", m.Name, m.Usage)
	case !call.Cell && !m.Line:
		return fmt.Errorf("%%%s works on a whole cell: write %%%%%s on the cell's first line", m.Name, m.Name)
	case call.Cell && strings.TrimSpace(call.Body) == "":
		return fmt.Errorf("%s has nothing to work on: put it below, on the lines of the same cell", call)
	}
	call.table = t
	return m.Run(ctx, env, call)
}

// elsewhere maps what other kernels call a thing to what it is called here.
var elsewhere = map[string]string{
	"alias":    "!command",
	"cat":      "!cat file",
	"file":     "%%writefile file",
	"html":     "display.HTML(text)",
	"load_ext": "import",
	"ls":       "!ls",
	"lsmagic":  "%help",
	"magic":    "%help",
	"mkdir":    "!mkdir folder",
	"pinfo":    "name?",
	"quickref": "%help",
	"rm":       "!rm file",
	"script":   "%%sh",
	"set_env":  "%env NAME=value",
	"sx":       "!command",
	"system":   "!command",
	"who_ls":   "%who",
	"whos":     "%who",
}

// unknown says that there is no such magic and what may have been meant.
func (t Table) unknown(call Call) error {
	if here, ok := elsewhere[call.Name]; ok {
		return fmt.Errorf("unknown magic %s: here it is %s; %%help lists all", call, here)
	}
	best, bestDist := "", (len([]rune(call.Name))+1)/2+1
	for _, m := range t {
		if d := distance(call.Name, m.Name); d < bestDist {
			form := "%" + m.Name
			if call.Cell && m.Cell || !m.Line {
				form = "%%" + m.Name
			}
			best, bestDist = form, d
		}
	}
	if best == "" {
		return fmt.Errorf("unknown magic %s; %%help lists all", call)
	}
	return fmt.Errorf("unknown magic %s: did you mean %s? %%help lists all", call, best)
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to turn a into b (the optimal string alignment distance;
// Levenshtein's with swaps, which are the commonest slip of the fingers).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	older := make([]int, len(t)+1)
	prev := make([]int, len(t)+1)
	cur := make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cur[j] = min(cur[j], older[j-2]+1)
			}
		}
		older, prev, cur = prev, cur, older
	}
	return prev[len(t)]
}
