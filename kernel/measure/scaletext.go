package measure

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/weft-go/weft/kernel/chart"
)

// verdict tells what the scaling comes to, in a sentence.
func (sc *Scaling) verdict() string {
	var best *ScalePoint
	for i := range sc.Points {
		p := &sc.Points[i]
		if p.Workers > 1 && len(p.Result.Samples) > 0 && (best == nil || p.Speedup > best.Speedup) {
			best = p
		}
	}
	switch {
	case best == nil:
		return "nothing to compare one worker with"
	case best.Low == 0:
		return fmt.Sprintf("can't tell: too few rounds, %d", len(best.Result.Samples))
	case best.Low <= 1 && best.High >= 1:
		return fmt.Sprintf("can't tell whether workers help: %s× with %d, but [%s, %s]", ratio(best.Speedup), best.Workers, ratio(best.Low), ratio(best.High))
	case best.Speedup < 1:
		return fmt.Sprintf("slower with workers: %s× at best", ratio(best.Speedup))
	}
	s := fmt.Sprintf("fastest with %d workers: %s× [%s, %s]", best.Workers, ratio(best.Speedup), ratio(best.Low), ratio(best.High))
	if best.Capacity > 1 {
		s += fmt.Sprintf(", %.0f %% of what the machine gave", 100*best.Speedup/best.Capacity)
	}
	return s
}

// String tells the scaling as a table, the fitted laws and a verdict.
func (sc Scaling) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "workers\tmedian\tspeed-up\t\tefficiency\tserial (Karp-Flatt)\tmachine gives\t")
	for _, p := range sc.Points {
		if len(p.Result.Samples) == 0 {
			fmt.Fprintf(w, "%d\tnothing measured\t\t\t\t\t\t\n", p.Workers)
			continue
		}
		interval, serial, capacity := "", "–", "n/a"
		if p.Workers > 1 {
			serial = fmt.Sprintf("%.3f", p.KarpFlatt)
			if p.Low > 0 {
				interval = "[" + ratio(p.Low) + ", " + ratio(p.High) + "]"
			}
		}
		if p.Capacity > 0 {
			capacity = fmt.Sprintf("%.2f×", p.Capacity)
		}
		fmt.Fprintf(w, "%d\t%s\t%s×\t%s\t%.0f %%\t%s\t%s\t\n", p.Workers, FormatSeconds(p.Result.Median, max(sc.precision, defaultPrecision)),
			ratio(p.Speedup), interval, 100*p.Efficiency, serial, capacity)
	}
	w.Flush()
	table := strings.TrimRight(trimLines(b.String()), "\n")
	return strings.Join(append([]string{table}, sc.remarks()...), "\n")
}

// remarks are the sentences below the table.
func (sc Scaling) remarks() []string {
	loops, rounds, most := []string{}, 0, 0
	lines := []string{sc.Verdict, sc.amdahlWords(), sc.uslWords()}
	for _, p := range sc.Points {
		rounds, most = max(rounds, len(p.Result.Samples)), max(most, p.Result.Runs)
		loops = append(loops, fmt.Sprint(p.Result.Loops))
		if len(p.Work) > 1 {
			lines = append(lines, fmt.Sprintf("work of %d workers: %s", p.Workers, list(p.Work)))
		}
	}
	how := count(rounds, "round", "rounds") + ", one sample of each number of workers in an order drawn anew (loops: " + strings.Join(loops, ", ") + ")"
	if sc.Engine != "" {
		how += ", " + sc.Engine
	}
	lines = append(lines, how)
	if sc.Cores.Rounds > 0 {
		lines = append(lines, fmt.Sprintf("machine: %v cores, calibrated before each round", sc.Cores))
	} else {
		lines = append(lines, "machine: not calibrated, the laws are fitted to the number of workers")
	}
	lines = append(lines, sentences(sc.Warnings)...)
	if sc.Failed {
		lines = append(lines, fmt.Sprintf("note: the code failed after %d of %s", rounds, count(most, "round", "rounds")))
	} else if sc.Interrupted {
		lines = append(lines, fmt.Sprintf("note: interrupted after %d of %s", rounds, count(most, "round", "rounds")))
	}
	return lines
}

