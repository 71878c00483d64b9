package par_test

import (
	"fmt"
	"math"

	"github.com/weft-go/weft/runtime/par"
)

func ExampleRange() {
	squares := make([]int, 10)
	par.Range(len(squares), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			squares[i] = i * i
		}
	}, par.Workers(2))
	fmt.Println(squares)
	// Output: [0 1 4 9 16 25 36 49 64 81]
}

func ExampleReduceFloat64() {
	const n = 1_000_000
	pi := par.ReduceFloat64(n, 0, func(lo, hi int) float64 {
		s := 0.0
		for i := lo; i < hi; i++ {
			x := (float64(i) + 0.5) / n
			s += 4 / (1 + x*x)
		}
		return s
	}, nil) / n
	fmt.Println(math.Abs(pi-math.Pi) < 1e-9)
	// Output: true
}

// Rows that differ in length: which schedule deals them evenly?
func ExampleStats() {
	var s par.Stats
	par.For(100, func(i int) {}, par.Workers(2), par.Static(10), &s)
	for worker, w := range s.Workers {
		fmt.Println("worker", worker, "did", w.Items, "iterations in", w.Blocks, "blocks")
	}
	// Output:
	// worker 0 did 50 iterations in 5 blocks
	// worker 1 did 50 iterations in 5 blocks
}
