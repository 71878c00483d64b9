package dedupe

import (
	"fmt"
	"runtime"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [SerialDense] on the given number of workers (0: GOMAXPROCS): each
// cleans a part of the text with a table of its own, then the roads that remain
// of later parts are looked up in the tables of earlier ones. The result is the
// same, the memory needed grows with the workers. A negative number of workers is
// an error, as is more than 1024.
//
// Options of package par change the loops over parts and blocks of roads.
func Goroutine(text []byte, workers int, opts ...par.Option) ([]Road, error) {
	return parallel(text, workers, false, opts)
}

func parallel(text []byte, workers int, simd bool, opts []par.Option) ([]Road, error) {
	if err := checkWorkers(workers); err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	t := newTeam(text, workers, simd, opts)
	if err := t.run(background()); err != nil {
		return nil, err
	}
	return t.plan.roads(), nil
}

// A team runs a plan on goroutines. Its closures are made once.
type team struct {
	plan                 *plan
	ctx                  poll.Poll // of the run
	on                   pace
	opts                 []par.Option
	reduce, filter, move func(lo, hi int)
}

func newTeam(text []byte, workers int, simd bool, opts []par.Option) *team {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	t := &team{plan: newPlan(text, workers, simd)}
	t.on = func() bool { return !t.ctx.Stopped() }
	t.opts = append([]par.Option{par.Workers(workers), par.Dynamic(1)}, opts...)
	t.reduce = func(lo, hi int) {
		for k := lo; k < hi; k++ {
			t.plan.reduce(k, t.on)
		}
	}
	t.filter = func(lo, hi int) {
		for i := lo; i < hi && t.on(); i++ {
			t.plan.filter(i)
		}
	}
	t.move = func(lo, hi int) {
		for i := lo; i < hi; i++ {
			t.plan.move(i)
		}
	}
	return t
}

func (t *team) run(ctx poll.Poll) error {
	t.ctx = ctx
	p := t.plan
	for k := range p.parts {
		p.parts[k].bad = -1
	}
	t.loop(len(p.parts), t.reduce)
	if err := p.wrong(); err != nil {
		return err
	}
	if ctx.Stopped() {
		return ctx.Err()
	}
	if n := p.deal(); n > 0 {
		t.loop(n, t.filter)
		if ctx.Stopped() {
			return ctx.Err()
		}
		p.place()
		t.loop(n, t.move)
	} else {
		p.place()
	}
	if ctx.Stopped() { // a loop may have been cut
		return ctx.Err()
	}
	return nil
}

// loop is par.Range, or a plain call where there is nothing to share.
func (t *team) loop(n int, body func(lo, hi int)) {
	if n == 1 {
		body(0, 1)
		return
	}
	par.Range(n, body, t.opts...)
}
