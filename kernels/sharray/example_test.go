package sharray_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/sharray"
)

func Example() {
	r, err := sharray.ProcessSHM(100, 8000, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range r.Workers {
		fmt.Println(w.Rows, w.Cells)
	}
	// Output:
	// 25 200000
	// 25 200000
	// 25 200000
	// 25 200000
}
