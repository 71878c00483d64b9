package chart_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/chart"
)

// constructors make each kind of chart of the same figures, however odd.
var constructors = map[string]func(name string, v []float64) *chart.Chart{
	"histogram": func(name string, v []float64) *chart.Chart {
		return chart.Histogram(chart.HistogramData{Title: name, Samples: v, Low: first(v), High: last(v), Flags: map[int]string{0: name, 99: name}})
	},
	"intervals": func(name string, v []float64) *chart.Chart {
		var rows []chart.Interval
		for _, x := range v {
			rows = append(rows, chart.Interval{Name: name, Center: x, Low: x * 0.9, High: x * 1.1, Verdict: name, Samples: v})
		}
		return chart.Intervals(chart.IntervalsData{Title: name, Rows: rows})
	},
	"scaling": func(name string, v []float64) *chart.Chart {
		var workers []int
		for i := range v {
			workers = append(workers, i+1)
		}
		return chart.Scaling(chart.ScalingData{Title: name, Workers: workers, Speedup: v, Low: v, High: v, Capacity: v, Amdahl: 0.9, Sigma: 0.1, Verdict: name})
	},
	"sweep": func(name string, v []float64) *chart.Chart {
		return chart.Sweep(chart.SweepData{Title: name, XUnit: "B", Series: twice(name, v), Marks: []chart.Mark{{Name: name, At: first(v)}}})
	},
	"times": func(name string, v []float64) *chart.Chart {
		var rows []chart.TimesRow
		for _, x := range v {
			rows = append(rows, chart.TimesRow{Name: name, Wall: x, User: x, System: x, ChildUser: x, ChildSystem: x})
		}
		return chart.Times(chart.TimesData{Title: name, Rows: rows})
	},
	"bars": func(name string, v []float64) *chart.Chart {
		return chart.Bars(chart.BarsData{Title: name, Unit: "B", Categories: []string{name}, Series: []chart.BarSeries{{Name: name, Values: v, Low: v, High: v}, {Values: v}}})
	},
	"bars log": func(name string, v []float64) *chart.Chart {
		return chart.Bars(chart.BarsData{Title: name, Log: true, Upright: true, Series: []chart.BarSeries{{Name: name, Values: v}}})
	},
	"bars stacked": func(name string, v []float64) *chart.Chart {
		return chart.Bars(chart.BarsData{Title: name, Stacked: true, Series: []chart.BarSeries{{Name: name, Values: v}, {Name: "b", Values: v}}})
	},
	"lines": func(name string, v []float64) *chart.Chart {
		return chart.Lines(chart.LinesData{Title: name, X: name, Y: name, YUnit: "s", Series: twice(name, v), Marks: []chart.Mark{{Name: name}}, Area: true})
	},
	"lines log": func(name string, v []float64) *chart.Chart {
		return chart.Lines(chart.LinesData{Title: name, LogX: true, LogY: true, Series: twice(name, v)})
	},
	"scatter": func(name string, v []float64) *chart.Chart {
		s := twice(name, v)
		s[0].Labels = []string{name}
		return chart.Scatter(chart.ScatterData{Title: name, Series: s, Diagonal: true, LogX: true})
	},
	"box": func(name string, v []float64) *chart.Chart {
		return chart.Box(chart.BoxData{Title: name, Groups: groups(name, v)})
	},
	"violin": func(name string, v []float64) *chart.Chart {
		return chart.Violin(chart.ViolinData{Title: name, Groups: groups(name, v)})
	},
	"roofline": func(name string, v []float64) *chart.Chart {
		d := chart.RooflineData{Title: name}
		for _, x := range v[:min(len(v), 50)] {
			d.Peaks = append(d.Peaks, chart.Roof{Name: name, Rate: x * 1e9})
			d.Bandwidths = append(d.Bandwidths, chart.Roof{Name: name, Rate: x * 1e9})
			d.Points = append(d.Points, chart.RooflinePoint{Name: name, Intensity: x, Rate: x * 1e9, Low: x, High: x})
		}
		d.Peaks, d.Bandwidths = d.Peaks[:min(len(d.Peaks), 4)], d.Bandwidths[:min(len(d.Bandwidths), 4)]
		return chart.Roofline(d)
	},
	"flame": func(name string, v []float64) *chart.Chart {
		var s []chart.Stack
		for i, x := range v {
			s = append(s, chart.Stack{Frames: []string{"main", name, fmt.Sprint("f", i%50)}, Value: x})
		}
		return chart.Flame(chart.FlameData{Title: name, Stacks: s, Unit: "s"})
	},
	"gantt": func(name string, v []float64) *chart.Chart {
		var s []chart.Span
		for i, x := range v {
			s = append(s, chart.Span{Row: fmt.Sprint(name, i%3), Start: float64(i), End: float64(i) + x, Kind: name, Label: name})
		}
		return chart.Gantt(chart.GanttData{Title: name, Spans: s, Blocked: []chart.Cause{{Name: name, Seconds: first(v)}}, Marks: []chart.Mark{{Name: name}}})
	},
	"memory": func(name string, v []float64) *chart.Chart {
		return chart.Memory(chart.MemoryData{Title: name, Series: twice(name, v), Regions: []chart.Region{{Name: name, From: first(v), To: last(v)}}, Marks: []chart.Mark{{Name: name}}})
	},
	"cache levels": func(name string, v []float64) *chart.Chart {
		return chart.CacheLevels(chart.CacheLevelsData{Title: name, Rows: []string{name}, Levels: []string{"L1", name}, Counts: [][]float64{v, v, nil}})
	},
	"heat map cells": func(name string, v []float64) *chart.Chart {
		v = v[:min(len(v), 100)]
		return chart.HeatMap(chart.HeatMapData{Title: name, Values: [][]float64{v, v, nil}, Columns: []string{name}, Rows: []string{name}})
	},
	"heat map": func(name string, v []float64) *chart.Chart {
		var rows [][]float64
		for range 450 {
			rows = append(rows, v[:min(len(v), 2000)])
		}
		return chart.HeatMap(chart.HeatMapData{Title: name, Values: rows, Log: true, X: name})
	},
	"graph": func(name string, v []float64) *chart.Chart {
		d := chart.GraphData{Title: name}
		v = v[:min(len(v), 50_000)]
		for i, x := range v {
			d.Nodes = append(d.Nodes, chart.GraphNode{Name: fmt.Sprint(name, i), Group: name, Value: x})
			d.Edges = append(d.Edges, chart.GraphEdge{From: fmt.Sprint(name, i), To: name, Weight: x})
		}
		return chart.Graph(d)
	},
	"sankey": func(name string, v []float64) *chart.Chart {
		var f []chart.Flow
		v = v[:min(len(v), 50_000)]
		for i, x := range v {
			f = append(f, chart.Flow{From: fmt.Sprint(name, i%7), To: fmt.Sprint(name, (i+1)%7), Value: x}, chart.Flow{From: name, To: name, Value: x})
		}
		return chart.Sankey(chart.SankeyData{Title: name, Flows: f})
	},
	"tree": func(name string, v []float64) *chart.Chart {
		root := chart.TreeNode{Name: name}
		for _, x := range v {
			root.Children = append(root.Children, chart.TreeNode{Name: name, Note: fmt.Sprint(int(x))})
		}
		return chart.Tree(chart.TreeData{Title: name, Root: root})
	},
}

