package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// ErrShutdown is the error of a [Future] whose task was submitted after
// [Executor.Shutdown].
var ErrShutdown = errors.New("executor is shut down")

// ErrCancelled is the error of a [Future] that was cancelled before it began.
var ErrCancelled = errors.New("cancelled")

// defaultBound is how many tasks wait in an executor unless Bound says else.
const defaultBound = 1 << 16

// Bound sets how many tasks an [Executor] keeps waiting for a worker; Submit
// waits while there are so many. At least 1; 65536 if not given.
func Bound(n int) Option { return bound(n) }

type bound int

// An Executor runs tasks on a bounded number of goroutines and hands out a
// [Future] for each: Python's concurrent.futures.ThreadPoolExecutor.
//
//	e := par.NewExecutor(par.Workers(32))
//	defer e.Close()
//	for _, url := range urls {
//		futures = append(futures, e.Submit(func() (any, error) { return fetch(url) }))
//	}
//	for f := range par.AsCompleted(futures...) {
//		page, err := f.Result()
//		…
//	}
//
// Tasks begin in the order of submission. For tasks that wait for a network or
// a disk there may be many more workers than cores. Workers are goroutines that
// start when there are tasks and end when there are none, so an executor that
// is forgotten costs nothing. A task must not wait for tasks submitted after it
// to the same executor: with all workers waiting, nobody would do them.
//
// When the cell in which a task was submitted is interrupted, or the Context
// given to [NewExecutor] ends, tasks that have not begun are given up with that
// as their error; the context of a task that runs ([Executor.SubmitContext])
// ends. The executor remains usable after an interrupt.
//
// All methods may be called by any number of goroutines at once. A task costs
// about 0.8 µs and, with its Future, some 300 bytes.
type Executor struct {
	workers int
	bound   int
	ctx     context.Context // as given, or Background
	started time.Time

	mu       sync.Mutex
	queue    ring[*Future]
	room     chan struct{} // closed when there may be room again; nil: nobody waits
	running  int           // goroutines
	idle     []int         // numbers of workers that have no goroutine, as a stack
	shut     bool
	empty    chan struct{} // closed when shut and nothing runs
	counts   ExecutorStats // Workers of length workers
	callback error         // the first panic of a callback
}

// NewExecutor returns an executor. Options are [Workers] (0: GOMAXPROCS),
// [Bound] and [Context]; others, and values out of range, are a panic.
func NewExecutor(opts ...Option) *Executor {
	e, err := newExecutor(opts)
	if err != nil {
		panic(fmt.Errorf("par.NewExecutor: %w", err))
	}
	return e
}

func newExecutor(opts []Option) (*Executor, error) {
	e := &Executor{bound: defaultBound, ctx: context.Background(), started: time.Now(), empty: make(chan struct{})}
	for _, o := range opts {
		switch o := o.(type) {
		case workers:
			if o < 0 {
				return nil, fmt.Errorf("negative number of workers %d", int(o))
			}
			e.workers = int(o)
		case bound:
			if o < 1 {
				return nil, fmt.Errorf("bound %d on waiting tasks is not positive", int(o))
			}
			e.bound = int(o)
		case inContext:
			if o.ctx == nil {
				return nil, errors.New("nil context")
			}
			e.ctx = o.ctx
		case nil:
			return nil, errors.New("nil option")
		default:
			return nil, errors.New("an option that is for loops only")
		}
	}
	if e.workers == 0 {
		e.workers = runtime.GOMAXPROCS(0)
	}
	return e, nil
}

// Submit queues f and returns its Future. It waits while the queue is full; if
// meanwhile the cell is interrupted or the executor's Context ends, and after
// [Executor.Shutdown], the Future has failed already. A nil f is a panic.
func (e *Executor) Submit(f func() (any, error)) *Future {
	if f == nil {
		panic(errors.New("par.Submit: nil function"))
	}
	return e.submit(&Future{task: f})
}

// SubmitContext is [Executor.Submit] for a function that can be stopped while
// it runs: its context ends when the cell is interrupted, the executor's
// Context ends, or [Future.Cancel] is called.
func (e *Executor) SubmitContext(f func(ctx context.Context) (any, error)) *Future {
	if f == nil {
		panic(errors.New("par.SubmitContext: nil function"))
	}
	return e.submit(&Future{taskContext: f})
}

