package proc

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// A child is the parent's side of a process that it started.
type child struct {
	pid     int
	process *os.Process
	link    *link
	ended   chan struct{}    // closed when the process is gone and waited for
	state   *os.ProcessState // then

	dead    atomic.Bool // it ended or was ended; never used again
	number  uint64      // of the last batch
	streams map[string]*streams
	forget  map[string]bool // tasks whose results could not be decoded
	frame   []byte
	told    int    // what the host has told it: see Need
	values  string // the key of the values it has

	// What its replies said.
	tasks        atomic.Int64
	user, system atomic.Int64 // ns
}

// readyIn is how long a worker may take until it is ready.
const readyIn = 30 * time.Second

// errNotReady is wrapped by the error for a worker that ended before it could
// do anything.
var errNotReady = errors.New("it did not get ready")

// start starts this program again as a worker of that kind and returns when it
// is ready.
func start(kind string, c *config) (*child, error) {
	ch, err := launch(kind, c)
	if err != nil {
		return nil, fmt.Errorf("start a worker process: %w", err)
	}
	ch.link.file.SetReadDeadline(time.Now().Add(readyIn))
	what, _, err := ch.link.read()
	if err == nil && what != frameHello {
		err = fmt.Errorf("its first frame is of kind %q", what)
	}
	if err != nil {
		how := ch.post()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			how = fmt.Sprintf("nothing was heard of it for %v", readyIn)
		}
		return nil, fmt.Errorf("start a worker process: %w: worker %d: %s", errNotReady, ch.pid, how)
	}
	ch.link.file.SetReadDeadline(time.Time{})
	return ch, nil
}

// launch starts the process.
func launch(kind string, c *config) (*child, error) {
	mine, theirs, err := socketpair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	program, err := program()
	if err != nil {
		mine.Close()
		return nil, err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		mine.Close()
		return nil, err
	}
	defer null.Close()
	process, err := os.StartProcess(program, []string{os.Args[0], "worker"}, &os.ProcAttr{
		Env:   c.environ(kind),
		Files: []*os.File{null, os.Stdout, os.Stderr, theirs},
	})
	if err != nil {
		mine.Close()
		return nil, err
	}
	ch := &child{
		pid: process.Pid, process: process, link: newLink(mine), ended: make(chan struct{}),
		streams: make(map[string]*streams), forget: make(map[string]bool),
	}
	go ch.wait()
	return ch, nil
}

// wait waits for the process, so that no zombie stays.
func (ch *child) wait() {
	state, err := ch.process.Wait()
	if err == nil {
		ch.state = state
	}
	ch.dead.Store(true)
	close(ch.ended)
}

// kill ends the process now. What waits for an answer of it gets an error.
func (ch *child) kill() {
	ch.dead.Store(true)
	ch.process.Kill()
}

// post makes sure that the process ends and returns how it did.
func (ch *child) post() string {
	ch.dead.Store(true)
	ch.link.file.Close()
	select {
	case <-ch.ended:
	case <-time.After(200 * time.Millisecond): // it has ended the link, or broken it
		ch.process.Kill()
		<-ch.ended
	}
	if ch.state == nil {
		return "nobody knows how"
	}
	return ch.state.String()
}

// hangUp lets the process go, which ends it, and kills it after that time.
func (ch *child) hangUp(grace time.Duration) {
	ch.dead.Store(true)
	ch.link.file.Close()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-ch.ended:
	case <-timer.C:
		ch.process.Kill()
		<-ch.ended
	}
}

// stream returns both directions of a task.
func (ch *child) stream(task string) *streams {
	s := ch.streams[task]
	if s == nil {
		s = new(streams)
		ch.streams[task] = s
	}
	return s
}
