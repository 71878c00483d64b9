package shm_test

import (
	"fmt"

	"github.com/weft-go/weft/runtime/shm"
)

// Both slices are the same memory. The second is mostly made in another
// process, which got the handle with its task.
func Example() {
	s, err := shm.NewFloat64s(1000)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	other, err := shm.AttachFloat64s(s.Handle())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer other.Close()
	other.Data[3] = 1.5
	fmt.Println(s.Data[3], len(s.Data))
	// Output: 1.5 1000
}