// Map calls f once for each i in [0, n) as tasks of their own and returns the
// results in order. It returns when all are done; after the first error, tasks
// that have not begun are cancelled and the error of the lowest i that has one
// of its own is returned. A negative n is an error.
func (e *Executor) Map(n int, f func(i int) (any, error)) ([]any, error) {
	if n < 0 || f == nil {
		return nil, fmt.Errorf("par.Map: want a function and a number of calls that is not negative, not %d", n)
	}
	return mapOn(e, n, f)
}

// Map returns f of each element of in, worked out by e as [Executor.Map] does.
func Map[In, Out any](e *Executor, in []In, f func(In) (Out, error)) ([]Out, error) {
	if f == nil {
		return nil, errors.New("par.Map: nil function")
	}
	return mapOn(e, len(in), func(i int) (Out, error) { return f(in[i]) })
}

func mapOn[Out any](e *Executor, n int, f func(i int) (Out, error)) ([]Out, error) {
	out := make([]Out, n)
	futures := make([]*Future, n)
	for i := range futures {
		futures[i] = e.Submit(func() (any, error) {
			v, err := f(i)
			out[i] = v
			return nil, err
		})
	}
	_, pending := Wait(FirstException, futures...)
	for _, f := range pending {
		f.Cancel()
	}
	var first error
	for _, f := range futures {
		if err := f.Err(); err != nil && (first == nil || errors.Is(first, ErrCancelled)) {
			first = err
		}
	}
	if first != nil {
		return nil, first
	}
	return out, nil
}

