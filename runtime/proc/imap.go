package proc

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"sync"
)

// Results are those of [Pool.Imap] while they come:
//
//	for r := pool.Imap("square", xs); r.Next(); {
//		fmt.Println(r.Index(), r.Value(), r.Err())
//	}
//
// They are for one goroutine.
type Results struct {
	call   *call
	order  bool
	cancel context.CancelFunc

	mu    sync.Mutex
	more  sync.Cond // on mu
	errs  []error   // by index
	ended []bool
	came  []int // indexes as they came
	over  bool
	err   error // of the call

	taken int // results given by Next
	index int // of the last one
}

// Imap is Map whose results can be used as they come, in order. An error of a
// task is that result's, and the others go on. Inputs travel one at a time
// unless [Chunk] says otherwise.
func (p *Pool) Imap(task, inputs any, opts ...MapOption) *Results {
	return p.imap(true, task, inputs, opts)
}

// ImapUnordered is Imap with the results in the order in which they are ready.
func (p *Pool) ImapUnordered(task, inputs any, opts ...MapOption) *Results {
	return p.imap(false, task, inputs, opts)
}

func (p *Pool) imap(order bool, task, inputs any, opts []MapOption) *Results {
	c, o, err := p.batch(task, inputs, opts)
	if err != nil {
		r := &Results{over: true, err: fmt.Errorf("proc.Imap: %w", err), index: -1}
		r.more.L = &r.mu
		return r
	}
	return begun(p, c, o, order)
}

// begun begins a call.
func begun(p *Pool, c *call, o calling, order bool) *Results {
	if c.chunk == 0 {
		c.chunk = 1
	}
	r := &Results{call: c, order: order, errs: make([]error, c.n), ended: make([]bool, c.n), index: -1}
	r.more.L = &r.mu
	c.done = func(i int, err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !r.ended[i] {
			r.ended[i], r.errs[i] = true, err
			r.came = append(r.came, i)
			r.more.Broadcast()
		}
	}
	ctx, cancel := context.WithCancel(o.context())
	r.cancel = cancel
	end := p.join()
	go func() {
		defer end()
		defer cancel()
		err := c.run(ctx)
		keepAlive(p)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.over, r.err = true, err
		r.more.Broadcast()
	}()
	return r
}

// Next waits for the next result and reports whether there is one.
func (r *Results) Next() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		switch {
		case r.order && r.taken < len(r.ended) && r.ended[r.taken]:
			r.index = r.taken
			r.taken++
			return true
		case !r.order && r.taken < len(r.came):
			r.index = r.came[r.taken]
			r.taken++
			return true
		case r.over:
			r.index = -1
			return false
		}
		r.more.Wait()
	}
}

// Index returns which input the result is of.
func (r *Results) Index() int { return r.index }

// Value returns the result, nil if its task failed.
func (r *Results) Value() any {
	if r.index < 0 || r.Err() != nil {
		return nil
	}
	return r.call.out(r.index).Interface()
}

// Err returns the error of the result's task. After Next has returned false it
// is the call's: why there are no results, or no more.
func (r *Results) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.index < 0 {
		return r.err
	}
	return r.errs[r.index]
}

// Close ends the call if it has not ended.
func (r *Results) Close() {
	if r.cancel != nil {
		r.cancel()
	}
}

// Imap is [Map] whose results can be used as they come, in order: each with its
// task's error. If the call itself ends early the last pair has why. Inputs
// travel one at a time unless [Chunk] says otherwise.
func Imap[In, Out any](ctx context.Context, p *Pool, task string, in []In, opts ...MapOption) iter.Seq2[Out, error] {
	return imapOf[In, Out](ctx, p, task, in, opts, true)
}

// ImapUnordered is [Imap] with the results in the order in which they are
// ready.
func ImapUnordered[In, Out any](ctx context.Context, p *Pool, task string, in []In, opts ...MapOption) iter.Seq2[Out, error] {
	return imapOf[In, Out](ctx, p, task, in, opts, false)
}

func imapOf[In, Out any](ctx context.Context, p *Pool, task string, in []In, opts []MapOption, order bool) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		var none Out
		t, err := typed[In, Out](p, task)
		var o calling
		if err == nil {
			o, err = newCalling(append(opts, Context(ctx)))
		}
		if err != nil {
			yield(none, fmt.Errorf("proc.Imap: %w", err))
			return
		}
		out := make([]Out, len(in))
		c := &call{pool: p.pool, task: t, n: len(in), chunk: o.chunk, in: reflect.ValueOf(in).Index, out: reflect.ValueOf(out).Index}
		r := begun(p, c, o, order)
		defer r.Close()
		for r.Next() {
			if err := r.Err(); err != nil {
				if !yield(none, err) {
					return
				}
			} else if !yield(out[r.Index()], nil) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(none, err)
		}
	}
}
