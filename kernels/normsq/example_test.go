package normsq_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/normsq"
)

func Example() {
	x := normsq.Vector(1000)
	fmt.Println(normsq.Serial(x), normsq.SIMD(x), normsq.GoroutineSIMD(x, 2))
	// Output:
	// 3.328335e+08 3.328335e+08 3.328335e+08
}
