package primality

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process is [Serial] in worker processes (0: GOMAXPROCS), which are started
// for the call and each search one range, asking every so many divisions the
// flag whether another has found a divisor; none is started for what small primes
// decide. The error is bad arguments, an interrupt, or what kept a worker or the flag from working.
func Process(n, workers int, flag Flag, every int) (r Result, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("primality by process: %w", err)
		}
	}()
	r = Result{N: n}
	if err := check(n, workers, every); err != nil {
		return r, err
	}
	if r, done := easy(n); done {
		return r, nil
	}
	c, err := newCrew(n, workers, every, flag)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	return c.run(context.Background())
}

// tasks are what worker processes are asked for.
var tasks = []proc.Task{proc.NewTask("primality.search", searchTask)}

// A searchIn asks a worker for a divisor of N in the turns [Lo, Hi). Of the
// ways to look at the flag at most one is set.
type searchIn struct {
	N             int
	Lo, Hi, Every int // turns
	Word          *proc.RawValue
	Locked        *proc.Value
	Conn          *proc.Conn
	Proxy         *proc.ValueProxy
	Server        string // address
}

// searchTask returns the divisor found, or 0.
func searchTask(ctx context.Context, in searchIn) (uint64, error) {
	s, err := in.signal()
	if err != nil {
		return 0, err
	}
	if c, ok := s.(*client); ok {
		defer c.close()
	}
	p := poll.New(ctx)
	d, err := hunt(uint64(in.N), in.Lo, in.Hi, in.Every, odd, s, p.Stopped)
	if d == 0 && err == nil {
		err = p.Err()
	}
	return d, err
}

// signal returns the flag as this worker sees it.
func (in *searchIn) signal() (signal, error) {
	switch {
	case in.Word != nil:
		return wordSignal{in.Word}, nil
	case in.Locked != nil:
		return lockedSignal{in.Locked}, nil
	case in.Conn != nil:
		return pipeSignal{in.Conn}, nil
	case in.Proxy != nil:
		return proxySignal{in.Proxy}, nil
	case in.Server != "":
		return dial(in.Server)
	}
	return noSignal{}, nil
}

// A wordSignal is a word of shared memory.
type wordSignal struct{ v *proc.RawValue }

func (s wordSignal) raise() error          { s.v.Set(1); return nil }
func (s wordSignal) raised() (bool, error) { return s.v.Get() != 0, nil }

// A lockedSignal is a word of shared memory with a lock.
type lockedSignal struct{ v *proc.Value }

func (s lockedSignal) raise() error { return s.locked(func() { s.v.Set(1) }) }

func (s lockedSignal) raised() (up bool, err error) {
	err = s.locked(func() { up = s.v.Get() != 0 })
	return up, err
}

// locked takes also the lock of a worker that died with it: the word is whole at
// every moment.
func (s lockedSignal) locked(f func()) error {
	if err := s.v.Lock(); err != nil && !errors.Is(err, proc.ErrOwnerDied) {
		return err
	}
	f()
	return s.v.Unlock()
}

// A pipeSignal is a worker's end of a pipe to the parent, which passes what one
// worker sends on to the others: nothing but the flag is ever sent.
type pipeSignal struct{ conn *proc.Conn }

func (s pipeSignal) raise() error          { return s.conn.Send(1) }
func (s pipeSignal) raised() (bool, error) { return s.conn.Poll(), nil }

// A proxySignal is a value in a manager process.
type proxySignal struct{ v *proc.ValueProxy }

func (s proxySignal) raise() error { return s.v.Set(1) }

func (s proxySignal) raised() (bool, error) {
	v, err := s.v.Get()
	return v == 1, err
}

// A crew searches with processes, as often as it is run.
type crew struct {
	n       int
	flag    Flag
	pool    *proc.Pool
	in      []searchIn
	word    *proc.RawValue
	locked  *proc.Value
	manager *proc.Manager
	proxy   *proc.ValueProxy
	server  *server
}

