package histogram_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/histogram"
)

func Example() {
	h := histogram.Serial([]byte("hello"))
	fmt.Println(h['l'], h.Total())
	// Output: 2 5
}
