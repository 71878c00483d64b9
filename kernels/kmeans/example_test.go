package kmeans_test

import (
	"fmt"

	"github.com/weft-go/weft/kernels/kmeans"
)

func Example() {
	points := []float64{0, 0, 10, 10, 1, 0, 11, 10, 0, 1} // five points in a plane
	r := kmeans.Serial(points, 2, 2, 10, 3)
	fmt.Println(r.Labels[0] == r.Labels[2], r.Labels[0] == r.Labels[1])
	fmt.Printf("%.3f\n", r.Inertia)
	// Output:
	// true false
	// 1.833
}