func (sc *Scaling) amdahlWords() string {
	f := sc.Amdahl
	if !f.Known() {
		return "Amdahl: serial fraction: can't tell: " + f.Reason
	}
	s := fmt.Sprintf("Amdahl: serial fraction %.3f [%.3f, %.3f]", f.Value, f.Low, f.High)
	if f.High > 0.001 {
		s += fmt.Sprintf(": no number of workers makes it more than %s× as fast", ratio(1/max(f.Low, f.Value, 1e-3)))
	}
	return s
}

func (sc *Scaling) uslWords() string {
	if !sc.Sigma.Known() {
		return "USL: can't tell: " + sc.Sigma.Reason
	}
	if !sc.Kappa.Known() {
		return "USL: can't tell: " + sc.Kappa.Reason
	}
	s := fmt.Sprintf("USL: contention %.3f [%.3f, %.3f], coherency %.4f [%.4f, %.4f]", sc.Sigma.Value, sc.Sigma.Low, sc.Sigma.High,
		sc.Kappa.Value, sc.Kappa.Low, sc.Kappa.High)
	if k := sc.Kappa; k.Low > 1e-6 && sc.Sigma.Value < 1 {
		s += fmt.Sprintf(": fastest with about %.0f workers", max(1, math.Sqrt((1-sc.Sigma.Value)/k.Value)))
	}
	return s
}

// list writes up to sixteen numbers.
func list(x []float64) string {
	const most = 16
	words := make([]string, 0, most+1)
	for i, v := range x {
		if i == most {
			words = append(words, fmt.Sprintf("… (%d more)", len(x)-most))
			break
		}
		words = append(words, fmt.Sprintf("%.6g", v))
	}
	return strings.Join(words, " ")
}

// MIMEBundle returns the scaling as text, as a chart and as a record.
func (sc Scaling) MIMEBundle() map[string]any {
	return bundle(sc.String(), sc.Chart(), sc.Record(), sc.remarks()...)
}

// Chart draws speed-up over workers beside the ideal, the machine's capacity and
// the laws that could be told. nil if nothing was measured.
func (sc Scaling) Chart() *chart.Chart {
	var all []Result
	for _, p := range sc.Points {
		all = append(all, p.Result)
	}
	d := chart.ScalingData{Title: short(sc.Text), Note: Caption(sc.Engine, fewestAndMost(all)), Verdict: sc.Verdict}
	for _, p := range sc.Points {
		if len(p.Result.Samples) == 0 {
			continue
		}
		low, high := p.Low, p.High
		if low == 0 || p.Workers == 1 {
			low, high = p.Speedup, p.Speedup
		}
		d.Workers, d.Speedup = append(d.Workers, p.Workers), append(d.Speedup, p.Speedup)
		d.Low, d.High = append(d.Low, low), append(d.High, high)
		if p.Capacity > 0 {
			d.Capacity = append(d.Capacity, p.Capacity)
		}
	}
	if len(d.Workers) == 0 {
		return nil
	}
	if len(d.Capacity) != len(d.Workers) {
		d.Capacity = nil
	}
	if f := sc.Amdahl; f.Known() {
		d.Amdahl, d.AmdahlLow, d.AmdahlHigh = 1-f.Value, 1-f.High, 1-f.Low
	}
	if sc.Sigma.Known() && sc.Kappa.Known() {
		d.Sigma, d.Kappa = sc.Sigma.Value, sc.Kappa.Value
	}
	return chart.Scaling(d)
}

// Record returns the scaling in the form in which it is kept.
func (sc Scaling) Record() Record {
	rec := NewRecord("scale", sc.Text, sc.Engine)
	rec.Figures = map[string]Figure{
		"serial fraction": sc.Amdahl.figure(), "contention": sc.Sigma.figure(), "coherency": sc.Kappa.figure(),
	}
	for _, p := range sc.Points {
		p.Result.Name = sc.Text
		s := p.Result.series("workers")
		if s.Figures != nil {
			s.Figures["speedup"] = Figure{Value: p.Speedup, Low: p.Low, High: p.High}
			s.Figures["efficiency"] = Figure{Value: p.Efficiency}
			if p.Capacity > 0 {
				s.Figures["capacity"] = Figure{Value: p.Capacity}
			}
		}
		rec.Series = append(rec.Series, s)
	}
	rec.Notes = append([]string{sc.Verdict}, sc.Warnings...)
	return rec
}

// figure returns a fitted number for a record.
func (f Fit) figure() Figure {
	if !f.Known() {
		return Figure{Unavailable: f.Reason}
	}
	return Figure{Value: f.Value, Low: f.Low, High: f.High}
}
