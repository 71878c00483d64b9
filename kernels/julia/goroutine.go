package julia

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), which
// fetch row after row. A negative number of workers is a panic.
//
// Options of package par, such as par.Static(0) or a *par.Stats, change the
// loop over the rows.
func Goroutine(width, height, limit, workers int, opts ...par.Option) *Set {
	s := New(width, height, limit)
	if workers < 0 {
		panic(fmt.Errorf("julia: negative number of workers %d", workers))
	}
	_ = s.goroutine(background, workers, opts)
	return s
}

func (s *Set) goroutine(ctx context.Context, workers int, opts []par.Option) error {
	p := poll.New(ctx)
	all := append([]par.Option{par.Workers(workers), par.Context(ctx), par.Dynamic(1)}, opts...)
	return par.RangeErr(s.Height, func(lo, hi int) error { return s.rows(p, lo, hi) }, all...)
}