func first(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return v[0]
}

func last(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return v[len(v)-1]
}

// twice is a series over its own indices, and one over itself.
func twice(name string, v []float64) []chart.Series {
	var x []float64
	for i := range v {
		x = append(x, float64(i))
	}
	return []chart.Series{{Name: name, X: x, Y: v, Low: v, High: v}, {X: v, Y: v}}
}

func groups(name string, v []float64) []chart.Samples {
	return []chart.Samples{{Name: name, Values: v}, {Values: nil}, {Name: name, Values: v}}
}

// TestOddData draws every kind of chart from data that are hard to draw.
func TestOddData(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	long := strings.Repeat("an unreasonably long name ", 12)
	for _, data := range []struct {
		name   string
		values []float64
	}{
		{"nothing", nil},
		{"one", []float64{3}},
		{"one zero", []float64{0}},
		{"all equal", []float64{2, 2, 2, 2, 2, 2, 2, 2, 2, 2}},
		{"all zero", make([]float64, 12)},
		{"none a number", []float64{nan, inf, -inf}},
		{"some not numbers", []float64{1, nan, 2, inf, 3, -inf, 4}},
		{"negative", []float64{-1, -2, -3, -0.5}},
		{"both signs", []float64{-1e-3, 0, 1e-3, 5}},
		{"huge", []float64{1e300, 1.7e308, -1.7e308, 5e307}},
		{"tiny", []float64{5e-324, 1e-300, 1e-310, 2e-308}},
		{"wide", []float64{1e-12, 1, 1e12, 1e18}},
		{"close", []float64{1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3}},
		{`</script><script>alert(1)</script>`, []float64{1, 2, 3}},
		{"{@fn} {a|b} \x1b[31mred\x00\n\u2028", []float64{1, 2, 3}},
		{"日本語のとても長い名前 🚀🚀🚀", []float64{1, 2, 3}},
		{long, []float64{1, 2, 3, 4, 5}},
	} {
		for kind, make := range constructors {
			t.Run(fmt.Sprintf("%s/%.20q", kind, data.name), func(t *testing.T) {
				check(t, make(data.name, data.values), 24<<10)
			})
		}
	}
}

