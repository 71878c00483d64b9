// Package gallery has a chart of every kind, from made-up data that is the same
// each time: tests compare them with golden files, and draw them for people to
// look at.
package gallery

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/weft-go/weft/kernel/chart"
)

// A Picture is a chart with a name that can be a file's.
type Picture struct {
	Name  string
	Chart *chart.Chart
}

// Pictures makes them all anew.
func Pictures() []Picture {
	var all []Picture
	add := func(name string, c *chart.Chart) { all = append(all, Picture{name, c}) }
	add("histogram", chart.Histogram(histogram()))
	add("histogram-outliers", chart.Histogram(outliers()))
	add("intervals", chart.Intervals(intervals()))
	add("intervals-close", chart.Intervals(close()))
	add("scaling", chart.Scaling(scaling()))
	add("sweep", chart.Sweep(sweep()))
	add("times", chart.Times(times()))
	add("bars", chart.Bars(bars()))
	add("bars-upright", chart.Bars(upright()))
	add("lines", chart.Lines(lines()))
	add("lines-band", chart.Lines(band()))
	add("box", chart.Box(chart.BoxData{Title: "Counter increment", Groups: locks(60)}))
	add("violin", chart.Violin(chart.ViolinData{Title: "Latency of a message", Name: "time per message", Unit: "s", Groups: messages()}))
	add("roofline", chart.Roofline(roofline()))
	add("flame", chart.Flame(flame()))
	add("gantt", chart.Gantt(gantt()))
	add("memory", chart.Memory(memory()))
	add("cachelevels", chart.CacheLevels(caches()))
	add("heatmap-image", chart.HeatMap(julia()))
	add("heatmap-cells", chart.HeatMap(distances()))
	add("graph", chart.Graph(roads()))
	add("graph-groups", chart.Graph(packages()))
	add("sankey", chart.Sankey(bytes()))
	add("tree", chart.Tree(calls()))
	add("scatter", chart.Scatter(scatter()))
	return all
}

func random() *rand.Rand { return rand.New(rand.NewPCG(7, 11)) }

func histogram() chart.HistogramData {
	r := random()
	var s []float64
	for range 2000 {
		v := 118e-3 + 4e-3*r.NormFloat64()
		if r.Float64() < 0.18 {
			v = 142e-3 + 6e-3*r.NormFloat64()
		}
		s = append(s, v)
	}
	return chart.HistogramData{Title: "render(rows): two modes", Note: "native, 10 loops per sample; the second mode hit a garbage collection", Samples: s, Low: 118.4e-3, High: 119.3e-3}
}

func outliers() chart.HistogramData {
	r := random()
	var s []float64
	for i := range 100 {
		s = append(s, 1.25e-6*(1+0.01*r.NormFloat64()+0.0004*float64(i)))
	}
	s[30], s[71], s[72] = 1.62e-6, 2.9e-6, 4.1e-6
	return chart.HistogramData{Title: "sort.Ints(copyOf(words))", Note: "interpreted", Samples: s, Low: 1.266e-6, High: 1.279e-6, Flags: map[int]string{71: "preempted", 72: "preempted"}}
}

func intervals() chart.IntervalsData {
	row := func(name string, ms, low, high float64, verdict string) chart.Interval {
		return chart.Interval{Name: name, Center: ms / 1e3, Low: low / 1e3, High: high / 1e3, Verdict: verdict}
	}
	return chart.IntervalsData{Title: "Matrix multiplication, 256 × 256", Note: "40 runs each", Rows: []chart.Interval{
		row("blocked, 64 × 64", 24.9, 24.5, 25.2, "fastest"),
		row("blocked, 32 × 32", 31.2, 30.9, 31.6, "1.25× slower"),
		row("one slice, ikj", 58.4, 57.2, 59.9, "2.35× slower"),
		row("slice of slices, ijk", 88.1, 85.0, 92.4, "3.54× slower"),
		row("interpreted", 2310, 2240, 2402, "92.8× slower"),
	}}
}

