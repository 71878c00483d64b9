package proc

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// A Process is one task in a process of its own: Python's Process. Its methods
// may be called by several goroutines.
type Process struct {
	task string
	run  func(p *Pool) (any, error)
	opts []Option

	mu     sync.Mutex
	pool   *Pool
	child  *child
	done   chan struct{} // closed when the process has ended; nil before Start
	result any
	err    error
}

// NewProcess prepares a process that does a task with that input, nil for a task
// without one. [Threads] and [Env] apply; a process that dies is not begun
// again.
func NewProcess(task, in any, opts ...Option) (*Process, error) {
	t, err := resolve(task)
	if err == nil {
		_, err = newConfig(opts)
	}
	if err == nil {
		_, err = inputs(t.Task, []any{in})
	}
	if err == nil {
		err = ready()
	}
	if err != nil {
		return nil, fmt.Errorf("proc.NewProcess: %w", err)
	}
	return &Process{
		task: t.name, opts: opts,
		run: func(p *Pool) (any, error) { return p.Apply(task, in) },
	}, nil
}

// Start starts the process, once.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done != nil {
		return errors.New("the process was started already")
	}
	pool, err := NewPool(1, append(p.opts, Retries(0), single())...)
	if err != nil {
		return err
	}
	p.pool, p.done = pool, make(chan struct{})
	for ch := range pool.all { // one, that nobody else uses yet
		p.child = ch
	}
	go func() {
		defer close(p.done)
		result, err := p.run(pool)
		pool.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.result, p.err = result, err
	}()
	return nil
}

// single makes a pool that does not replace its worker.
func single() Option {
	return option(func(c *config) error {
		c.single = true
		return nil
	})
}

// started returns what is there after Start.
func (p *Process) started() (*child, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.child, p.done
}

var errNotStarted = errors.New("the process was not started")

// Join waits until the process has ended. The error is its task's, or says
// how the process died.
func (p *Process) Join() error {
	_, err := p.Result()
	return err
}

// JoinTimeout is Join for that time at most; it reports whether the process has
// ended.
func (p *Process) JoinTimeout(atMost time.Duration) bool {
	_, done := p.started()
	if done == nil {
		return false
	}
	return (&Result{done: done}).Wait(atMost)
}

// Result waits as Join does and returns the task's result, which Python's
// Process lacks.
func (p *Process) Result() (any, error) {
	_, done := p.started()
	if done == nil {
		return nil, errNotStarted
	}
	<-done
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.result, p.err
}

// Terminate sends SIGTERM to the process, which ends it.
func (p *Process) Terminate() error { return p.signal(syscall.SIGTERM) }

// Kill sends SIGKILL to the process.
func (p *Process) Kill() error { return p.signal(os.Kill) }

func (p *Process) signal(sig os.Signal) error {
	ch, _ := p.started()
	if ch == nil {
		return errNotStarted
	}
	if err := ch.process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("task %s, process %d: %w", p.task, ch.pid, err)
	}
	return nil
}

// Pid returns the process's number, 0 before Start.
func (p *Process) Pid() int {
	ch, _ := p.started()
	if ch == nil {
		return 0
	}
	return ch.pid
}

// Alive reports whether the process was started and has not ended.
func (p *Process) Alive() bool {
	ch, _ := p.started()
	if ch == nil {
		return false
	}
	select {
	case <-ch.ended:
		return false
	default:
		return true
	}
}

// ExitCode returns how the process ended, as Python does: 0 if its task went
// well, 1 after an error or a panic of the task, what it gave to os.Exit, or a
// signal's number with a minus. It is 0 while the process has not ended: see
// Alive.
func (p *Process) ExitCode() int {
	ch, done := p.started()
	if done == nil || !(&Result{done: done}).Ready() {
		return 0
	}
	<-ch.ended
	p.mu.Lock()
	defer p.mu.Unlock()
	var died *ExitError
	switch {
	case p.err == nil:
		return 0
	case !errors.As(p.err, &died) || ch.state == nil:
		return 1
	}
	if status, ok := ch.state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return -int(status.Signal())
	}
	return ch.state.ExitCode()
}
