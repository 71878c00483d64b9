package par

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Future is the result of a task that an [Executor] does: it waits, runs, and
// is then done with a value or an error. The names are those of Python's
// concurrent.futures.Future. All methods may be called by any number of
// goroutines at once.
type Future struct {
	// One of these; set before it is shared, like cell and inherit.
	task        func() (any, error)
	taskContext func(context.Context) (any, error)
	cell        context.Context
	inherit     func(func())

	done  chan struct{} // closed when finished
	mu    sync.Mutex
	state futureState
	calls []func(*Future)
	stop  context.CancelCauseFunc // while taskContext runs
	// Cancel was called while it ran, maybe before stop was known.
	stopped bool

	// Written before done is closed.
	value any
	err   error

	broken error // a panic of a callback; guarded by mu
}

type futureState uint8

const (
	waiting futureState = iota
	running
	finished
)

// Result waits until f is done and returns what its function returned. A panic
// of the function is a [*Panic] as the error; a cancelled Future's is
// [ErrCancelled]. If the cell is interrupted before, that is the error.
func (f *Future) Result() (any, error) { return f.ResultContext(context.Background()) }

// ResultContext is [Future.Result] that waits no longer than until ctx ends,
// whose cause is the error then: the form with a timeout.
func (f *Future) ResultContext(ctx context.Context) (any, error) {
	if err := f.await(ctx); err != nil {
		return nil, err
	}
	return f.value, f.err
}

// Err waits until f is done and returns its error, as exception() does in Python.
func (f *Future) Err() error {
	_, err := f.Result()
	return err
}

// await waits until f is done, the cell is interrupted or ctx ends.
func (f *Future) await(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	default:
	}
	cell := interrupt.Context()
	select {
	case <-f.done:
		return nil
	case <-cell.Done():
		return context.Cause(cell)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Finished returns a channel that is closed when f is done, for select.
func (f *Future) Finished() <-chan struct{} { return f.done }

// Done reports whether f has ended: with a value, an error, or cancelled.
func (f *Future) Done() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// Running reports whether f's function is being called.
func (f *Future) Running() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state == running
}

// Cancelled reports whether f was cancelled before it began.
func (f *Future) Cancelled() bool { return f.Done() && errors.Is(f.err, ErrCancelled) }

// Cancel keeps f from beginning and reports whether f is cancelled. A function
// that runs goes on, and Cancel returns false; but if it was submitted with
// [Executor.SubmitContext] its context ends, with cause [ErrCancelled].
func (f *Future) Cancel() bool {
	f.mu.Lock()
	if f.state == running {
		f.stopped = true
		if f.stop != nil {
			f.stop(ErrCancelled)
		}
	}
	if f.state != waiting {
		f.mu.Unlock()
		return f.Cancelled()
	}
	f.state = running // nobody else shall begin it
	f.mu.Unlock()
	f.finish(nil, ErrCancelled)
	return true
}

// AddDoneCallback calls call with f when f is done: on the goroutine that ended
// it, in the order in which they were added, or at once if f is done already.
// call should be short, the worker waits for it. A panic of it does no harm to
// the others; [Executor.Shutdown] returns the first. A nil call is a panic.
func (f *Future) AddDoneCallback(call func(f *Future)) {
	if call == nil {
		panic(errors.New("par.AddDoneCallback: nil function"))
	}
	f.mu.Lock()
	if f.state != finished {
		f.calls = append(f.calls, call)
		f.mu.Unlock()
		return
	}
	f.mu.Unlock()
	call(f)
}

// begin reports whether f may run.
func (f *Future) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state != waiting {
		return false
	}
	f.state = running
	return true
}

// finish ends f, which nobody else does at the same time.
func (f *Future) finish(value any, err error) {
	f.mu.Lock()
	if f.state == finished { // cancelled a moment ago
		f.mu.Unlock()
		return
	}
	f.value, f.err = value, err
	f.state = finished
	calls := f.calls
	f.calls, f.stop = nil, nil
	f.task, f.taskContext = nil, nil
	close(f.done)
	f.mu.Unlock()
	for _, call := range calls {
		f.callBack(call)
	}
}

func (f *Future) callBack(call func(*Future)) {
	returned := false
	defer func() {
		if returned {
			return
		}
		p := &Panic{Value: recover(), Stack: debug.Stack(), inTask: true}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.broken == nil {
			f.broken = p
		}
	}()
	call(f)
	returned = true
}

// outcome returns the error of a Future that is done or just being cancelled.
func (f *Future) outcome() error {
	<-f.done
	return f.err
}

func (f *Future) callbackPanic() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}

// A FutureOf is a [Future] whose value has type T; [Submit] makes it.
type FutureOf[T any] struct{ *Future }

// Submit is [Executor.Submit] for a function with a result of type T. It is for
// compiled Go: interpreted cells know no generic functions of compiled packages.
func Submit[T any](e *Executor, f func() (T, error)) FutureOf[T] {
	if f == nil {
		panic(errors.New("par.Submit: nil function"))
	}
	return FutureOf[T]{e.Submit(func() (any, error) { return f() })}
}

// Result is [Future.Result]. With an error before f has returned, the value is
// T's zero.
func (f FutureOf[T]) Result() (T, error) { return f.ResultContext(context.Background()) }

// ResultContext is [Future.ResultContext].
func (f FutureOf[T]) ResultContext(ctx context.Context) (T, error) {
	v, err := f.Future.ResultContext(ctx)
	value, _ := v.(T) // not for a nil interface, panics and the like
	return value, err
}
