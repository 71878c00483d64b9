package measure_test

import (
	"fmt"
	"time"

	"github.com/weft-go/weft/kernel/measure"
)

func ExampleTime() {
	t := measure.Time("sleep", "compiled", func() { time.Sleep(20 * time.Millisecond) })
	fmt.Println(t.Wall >= 20*time.Millisecond, t.Cores() < 0.9)
	// Output: true true
}

func ExampleTimeit() {
	r := measure.Timeit(measure.Options{Runs: 5, Loops: 100, Engine: "compiled"}, func() { _ = fmt.Sprint(1, 2, 3) })
	fmt.Println(len(r.Samples), "samples of", r.Loops, "calls")
	// Output: 5 samples of 100 calls
}

func ExampleFormatSeconds() {
	fmt.Println(measure.FormatSeconds(0.00123456, 3))
	// Output: 1.23 ms
}
