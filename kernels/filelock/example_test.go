package filelock_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/filelock"
)

func Example() {
	fmt.Println(filelock.Serial(1000))
	fmt.Println(filelock.Process(1000, 4))
	lost, err := filelock.UnlockedProcess(1000, 4)
	fmt.Println(lost <= 1000, err)
	// Output:
	// 1000 <nil>
	// 1000 <nil>
	// true <nil>
}
