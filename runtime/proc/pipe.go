package proc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Conn is one end of a pipe: what is sent at one end is received at the
// other, in order. Each end is for one process at a time.
type Conn struct {
	in, out *Queue
}

// NewPipe makes a pipe and returns its ends: keep one and put the other into a
// task's input. Each direction holds 1 MiB.
func NewPipe() (*Conn, *Conn, error) {
	a, err := NewQueue(0)
	if err != nil {
		return nil, nil, fmt.Errorf("proc.NewPipe: %w", err)
	}
	b, err := NewQueue(0)
	if err != nil {
		a.Close()
		return nil, nil, fmt.Errorf("proc.NewPipe: %w", err)
	}
	return &Conn{a, b}, &Conn{b, a}, nil
}

var errNoPipe = errors.New("a Conn that was not made by proc.NewPipe")

// Send sends a value, and waits while there is no room. It is an error that
// wraps [ErrClosed] if the other end was closed.
func (c *Conn) Send(v any) error {
	if c.out == nil {
		return errNoPipe
	}
	if err := c.out.enter(); err != nil {
		return err
	}
	defer c.out.leave()
	atomic.StoreUint32(&c.out.w[qSource], self)
	return c.out.put(interrupt.Context(), v)
}

// Recv receives the next value, and waits until there is one. The error is
// io.EOF when the other end was closed and nothing is left, or wraps it when
// the process that sent last has ended.
func (c *Conn) Recv() (any, error) { return c.recv(interrupt.Context()) }

// RecvContext is Recv that also gives up when ctx ends.
func (c *Conn) RecvContext(ctx context.Context) (any, error) {
	ctx, end := withCell(ctx)
	defer end()
	return c.recv(ctx)
}

func (c *Conn) recv(ctx context.Context) (any, error) {
	if c.in == nil {
		return nil, errNoPipe
	}
	return c.in.get(ctx, func() error {
		pid := atomic.LoadUint32(&c.in.w[qSource])
		if pid != 0 && pid != self && !alive(int(pid)) {
			return fmt.Errorf("process %d at the other end has ended: %w", pid, io.EOF)
		}
		return nil
	})
}

// Poll reports whether there is something to receive.
func (c *Conn) Poll() bool { return c.in != nil && c.in.Len() > 0 }

// Close ends the pipe in both directions and lets go of it in this process.
// What was sent can still be received at the other end. To close twice is no
// error.
func (c *Conn) Close() error {
	if c.in == nil {
		return nil
	}
	for _, q := range []*Queue{c.in, c.out} {
		if q.enter() != nil {
			continue
		}
		atomic.StoreUint32(&q.w[qClosed], 1)
		for _, word := range []int{qPuts, qGets} {
			atomic.AddUint32(&q.w[word], 1)
			futexWake(&q.w[word], all)
		}
		q.Close()
		q.leave()
	}
	return nil
}

// ends is how a Conn travels.
type ends struct{ In, Out *Queue }

// GobEncode makes a Conn part of a task's input.
func (c *Conn) GobEncode() ([]byte, error) {
	if c.in == nil || c.out == nil {
		return nil, nil
	}
	return pack(ends{c.in, c.out})
}

// GobDecode attaches the end.
func (c *Conn) GobDecode(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	var e ends
	if err := unpack(b, &e); err != nil {
		return err
	}
	c.in, c.out = e.In, e.Out
	return nil
}
