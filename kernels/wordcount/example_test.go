package wordcount_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/wordcount"
)

func Example() {
	counts, err := wordcount.Goroutine([]byte("To be, or not to be: that is the question."), 2)
	fmt.Println(counts[:3], err)
	// Output: [{be 2} {to 2} {is 1}] <nil>
}
