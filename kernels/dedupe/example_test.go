package dedupe_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/dedupe"
)

func Example() {
	text := []byte("1 2 10\n2 1 11\n1 2 12\n")
	roads, err := dedupe.Serial(text)
	fmt.Println(roads, err) // the way back gets the distance of the way there
	// Output: [1 2 10 2 1 10] <nil>
}

func ExampleChecksum() {
	roads, err := dedupe.Goroutine(dedupe.Text(10_000, 1), 2)
	fmt.Println(len(roads), dedupe.Checksum(roads), err)
	// Output: 6269 983248715128486 <nil>
}
