package falsesharing

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial counts to n in one counter, about 2 ns for each addition on an AMD EPYC, and returns
// the count. Interrupted, it returns how far it came, as the other functions do.
// A negative n is a panic.
func Serial(n int) int {
	mustBeFine(n, 0)
	r := newRow(1, 1)
	_ = r.serial(background, n)
	return r.sum()
}

func (r row) serial(ctx context.Context, n int) error { return add(poll.New(ctx), r.at(0), n) }
