package matmul

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [SerialIKJ] with the rows of C dealt to the given number of
// workers (0: GOMAXPROCS), with the same result to the bit. A negative number
// of workers is a panic. Options of package par change the loop over the rows.
func Goroutine(c, a, b []float64, m, k, n, workers int, opts ...par.Option) {
	mustBeFine(c, a, b, m, k, n, workers)
	r := rows{c: c, a: a, b: b, m: m, k: k, n: n}
	r.p = background()
	par.Range(m, r.ikj, append([]par.Option{par.Workers(workers), par.Dynamic(rowChunk)}, opts...)...)
}

// GoroutineBlocked is [Goroutine] with [SerialBlocked] for every share of rows.
func GoroutineBlocked(c, a, b []float64, m, k, n, workers int, opts ...par.Option) {
	mustBeFine(c, a, b, m, k, n, workers)
	r := rows{c: c, a: a, b: b, m: m, k: k, n: n}
	r.p = background()
	par.Range(m, r.blocked, append([]par.Option{par.Workers(workers)}, opts...)...)
}

// rowChunk is how many rows a worker fetches at a time.
const rowChunk = 8

// rows is a product whose rows are dealt to workers.
type rows struct {
	c, a, b []float64
	m, k, n int
	p       poll.Poll
}

// runIKJ and runBlocked are what Goroutine and GoroutineBlocked do, with the
// body made before, so that it is not made at each run.
func (r *rows) runIKJ(ctx context.Context, workers int, body func(lo, hi int)) error {
	r.p = poll.New(ctx)
	par.Range(r.m, body, par.Workers(workers), par.Dynamic(rowChunk), par.Context(ctx))
	return r.p.Err()
}

func (r *rows) runBlocked(ctx context.Context, workers int, body func(lo, hi int)) error {
	r.p = poll.New(ctx)
	par.Range(r.m, body, par.Workers(workers), par.Context(ctx))
	return r.p.Err()
}

func (r *rows) ikj(lo, hi int) {
	clear(r.c[lo*r.n : hi*r.n])
	for i := lo; i < hi; i++ {
		if !ikj(r.p, r.c[i*r.n:][:r.n], r.a[i*r.k:][:r.k], r.b) {
			return
		}
	}
}

func (r *rows) blocked(lo, hi int) {
	clear(r.c[lo*r.n : hi*r.n])
	blocked(r.p, r.c, r.a, r.b, r.k, r.n, lo, hi)
}