func newCrew(n, workers, every int, flag Flag) (*crew, error) {
	c := &crew{n: n, flag: flag}
	if err := c.start(workers, every); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *crew) start(workers, every int) (err error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var each searchIn
	switch c.flag {
	case None, Pipe:
	case Atomic:
		c.word, err = proc.NewRawValue(0)
		each.Word = c.word
	case Mutex:
		c.locked, err = proc.NewValue(0)
		each.Locked = c.locked
	case TCP:
		if c.server, err = listen(); err == nil {
			each.Server = c.server.address()
		}
	case Manager:
		if c.manager, err = proc.NewManager(); err == nil {
			c.proxy, err = c.manager.Value(0)
			each.Proxy = c.proxy
		}
	default:
		err = fmt.Errorf("no flag %q", c.flag)
	}
	if err != nil {
		return err
	}
	each.N, each.Every = c.n, everyTurns(every)
	ranges := turns(c.n) - 1
	for i := range workers {
		each.Lo, each.Hi = 1+i*ranges/workers, 1+(i+1)*ranges/workers
		c.in = append(c.in, each)
	}
	c.pool, err = proc.NewPool(workers)
	return err
}

// reset lowers the flag.
func (c *crew) reset() error {
	switch c.flag {
	case Atomic:
		c.word.Set(0)
	case Mutex:
		c.locked.Set(0)
	case TCP:
		c.server.lower()
	case Manager:
		return c.proxy.Set(0)
	}
	return nil
}

func (c *crew) run(ctx context.Context) (Result, error) {
	none := Result{N: c.n}
	if p := poll.New(ctx); p.Stopped() {
		return none, p.Err()
	}
	r, done := easy(c.n)
	if done {
		return r, nil
	}
	if err := c.reset(); err != nil {
		return none, err
	}
	end := func() error { return nil }
	if c.flag == Pipe {
		var err error
		if end, err = c.pipes(); err != nil {
			return none, err
		}
	}
	found, err := proc.Map[searchIn, uint64](ctx, c.pool, "primality.search", c.in, proc.Chunk(1))
	if err = errors.Join(err, end()); err != nil {
		return none, err
	}
	for _, d := range found {
		if d != 0 {
			return composite(c.n, d), nil
		}
	}
	r.Prime = true
	return r, nil
}

// pipes gives each worker a pipe for this run. Whatever comes out of one is sent
// into the others. The function that it returns closes them.
func (c *crew) pipes() (end func() error, err error) {
	ours, theirs := make([]*proc.Conn, 0, len(c.in)), make([]*proc.Conn, 0, len(c.in))
	ctx, cancel := context.WithCancel(context.Background())
	var passing sync.WaitGroup
	end = func() error {
		cancel()
		passing.Wait()
		var err error
		for i := range ours {
			err = errors.Join(err, ours[i].Close(), theirs[i].Close())
		}
		return err
	}
	for i := range c.in {
		a, b, err := proc.NewPipe()
		if err != nil {
			return nil, errors.Join(err, end())
		}
		ours, theirs = append(ours, a), append(theirs, b)
		c.in[i].Conn = b
	}
	for i := range ours {
		passing.Go(func() {
			if _, err := ours[i].RecvContext(ctx); err != nil {
				return // the run has ended
			}
			for j := range ours {
				if j != i {
					_ = ours[j].Send(1) // a worker that has ended needs no message
				}
			}
		})
	}
	return end, nil
}

func (c *crew) close() error {
	var err error
	if c.pool != nil {
		err = c.pool.Close()
	}
	if c.manager != nil {
		err = errors.Join(err, c.manager.Close())
	}
	if c.server != nil {
		err = errors.Join(err, c.server.close())
	}
	return err
}

// crewJob makes the jobs of the process variants, which ask at the book's
// interval.
func crewJob(flag Flag) func(n, workers int) (job, error) {
	return func(n, workers int) (job, error) {
		c, err := newCrew(n, workers, DefaultEvery, flag)
		if err != nil {
			return job{}, err
		}
		return job{c.run, c.close}, nil
	}
}
