package julia_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/julia"
	"github.com/weft-go/weft/runtime/par"
)

func Example() {
	img := julia.Serial(1000, 1000, 300)
	fmt.Println(img.Sum())
	fmt.Println(julia.Goroutine(1000, 1000, 300, 2))
	// Output:
	// 33219980
	// julia 1000×1000, 300 iterations, sum 33219980
}

// Who does how much under a static schedule? The halves of the picture are
// equal, the quarters are not.
func ExampleGoroutine() {
	var s par.Stats
	img := julia.Goroutine(400, 400, 300, 4, par.Static(0), &s)
	for worker := range s.Workers {
		sum := 0
		for y := worker * 100; y < (worker+1)*100; y++ {
			for x := range 400 {
				sum += img.At(x, y)
			}
		}
		fmt.Printf("worker %d: %2.0f %% of the iterations\n", worker, 100*float64(sum)/float64(img.Sum()))
	}
	// Output:
	// worker 0:  1 % of the iterations
	// worker 1: 49 % of the iterations
	// worker 2: 50 % of the iterations
	// worker 3:  1 % of the iterations
}
