package stream_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/stream"
)

func Example() {
	a := make([]float64, 4)
	b := []float64{1, 2, 3, 4}
	c := []float64{10, 20, 30, 40}
	stream.Serial(a, b, c, 3)
	fmt.Println(a)
	stream.GoroutineSIMD(a, b, c, 0.5, 2)
	fmt.Println(a)
	// Output:
	// [31 62 93 124]
	// [6 12 18 24]
}
