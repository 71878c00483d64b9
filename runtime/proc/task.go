package proc

import (
	"context"
	"fmt"
	"reflect"
)

// A Task is a function that worker processes can be asked for by its name.
// Make one with [NewTask] and pass it to [Main].
type Task struct {
	name    string
	in, out wire
	call    func(ctx context.Context, in reflect.Value) (reflect.Value, error)
}

// Name returns the name by which the task is asked for.
func (t Task) Name() string { return t.name }

// NewTask makes a task of a function. Name is unique in the program; by custom
// the package and what is done, "julia.rows". The input and the result travel
// as gobs: NewTask panics if their types can't, since that shows in the first
// run of any program that has the task.
//
// The context ends with the caller's. The function runs in one goroutine of a
// worker and has it for itself.
func NewTask[In, Out any](name string, f func(ctx context.Context, in In) (Out, error)) Task {
	t, err := newTask(name, reflect.TypeFor[In](), reflect.TypeFor[Out]())
	if err == nil && f == nil {
		err = fmt.Errorf("task %s has no function", name)
	}
	if err != nil {
		panic(fmt.Errorf("proc.NewTask: %w", err))
	}
	t.call = func(ctx context.Context, v reflect.Value) (reflect.Value, error) {
		in, _ := v.Interface().(In) // not ok: a nil interface
		out, err := f(ctx, in)
		return reflect.ValueOf(&out).Elem(), err
	}
	return t
}

// newTask makes a task that still lacks its function.
func newTask(name string, in, out reflect.Type) (Task, error) {
	t := Task{name: name}
	if name == "" {
		return t, fmt.Errorf("a task without a name")
	}
	var err error
	if t.in, err = newWire(in); err != nil {
		return t, fmt.Errorf("task %s, input: %w", name, err)
	}
	if t.out, err = newWire(out); err != nil {
		return t, fmt.Errorf("task %s, result: %w", name, err)
	}
	return t, nil
}
