package nbody_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/nbody"
)

func Example() {
	s := nbody.New(100, 1)
	before := s.Energy()
	nbody.Serial(s, 50, 1.0/1024)
	fmt.Printf("%.4f\n", s.Energy()/before)
	// Output:
	// 1.0000
}
