package proc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
)

// A Host is for programs that run others' functions, as a notebook's session
// runs those of cells: tasks that [Main] was not given, which workers have to
// be told. Others never need it.
type Host struct {
	// Name names a function that a caller passed as a task.
	Name func(fn any) (string, error)
	// Prepare is called in the program for each call of a function of that
	// name. It returns the function as a task and what a worker needs to have
	// it.
	Prepare func(name string) (Task, Need, error)
	// Load is called in a worker with what Need gave.
	Load func(delta, values []byte) error
	// Task returns, in a worker, the function of that name.
	Task func(name string) (Task, error)
	// Output is called in the program with what a worker sent by [Output]
	// during a call, by a goroutine that the caller has started or is.
	Output func(message []byte)
}

// A Need is what a worker must have been told before it does a task.
type Need struct {
	Position int                    // how far a worker must have been told
	Delta    func(known int) []byte // what one lacks that was told until there; 0: all
	Values   []byte                 // told whenever Key is another than the last
	Key      string
}

var host atomic.Pointer[Host]

// SetHost makes this program a host. It must be called before [Main], in the
// workers too.
func SetHost(h *Host) { host.Store(h) }

// TaskOf makes a task of a function: of no or one parameter, maybe a context
// before it, and no or one result, maybe an error behind it.
func TaskOf(name string, f reflect.Value) (Task, error) {
	if f.Kind() != reflect.Func || f.IsNil() {
		return Task{}, fmt.Errorf("%s is no function", name)
	}
	t := f.Type()
	var in, out reflect.Type = reflect.TypeFor[struct{}](), reflect.TypeFor[struct{}]()
	withContext := t.NumIn() > 0 && t.In(0) == reflect.TypeFor[context.Context]()
	withError := t.NumOut() > 0 && t.Out(t.NumOut()-1) == reflect.TypeFor[error]()
	ins, outs := t.NumIn(), t.NumOut()
	if withContext {
		ins--
	}
	if withError {
		outs--
	}
	switch {
	case t.IsVariadic(), ins > 1:
		return Task{}, fmt.Errorf("function %s, a %s, can't be a task: it must have one parameter; put several into a struct", name, t)
	case outs > 1:
		return Task{}, fmt.Errorf("function %s, a %s, can't be a task: it must have one result, and maybe an error; put several into a struct", name, t)
	}
	if ins == 1 {
		in = t.In(t.NumIn() - 1)
	}
	if outs == 1 {
		out = t.Out(0)
	}
	task, err := newTask(name, in, out)
	if err != nil {
		return Task{}, err
	}
	task.call = func(ctx context.Context, v reflect.Value) (reflect.Value, error) {
		var args []reflect.Value
		if withContext {
			args = append(args, reflect.ValueOf(ctx))
		}
		if ins == 1 {
			args = append(args, v)
		}
		results := f.Call(args)
		var err error
		if withError {
			err, _ = results[len(results)-1].Interface().(error)
		}
		if outs == 0 {
			return reflect.ValueOf(&struct{}{}).Elem(), err
		}
		// A value of its own: the sender wants the static type.
		result := reflect.New(out).Elem()
		result.Set(results[0])
		return result, err
	}
	return task, nil
}

// Wrap returns the task with its function called by around, which must call it
// once.
func (t Task) Wrap(around func(call func() error) error) Task {
	inner := t.call
	t.call = func(ctx context.Context, v reflect.Value) (out reflect.Value, err error) {
		err = around(func() (err error) {
			out, err = inner(ctx, v)
			return err
		})
		return out, err
	}
	return t
}

// sends is the link of a worker.
var sends atomic.Pointer[link]

// Output sends a message from a worker to its program's host. Elsewhere it is
// an error.
func Output(message []byte) error {
	l := sends.Load()
	if l == nil {
		return errors.New("proc.Output: this process is no worker")
	}
	return l.write(append(begin(nil, frameOutput), message...))
}

// Worker reports whether this process was started as a worker, also before
// [Main].
func Worker() bool { return sends.Load() != nil || isWorker() }

// found is a task with what its workers need, nil for one that all have.
type found struct {
	*Task
	need *Need
}

// resolve finds the task that a caller named: its name, the task, or a function
// that the host knows.
func resolve(task any) (found, error) {
	switch t := task.(type) {
	case string:
		return named(t)
	case Task:
		return named(t.name)
	}
	h := host.Load()
	if reflect.ValueOf(task).Kind() != reflect.Func {
		return found{}, fmt.Errorf("a task is a string with its name, or a function, not a %T", task)
	}
	if h == nil {
		return found{}, fmt.Errorf("a task is a string with its name: only in a notebook it can be a function")
	}
	name, err := h.Name(task)
	if err != nil {
		return found{}, err
	}
	return prepare(h, name)
}

func named(name string) (found, error) {
	t, err := lookup(name)
	h := host.Load()
	if err == nil || h == nil || name == "" || strings.Contains(name, ".") {
		return found{Task: t}, err
	}
	f, herr := prepare(h, name)
	if herr != nil {
		return f, fmt.Errorf("%w; %w", herr, err)
	}
	return f, nil
}

func prepare(h *Host, name string) (found, error) {
	t, need, err := h.Prepare(name)
	if err != nil {
		return found{}, err
	}
	return found{&t, &need}, nil
}

// lacks returns what a worker has to be told before it does the task.
func (n *Need) lacks(ch *child) (delta, values []byte) {
	if n == nil {
		return nil, nil
	}
	if ch.told < n.Position || ch.told == 0 {
		delta = n.Delta(ch.told)
	}
	if ch.values != n.Key {
		values = n.Values
	}
	return delta, values
}

// knows notes that it was told.
func (n *Need) knows(ch *child) {
	if n != nil {
		ch.told, ch.values = max(ch.told, n.Position), n.Key
	}
}
