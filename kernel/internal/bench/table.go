package bench

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/measure"
)

const digits = 3 // significant ones of figures in tables

func tableHead(w io.Writer, m *Machine) error {
	_, err := fmt.Fprintf(w, "weft bench: %s\n", m)
	return err
}

// tableBlock writes what of ours was measured, and behind it how that compares
// with other systems.
func tableBlock(w io.Writer, m *Machine, b *Block) error {
	fmt.Fprintf(w, "\n%s n=%d: %s\n", b.Kernel, b.N, b.Title)
	if err := b.grid(m).text(w); err != nil {
		return err
	}
	for _, l := range b.limitLines() {
		fmt.Fprintln(w, "  "+l)
	}
	for _, p := range b.matches() {
		if err := tableMatch(w, b, p); err != nil {
			return err
		}
	}
	var err error
	for _, note := range b.notes(m) {
		_, err = fmt.Fprintln(w, "  note:", note)
	}
	return err
}

func tableEnd(w io.Writer, r *Report) error {
	if !r.Interrupted {
		return nil
	}
	_, err := fmt.Fprintln(w, "\ninterrupted: this is what was measured until then")
	return err
}

// grid has a row for each result of ours.
func (b *Block) grid(m *Machine) *grid {
	g := &grid{left: 1}
	items := b.Work.Unit
	if items == "" {
		items = "items"
	}
	g.add("variant", "workers", "median", "interval", "GFLOP/s", "GB/s", items+"/s", "vs serial", "user", "system", "cores", "rounds")
	serial := b.find("serial")
	for _, r := range b.Results {
		if r.System != ours {
			continue
		}
		if len(r.Samples) == 0 {
			g.add(r.Variant, strconv.Itoa(r.Workers), "", "", "", "", "", "", "", "", "", "", brief(r.trouble()))
			continue
		}
		wall := r.wall()
		median, interval := wall.Seconds(digits)
		user, system := r.cpu()
		speedup := ""
		if serial != nil && wall.Median > 0 {
			speedup = number2(serial.wall().Median / wall.Median)
		}
		g.add(r.Variant, strconv.Itoa(r.Workers), median, interval,
			giga(b.Work.Flops, wall.Median), giga(b.Work.Bytes, wall.Median), rate(b.Work.Items, wall.Median), speedup,
			measure.FormatSeconds(user, digits), measure.FormatSeconds(system, digits), number2(r.cores()),
			strconv.Itoa(len(r.Samples)), r.mark(m))
	}
	return g
}

// trouble says why there are no samples.
func (r *Result) trouble() string {
	if r.Problem == "" {
		return "not measured: interrupted"
	}
	if r.Wrong {
		return "ERROR: " + r.Problem
	}
	return r.Problem
}

// brief is a problem in one line: the first line, and the last, in which
// programs say what was wrong. JSON has all of it.
func brief(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	if len(lines) > 1 {
		return oneLine(lines[0]) + ": " + oneLine(lines[len(lines)-1])
	}
	return oneLine(s)
}

// mark tells behind a row that samples were disturbed.
func (r *Result) mark(m *Machine) string {
	if n := r.disturbed(m.Cores.Logical); n > 0 {
		return fmt.Sprintf("! %d of %d disturbed", n, len(r.Samples))
	}
	return ""
}

// limitLines tells the machine's limits and how near the fastest of ours comes.
func (b *Block) limitLines() []string {
	var lines []string
	for _, l := range b.Limits {
		head := fmt.Sprintf("%s on %s", l.Name, plural(l.Workers, "worker"))
		if l.Problem != "" {
			lines = append(lines, head+": "+oneLine(l.Problem))
			continue
		}
		s := measure.Summarize(l.Rates)
		if s.N == 0 {
			continue
		}
		var line string
		switch l.Unit {
		case "flop":
			line = number3(s.Median/1e9) + " GFLOP/s"
		case "B":
			line = number3(s.Median/1e9) + " GB/s"
		default:
			line = rate(s.Median, 1) + " " + l.Unit + "/s"
		}
		if best := b.fastestOn(l.Workers); best != nil {
			part := b.amount(l.Unit) / best.wall().Median / s.Median
			line += fmt.Sprintf("; %s reaches %.0f %%", best.Variant, 100*part)
			if l.Unit == "B" && part > inCache {
				line += ", as its data stays in a cache"
			}
		}
		lines = append(lines, head+": "+line)
	}
	return lines
}

