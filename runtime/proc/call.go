package proc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// patience is how long a task may go on after its context has ended, until its
// worker is killed.
const patience = 70 * time.Millisecond

// A call is one task for n inputs while it is under way.
type call struct {
	pool  *pool
	task  *Task
	need  *Need // what a worker must be told first, or nil
	n     int
	chunk int
	in    func(i int) reflect.Value // the input
	out   func(i int) reflect.Value // where the result goes, addressable
	// done is told of each input when it is through, by the goroutine of its
	// worker. nil: the first error ends the call.
	done func(i int, err error)

	ctx    context.Context
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	changed sync.Cond // on mu: again or running changed
	next    int       // inputs from here on have not been dealt
	again   []span    // to be dealt again
	running int       // spans
	err     error     // the first
	failed  bool
}

// A span is some inputs that travel together.
type span struct {
	lo, hi int
	tries  int // how often workers have died of it
}

// run does the call and returns its first error. It returns at once
// when ctx, the cell or the pool ends, with the cause.
func (c *call) run(ctx context.Context) error {
	if err := c.pool.enter(); err != nil {
		return err
	}
	defer c.pool.leave()
	if c.n == 0 {
		return nil
	}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	defer c.cancel(nil)
	cell := interrupt.Context()
	defer context.AfterFunc(cell, func() { c.cancel(context.Cause(cell)) })()
	defer context.AfterFunc(c.pool.ctx, func() { c.cancel(context.Cause(c.pool.ctx)) })()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.changed.L = &c.mu
	defer context.AfterFunc(c.ctx, func() {
		c.mu.Lock()
		c.changed.Broadcast()
		c.mu.Unlock()
	})()
	var wg sync.WaitGroup
	for range min(c.pool.size, (c.n+c.chunk-1)/c.chunk) - 1 {
		wg.Go(c.work)
	}
	c.work()
	wg.Wait()
	switch {
	case c.failed:
		return c.err
	case c.ctx.Err() != nil:
		return context.Cause(c.ctx)
	}
	return nil
}

// work has spans done until none is left.
func (c *call) work() {
	for {
		s, ok := c.take()
		if !ok {
			return
		}
		ch, err := c.pool.acquire(c.ctx)
		if err != nil {
			c.fail(s.lo, err, s)
		} else {
			c.exchange(ch, s)
			c.pool.release(ch)
		}
		c.mu.Lock()
		c.running--
		c.changed.Broadcast()
		c.mu.Unlock()
	}
}

// take returns the next span. While others are running there may be one again.
func (c *call) take() (span, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch n := len(c.again); {
		case c.failed || c.ctx.Err() != nil:
			return span{}, false
		case n > 0:
			s := c.again[n-1]
			c.again = c.again[:n-1]
			c.running++
			return s, true
		case c.next < c.n:
			s := span{lo: c.next, hi: min(c.next+c.chunk, c.n)}
			c.next = s.hi
			c.running++
			return s, true
		case c.running == 0:
			return span{}, false
		}
		c.changed.Wait()
	}
}

// retry has a span dealt again, in pieces, so that the input that kills workers
// is known in the end.
func (c *call) retry(s span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := s.hi - 1; i >= s.lo; i-- {
		c.again = append(c.again, span{i, i + 1, s.tries})
	}
	c.changed.Broadcast()
}

