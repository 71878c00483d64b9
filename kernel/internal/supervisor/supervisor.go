// Package supervisor keeps one session process for the front: it starts it,
// hands it runs and operations, delivers what it prints and shows, stops it
// when it does not listen, and says in plain words what it died of.
//
// The way of a message: the link's reader and one watcher per pipe (pipe.go)
// put what arrives into one channel; the pump (pump.go) takes it from there
// and is the only goroutine that calls Events and that ends a Run. When the
// process has died, the pump reads what is left and crash.go turns the text on
// stderr and the exit status into a Crash, with the table in words.go.
//
// A Session never starts a second process: the front makes a new Session.
package supervisor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// PathVariable names the session's binary when Options.Path is empty.
const PathVariable = "WEFT_SESSION"

// limitVariable tells the session how many bytes of memory it may use.
const limitVariable = "WEFT_MEMORY_LIMIT"

const (
	// helloTimeout bounds the time from the start to the session's Hello; it
	// takes 10 ms on an idle machine.
	helloTimeout = 30 * time.Second
	// interruptGrace is how long an interrupted run may go on.
	interruptGrace = 2 * time.Second
	// interruptLimit is the same when the front itself is behind, because
	// Events block.
	interruptLimit = 10 * time.Second
	// quitGrace is how long the process may take to end itself on Close.
	quitGrace = 300 * time.Millisecond
	// exitGrace is how long the process may live after it has closed the link.
	exitGrace = 500 * time.Millisecond
	// closeLimit bounds Close's waiting for the kernel to end a killed process
	// and for a call of Events to return.
	closeLimit = 5 * time.Second
)

// ErrEnded is in the error of Run, Op and Input when the session had ended
// before they were called: nothing was sent. Where a crash was the end, the
// error holds the *Crash as well.
var ErrEnded = errors.New("session has ended")

// Options say how to start a session.
type Options struct {
	// Path is the binary. Empty: the one named by WEFT_SESSION, else
	// weft-session beside the running program, else in PATH.
	Path string
	// Args are the arguments after the program's name.
	Args []string
	// Env is the environment, nil for the front's own. GOTRACEBACK and
	// WEFT_MEMORY_LIMIT are replaced in it.
	Env []string
	// Dir is the working directory, empty for the front's own.
	Dir string
	// Memory is how many bytes the session may use, 0 for DefaultMemory.
	// The session itself enforces it.
	Memory int64
	// Log takes notes for whoever looks for a fault in Weft; may be nil.
	Log func(format string, args ...any)
}

// Events receives what a session sends. The calls come one after the other
// from one goroutine, in the order of arrival; while one blocks, neither link
// nor pipes are read, so that a session that prints faster than its readers
// has to wait. A call must not call Run, Op or Close of the same Session.
type Events interface {
	// Stream delivers text for link.Stdout or link.Stderr. Text from the
	// session's descriptors 1 and 2 belongs to the cell that runs or last ran;
	// it is cut between runes where it is valid UTF-8. The callee may keep it.
	Stream(cell int, name string, text []byte)
	// Display delivers a bundle.
	Display(d link.Display)
	// Ask wants a line of input, which Session.Input answers, at any time.
	Ask(a link.Ask)
}

// A Session is one session process. Its methods may be called from several
// goroutines at once.
type Session struct {
	ev    Events
	log   func(string, ...any)
	conn  *link.Conn
	sock  *os.File
	proc  *os.Process
	pid   int
	limit int64 // bytes, 0: none
	kills int64 // the kernel's count of out-of-memory kills at the start

	items  chan item     // to the pump
	hello  chan struct{} // closed by the pump when greeting is set
	exited chan struct{} // closed by the waiter when exit is set
	reaped chan struct{} // closed by the waiter: no zombie, no grandchild left
	dead   chan struct{} // closed by the pump when crash is set: nothing more comes
	group  sync.WaitGroup

	entered atomic.Int64 // when the pump called Events, Unix ns, 0: it is not there
	inside  atomic.Int64 // time spent in Events so far, ns

	closing  sync.Once
	closeErr error // written within closing

	mu       sync.Mutex
	greeting link.Hello     // guarded by mu
	cell     int            // guarded by mu: runs or last ran
	files    map[int]string // guarded by mu: names by link.File.ID
	run      *turn          // guarded by mu: nil between runs
	ops      map[int]*turn  // guarded by mu
	lastOp   int            // guarded by mu
	closed   bool           // guarded by mu: Close was called
	why      string         // guarded by mu: why we killed the process
	waited   bool           // guarded by mu: the pid is no longer ours to signal
	exit     exit           // guarded by mu
	crash    *Crash         // guarded by mu
}

// A turn is a Run or an Op under way.
type turn struct {
	done   chan link.Done   // for a Run, capacity 1
	opDone chan link.OpDone // for an Op, capacity 1
	over   chan struct{}    // closed when the caller has its answer
	graced bool             // guarded by Session.mu: its interruption is watched, or it needs none
}