func close() chart.IntervalsData {
	r := random()
	samples := func(ns float64) (s []float64) {
		for range 30 {
			s = append(s, ns*1e-9*(1+0.02*r.NormFloat64()))
		}
		return s
	}
	return chart.IntervalsData{Title: "strings.Builder or +=", Rows: []chart.Interval{
		{Name: "a", Center: 812e-9, Low: 806e-9, High: 819e-9, Verdict: "", Samples: samples(812)},
		{Name: "b: a long name that says rather more than it ought to say", Center: 818e-9, Low: 809e-9, High: 826e-9, Verdict: "can't tell (needs ≈ 210 samples)", Samples: samples(818)},
		{Name: "c", Center: 871e-9, Low: 863e-9, High: 880e-9, Verdict: "7.3 % slower", Samples: samples(871)},
	}}
}

func scaling() chart.ScalingData {
	return chart.ScalingData{Title: "Julia set, rows handed out one by one", Note: "median of 30 runs",
		Workers: []int{1, 2, 4, 6, 8, 12, 16}, Speedup: []float64{1, 1.93, 3.58, 4.95, 6.05, 7.9, 9.3},
		Low: []float64{0.99, 1.9, 3.5, 4.8, 5.8, 7.5, 8.7}, High: []float64{1.01, 1.96, 3.67, 5.1, 6.2, 8.2, 9.8},
		Capacity: []float64{1, 1.98, 3.9, 5.8, 7.4, 9.1, 10.4}, Amdahl: 0.953, AmdahlLow: 0.948, AmdahlHigh: 0.957, Sigma: 0.044, Kappa: 0.0004}
}

func sweep() chart.SweepData {
	var row, column chart.Series
	row.Name, column.Name = "row by row", "column by column"
	for e := 12.0; e <= 27; e++ {
		n := math.Exp2(e)
		slow := 1 + 6/(1+math.Exp(-(e-20)*1.3))
		row.X, row.Y = append(row.X, n), append(row.Y, n*0.12e-9*(1+0.2/(1+math.Exp(-(e-22)))))
		column.X, column.Y = append(column.X, n), append(column.Y, n*0.16e-9*slow)
		row.Low, row.High = append(row.Low, n*0.11e-9), append(row.High, n*0.155e-9)
		column.Low, column.High = append(column.Low, n*0.15e-9*slow), append(column.High, n*0.19e-9*slow)
	}
	return chart.SweepData{Title: "Summing a matrix", Note: "compiled", X: "matrix", XUnit: "B", Y: "time", YUnit: "s", Series: []chart.Series{row, column},
		Marks: []chart.Mark{{Name: "L1 32 KiB", At: 32 << 10}, {Name: "L2 1 MiB", At: 1 << 20}, {Name: "L3 32 MiB", At: 32 << 20}}}
}

func times() chart.TimesData {
	return chart.TimesData{Title: "Where the time goes", Note: "8 workers", Rows: []chart.TimesRow{
		{Name: "serial", Wall: 0.849, User: 0.842, System: 0.006},
		{Name: "goroutine for each row", Wall: 0.131, User: 0.871, System: 0.041},
		{Name: "worker pool", Wall: 0.118, User: 0.858, System: 0.012},
		{Name: "worker processes", Wall: 0.152, User: 0.02, System: 0.015, ChildUser: 0.87, ChildSystem: 0.05},
		{Name: "download", Wall: 0.4, User: 0.03, System: 0.02},
	}}
}

func bars() chart.BarsData {
	return chart.BarsData{Title: "Allocations by function", Name: "allocated", Unit: "B", Categories: []string{"strings.Builder.grow", "bytes.growSlice", "main.parse", "encoding/json.(*decodeState).objectInterface", "fmt.Sprintf"},
		Series: []chart.BarSeries{{Name: "before", Values: []float64{48 << 20, 31 << 20, 12 << 20, 9.5e6, 1.2e6}}, {Name: "after", Values: []float64{6 << 20, 30 << 20, 12.4e6, 9.4e6, math.NaN()}}}}
}

