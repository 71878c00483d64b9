package par

import (
	"errors"
	"fmt"
)

// A Panic is what a loop panics with when a body did: the first body's value
// and where it happened.
type Panic struct {
	Value any    // what the body panicked with
	Stack []byte // the goroutine's stack as runtime/debug.Stack prints it
}

// Error returns the value and, below it, the stack.
func (p *Panic) Error() string {
	return fmt.Sprintf("panic in a parallel loop: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value if it is an error, such as a runtime.Error, else nil.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// ErrGoexit is a [Panic]'s value when a body ended its goroutine by
// runtime.Goexit, as testing.T.FailNow does, on a goroutine other than the
// caller's.
var ErrGoexit = errors.New("runtime.Goexit called in a parallel loop")