// Start starts a session and waits for its Hello. The error says what is
// missing: the binary, or in the process' own words why it ended at once. ctx
// bounds the start only; Close ends the session.
func Start(ctx context.Context, o Options, ev Events) (*Session, error) {
	path, err := find(o.Path)
	if err != nil {
		return nil, fmt.Errorf("start session: %w", err)
	}
	s := &Session{
		ev:     ev,
		log:    o.Log,
		limit:  o.Memory,
		kills:  kernelKills(),
		items:  make(chan item),
		hello:  make(chan struct{}),
		exited: make(chan struct{}),
		reaped: make(chan struct{}),
		dead:   make(chan struct{}),
		ops:    map[int]*turn{},
		files:  map[int]string{},
	}
	if s.log == nil {
		s.log = func(string, ...any) {}
	}
	if s.limit <= 0 {
		s.limit = DefaultMemory()
	}
	if err := s.spawn(path, o); err != nil {
		return nil, fmt.Errorf("start session %q: %w", path, err)
	}

	timeout := time.NewTimer(helloTimeout)
	defer timeout.Stop()
	select {
	case <-s.hello:
		return s, nil
	case <-s.dead:
		err = errors.New("it ended at once: " + s.Crash().inFull())
	case <-ctx.Done():
		err = ctx.Err()
	case <-timeout.C:
		err = fmt.Errorf("no word from it in %v", helloTimeout)
	}
	s.kill("")
	s.Close()
	return nil, fmt.Errorf("start session %q: %w", path, err)
}

// Binary returns the path of the session's program: path itself, the one that
// WEFT_SESSION names, the one beside this program, or the one on the PATH. An
// error says that there is none.
func Binary(path string) (string, error) { return find(path) }

func find(path string) (string, error) {
	const name = "weft-session"
	if path == "" {
		path = os.Getenv(PathVariable)
	}
	if path == "" {
		if self, err := os.Executable(); err == nil {
			beside := filepath.Join(filepath.Dir(self), name)
			if _, err := os.Stat(beside); err == nil {
				path = beside
			}
		}
	}
	if path == "" {
		path = name
	}
	found, err := exec.LookPath(path)
	if err != nil {
		return "", fmt.Errorf("%w (the program %s is built and installed together with weft; %s may name another)", err, name, PathVariable)
	}
	return filepath.Abs(found)
}

// spawn starts the process and the goroutines that serve it.
func (s *Session) spawn(path string, o Options) error {
	var opened []*os.File
	fail := func(err error) error {
		for _, f := range opened {
			f.Close()
		}
		return err
	}
	if o.Dir != "" { // of the child's failure we would not learn what is missing
		if _, err := os.Stat(o.Dir); err != nil {
			return fmt.Errorf("working directory: %w", err)
		}
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	opened = append(opened, null)
	ours, theirs, err := socketPair()
	if err != nil {
		return fail(fmt.Errorf("make the link: %w", err))
	}
	opened = append(opened, ours, theirs)
	var read, write [2]*os.File
	for i := range read {
		if read[i], write[i], err = os.Pipe(); err != nil {
			return fail(fmt.Errorf("make a pipe: %w", err))
		}
		opened = append(opened, read[i], write[i])
	}

	// os.StartProcess makes the child's ends blocking, as C code and the Go
	// runtime's own printing expect.
	s.proc, err = os.StartProcess(path, append([]string{path}, o.Args...), &os.ProcAttr{
		Dir:   o.Dir,
		Env:   environment(o.Env, s.limit),
		Files: []*os.File{null, write[0], write[1], theirs},
		Sys:   ownSession(),
	})
	if err != nil {
		return fail(err)
	}
	for _, f := range []*os.File{null, theirs, write[0], write[1]} {
		f.Close()
	}
	s.pid = s.proc.Pid
	if err := killFirst(s.pid); err != nil {
		s.log("session %d: %v", s.pid, err)
	}

	s.sock = ours
	s.conn = link.NewConn(struct {
		io.Reader
		io.Writer
	}{bufio.NewReaderSize(ours, 64<<10), ours})
	p := newPump(s, read[0], read[1])
	for _, f := range []func(){s.wait, s.receive, p.loop, p.out.watch, p.err.watch} {
		s.group.Go(f)
	}
	return nil
}

// environment returns env with Weft's own variables set.
func environment(env []string, limit int64) []string {
	if env == nil {
		env = os.Environ()
	}
	own := []string{"GOTRACEBACK=system"}
	if limit > 0 {
		own = append(own, limitVariable+"="+strconv.FormatInt(limit, 10))
	}
	// Of two settings the Go runtime takes the first, so ours stand alone.
	for _, e := range env {
		if !strings.HasPrefix(e, "GOTRACEBACK=") && !strings.HasPrefix(e, limitVariable+"=") {
			own = append(own, e)
		}
	}
	return own
}

// wait waits for the process' end, ends what it has started and reaps it.
func (s *Session) wait() {
	e := awaitExit(s.proc)
	killGroup(s.pid)
	s.mu.Lock()
	s.exit = e
	s.mu.Unlock()
	close(s.exited)
	// Nobody may speak for the dead: a grandchild may have inherited the link.
	shutdownRead(s.sock)
	sweep(s.pid)
	s.mu.Lock()
	s.waited = true
	s.mu.Unlock()
	s.proc.Wait()
	close(s.reaped)
}

// receive reads the link to its end.
func (s *Session) receive() {
	for {
		k, b, err := s.conn.Recv()
		select {
		case s.items <- item{kind: k, payload: b, err: err}:
		case <-s.dead:
			return
		}
		if err != nil {
			return
		}
	}
}

// PID returns the process' number.
func (s *Session) PID() int { return s.pid }

// Hello returns the session's greeting.
func (s *Session) Hello() link.Hello {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.greeting
}

// Dead is closed when the process has ended and all it had to say has been
// delivered, also when no run is under way.
func (s *Session) Dead() <-chan struct{} { return s.dead }

// Crash says what the process died of; nil while it lives and after Close.
func (s *Session) Crash() *Crash {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.crash
}

// Usage returns the processor time the process has used, in user and system
// mode, and its resident memory in bytes.
func (s *Session) Usage() (cpu time.Duration, rss int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waited {
		return 0, 0, fmt.Errorf("usage of session %d: %w", s.pid, ErrEnded)
	}
	return usage(s.pid)
}