// TestZero draws every kind of chart from nothing at all.
func TestZero(t *testing.T) {
	for name, c := range map[string]*chart.Chart{
		"histogram": chart.Histogram(chart.HistogramData{}), "intervals": chart.Intervals(chart.IntervalsData{}), "scaling": chart.Scaling(chart.ScalingData{}),
		"sweep": chart.Sweep(chart.SweepData{}), "times": chart.Times(chart.TimesData{}), "bars": chart.Bars(chart.BarsData{}), "lines": chart.Lines(chart.LinesData{}),
		"scatter": chart.Scatter(chart.ScatterData{}), "box": chart.Box(chart.BoxData{}), "violin": chart.Violin(chart.ViolinData{}), "roofline": chart.Roofline(chart.RooflineData{}),
		"flame": chart.Flame(chart.FlameData{}), "gantt": chart.Gantt(chart.GanttData{}), "memory": chart.Memory(chart.MemoryData{}), "cache levels": chart.CacheLevels(chart.CacheLevelsData{}),
		"heat map": chart.HeatMap(chart.HeatMapData{}), "graph": chart.Graph(chart.GraphData{}), "sankey": chart.Sankey(chart.SankeyData{}), "tree": chart.Tree(chart.TreeData{}),
	} {
		check(t, c, 2<<10)
		if !strings.Contains(c.Text, "(no data)") {
			t.Errorf("%s of nothing says %q", name, c.Text)
		}
	}
}

// measured are the kinds of chart for samples and points.
var measured = map[string]bool{"histogram": true, "lines": true, "scatter": true, "box": true, "violin": true, "memory": true, "heat map": true}

// TestMillion draws a million points within seconds, and small.
func TestMillion(t *testing.T) {
	v := make([]float64, 1_000_000)
	for i := range v {
		v[i] = 2 + math.Sin(float64(i)/1e5) + 0.1*math.Sin(float64(i)*1.7)
	}
	for kind, make := range constructors {
		t.Run(kind, func(t *testing.T) {
			v := v
			if !measured[kind] { // those that nobody has a million of
				v = v[:100_000]
			}
			begin := time.Now()
			c := make("a million", v)
			limit := 20 << 10
			if kind == "scatter" { // its points stand each for itself
				limit = 60 << 10
			}
			check(t, c, limit)
			if d := time.Since(begin); d > 20*time.Second { // about 0.5 s, ten times that under -race
				t.Errorf("took %v", d)
			}
		})
	}
}
