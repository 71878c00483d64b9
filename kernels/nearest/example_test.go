package nearest_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/dedupe"
	"github.com/weft-go/weft/kernels/nearest"
)

func Example() {
	roads, err := dedupe.Serial([]byte("0 1 50\n0 2 40\n1 2 70\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := nearest.Serial(roads, nearest.Places(roads))
	fmt.Println(r, err)
	fmt.Println("from 0 to", r.Destination[0], "it is", r.Distance[0])
	// Output:
	// distances 40 to 70, 2 origins <nil>
	// from 0 to 2 it is 40
}
