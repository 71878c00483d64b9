package primality

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine is [Serial] on the given number of workers (0: GOMAXPROCS), which
// ask every 1000 divisions an atomic flag whether one of them has found a
// divisor. A negative number of workers is a panic.
//
// Options of package par change the loop over the turns of 30 numbers:
// par.Static(0) gives each worker one range, as the book does.
func Goroutine(n, workers int, opts ...par.Option) Result {
	mustBeFine(n, workers)
	r, _ := newTeam(n, workers, DefaultEvery, odd, Atomic).run(context.Background(), opts)
	return r
}

// GoroutineFlag is [Goroutine] with a flag of your choice, asked after every so
// many divisions. The error is the flag's, or says which argument is wrong.
func GoroutineFlag(n, workers int, flag Flag, every int, opts ...par.Option) (Result, error) {
	if err := check(n, workers, every); err != nil {
		return Result{N: n}, fmt.Errorf("primality: %w", err)
	}
	t, err := newFlagTeam(n, workers, every, odd, flag)
	if err != nil {
		return Result{N: n}, fmt.Errorf("primality: %w", err)
	}
	defer t.close()
	return t.run(context.Background(), opts)
}

// A team searches with goroutines, as often as it is run.
type team struct {
	n, workers int
	every      int // turns
	flag       Flag
	server     *server // of the flag TCP
	signal     signal
	find       finder
	p          poll.Poll
	factor     atomic.Uint64
	body       func(lo, hi int) error
}

// newTeam is for flags that can't fail.
func newTeam(n, workers, every int, find finder, flag Flag) *team {
	t, err := newFlagTeam(n, workers, every, find, flag)
	if err != nil {
		panic("BUG: primality: " + err.Error())
	}
	return t
}

func newFlagTeam(n, workers, every int, find finder, flag Flag) (*team, error) {
	t := &team{n: n, workers: workers, every: everyTurns(every), flag: flag, find: find}
	if flag == TCP {
		var err error
		if t.server, err = listen(); err != nil {
			return nil, err
		}
	} else if _, err := inMemory(flag); err != nil {
		return nil, err
	}
	stopped := func() bool { return t.p.Stopped() }
	t.body = func(lo, hi int) error {
		s := t.signal
		if t.flag == TCP {
			c, err := dial(t.server.address())
			if err != nil {
				return err
			}
			defer c.close()
			s = c
		}
		d, err := hunt(uint64(t.n), lo+1, hi+1, t.every, t.find, s, stopped)
		if d != 0 {
			t.factor.Store(d)
		}
		return err
	}
	return t, nil
}

// block is how many turns a worker fetches at a time; ranges of a worker each
// would end at different times where another program takes a core.
const block = 1 << 16

// run searches. The error is that of a flag, or the cause if it was stopped.
func (t *team) run(ctx context.Context, opts []par.Option) (Result, error) {
	t.p = poll.New(ctx)
	if t.p.Stopped() {
		return Result{N: t.n}, t.p.Err()
	}
	r, done := easy(t.n)
	if done {
		return r, nil
	}
	t.factor.Store(0)
	if err := t.reset(); err != nil {
		return Result{N: t.n}, err
	}
	if len(opts) == 0 { // which costs no allocation
		return t.result(par.RangeErr(turns(t.n)-1, t.body, par.Workers(t.workers), par.Context(ctx), par.Dynamic(block)))
	}
	all := append([]par.Option{par.Workers(t.workers), par.Context(ctx), par.Dynamic(block)}, opts...)
	return t.result(par.RangeErr(turns(t.n)-1, t.body, all...))
}

func (t *team) result(err error) (Result, error) {
	d := t.factor.Load()
	switch {
	case d != 0:
		return composite(t.n, d), nil
	case err != nil:
		return Result{N: t.n}, err
	case t.p.Stopped():
		return Result{N: t.n}, t.p.Err()
	}
	return Result{N: t.n, Prime: true, Decided: true}, nil
}

// reset lowers the flag.
func (t *team) reset() error {
	switch s := t.signal.(type) {
	case *atomicSignal:
		s.up.Store(false)
	case *mutexSignal:
		s.mu.Lock()
		s.up = false
		s.mu.Unlock()
	case nil:
		if t.flag == TCP {
			t.server.lower()
			return nil
		}
		var err error
		t.signal, err = inMemory(t.flag)
		return err
	}
	return nil
}

func (t *team) close() error {
	if t.server == nil {
		return nil
	}
	return t.server.close()
}