// amount returns what a run has to do of what a limit counts.
func (b *Block) amount(unit string) float64 {
	switch unit {
	case "flop":
		return b.Work.Flops
	case "B":
		return b.Work.Bytes
	}
	return b.Work.Items
}

// fastestOn returns the fastest of ours on a number of workers.
func (b *Block) fastestOn(workers int) *Result {
	var list []*Result
	for _, r := range b.Results {
		if r.System == ours && r.Workers == workers {
			list = append(list, r)
		}
	}
	return fastest(list)
}

// tableMatch writes a table of ours and other systems on one number of threads.
func tableMatch(w io.Writer, b *Block, p *match) error {
	fmt.Fprintf(w, "\n%s n=%d on %s: other systems' time by that of %s\n", b.Kernel, b.N, plural(p.workers, "thread"), p.names())
	g := &grid{left: 2}
	g.add("system", "variant", "median", "interval", "user", "system", "ratio", "interval")
	for _, r := range append(append([]*Result(nil), p.ours...), p.peers...) {
		if len(r.Samples) == 0 {
			g.add(r.System, r.Variant, "", "", "", "", "", "", brief(r.trouble()))
			continue
		}
		median, interval := r.wall().Seconds(digits)
		user, system := r.cpu()
		ratio, between := "", ""
		if r.System != ours && p.best != nil {
			ratio, between = ratioText(r.over(p.best))
		}
		remark := ""
		switch r {
		case p.best:
			remark = "← ours"
		case p.rival:
			remark = "← best of the others"
		}
		g.add(r.System, r.Variant, median, interval, measure.FormatSeconds(user, digits), measure.FormatSeconds(system, digits),
			ratio, between, remark, brackets(r.Made, r.Note))
	}
	return g.text(w)
}

// ratioText writes how many times as long something takes.
func ratioText(s measure.Summary) (ratio, interval string) {
	if s.N == 0 {
		return "", ""
	}
	if s.N == 1 {
		return number2(s.Median), ""
	}
	return number2(s.Median), "[" + number2(s.Interval.Low) + ", " + number2(s.Interval.High) + "]"
}

// brackets joins what is to be said of how a peer is made.
func brackets(texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return "(" + strings.Join(kept, "; ") + ")"
}

// notes tells what makes the figures less than they seem.
func (b *Block) notes(m *Machine) []string {
	var notes []string
	few, disturbed := math.MaxInt, false
	for _, r := range b.Results {
		if n := len(r.Samples); n > 0 {
			few = min(few, n)
			disturbed = disturbed || r.disturbed(m.Cores.Logical) > 0
		}
	}
	if few < 6 {
		notes = append(notes, fmt.Sprintf("intervals of fewer than 6 rounds run from the least to the greatest and are less than 95 %% sure (-count or -time gives more); the fewest here: %d", few))
	}
	if disturbed {
		notes = append(notes, fmt.Sprintf("disturbed: threads waited for a processor for more than %.0f %% of the time; measure again when nothing else runs", 100*disturbedFrom))
	}
	if b.Steal > disturbedFrom {
		notes = append(notes, fmt.Sprintf("other virtual machines took %.0f %% of the processors' time meanwhile", 100*b.Steal))
	}
	return notes
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// number2 writes a ratio: two decimals, fewer where it is large.
func number2(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "n/a"
	case v >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// number3 writes three significant digits without an exponent.
func number3(v float64) string {
	if v >= 999.5 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	for decimals := 0; decimals < 7; decimals++ {
		if v >= 99.95/math.Pow10(decimals) {
			return strconv.FormatFloat(v, 'f', decimals, 64)
		}
	}
	return strconv.FormatFloat(v, 'g', digits, 64)
}

// giga writes amount per time in 10⁹, "" where there is no amount.
func giga(amount, seconds float64) string {
	if amount == 0 || seconds <= 0 {
		return ""
	}
	return number3(amount / seconds / 1e9)
}

// rate writes amount per second with a letter for thousands and so on.
func rate(amount, seconds float64) string {
	if amount == 0 || seconds <= 0 {
		return ""
	}
	v := amount / seconds
	for _, s := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if v >= s.size {
			return number3(v/s.size) + s.name
		}
	}
	return number3(v)
}
