package normsq

import (
	"context"
	"math"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial adds up the squares in order in plain Go. Interrupted, it returns NaN,
// as the other functions do.
func Serial(x []float64) float64 {
	sum, _ := serial(background, x)
	return sum
}

func serial(ctx context.Context, x []float64) (float64, error) {
	p := poll.New(ctx)
	sum := 0.0
	for len(x) > 0 {
		if p.Stopped() {
			return math.NaN(), p.Err()
		}
		n := min(len(x), block)
		// One sum over all blocks, as the book's loop has it.
		for _, v := range x[:n] {
			sum += float64(v * v)
		}
		x = x[n:]
	}
	return sum, nil
}
