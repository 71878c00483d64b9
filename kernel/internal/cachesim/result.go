package cachesim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Result is what a piece of code did in the caches of a machine.
type Result struct {
	Text    string // the code, or the kernel's variant and size
	Engine  string // what ran it, or whose addresses these are
	Machine Machine
	Counts  Counts
	Lines   []Line // what each expression did, the one with most misses first
	Level   string // whose misses count for the order, "" for the first level's
	Notes   []string
}

// A Line is what one expression did.
type Line struct {
	Place    string // "cell[3]:5", "" for a kernel's
	Text     string // "b[k*n+j]"
	Modelled bool   // it is a map's: see Recorder.Map
	Counts   Counts
}

// name is what a table says of a line.
func (l Line) name() string {
	name := l.Text
	if l.Place != "" {
		name = l.Place + "  " + name
	}
	if l.Modelled {
		name += " (map: a model)"
	}
	return name
}

// LevelNames returns the names that Result.Level may have.
func (m Machine) LevelNames() []string {
	var names []string
	for _, l := range m.Levels {
		names = append(names, l.Name)
	}
	for _, t := range m.TLBs {
		names = append(names, t.Name)
	}
	return names
}

// FindLevel returns the name of the level meant by text, "l2" or "tlb" for the
// first TLB. The error names the levels.
func (m Machine) FindLevel(text string) (string, error) {
	names := m.LevelNames()
	for _, n := range names {
		if strings.EqualFold(n, text) || strings.EqualFold(strings.ReplaceAll(n, " ", ""), text) {
			return n, nil
		}
	}
	if strings.EqualFold(text, "tlb") && len(m.TLBs) > 0 {
		return m.TLBs[0].Name, nil
	}
	return "", fmt.Errorf("%s has no level %q: it is one of %s", m.Name, text, strings.Join(names, ", "))
}

// Of returns the counts of a level of that name, "" for the first.
func (c Counts) Of(level string) LevelCounts {
	for _, list := range [][]LevelCounts{c.Levels, c.TLB} {
		for _, l := range list {
			if l.Name == level || level == "" {
				return l
			}
		}
	}
	return LevelCounts{}
}

// NewResult puts together what c has counted; line describes a site. Sites
// without accesses are left out.
func NewResult(c *Cache, text, engine, level string, line func(site int) Line) Result {
	r := Result{Text: text, Engine: engine, Machine: c.Machine(), Counts: c.Counts(), Level: level}
	for site := range c.Sites() {
		counts := c.SiteCounts(site)
		if counts.Accesses() == 0 {
			continue
		}
		l := line(site)
		l.Counts = counts
		r.Lines = append(r.Lines, l)
	}
	slices.SortStableFunc(r.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(b.Counts.Of(level).Misses, a.Counts.Of(level).Misses), cmp.Compare(b.Counts.Accesses(), a.Counts.Accesses()))
	})
	return r
}

// Simulated says what was simulated: "simulated, zen3 geometry".
func (r Result) Simulated() string { return "simulated, " + r.Machine.Name + " geometry" }

// shown is how many lines of code a table lists.
const shown = 20

// String is the result as tables: the levels, then the lines of code.
func (r Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%s\n\n", r.Simulated(), r.Title(), r.Machine)
	if r.Counts.Accesses() == 0 {
		b.WriteString("no access to a slice, an array, a map or through a pointer was seen\n")
		return r.finish(&b)
	}
	b.WriteString(r.Counts.String())
	last := r.Counts.Levels[len(r.Counts.Levels)-1]
	fmt.Fprintf(&b, "%-10s %s lines fetched, %s written back: %s\n", "memory", grouped(last.Misses), grouped(last.WriteBacks),
		amount((last.Misses+last.WriteBacks)*uint64(r.Machine.Line)))
	b.WriteString("MPKI       n/a: instructions are not simulated\n")
	if len(r.Lines) > 0 {
		b.WriteString("\n")
		r.lines(&b)
	}
	return r.finish(&b)
}

// finish adds the notes.
func (r Result) finish(b *strings.Builder) string {
	for _, n := range r.AllNotes() {
		fmt.Fprintf(b, "\n%s", n)
	}
	return strings.TrimRight(b.String(), "\n")
}

// Title returns the code in a line.
func (r Result) Title() string {
	first, _, more := strings.Cut(strings.TrimSpace(r.Text), "\n")
	if more {
		first += " …"
	}
	return first
}

// lines writes the table of the code's lines.
func (r Result) lines(b *strings.Builder) {
	list := r.Lines[:min(len(r.Lines), shown)]
	wide := 8
	for _, l := range list {
		wide = max(wide, len([]rune(l.name())))
	}
	wide = min(wide, 60)
	fmt.Fprintf(b, "%-*s %14s", wide, "", "accesses")
	names := r.Machine.LevelNames()
	for _, n := range names {
		fmt.Fprintf(b, " %15s", n+" misses")
	}
	b.WriteString("\n")
	for _, l := range list {
		name := []rune(l.name())
		if len(name) > wide {
			name = append(name[:wide-1], '…')
		}
		fmt.Fprintf(b, "%s%*s %14s", string(name), wide-len(name), "", grouped(l.Counts.Accesses()))
		for _, n := range names {
			fmt.Fprintf(b, " %15s", grouped(l.Counts.Of(n).Misses))
		}
		b.WriteString("\n")
	}
	if more := len(r.Lines) - len(list); more > 0 {
		fmt.Fprintf(b, "and %d more\n", more)
	}
}

// AllNotes returns what a reader has to know: Notes, how it was sampled, what
// is not known of the machine.
func (r Result) AllNotes() []string {
	var notes []string
	if s := r.Counts.Sampling; s != nil {
		text := s.String()
		for i, l := range r.Counts.Levels {
			sep := ", "
			if i == 0 {
				sep = "; misses ± "
			}
			if l.Misses > 0 {
				text += fmt.Sprintf("%s%.2g %% in %s", sep, 100*l.Error/float64(l.Misses), l.Name)
			}
		}
		notes = append(notes, text+" (95 % interval of the estimate)")
	}
	notes = append(notes, r.Notes...)
	if r.Machine.Note != "" {
		notes = append(notes, r.Machine.Note)
	}
	return notes
}

// amount writes bytes with a unit: "1.5 MB".
func amount(n uint64) string {
	x := float64(n)
	for _, u := range []string{"B", "kB", "MB", "GB"} {
		if x < 1000 {
			return fmt.Sprintf("%.4g %s", x, u)
		}
		x /= 1000
	}
	return fmt.Sprintf("%.4g TB", x)
}
