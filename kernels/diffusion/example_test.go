package diffusion_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/diffusion"
)

func Example() {
	g := diffusion.Start(200, 200)
	fmt.Println(g)
	g = diffusion.Serial(g, 100)
	fmt.Println(g)
	fmt.Printf("%.6f in the middle of the block\n", g.At(90, 90))
	same := diffusion.GoroutineSIMDSkew(diffusion.Start(200, 200), 100, 2)
	fmt.Println(same.Checksum() == g.Checksum())
	// Output:
	// diffusion 200×200, 0 steps, sum 2
	// diffusion 200×200, 100 steps, sum 2
	// 0.004741 in the middle of the block
	// true
}
