package julia

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial computes a picture of width×height pixels with at most limit
// iterations each, one pixel after the other. Interrupted, it returns with the
// rest of the rows zero. It panics on arguments that [New] panics on.
//
// It takes about 2.2 ns per iteration: 73 ms for 1000×1000, 300 on an AMD EPYC
// (Zen 5).
func Serial(width, height, limit int) *Set {
	s := New(width, height, limit)
	_ = s.serial(background)
	return s
}

func (s *Set) serial(ctx context.Context) error {
	return s.rows(poll.New(ctx), 0, s.Height)
}
