package proc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

// A Pool is a number of worker processes that do tasks. Its methods may be
// called by any number of goroutines at the same time, which share the workers.
type Pool struct{ *pool }

// pool is what the workers hold on to. It is apart from Pool, so that a Pool
// that the program has forgotten can be closed.
type pool struct {
	config
	size int
	ctx  context.Context // ends with Close
	end  context.CancelCauseFunc
	free chan *child // those that wait for work; dead ones are replaced when taken

	mu     sync.Mutex
	all    map[*child]bool // that have not been given up
	past   Usage           // of those that have
	closed bool
	busy   sync.WaitGroup // calls and replacements under way

	once sync.Once // Close
	err  error
}

// grace is how long a worker may take to end by itself when its pool is closed.
const grace = 2 * time.Second

// NewPool starts workers processes and returns when they are ready; 0 means
// GOMAXPROCS. If one can't be started it is an error and none stays.
func NewPool(workers int, opts ...Option) (*Pool, error) {
	c, err := newConfig(opts)
	if err == nil && workers < 0 {
		err = fmt.Errorf("negative number of workers %d", workers)
	}
	if err == nil {
		err = ready()
	}
	if err != nil {
		return nil, fmt.Errorf("proc.NewPool: %w", err)
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := &pool{config: *c, size: workers, free: make(chan *child, workers), all: make(map[*child]bool)}
	p.ctx, p.end = context.WithCancelCause(context.Background())
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			ch, err := p.hire()
			if err != nil {
				errs[i] = err
				return
			}
			p.free <- ch
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			p.close()
			return nil, fmt.Errorf("proc.NewPool: %w", err)
		}
	}
	outer := &Pool{p}
	runtime.AddCleanup(outer, func(p *pool) { go p.close() }, p)
	return outer, nil
}

// Workers returns the number of workers.
func (p *Pool) Workers() int { return p.size }

// Close ends calls that run, whose error wraps [ErrClosed], and the workers. It
// returns when all have ended: at once mostly, after 2 s at most, when it kills
// them. To close twice is no error.
func (p *Pool) Close() error { return p.close() }

func (p *pool) close() error {
	p.once.Do(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		p.end(fmt.Errorf("the pool was %w", ErrClosed))
		p.busy.Wait()
		var wg sync.WaitGroup
		p.mu.Lock()
		for ch := range p.all {
			wg.Go(func() { ch.hangUp(grace) })
		}
		p.mu.Unlock()
		wg.Wait()
		p.mu.Lock()
		for ch := range p.all {
			p.past.add(ch.usage())
		}
		clear(p.all)
		p.mu.Unlock()
	})
	return p.err
}

// Join returns when the calls that run have ended, those begun with ApplyAsync
// too. It does not close the pool.
func (p *Pool) Join() {
	p.busy.Wait()
}

// enter counts a call, or says why there can't be one. Each call leaves.
func (p *pool) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fmt.Errorf("the pool was %w", ErrClosed)
	}
	p.busy.Add(1)
	return nil
}

func (p *pool) leave() { p.busy.Done() }

// hire starts a worker. One that dies before it is ready may have been killed
// by somebody, so there are more tries.
func (p *pool) hire() (*child, error) {
	var ch *child
	for try := 0; ; try++ {
		var err error
		if ch, err = start("pool", &p.config); err == nil {
			break
		}
		if try >= p.retries || p.ctx.Err() != nil || !errors.Is(err, errNotReady) {
			return nil, err
		}
	}
	p.mu.Lock()
	p.all[ch] = true
	p.mu.Unlock()
	return ch, nil
}

// fire gives up a worker that is dead or about to die.
func (p *pool) fire(ch *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[ch] {
		delete(p.all, ch)
		p.past.add(ch.usage())
	}
}

// acquire takes a worker for one batch. Each must be released.
func (p *pool) acquire(ctx context.Context) (*child, error) {
	var ch *child
	select {
	case ch = <-p.free:
	default:
		select {
		case ch = <-p.free:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	if ch != nil && !ch.dead.Load() {
		return ch, nil
	}
	if ch != nil {
		ch.post()
		p.fire(ch)
	}
	fresh, err := p.hire()
	if err != nil {
		p.free <- nil // the next call tries again
		return nil, err
	}
	return fresh, nil
}

// release gives a worker back. A dead one is replaced meanwhile.
func (p *pool) release(ch *child) {
	if !ch.dead.Load() {
		p.free <- ch
		return
	}
	p.busy.Add(1) // the caller has entered, so Close waits
	go func() {
		defer p.leave()
		ch.post()
		p.fire(ch)
		if p.ctx.Err() != nil || p.single {
			return
		}
		fresh, err := p.hire()
		if err != nil {
			fresh = nil
		}
		p.free <- fresh
	}()
}

// A Usage is what workers took, as their replies told it.
type Usage struct {
	PID    int // 0: of workers that have ended, or of several
	Tasks  int // runs of tasks that ended, well or not
	User   time.Duration
	System time.Duration
}

func (u *Usage) add(v Usage) {
	u.Tasks += v.Tasks
	u.User += v.User
	u.System += v.System
}

func (ch *child) usage() Usage {
	return Usage{ch.pid, int(ch.tasks.Load()), time.Duration(ch.user.Load()), time.Duration(ch.system.Load())}
}

// Usage returns what the pool's workers took for tasks until now: one entry for
// each that lives and one, with PID 0, for those that have ended, if any did.
// Start-up is not in it, and neither is what a killed worker took for its last
// task.
func (p *Pool) Usage() []Usage {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Usage
	for ch := range p.all {
		list = append(list, ch.usage())
	}
	sortUsage(list)
	if p.past.Tasks > 0 {
		list = append(list, p.past)
	}
	return list
}

// Total returns the sum of Usage.
func (p *Pool) Total() Usage {
	var sum Usage
	for _, u := range p.Usage() {
		sum.add(u)
	}
	return sum
}

// sortUsage orders by process number.
func sortUsage(list []Usage) {
	slices.SortFunc(list, func(a, b Usage) int { return cmp.Compare(a.PID, b.PID) })
}
