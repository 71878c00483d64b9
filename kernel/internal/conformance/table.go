package conformance

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Class is how a program's run as cells compares with Go's.
type Class string

// The classes. Wrong is the one that must not be: the cell ends without an
// error message, but what it printed or how it ended is not what Go does.
const (
	Passed  Class = "passed"
	Refused Class = "refused" // with a message, before anything ran
	Failed  Class = "failed"  // with a message
	Late    Class = "late"    // not ended when its time was up
	Wrong   Class = "WRONG"
)

// Classes in the order of the table.
var Classes = []Class{Passed, Refused, Failed, Late, Wrong}

// A Result is one line of the table.
type Result struct {
	Program string
	Class   Class
	Reason  string // one line; "" for what passed
}

// compare says how an outcome compares with what Go does.
func compare(want Ending, got outcome) (Class, string) {
	first := oneLine(got.message)
	if got.name != "" {
		first = got.name + ": " + first
	}
	code, exited := got.exit()
	switch {
	case got.late:
		return Late, "does not end in time"
	case got.name == "compile error" && strings.Contains(got.message, "in interpreted cells"):
		return Refused, oneLine(got.message)
	case got.name == "compile error":
		return Failed, first
	case got.name == "" && want.Code != 0:
		return Wrong, fmt.Sprintf("ends well, Go with exit status %d and %q", want.Code, want.Panic)
	case got.name != "" && want.Code == 0, got.name != "" && want.Panic == "" && !exited:
		return Failed, first
	case got.name != "" && want.Panic == "" && code != want.Code:
		return Wrong, fmt.Sprintf("%s, Go with exit status %d", first, want.Code)
	case want.Panic != "" && !samePanic(got, want.Panic):
		return Failed, fmt.Sprintf("%s; Go says %s", first, want.Panic)
	case sameFile(got.stdout) != sameFile(want.Stdout):
		return Wrong, "stdout: " + difference(sameFile(got.stdout), sameFile(want.Stdout))
	case want.Code == 0 && sameFile(got.stderr) != sameFile(want.Stderr):
		return Wrong, "stderr: " + difference(sameFile(got.stderr), sameFile(want.Stderr))
	}
	return Passed, ""
}

// ends are the errors of a cell that called os.Exit and of a program that ended
// with a status of its own.
var ends = regexp.MustCompile(`^(?:os\.Exit\((\d+)\)|exit status (\d+))$`)

// exit returns the status that a cell ended with by itself.
func (o outcome) exit() (code int, ok bool) {
	m := ends.FindStringSubmatch(o.message)
	if m == nil || o.name != "exit" && o.name != "error" {
		return 0, false
	}
	code, err := strconv.Atoi(m[1] + m[2])
	return code, err == nil
}

// place is what a file of cells is called in programs that NewCut puts together.
const place = "cell[0]"

// files are the names that a program's own text has: under Go that of its
// file, in a notebook that of its cell.
var files = regexp.MustCompile(`[^\s:"()]*(?:\bmain\.go|cell\[\d+\])`)

// sameFile gives the text of a program the same name wherever it is printed.
func sameFile(output string) string { return files.ReplaceAllString(output, place) }

// goroutines are the numbers of goroutines, of which a session has more.
var goroutines = regexp.MustCompile(`\bgoroutine \d+\b`)

// samePanic says whether a cell's error has Go's message.
func samePanic(got outcome, want string) bool {
	want = goroutines.ReplaceAllString(want, "goroutine")
	message := goroutines.ReplaceAllString(got.message, "goroutine")
	if strings.Contains(got.name+": "+message, want) || message != "" && strings.HasPrefix(want, oneLine(message)) {
		return true
	}
	// Go prints main.T(5) and the like where the message says 5.
	return strings.Contains(want, "("+message+")")
}

func oneLine(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	if len(s) > 160 {
		s = s[:160] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// difference shows the first line that differs.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "no more", "no more"
		if i < len(g) {
			a = fmt.Sprintf("%.60q", g[i])
		}
		if i < len(w) {
			b = fmt.Sprintf("%.60q", w[i])
		}
		if a != b {
			return fmt.Sprintf("line %d is %s, Go's %s", i+1, a, b)
		}
	}
	return "the output differs"
}

// A Known list has the programs that do not pass, each with its class and the
// reason, one in a line: "path/of/program.go: refused: the reason".
type Known map[string]Result

// ReadKnown reads a list. Empty lines and lines that begin with # say nothing.
func ReadKnown(r io.Reader) (Known, error) {
	k := Known{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, ": ", 3)
		if len(parts) != 3 || !slices.Contains(Classes, Class(parts[1])) {
			return nil, fmt.Errorf("line %d of the known failures is not program: class: reason", n)
		}
		k[parts[0]] = Result{parts[0], Class(parts[1]), parts[2]}
	}
	return k, lines.Err()
}

// Explained returns the results with the reasons that the list has for
// programs that still fail in the same way: somebody has found out more than
// the message says.
func (k Known) Explained(list []Result) []Result {
	out := slices.Clone(list)
	for i, r := range out {
		if old, ok := k[r.Program]; ok && old.Class == r.Class && r.Class != Passed {
			out[i].Reason = old.Reason
		}
	}
	return out
}

// Write writes the list of what did not pass.
func Write(w io.Writer, head string, list []Result) error {
	for line := range strings.Lines(head) {
		if _, err := fmt.Fprintf(w, "# %s\n", strings.TrimSuffix(line, "\n")); err != nil {
			return err
		}
	}
	for _, r := range list {
		if r.Class == Passed {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s: %s: %s\n", r.Program, r.Class, r.Reason); err != nil {
			return err
		}
	}
	return nil
}

// News lists what is worse than the known failures: programs that fail and are
// not among them, and every wrong one. Which way a known one fails does not
// matter, unless it is wrong. better lists the known ones that pass.
func (k Known) News(list []Result) (worse, better []Result) {
	for _, r := range list {
		_, known := k[r.Program]
		switch {
		case r.Class == Wrong, r.Class != Passed && !known:
			worse = append(worse, r)
		case r.Class == Passed && known:
			better = append(better, r)
		}
	}
	return worse, better
}

// Table counts the classes.
func Table(name string, list []Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %5d programs", name, len(list))
	for _, c := range Classes {
		n := 0
		for _, r := range list {
			if r.Class == c {
				n++
			}
		}
		share := 0.0
		if len(list) > 0 {
			share = 100 * float64(n) / float64(len(list))
		}
		fmt.Fprintf(&b, "  %s %d (%.1f %%)", c, n, share)
	}
	return b.String()
}
