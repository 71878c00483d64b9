package proc

import (
	"context"
	"fmt"
	"reflect"
)

// Map has a task done for every input and returns the results in order. In and
// Out are the task's types. Inputs travel in chunks, see [Chunk].
//
// The first error of a task ends the call: nothing more is begun,
// the contexts of what runs end, and Map returns when it has stopped. When ctx,
// the cell or the pool ends Map returns the cause within 100 ms.
func Map[In, Out any](ctx context.Context, p *Pool, task string, in []In, opts ...MapOption) ([]Out, error) {
	defer keepAlive(p)
	t, err := typed[In, Out](p, task)
	var o calling
	if err == nil {
		o, err = newCalling(opts)
	}
	if err != nil {
		return nil, fmt.Errorf("proc.Map: %w", err)
	}
	if o.chunk == 0 {
		o.chunk = pythonChunk(len(in), p.size)
	}
	out := make([]Out, len(in))
	ins, outs := reflect.ValueOf(in), reflect.ValueOf(out)
	c := &call{pool: p.pool, task: t, n: len(in), chunk: o.chunk, in: ins.Index, out: outs.Index}
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	return out, nil
}

// Apply has a task done once, as Map does for many inputs.
func Apply[In, Out any](ctx context.Context, p *Pool, task string, in In) (Out, error) {
	defer keepAlive(p)
	var out Out
	t, err := typed[In, Out](p, task)
	if err != nil {
		return out, fmt.Errorf("proc.Apply: %w", err)
	}
	c := &call{
		pool: p.pool, task: t, n: 1, chunk: 1,
		in:  func(int) reflect.Value { return reflect.ValueOf(&in).Elem() },
		out: func(int) reflect.Value { return reflect.ValueOf(&out).Elem() },
	}
	err = c.run(ctx)
	return out, err
}

// typed returns a task that must have these types.
func typed[In, Out any](p *Pool, name string) (*Task, error) {
	if p == nil || p.pool == nil {
		return nil, errNoPool
	}
	t, err := lookup(name)
	if err != nil {
		return nil, err
	}
	if in, out := reflect.TypeFor[In](), reflect.TypeFor[Out](); t.in.t != in || t.out.t != out {
		return nil, fmt.Errorf("task %s makes %s of %s, not %s of %s", name, t.out.t, t.in.t, out, in)
	}
	return t, nil
}