// fail notes an error of input i. What is left of its span is lost, unless
// errors go to done.
func (c *call) fail(i int, err error, s span) {
	if c.done != nil && c.ctx.Err() == nil {
		c.done(i, err)
		if i+1 < s.hi {
			c.retry(span{i + 1, s.hi, s.tries})
		}
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed || c.ctx.Err() != nil {
		return // what ended the call says more
	}
	c.err, c.failed = err, true
	c.cancel(errFailed)
	c.changed.Broadcast()
}

// errFailed ends the contexts of a call's other tasks.
var errFailed = errors.New("another task of the call failed")

// exchange has a span done by a worker.
func (c *call) exchange(ch *child, s span) {
	st := ch.stream(c.task.name)
	ch.number++
	q := request{number: ch.number, task: c.task.name, goOn: c.done != nil, forget: ch.forget[c.task.name]}
	q.fresh = st.send.start()
	q.delta, q.known = c.need.lacks(ch)
	for i := s.lo; i < s.hi; i++ {
		if err := st.send.send(&c.task.in, c.in(i)); err != nil {
			c.fail(i, fmt.Errorf("task %s, input %d: %w", c.task.name, i, err), span{i, i + 1, 0})
			st.send.enc = nil
			if c.done == nil {
				return
			}
			if s.lo < i {
				c.retry(span{s.lo, i, s.tries})
			}
			if i+1 < s.hi {
				c.retry(span{i + 1, s.hi, s.tries})
			}
			return
		}
		q.count++
	}
	q.values = st.send.buf.Bytes()
	ch.frame = q.append(begin(ch.frame, frameRun))
	if len(ch.frame)-header > maxFrame {
		st.send = sender{}
		c.tooLong(s)
		return
	}
	defer c.watch(ch)()
	if err := ch.link.write(ch.frame); err != nil {
		c.died(ch, s)
		return
	}
	if cap(ch.frame) > keep {
		ch.frame = nil
	}
	st.send.shrink()
	for {
		kind, body, err := ch.link.read()
		if h := host.Load(); err == nil && kind == frameOutput && h != nil {
			h.Output(body)
			continue
		}
		if err == nil && kind != frameReply {
			err = fmt.Errorf("a frame of unknown kind %q", kind)
		}
		var r reply
		if err == nil {
			r, err = parseReply(body)
		}
		if err != nil {
			c.died(ch, s)
			return
		}
		if r.number == q.number {
			delete(ch.forget, c.task.name)
			c.settle(ch, s, st, &r)
			return
		}
	}
}

// tooLong handles a span that does not fit into a frame.
func (c *call) tooLong(s span) {
	if s.hi-s.lo > 1 {
		c.retry(s)
		return
	}
	c.fail(s.lo, fmt.Errorf("task %s, input %d: %w", c.task.name, s.lo, errTooLong), s)
}

// watch sees to it that the worker hears of the end of the call, and that it is
// killed if it takes no notice.
func (c *call) watch(ch *child) (end func()) {
	number := ch.number
	var timer *time.Timer
	var mu sync.Mutex
	over := false
	stop := context.AfterFunc(c.ctx, func() {
		mu.Lock()
		if over {
			mu.Unlock()
			return
		}
		if !errors.Is(context.Cause(c.ctx), errFailed) {
			timer = time.AfterFunc(patience, func() {
				mu.Lock()
				defer mu.Unlock()
				if !over {
					ch.kill()
				}
			})
		}
		mu.Unlock()
		frame := begin(nil, frameCancel)
		frame = appendUint64(frame, number)
		frame = append(frame, flag(errors.Is(context.Cause(c.ctx), interrupt.ErrInterrupted)))
		ch.link.write(frame) // an error shows in reading
	})
	return func() {
		if stop() {
			return
		}
		mu.Lock()
		over = true
		if timer != nil {
			timer.Stop()
		}
		mu.Unlock()
	}
}

// settle takes a reply in.
func (c *call) settle(ch *child, s span, st *streams, r *reply) {
	ch.tasks.Add(int64(len(r.outcomes)))
	ch.user.Add(r.user)
	ch.system.Add(r.system)
	if r.lost {
		st.send.enc = nil
	}
	if len(r.outcomes) > s.hi-s.lo {
		ch.kill()
		c.died(ch, s)
		return
	}
	if !r.unready {
		c.need.knows(ch)
	}
	st.recv.start(r.fresh, r.values)
	i := s.lo
	for _, o := range r.outcomes {
		var err error
		if o.failed {
			err = &TaskError{Task: c.task.name, Index: i, PID: ch.pid, Message: o.message, Stack: o.stack}
		} else if e := st.recv.receive(&c.task.out, c.out(i)); e != nil {
			ch.forget[c.task.name], st.recv.dec = true, nil
			c.fail(i, fmt.Errorf("task %s, input %d: decode the result: %w", c.task.name, i, e), s)
			return // what follows can't be decoded either; it is done again
		}
		if err != nil {
			c.fail(i, err, span{i, i + 1, 0})
			if c.done == nil {
				return
			}
		} else if c.done != nil {
			c.done(i, nil)
		}
		i++
	}
	if i < s.hi && c.done != nil {
		c.retry(span{i, s.hi, s.tries})
	}
}

// died handles a worker that ended, or broke the protocol, over a span.
func (c *call) died(ch *child, s span) {
	if c.ctx.Err() != nil {
		ch.kill() // if not us, then somebody; waited for by release
		return
	}
	how := ch.post()
	s.tries++
	if s.tries <= c.pool.retries {
		c.retry(s)
		return
	}
	// A span of several inputs comes here only without retries.
	c.fail(s.lo, &ExitError{Task: c.task.name, Index: s.lo, PID: ch.pid, State: how, Tries: s.tries}, s)
}

// keepAlive keeps a pool that is in use from being closed as forgotten.
func keepAlive(p *Pool) { runtime.KeepAlive(p) }
