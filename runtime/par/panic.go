package par

import (
	"errors"
	"fmt"
)

// A Panic is what a loop panics with when a body did, with the first body's
// value and where it happened, and the error of a [Future] whose function
// panicked.
type Panic struct {
	Value any    // what the body panicked with
	Stack []byte // the goroutine's stack as runtime/debug.Stack prints it

	inTask bool // of an Executor, not a loop's body
}

// Error returns the value and, below it, the stack.
func (p *Panic) Error() string {
	where := "parallel loop"
	if p.inTask {
		where = "task"
	}
	return fmt.Sprintf("panic in a %s: %v\n\n%s", where, p.Value, p.Stack)
}

// Unwrap returns the value if it is an error, such as a runtime.Error, else nil.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// ErrGoexit is a [Panic]'s value when a body, on a goroutine other than the
// caller's, or a task ended its goroutine by runtime.Goexit, as
// testing.T.FailNow does.
var ErrGoexit = errors.New("runtime.Goexit called in a parallel loop or task")
