package magic

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var raceMagic = &Magic{
	Name:  "race",
	Usage: "%race statement  %%race",
	Short: "run with the race detector and show the data races that it finds",
	Doc: `Builds the statement, or the cell, with all declarations of the notebook that it
needs into a program of its own, with Go's race detector, and runs it. A race is
two accesses to one variable, at least one of them a write, by goroutines that
nothing keeps apart: no lock, no channel, no WaitGroup.

    %race count(4)
    %%race
    n := 0
    var wg sync.WaitGroup
    for range 2 { wg.Go(func() { n++ }) }
    wg.Wait()

Variables of the notebook are carried along as copies; what the program does to
them stays in it. Channels, functions and locks in use can't be copied: make them
within the text. A cell with package main runs as it is.

Only what runs is checked: a race on a path that was not taken, or in an order
that did not happen to come, is not found. The program runs 2 to 20 times slower
and needs 5 to 10 times the memory (https://go.dev/doc/articles/race_detector).`,
	Line: true,
	Cell: true,
	Run:  runRace,
}

// A RaceRun is a run under the race detector.
type RaceRun struct {
	Log        string        // what the detector wrote
	Status     int           // the exit status: 66 if races were found and all else went well
	Build, Ran time.Duration // of the build and the run
	Copied     []string      // variables of the notebook that were carried along
}

func runRace(ctx context.Context, env Env, call Call) error {
	code := call.Args
	if call.Cell {
		if code != "" {
			return fmt.Errorf("%%%%race takes nothing on its line, not %q: put the code below", code)
		}
		code = call.Body
	}
	if strings.TrimSpace(code) == "" {
		return errors.New("%race needs a statement to run, such as %race count(4)")
	}
	run, err := env.Race(ctx, call.placed(code))
	if run == nil {
		return err
	}
	races := ParseRaces(run.Log)
	if len(races) > 0 || err == nil {
		env.Stdout(run.text(races, env.SourceLine))
	}
	return err
}

// ---- the detector's report

// A DataRace is two accesses that nothing keeps apart.
type DataRace struct {
	Accesses []RaceAccess // the later one first
	Count    int          // how often the detector reported it
}

// A RaceAccess is one of them.
type RaceAccess struct {
	Verb      string     // "read", "write", "atomic write"
	Goroutine string     // "goroutine 7" or "main goroutine"
	At        RaceFrame  // the place in a cell; the innermost frame where no cell is on the stack
	Through   *RaceFrame // the innermost frame, if that is another
	Started   *RaceFrame // where the goroutine was started in a cell; nil for the main one
}

// A RaceFrame is a place on a stack.
type RaceFrame struct {
	Func, File string
	Line       int
}

func (f RaceFrame) place() string { return f.File + ":" + strconv.Itoa(f.Line) }

// inCell says whether the place is in a cell.
func (f RaceFrame) inCell() bool { return strings.HasPrefix(f.File, "cell[") }

var (
	raceAccess  = regexp.MustCompile(`^(?:Previous )?(?i:(atomic )?(read|write)) at 0x[0-9a-f]+ by (.+):$`)
	raceCreated = regexp.MustCompile(`^(Goroutine \d+) \(.*\) created at:$`)
	raceFunc    = regexp.MustCompile(`^  (\S.*)\(.*\)$`)
	raceFile    = regexp.MustCompile(`^      (.+):(\d+)(?: \+0x[0-9a-f]+)?$`)
)

// ParseRaces reads the reports of the race detector; those of the same two
// places are one. Text between them is passed over.
func ParseRaces(log string) (list []DataRace) {
	for _, text := range strings.Split(log, "==================") {
		if !strings.Contains(text, "WARNING: DATA RACE") {
			continue
		}
		r := parseRace(text)
		if len(r.Accesses) < 2 {
			continue
		}
		key := r.key()
		if i := slices.IndexFunc(list, func(o DataRace) bool { return o.key() == key }); i >= 0 {
			list[i].Count++
			continue
		}
		list = append(list, r)
	}
	return list
}

// key is the same for races of the same places.
func (r DataRace) key() string {
	var parts []string
	for _, a := range r.Accesses {
		parts = append(parts, a.Verb+" "+a.At.place())
	}
	slices.Sort(parts)
	return strings.Join(parts, "|")
}

