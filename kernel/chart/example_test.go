package chart_test

import (
	"fmt"

	"github.com/weft-go/weft/kernel/chart"
)

// Outside of a notebook a chart prints its text.
func Example() {
	chart.Bars(chart.BarsData{
		Title: "Lines of code", Name: "lines", Categories: []string{"kernel", "kernels", "runtime"},
		Series: []chart.BarSeries{{Values: []float64{21000, 9400, 3100}}},
	}).Show()
	// Output:
	// Lines of code
	//          lines
	// kernel   21000
	// kernels   9400
	// runtime   3100
	// kernel               ########################################
	// kernels              ##################
	// runtime              ######
}

func ExampleHistogram() {
	c := chart.Histogram(chart.HistogramData{
		Title:   "sort.Ints",
		Samples: []float64{12e-6, 12.1e-6, 12.1e-6, 12.2e-6, 12.2e-6, 12.2e-6, 12.4e-6, 13e-6},
	})
	fmt.Println(c)
	// Output:
	// sort.Ints
	// 8 samples, median 12.2 µs · ♦ 1 outlier
	//         12 µs  #############                            1
	//       12.1 µs  ###########################              2
	//       12.2 µs  ######################################## 3
	//       12.3 µs                                           0
	//       12.4 µs  #############                            1
	//       12.5 µs                                           0
	//       12.6 µs                                           0
	//       12.7 µs                                           0
	//       12.8 µs                                           0
	//       12.9 µs                                           0
	//         13 µs  #############                            1
}

func ExampleIntervals() {
	fmt.Println(chart.Intervals(chart.IntervalsData{
		Title: "Joining 100 words",
		Rows: []chart.Interval{
			{Name: "strings.Builder", Center: 0.81e-6, Low: 0.8e-6, High: 0.83e-6, Verdict: "fastest"},
			{Name: "+=", Center: 4.4e-6, Low: 4.3e-6, High: 4.6e-6, Verdict: "5.4× slower"},
		},
	}))
	// Output:
	// Joining 100 words
	// dot: median, line: 95 % interval · lower is better
	//                    time         interval
	// strings.Builder  810 ns  800 ns … 830 ns  fastest
	// +=               4.4 µs  4.3 µs … 4.6 µs  5.4× slower
}

func ExampleHeatMap() {
	fmt.Println(chart.HeatMap(chart.HeatMapData{
		Title: "Products", Values: [][]float64{{1, 2, 3}, {2, 4, 6}},
		Columns: []string{"1", "2", "3"}, Rows: []string{"1", "2"},
	}))
	// Output:
	// Products
	//    1  2  3
	// 1  1  2  3
	// 2  2  4  6
}

func ExampleLive() {
	l := chart.NewLive(chart.LiveData{Title: "Newton's method for √2", X: "step", Y: "x"})
	defer l.Done()
	for i, x := 0, 1.0; i < 4; i++ {
		l.Append(0, float64(i), x)
		x = (x + 2/x) / 2
	}
	// Output:
	// Newton's method for √2
	// step      x
	// 0         1
	// 1       1.5
	// 2     1.417
	// 3     1.414
	//            0  ###########################
	//            1  ########################################
	//            2  ######################################
	//            3  ######################################
}
