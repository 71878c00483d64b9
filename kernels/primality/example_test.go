package primality_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/primality"
)

func Example() {
	fmt.Println(primality.SerialMillerRabin(100109100129162907))
	fmt.Println(primality.Serial(112272535095295))
	r, err := primality.GoroutineFlag(1_000_003, 2, primality.Mutex, 1000)
	fmt.Println(r, err)
	// Output:
	// 100109100129162907 is prime
	// 112272535095295 = 5 · 22454507019059
	// 1000003 is prime <nil>
}
