package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"sync"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A worker is this process's side of a pool.
type worker struct {
	link *link
	runs chan request

	mu     sync.Mutex
	number uint64 // the batch that runs
	cancel context.CancelCauseFunc

	// Of the goroutine that runs tasks.
	streams map[string]*streams
	hosted  map[string]*Task // those of the host, until it is told something new
	frame   []byte
}

// streams are both directions of one task on one link.
type streams struct {
	send sender
	recv receiver
}

// work is the life of a worker process.
func work(kind string) error {
	file, err := openLink(linkFD)
	if err != nil {
		return fmt.Errorf("started without a link to its parent: %w", err)
	}
	l := newLink(file)
	switch kind {
	case "pool":
		sends.Store(l)
		w := &worker{link: l, runs: make(chan request, 1), streams: make(map[string]*streams), hosted: make(map[string]*Task)}
		return w.serve()
	case "manager":
		return manage(l)
	}
	return fmt.Errorf("unknown kind %q", kind)
}

// serve reads requests until the parent hangs up. Reading goes on while a task
// computes, so that the worker ends with its parent and hears of cancellation:
// a task that computes without a pause is interrupted by Go's scheduler every
// 10 ms.
func (w *worker) serve() error {
	go w.run()
	if err := w.link.write(begin(nil, frameHello)); err != nil {
		return nil // the parent has gone
	}
	for {
		kind, body, err := w.link.read()
		if err != nil {
			return nil // the parent has gone, or let go of us
		}
		switch kind {
		case frameRun:
			q, err := parseRequest(body)
			if err != nil {
				return err
			}
			w.link.body = nil // it is the request's now
			select {
			case w.runs <- q:
			default:
				return errors.New("more requests than were agreed on")
			}
		case frameCancel:
			p := parser{b: body}
			w.stop(p.uint64(), p.bool())
		default:
			return fmt.Errorf("a frame of unknown kind %q", kind)
		}
	}
}

// stop ends the context of a batch if it still runs.
func (w *worker) stop(number uint64, interrupted bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel == nil || w.number != number {
		return
	}
	if interrupted {
		w.cancel(interrupt.ErrInterrupted)
	} else {
		w.cancel(context.Canceled)
	}
	interrupt.Raise() // for loops that poll the flag
}

// run does batches, one at a time.
func (w *worker) run() {
	clean := false
	defer func() {
		if !clean { // a task called runtime.Goexit
			go w.run()
		}
	}()
	for q := range w.runs {
		w.batch(&q)
	}
	clean = true
}

// batch does a request and answers it.
func (w *worker) batch(q *request) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	w.mu.Lock()
	w.number, w.cancel = q.number, cancel
	w.mu.Unlock()
	interrupt.Reset()

	s := w.streams[q.task]
	if s == nil {
		s = new(streams)
		w.streams[q.task] = s
	}
	if q.forget {
		s.send = sender{}
	}
	r := reply{number: q.number}
	user, system := processorTime()
	r.fresh = s.send.start()
	s.recv.start(q.fresh, q.values)
	defer func() {
		w.mu.Lock()
		w.cancel = nil
		w.mu.Unlock()
		u, sys := processorTime()
		r.user, r.system = u-user, sys-system
		if len(r.outcomes) < q.count {
			r.lost = true
		}
		r.values = s.send.buf.Bytes()
		w.frame = r.append(begin(w.frame, frameReply))
		if w.link.write(w.frame) == errTooLong {
			r.outcomes, r.values = []outcome{{failed: true, message: "results: " + errTooLong.Error()}}, nil
			s.send = sender{}
			w.link.write(r.append(begin(nil, frameReply)))
		}
		if cap(w.frame) > keep {
			w.frame = nil
		}
		s.send.shrink()
	}()
	t, err := w.task(q)
	if err != nil {
		r.unready = true
		r.outcomes = append(r.outcomes, outcome{failed: true, message: err.Error()})
		return
	}
	for range q.count {
		r.outcomes = append(r.outcomes, outcome{failed: true, message: "the task called runtime.Goexit"})
		o := &r.outcomes[len(r.outcomes)-1]
		in := reflect.New(t.in.t).Elem()
		if err := s.recv.receive(&t.in, in); err != nil {
			*o = outcome{failed: true, message: "decode the input: " + err.Error()}
			r.lost = true
			return
		}
		var out reflect.Value
		if out, *o = protect(ctx, t, in); o.failed {
			if !q.goOn || ctx.Err() != nil {
				return
			}
			continue
		}
		mark := s.send.buf.Len()
		if err := s.send.send(&t.out, out); err != nil {
			s.send.buf.Truncate(mark)
			*o = outcome{failed: true, message: "encode the result: " + err.Error()}
			return
		}
	}
}

// task finds the task that is asked for.
func (w *worker) task(q *request) (t *Task, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n\n%s", p, debug.Stack())
		}
	}()
	h := host.Load()
	if h != nil && (len(q.delta) > 0 || len(q.known) > 0) {
		if err := h.Load(q.delta, q.known); err != nil {
			return nil, err
		}
		clear(w.hosted)
	}
	if t := w.hosted[q.task]; t != nil {
		return t, nil
	}
	t, err = lookup(q.task)
	if err == nil || h == nil {
		return t, err
	}
	hosted, err := h.Task(q.task)
	if err != nil {
		return nil, err
	}
	w.hosted[q.task] = &hosted
	return &hosted, nil
}

// protect calls the task's function and turns a panic into an outcome.
func protect(ctx context.Context, t *Task, in reflect.Value) (out reflect.Value, o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = outcome{failed: true, message: fmt.Sprintf("panic: %v", p), stack: string(debug.Stack())}
		}
	}()
	out, err := t.call(ctx, in)
	if err != nil {
		return out, outcome{failed: true, message: err.Error()}
	}
	return out, outcome{}
}

// openLink takes over an inherited descriptor.
func openLink(fd int) (*os.File, error) {
	if err := claim(fd); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "link"), nil
}