func upright() chart.BarsData {
	return chart.BarsData{Title: "Throughput by size of the buffer", Name: "throughput", Unit: "B/s", Upright: true, Categories: []string{"64 B", "512 B", "4 KiB", "32 KiB", "256 KiB"},
		Series: []chart.BarSeries{
			{Name: "channel", Values: []float64{0.4e9, 1.2e9, 2.9e9, 3.3e9, 3.2e9}, Low: []float64{0.35e9, 1.1e9, 2.7e9, 3.1e9, 3.0e9}, High: []float64{0.45e9, 1.3e9, 3.1e9, 3.5e9, 3.3e9}},
			{Name: "pipe", Values: []float64{0.1e9, 0.5e9, 1.6e9, 2.2e9, 2.0e9}, Low: []float64{0.08e9, 0.45e9, 1.5e9, 2.0e9, 1.8e9}, High: []float64{0.12e9, 0.55e9, 1.7e9, 2.4e9, 2.2e9}}}}
}

func lines() chart.LinesData {
	d := chart.LinesData{Title: "Residual of the solvers", Note: "lower is better", X: "iteration", Y: "residual", LogY: true}
	for k, name := range []string{"Jacobi", "Gauss–Seidel", "over-relaxation ω = 1.8", "multigrid"} {
		s := chart.Series{Name: name}
		for i := range 120 {
			s.X, s.Y = append(s.X, float64(i)), append(s.Y, math.Pow(0.97-0.06*float64(k), float64(i))*(1+0.2*math.Sin(float64(i))))
		}
		d.Series = append(d.Series, s)
	}
	return d
}

func band() chart.LinesData {
	s := chart.Series{Name: "latency"}
	r := random()
	for i := range 100_000 {
		t := float64(i) / 100_000 * 60
		v := 2e-3 + 1e-3*math.Sin(t/4) + 1e-4*r.NormFloat64()
		if i == 41_000 {
			v = 6e-3
		}
		s.X, s.Y, s.Low, s.High = append(s.X, t), append(s.Y, v), append(s.Low, v*0.8), append(s.High, v*1.25)
	}
	return chart.LinesData{Title: "Latency over a minute", X: "time", XUnit: "s", Y: "latency", YUnit: "s", Series: []chart.Series{s}, Marks: []chart.Mark{{Name: "deploy", At: 24}}}
}

func locks(n int) []chart.Samples {
	r := random()
	var all []chart.Samples
	for i, name := range []string{"mutex", "RWMutex", "atomic", "sharded counter"} {
		s := chart.Samples{Name: name}
		for range n {
			v := []float64{84e-9, 61e-9, 22e-9, 2.1e-9}[i] * math.Exp(0.08*r.NormFloat64())
			if r.Float64() < 0.05 {
				v *= 1.4
			}
			s.Values = append(s.Values, v)
		}
		all = append(all, s)
	}
	return all
}

func messages() []chart.Samples {
	r := random()
	var all []chart.Samples
	for i, name := range []string{"unbuffered channel", "buffered channel", "mutex and slice"} {
		s := chart.Samples{Name: name}
		for range 300 {
			v := []float64{240e-9, 120e-9, 60e-9}[i] * (1 + 0.09*r.NormFloat64())
			if r.Float64() < 0.25 {
				v *= 1.3
			}
			s.Values = append(s.Values, v)
		}
		all = append(all, s)
	}
	return all
}

func roofline() chart.RooflineData {
	return chart.RooflineData{Title: "Roofline", Note: "measured on one core",
		Peaks:      []chart.Roof{{Name: "SIMD", Rate: 192e9}, {Name: "scalar", Rate: 12e9}},
		Bandwidths: []chart.Roof{{Name: "L1", Rate: 420e9}, {Name: "L3", Rate: 90e9}, {Name: "memory", Rate: 12.6e9}},
		Points: []chart.RooflinePoint{{Name: "triad", Intensity: 0.083, Rate: 0.95e9}, {Name: "stencil", Intensity: 0.5, Rate: 4.1e9, Low: 3.7e9, High: 4.4e9},
			{Name: "matmul ijk", Intensity: 1, Rate: 1.2e9}, {Name: "matmul blocked", Intensity: 8, Rate: 9.3e9}, {Name: "Julia set, SIMD", Intensity: 40, Rate: 141e9}}}
}

