package interrupt_test

import (
	"fmt"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A long loop polls the flag once per row and returns what it has.
func ExampleRaised() {
	rows := make([]int, 0, 1000)
	for y := range 1000 {
		if interrupt.Raised() {
			break
		}
		rows = append(rows, y*y)
	}
	fmt.Println(len(rows), "rows")
	// Output: 1000 rows
}