// Shutdown makes the executor refuse new tasks. With cancelFutures, those that
// have not begun are cancelled. With wait, it returns when all others are done.
//
// The error is the first panic of a callback ([Future.AddDoneCallback]), or the
// interrupt that ended the waiting. Shutdown may be called again.
func (e *Executor) Shutdown(wait, cancelFutures bool) error {
	e.mu.Lock()
	if !e.shut {
		e.shut = true
		if e.running == 0 && e.queue.len() == 0 {
			close(e.empty)
		}
	}
	var dropped []*Future
	if cancelFutures {
		for e.queue.len() > 0 {
			dropped = append(dropped, e.queue.pop())
		}
	}
	e.counts.Failed += len(dropped)
	e.makeRoom()
	e.mu.Unlock()
	for _, f := range dropped {
		f.Cancel()
	}
	if wait {
		select {
		case <-e.empty:
		case <-interrupt.Context().Done():
			return context.Cause(interrupt.Context())
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.callback
}

// Close is Shutdown(true, false): it waits for all tasks.
func (e *Executor) Close() error { return e.Shutdown(true, false) }

// ExecutorStats tells what an [Executor] has done so far.
type ExecutorStats struct {
	Wall      time.Duration `json:"wall_ns"`   // since NewExecutor
	Submitted int           `json:"submitted"` // tasks accepted
	Queued    int           `json:"queued"`    // of them waiting for a worker
	Running   int           `json:"running"`   // being done
	Done      int           `json:"done"`      // done without error
	Failed    int           `json:"failed"`    // done with an error, cancelled ones among them
	MaxQueued int           `json:"max_queued"`
	Workers   []WorkerStats `json:"workers"` // Items and Blocks count tasks
}

// Stats returns the numbers. Busy grows when a task ends; Wall less Busy is how
// long a worker was idle.
func (e *Executor) Stats() ExecutorStats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.counts
	s.Wall = time.Since(e.started)
	s.Queued = e.queue.len()
	s.Running = s.Submitted - s.Queued - s.Done - s.Failed
	s.Workers = make([]WorkerStats, e.workers)
	copy(s.Workers, e.counts.Workers)
	return s
}

func (e *Executor) submit(f *Future) *Future {
	f.done = make(chan struct{})
	f.cell = interrupt.Context()
	if capture := inheritance.Load(); capture != nil {
		f.inherit = (*capture)()
	}
	for {
		e.mu.Lock()
		switch {
		case e.shut:
			e.mu.Unlock()
			f.finish(nil, ErrShutdown)
			return f
		case e.queue.len() < e.bound:
			e.accept(f)
			e.mu.Unlock()
			return f
		}
		if e.room == nil {
			e.room = make(chan struct{})
		}
		room := e.room
		e.mu.Unlock()
		select {
		case <-room:
		case <-f.cell.Done():
			f.finish(nil, context.Cause(f.cell))
			return f
		case <-e.ctx.Done():
			f.finish(nil, context.Cause(e.ctx))
			return f
		}
	}
}

// accept queues f and starts a worker if there are fewer than may be. The
// caller holds e.mu.
func (e *Executor) accept(f *Future) {
	e.queue.push(f)
	e.counts.Submitted++
	e.counts.MaxQueued = max(e.counts.MaxQueued, e.queue.len())
	if e.running == e.workers {
		return
	}
	var number int
	if n := len(e.idle); n > 0 {
		number, e.idle = e.idle[n-1], e.idle[:n-1]
	} else {
		number = len(e.counts.Workers)
		e.counts.Workers = append(e.counts.Workers, WorkerStats{Start: time.Since(e.started)})
	}
	e.running++
	go e.work(number)
}

// makeRoom lets those go on that wait for room. The caller holds e.mu.
func (e *Executor) makeRoom() {
	if e.room != nil {
		close(e.room)
		e.room = nil
	}
}

// work is a worker's life: it does tasks until there are none.
func (e *Executor) work(number int) {
	again := true
	defer func() {
		if again { // a task called Goexit: somebody else must go on
			go e.work(number)
		}
	}()
	for {
		e.mu.Lock()
		if e.queue.len() == 0 {
			e.running--
			e.idle = append(e.idle, number)
			if e.shut && e.running == 0 {
				close(e.empty)
			}
			again = false
			e.mu.Unlock()
			return
		}
		f := e.queue.pop()
		e.makeRoom()
		e.mu.Unlock()
		e.do(f, number)
	}
}

// do does one task and counts it.
func (e *Executor) do(f *Future, number int) {
	from := time.Now()
	defer func() {
		took := time.Since(from)
		e.mu.Lock()
		defer e.mu.Unlock()
		w := &e.counts.Workers[number]
		w.Blocks++
		w.Items++
		w.Busy += took
		if f.outcome() == nil {
			e.counts.Done++
		} else {
			e.counts.Failed++
		}
		if e.callback == nil {
			e.callback = f.callbackPanic()
		}
	}()
	if f.inherit != nil {
		f.inherit(func() { f.run(e.ctx) })
	} else {
		f.run(e.ctx)
	}
}

// run calls the task unless it was cancelled or stopped, and finishes f.
func (f *Future) run(ctx context.Context) {
	if !f.begin() {
		return
	}
	for _, c := range [...]context.Context{f.cell, ctx} {
		if c.Err() != nil {
			f.finish(nil, context.Cause(c))
			return
		}
	}
	returned := false
	var value any
	var err error
	defer func() {
		if !returned {
			value, err = nil, taskPanic(recover())
		}
		f.finish(value, err)
	}()
	if f.task != nil {
		value, err = f.task()
	} else {
		value, err = f.runContext(ctx)
	}
	returned = true
}

// taskPanic makes the error of what a task panicked with, nil for Goexit. The
// deferred function calls it, so that the stack is the panic's.
func taskPanic(value any) *Panic {
	if p, ok := value.(*Panic); ok { // of a loop in the task
		return p
	}
	if value == nil {
		value = ErrGoexit
	}
	return &Panic{Value: value, Stack: debug.Stack(), inTask: true}
}

func (f *Future) runContext(outer context.Context) (any, error) {
	ctx, cancel := context.WithCancelCause(outer)
	defer cancel(nil)
	defer context.AfterFunc(f.cell, func() { cancel(context.Cause(f.cell)) })()
	f.mu.Lock()
	f.stop = cancel
	if f.stopped {
		cancel(ErrCancelled)
	}
	f.mu.Unlock()
	return f.taskContext(ctx)
}