func parseRace(text string) DataRace {
	r := DataRace{Count: 1}
	var stacks [][]RaceFrame
	started := map[string][]RaceFrame{}
	var stack *[]RaceFrame // being read
	var who string         // whose creation is being read
	end := func() {
		if stack != nil && who != "" {
			started[who] = *stack
		}
		who = ""
	}
	fun := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := raceAccess.FindStringSubmatch(line); m != nil {
			end()
			r.Accesses = append(r.Accesses, RaceAccess{Verb: strings.ToLower(m[1] + m[2]), Goroutine: m[3]})
			stacks = append(stacks, nil)
			stack = &stacks[len(stacks)-1]
			continue
		}
		if m := raceCreated.FindStringSubmatch(line); m != nil {
			end()
			who = strings.ToLower(m[1])
			stack = new([]RaceFrame)
			continue
		}
		if m := raceFile.FindStringSubmatch(line); m != nil && stack != nil {
			n, _ := strconv.Atoi(m[2])
			*stack = append(*stack, RaceFrame{raceName(fun), m[1], n})
			continue
		}
		if m := raceFunc.FindStringSubmatch(line); m != nil {
			fun = m[1]
		}
	}
	end()
	for i := range r.Accesses {
		a := &r.Accesses[i]
		a.At = RaceFrame{File: "unknown place"}
		if len(stacks[i]) > 0 {
			a.At = stacks[i][0]
			if k := slices.IndexFunc(stacks[i], RaceFrame.inCell); k > 0 {
				a.At, a.Through = stacks[i][k], &stacks[i][0]
			}
		}
		if s := started[a.Goroutine]; len(s) > 0 {
			k := max(0, slices.IndexFunc(s, RaceFrame.inCell))
			a.Started = &s[k]
		}
	}
	return r
}

// cellFunction is how functions of cells are called in the program.
var cellFunction = regexp.MustCompile(`^main\.(?:X_|w\d*_Cell\.?)?`)

// raceName is a function's name as its cell has it, "" for a cell's statements.
func raceName(linked string) string {
	return strings.ReplaceAll(cellFunction.ReplaceAllString(linked, ""), "X_", "")
}

// ---- words

// text tells the races.
func (run *RaceRun) text(races []DataRace, source func(cell string, line int) (text, function string, ok bool)) string {
	var b strings.Builder
	switch len(races) {
	case 0:
		b.WriteString("no data race found: in what ran, every two accesses were kept apart. A path that was not taken was not checked.\n")
	case 1:
		b.WriteString("1 data race found\n")
	default:
		fmt.Fprintf(&b, "%d data races found\n", len(races))
	}
	for i, r := range races {
		fmt.Fprintf(&b, "\n%d. %s and %s of the same memory%s\n", i+1, r.Accesses[1].Verb, r.Accesses[0].Verb, times(r.Count))
		for k, a := range r.Accesses {
			lead := ""
			if k == 1 {
				lead = "previous "
			}
			fmt.Fprintf(&b, "   %s%s at %s%s by %s\n", lead, a.Verb, a.At.place(), inFunction(a.At.Func), a.who())
			if a.Through != nil {
				fmt.Fprintf(&b, "       through %s\n", a.Through.Func)
			}
			if text, _, ok := source(a.At.File, a.At.Line); ok {
				fmt.Fprintf(&b, "       %s\n", strings.TrimSpace(text))
			}
		}
	}
	if len(races) > 0 {
		b.WriteString("\nKeep the accesses apart: a sync.Mutex around both, a channel that hands the value over, an atomic type, or one place for each goroutine and a WaitGroup before they are read.\n")
	}
	fmt.Fprintf(&b, "a program of its own with -race: exit status %d, built in %v, ran %v", run.Status, run.Build.Round(time.Millisecond), run.Ran.Round(time.Millisecond))
	if len(run.Copied) > 0 {
		fmt.Fprintf(&b, "; copies of %s went with it", strings.Join(run.Copied, ", "))
	}
	b.WriteString("\n")
	return b.String()
}

func times(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(", reported %d times", n)
}

// literal is how Go calls a function literal of a cell's statements.
var literal = regexp.MustCompile(`^(Run\d+\.)?func\d+[.\d]*$`)

func inFunction(name string) string {
	switch {
	case name == "":
		return ""
	case literal.MatchString(name):
		return " in a function literal"
	}
	return " in " + name
}

// who says which goroutine it was.
func (a RaceAccess) who() string {
	switch {
	case a.Goroutine == "main goroutine":
		return "the main goroutine"
	case a.Started == nil:
		return a.Goroutine
	}
	return "a goroutine started at " + a.Started.place()
}