func flame() chart.FlameData {
	stack := func(v float64, frames ...string) chart.Stack { return chart.Stack{Frames: frames, Value: v} }
	return chart.FlameData{Title: "render(rows)", Note: "CPU profile, 100 Hz", Unit: "s", Stacks: []chart.Stack{
		stack(0.6, "main.main", "main.render", "main.row", "main.escape", "math.Hypot"),
		stack(1.9, "main.main", "main.render", "main.row", "main.escape"),
		stack(0.3, "main.main", "main.render", "main.row", "runtime.mallocgc", "runtime.nextFreeFast"),
		stack(0.2, "main.main", "main.render", "main.row", "runtime.mallocgc", "runtime.memclrNoHeapPointers"),
		stack(0.15, "main.main", "main.render", "sync.(*WaitGroup).Wait", "runtime.gopark"),
		stack(0.4, "main.main", "runtime.gcBgMarkWorker", "runtime.gcDrain", "runtime.scanobject"),
		stack(0.5, "main.main", "main.encode", "image/png.(*Encoder).Encode", "compress/flate.(*compressor).deflate", "compress/flate.(*compressor).findMatch"),
		stack(0.25, "main.main", "main.encode", "image/png.(*Encoder).Encode", "image/png.filter"),
	}}
}

func gantt() chart.GanttData {
	r := random()
	d := chart.GanttData{Title: "Goroutines on 4 Ps", Note: "runtime/trace, 10 ms", Blocked: []chart.Cause{{Name: "channel receive", Seconds: 21e-3}, {Name: "mutex", Seconds: 4.2e-3}, {Name: "network", Seconds: 0.7e-3}}}
	for p := range 4 {
		for t := r.Float64() * 2e-4; t < 10e-3; {
			s := chart.Span{Row: fmt.Sprintf("P%d", p), Start: t, Kind: "running", Label: fmt.Sprintf("G%d", 18+r.IntN(60))}
			long := 6e-4 + 1.1e-3*r.Float64()
			switch k := r.Float64(); {
			case k < 0.12:
				s.Kind, s.Label, long = "GC assist", "", 3.5e-4
			case k < 0.2:
				s.Kind, s.Label, long = "syscall", "read", 4e-4
			}
			s.End = min(t+long, 10e-3)
			d.Spans = append(d.Spans, s)
			t = s.End + 6e-5*r.Float64()
		}
	}
	return d
}

func memory() chart.MemoryData {
	r := random()
	heap, resident := chart.Series{Name: "heap in use"}, chart.Series{Name: "resident"}
	var marks []chart.Mark
	h := 4.0
	for i := range 400 {
		t := float64(i) * 5e-3
		if h += 0.1 + 0.08*r.Float64(); h > 24 {
			h = 6 + r.Float64()
			marks = append(marks, chart.Mark{Name: "GC", At: t})
		}
		heap.X, heap.Y = append(heap.X, t), append(heap.Y, h*(1<<20))
		resident.X, resident.Y = append(resident.X, t), append(resident.Y, (30+3*t)*(1<<20))
	}
	return chart.MemoryData{Title: "Memory of the cell", Series: []chart.Series{heap, resident}, Marks: marks,
		Regions: []chart.Region{{Name: "load", From: 0, To: 0.5}, {Name: "sort", From: 0.5, To: 1.3}, {Name: "write", From: 1.3, To: 2}}}
}

func caches() chart.CacheLevelsData {
	return chart.CacheLevelsData{Title: "Where loads are served", Note: "simulated, 48 KiB / 2 MiB / 32 MiB", Rows: []string{"row by row", "column by column", "blocked 32", "blocked 64"},
		Levels: []string{"L1", "L2", "L3", "memory"}, Counts: [][]float64{{96.8e6, 2.4e6, 0.6e6, 0.2e6}, {61e6, 12e6, 19e6, 8e6}, {98.4e6, 1.2e6, 0.3e6, 0.1e6}, {97.9e6, 1.4e6, 0.5e6, 0.2e6}}}
}

func julia() chart.HeatMapData {
	const w, h = 300, 180
	d := chart.HeatMapData{Title: "Julia set: work for each pixel", Note: "c = −0.628 − 0.422i", Name: "iterations", X: "real part", Y: "imaginary part", XLow: -1.7, XHigh: 1.7, YLow: 1.02, YHigh: -1.02}
	for y := range h {
		row := make([]float64, w)
		for x := range w {
			z := complex((float64(x)/w-0.5)*3.4, (0.5-float64(y)/h)*2.04)
			n := 0
			for ; n < 100 && real(z)*real(z)+imag(z)*imag(z) < 4; n++ {
				z = z*z + complex(-0.62772, -0.42193)
			}
			row[x] = float64(n)
		}
		d.Values = append(d.Values, row)
	}
	return d
}

