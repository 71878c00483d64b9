package proc

import (
	"errors"
	"fmt"
	"strings"
)

// ErrClosed is wrapped by what a pool or another thing here returns after it
// was closed, and is the cause of calls that Close ended.
var ErrClosed = errors.New("closed")

var errNoPool = errors.New("no pool: make one with proc.NewPool")

// A TaskError is an error that a task returned, or its panic, in a worker.
type TaskError struct {
	Task    string // the task's name
	Index   int    // which of the inputs, from 0
	PID     int    // the worker
	Message string // the error's text or the panic's value
	Stack   string // of a panic, as runtime/debug.Stack prints it; else empty
}

// Error names the task, the input and the worker.
func (e *TaskError) Error() string {
	text := fmt.Sprintf("task %s, input %d, worker %d: %s", e.Task, e.Index, e.PID, e.Message)
	if e.Stack != "" {
		text += "\n\n" + strings.TrimSpace(e.Stack)
	}
	return text
}

// An ExitError says that workers died of a task, once more than [Retries]
// allows.
type ExitError struct {
	Task  string
	Index int    // which of the inputs, from 0
	PID   int    // the worker that died last
	State string // how: "signal: killed", "exit status 3"
	Tries int    // how often the task was begun
}

// Error names the task, the input, the worker and how it ended.
func (e *ExitError) Error() string {
	return fmt.Sprintf("task %s, input %d: worker %d ended: %s (the task was begun %d times)", e.Task, e.Index, e.PID, e.State, e.Tries)
}
