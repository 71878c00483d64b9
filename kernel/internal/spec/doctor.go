package spec

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"
)

// A Status is what a check found.
type Status int

// Statuses, from good to bad.
const (
	OK      Status = iota // as it should be
	Note                  // notebooks run, but something is not there
	Missing               // a notebook could not run
)

func (s Status) String() string { return [...]string{"ok", "note", "missing"}[s] }

// A Finding is the result of one check.
type Finding struct {
	Status Status
	Text   string // what is so, on one line
	Do     string // what to do about it; empty when there is nothing to do
}

// A Check looks at one thing that notebooks need or can use.
type Check struct {
	Name string
	Run  func(m *Machine) Finding
}

// A Machine is what the checks look at. Its functions are fields so that a
// test can stand in for a machine; cmd/weft fills in the real ones.
type Machine struct {
	Exe    string // absolute path of the running weft, links resolved
	Paths  Paths
	Memory int64 // bytes that a session may use, 0 for no limit

	// Session returns the path of the session's program.
	Session func() (string, error)
	// BuildInfo reads what a Go program was built from (debug/buildinfo.ReadFile).
	BuildInfo func(path string) (*buildinfo.BuildInfo, error)
	// LookPath finds a program (exec.LookPath).
	LookPath func(name string) (string, error)
	// Output runs a program in an empty folder, GOTOOLCHAIN=local, and returns
	// what it printed on standard output, trimmed.
	Output func(name string, args ...string) (string, error)
	// ReadFile reads a file of the system (os.ReadFile).
	ReadFile func(path string) ([]byte, error)
	// RunCell starts a session, runs one cell in it and returns what the cell
	// shows as text/plain.
	RunCell func(code string) (string, error)
	// OpenCell builds a one-line cell and has the session's program open it in
	// a process of its own.
	OpenCell func() (OpenedCell, error)
	// CacheDir names the folder in which Weft keeps what later processes can use.
	CacheDir func() (string, error)
	// Cores measures how many cores compute at the same time, and what they are
	// worth together; 0 for the latter if it could not be measured.
	Cores func() (logical int, effective float64)
	// Vector names the vector instructions that kernels use.
	Vector func() string
	// Counters says what there is of the processor's own counters, or why there
	// are none: counters.Hardware.
	Counters func() (have, unavailable string)
	// Writable says why no file can be made in a folder.
	Writable func(dir string) error
}

// An OpenedCell tells how a compiled cell came about.
type OpenedCell struct {
	Build, Open time.Duration
	Linker      string // what linked it
}

// Checks is the table of checks, in the order in which things are needed.
var Checks = []Check{
	{"programs", checkPrograms},
	{"session", checkSession},
	{"kernelspec", checkKernelspec},
	{"jupyter", checkJupyter},
	{"go", checkGo},
	{"c compiler", checkCompiler},
	{"cgo", checkCgo},
	{"caches", checkCaches},
	{"compiled cells", checkOpenCell},
	{"memory", checkMemory},
	{"cores", checkCores},
	{"counters", checkCounters},
}

// Examine runs all checks, writes a line or two for each to w, and reports
// whether a notebook can run. The error is w's.
func Examine(w io.Writer, m *Machine) (canRun bool, err error) {
	canRun = true
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range Checks {
		f := c.Run(m)
		if f.Status == Missing {
			canRun = false
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", f.Status, c.Name, f.Text)
		if f.Do != "" {
			fmt.Fprintf(out, "\t\t→ %s\n", f.Do)
		}
	}
	return canRun, out.Flush()
}

// Version says in one word what a program was built from: the module's
// version with Go's stamp of the commit, "(devel)" where there is none.
func Version(info *debug.BuildInfo) string {
	if info == nil {
		return "(unknown)"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	if rev := setting(info, "vcs.revision"); rev != "" {
		v := "devel-" + rev[:min(len(rev), 12)]
		if setting(info, "vcs.modified") == "true" {
			v += "+dirty"
		}
		return v
	}
	return "(devel)"
}

// setting returns one of the build's settings, "" when it is not there.
func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// firstLine cuts a program's message to what fits in the table.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}
