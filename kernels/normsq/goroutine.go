package normsq

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine adds up blocks in plain Go on the given number of workers (0:
// GOMAXPROCS), and then the sums of the blocks in order. A negative number of
// workers is a panic.
//
// Options of package par change the loop over the blocks, of 32768 elements.
func Goroutine(x []float64, workers int, opts ...par.Option) float64 {
	mustBeFine(workers)
	sum, _ := newLoop(x, workers, plain, opts).run(background)
	return sum
}

func mustBeFine(workers int) {
	if err := checkWorkers(workers); err != nil {
		panic(fmt.Errorf("normsq: %w", err))
	}
}

// A loop is a sum on several workers, with room for the blocks' sums.
type loop struct {
	x, parts []float64
	body     func(lo, hi int) error
	opts     []par.Option
	ctx      context.Context // of opts
	p        poll.Poll
}

func newLoop(x []float64, workers int, add func([]float64) float64, opts []par.Option) *loop {
	l := &loop{x: x, parts: make([]float64, count(len(x)))}
	l.body = func(lo, hi int) error { return blocks(l.p, l.parts, x, lo, hi, add) }
	l.opts = append([]par.Option{par.Workers(workers), nil}, opts...)
	return l
}

func (l *loop) run(ctx context.Context) (float64, error) {
	l.p = poll.New(ctx)
	if ctx != l.ctx { // making an option allocates
		l.ctx, l.opts[1] = ctx, par.Context(ctx)
	}
	if err := par.RangeErr(len(l.parts), l.body, l.opts...); err != nil {
		return math.NaN(), err
	}
	return total(l.parts), nil
}

func total(parts []float64) float64 {
	sum := 0.0
	for _, p := range parts {
		sum += p
	}
	return sum
}
