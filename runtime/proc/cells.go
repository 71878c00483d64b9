package proc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// The methods below take tasks and values of any type: interpreted cells have
// no generic functions. A task is its name, or in a notebook also a function
// that a cell has declared.

// resolve finds the task that a caller named, on the pool's workers.
func (p *Pool) resolve(task any) (found, error) {
	if p == nil || p.pool == nil {
		return found{}, errNoPool
	}
	return resolve(task)
}

// fitted returns v as a value of type t. Numbers are converted if that changes
// none.
func fitted(v reflect.Value, t reflect.Type) (reflect.Value, error) {
	for v.IsValid() && v.Kind() == reflect.Interface && t.Kind() != reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		switch t.Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Map:
			return reflect.Zero(t), nil
		}
		if t.Size() == 0 {
			return reflect.Zero(t), nil
		}
		return v, fmt.Errorf("nil, want %s", t)
	}
	if v.Type() == t {
		return v, nil
	}
	if v.Type().AssignableTo(t) {
		to := reflect.New(t).Elem()
		to.Set(v)
		return to, nil
	}
	if number := func(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 }; number(v.Kind()) && number(t.Kind()) {
		to := v.Convert(t)
		if back := to.Convert(v.Type()); back.Equal(v) && below0(v) == below0(to) {
			return to, nil
		}
		return v, fmt.Errorf("%v can't be a %s", v, t)
	}
	return v, fmt.Errorf("a %s, want %s", v.Type(), t)
}

// below0 reports whether a number is below 0.
func below0(v reflect.Value) bool {
	return v.CanInt() && v.Int() < 0 || v.CanFloat() && v.Float() < 0
}

// inputs makes a slice's elements a task's inputs.
func inputs(t *Task, in any) ([]reflect.Value, error) {
	v := reflect.ValueOf(in)
	if k := v.Kind(); k != reflect.Slice && k != reflect.Array {
		return nil, fmt.Errorf("the inputs of task %s are a %T, want a slice", t.name, in)
	}
	list := make([]reflect.Value, v.Len())
	for i := range list {
		var err error
		if list[i], err = fitted(v.Index(i), t.in.t); err != nil {
			return nil, fmt.Errorf("task %s, input %d: %w", t.name, i, err)
		}
	}
	return list, nil
}

// batch prepares a call for a slice of inputs.
func (p *Pool) batch(task, in any, opts []MapOption) (*call, calling, error) {
	o, err := newCalling(opts)
	if err != nil {
		return nil, o, err
	}
	t, err := p.resolve(task)
	if err != nil {
		return nil, o, err
	}
	list, err := inputs(t.Task, in)
	if err != nil {
		return nil, o, err
	}
	results := make([]reflect.Value, len(list))
	for i := range results {
		results[i] = reflect.New(t.out.t).Elem()
	}
	return &call{
		pool: p.pool, task: t.Task, need: t.need, n: len(list), chunk: o.chunk,
		in:  func(i int) reflect.Value { return list[i] },
		out: func(i int) reflect.Value { return results[i] },
	}, o, nil
}

// Map has a task done for every element of a slice and returns the results in
// order. See the function Map for compiled programs.
func (p *Pool) Map(task, inputs any, opts ...MapOption) ([]any, error) {
	defer keepAlive(p)
	c, o, err := p.batch(task, inputs, opts)
	if err != nil {
		return nil, fmt.Errorf("proc.Map: %w", err)
	}
	if c.chunk == 0 {
		c.chunk = pythonChunk(c.n, p.size)
	}
	if err := c.run(o.context()); err != nil {
		return nil, err
	}
	out := make([]any, c.n)
	for i := range out {
		out[i] = c.out(i).Interface()
	}
	return out, nil
}

// Apply has a task done once and returns the result. For a task without input
// in is nil.
func (p *Pool) Apply(task, in any, opts ...MapOption) (any, error) {
	defer keepAlive(p)
	c, o, err := p.batch(task, []any{in}, opts)
	if err != nil {
		return nil, fmt.Errorf("proc.Apply: %w", err)
	}
	c.chunk = 1
	if err := c.run(o.context()); err != nil {
		return nil, err
	}
	return c.out(0).Interface(), nil
}

// ApplyAsync is Apply that returns at once.
func (p *Pool) ApplyAsync(task, in any, opts ...MapOption) *Result {
	return async(p.join(), func() (any, error) { return p.Apply(task, in, opts...) })
}

// MapAsync is Map that returns at once. The value is a []any.
func (p *Pool) MapAsync(task, inputs any, opts ...MapOption) *Result {
	return async(p.join(), func() (any, error) { return p.Map(task, inputs, opts...) })
}

// join counts a call that is about to begin, for Join.
func (p *Pool) join() (end func()) {
	if p == nil || p.pool == nil || p.enter() != nil {
		return func() {} // the call will say so
	}
	return p.leave
}

// A Result is what a call will give: Python's AsyncResult.
type Result struct {
	done  chan struct{}
	value any
	err   error
}

func async(end func(), run func() (any, error)) *Result {
	r := &Result{done: make(chan struct{})}
	go func() {
		defer end()
		defer close(r.done)
		r.value, r.err = run()
	}()
	return r
}

// Get waits for the call to end and returns what it gave.
func (r *Result) Get() (any, error) {
	<-r.done
	return r.value, r.err
}

// Ready reports whether the call has ended.
func (r *Result) Ready() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// Wait waits for the call to end, for that time at most, and reports whether it
// has.
func (r *Result) Wait(atMost time.Duration) bool {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-r.done:
		return true
	case <-timer.C:
		return false
	}
}

// Context makes a call end when ctx does, in addition to the cell's interrupt.
func Context(ctx context.Context) MapOption {
	return mapOption(func(c *calling) error {
		if ctx == nil {
			return errors.New("nil context")
		}
		c.ctx = ctx
		return nil
	})
}

// context returns what Context set.
func (c *calling) context() context.Context {
	if c.ctx == nil {
		return context.Background()
	}
	return c.ctx
}