func distances() chart.HeatMapData {
	cities := []string{"Athens", "Berlin", "Cairo", "Delhi", "Lima", "Tokyo"}
	d := chart.HeatMapData{Title: "Latency between regions", Name: "round trip", Unit: "s", Columns: cities, Rows: cities, X: "to", Y: "from"}
	for i := range cities {
		var row []float64
		for j := range cities {
			v := 0.021 * math.Abs(float64(i*i-j*j)) / 3
			if i == j {
				v = math.NaN()
			}
			row = append(row, v)
		}
		d.Values = append(d.Values, row)
	}
	return d
}

func roads() chart.GraphData {
	e := func(from, to string, w float64, strong bool) chart.GraphEdge {
		return chart.GraphEdge{From: from, To: to, Weight: w, Strong: strong}
	}
	return chart.GraphData{Title: "Shortest path from A to G", Edges: []chart.GraphEdge{e("A", "B", 4, false), e("A", "C", 2, true), e("B", "C", 1, true), e("B", "D", 5, true), e("C", "E", 10, false), e("D", "E", 3, false), e("D", "F", 8, false), e("E", "G", 5, false), e("D", "G", 6, true), e("F", "G", 2, false)}}
}

func packages() chart.GraphData {
	d := chart.GraphData{Title: "Who imports whom", Directed: true}
	for _, n := range []string{"engine", "front", "link", "native", "check", "cell", "magic", "server", "wire"} {
		group := "front"
		if n == "engine" || n == "link" {
			group = "session"
		}
		d.Nodes = append(d.Nodes, chart.GraphNode{Name: n, Group: group, Value: float64(len(n))})
	}
	for _, p := range [][2]string{{"engine", "link"}, {"front", "link"}, {"front", "native"}, {"front", "check"}, {"front", "cell"}, {"front", "magic"}, {"front", "server"}, {"native", "cell"}, {"native", "check"}, {"check", "cell"}, {"magic", "cell"}, {"magic", "link"}, {"server", "wire"}} {
		d.Edges = append(d.Edges, chart.GraphEdge{From: p[0], To: p[1]})
	}
	return d
}

func bytes() chart.SankeyData {
	return chart.SankeyData{Title: "Where the memory traffic goes", Unit: "B", Flows: []chart.Flow{{From: "core", To: "L1", Value: 96e6}, {From: "L1", To: "L2", Value: 22e6}, {From: "L2", To: "L3", Value: 9e6}, {From: "L3", To: "memory", Value: 4e6}, {From: "core", To: "store buffer", Value: 18e6}, {From: "store buffer", To: "L1", Value: 18e6}, {From: "L3", To: "L1", Value: 1e6}}}
}

func calls() chart.TreeData {
	var fib func(n int) chart.TreeNode
	fib = func(n int) chart.TreeNode {
		t := chart.TreeNode{Name: fmt.Sprintf("fib(%d)", n)}
		if n < 2 {
			t.Note = fmt.Sprintf("= %d", n)
			return t
		}
		t.Children = []chart.TreeNode{fib(n - 1), fib(n - 2)}
		return t
	}
	return chart.TreeData{Title: "Calls of fib(5)", Note: "the same call again and again", Root: fib(5)}
}

func scatter() chart.ScatterData {
	r := random()
	d := chart.ScatterData{Title: "Predicted and measured time", X: "predicted", XUnit: "s", Y: "measured", YUnit: "s", LogX: true, LogY: true, Diagonal: true}
	for _, name := range []string{"sums", "sorts"} {
		s := chart.Series{Name: name}
		for i := range 12 {
			x := 1e-6 * math.Pow(2.4, float64(i)) * (1 + r.Float64())
			s.X, s.Y = append(s.X, x), append(s.Y, x*math.Exp(0.3*r.NormFloat64()))
			l := ""
			if i == 7 {
				l = "sort of " + name
			}
			s.Labels = append(s.Labels, l)
		}
		d.Series = append(d.Series, s)
	}
	return d
}
