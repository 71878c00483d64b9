package engine

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/sink"
)

const (
	stderrTail  = 64 << 10               // bytes of a program's standard error in the result
	sigintGrace = time.Second            // how long a program may take to end itself
	pipesGrace  = 500 * time.Millisecond // how long what it has started may keep its output open
)

// program runs the executable args["path"] with the arguments args["argv"], a
// JSON list, in args["dir"] if that is set. What it prints and displays is the
// cell's; when it waits for standard input the user is asked for a line, where
// the system tells that it waits, else it reads the end of file. The result
// has "code", or "signal" by name if one has killed it, its "user" and
// "system" time in nanoseconds, and "stderr", the last 64 KB of it.
//
// An interrupt sends SIGINT to its process group, and SIGKILL a second later;
// the error is then "interrupted", beside the result.
func program(ctx context.Context, s *session, args map[string]string) (map[string]string, error) {
	var argv []string
	if text := args["argv"]; text != "" {
		if err := json.Unmarshal([]byte(text), &argv); err != nil {
			return nil, fmt.Errorf("read the program's arguments: %w", err)
		}
	}
	p := &child{s: s, cmd: exec.Command(args["path"], argv...)}
	p.cmd.Dir = args["dir"]
	// The process that dies with its parent dies with the thread that has
	// started it, so this goroutine keeps the thread until the end.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.start(); err != nil {
		return nil, fmt.Errorf("run %s: %w", args["path"], err)
	}
	stop := context.AfterFunc(ctx, p.stop)
	reading, readingEnds := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	tasks.Go(func() { p.stdin(reading) })
	tasks.Go(p.displays)
	err := p.cmd.Wait()
	stop()
	readingEnds()
	p.finish()
	tasks.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("run %s: %w", args["path"], err)
	}
	state := p.cmd.ProcessState
	result := map[string]string{
		"code":   strconv.Itoa(state.ExitCode()),
		"user":   strconv.FormatInt(int64(state.UserTime()), 10),
		"system": strconv.FormatInt(int64(state.SystemTime()), 10),
		"stderr": string(p.tail),
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		result["signal"] = status.Signal().String()
	}
	if ctx.Err() != nil {
		return result, errInterrupted
	}
	return result, nil
}

// A child is a program that runs.
type child struct {
	s        *session
	cmd      *exec.Cmd
	out, err *outlet
	input    *os.File // our end of its standard input
	shows    *os.File // our end of its display socket
	tail     []byte   // of err, which guards it until the end
}

// start starts the process with pipes of ours.
func (p *child) start() (err error) {
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	pipe := func() (r, w *os.File) {
		if err == nil {
			r, w, err = os.Pipe()
		}
		return r, w
	}
	in, input := pipe()
	out, outW := pipe()
	errR, errW := pipe()
	if err != nil {
		return err
	}
	show, shows, err := displaySocket()
	if err != nil {
		return err
	}
	theirs = []*os.File{in, outW, errW, show}
	p.input, p.shows = input, shows
	p.out = newOutlet(out, (&stream{p.s, link.Stdout}).Write)
	text := &stream{p.s, link.Stderr}
	p.err = newOutlet(errR, func(b []byte) (int, error) {
		p.tail = append(p.tail, b...)
		if extra := len(p.tail) - stderrTail; extra > 0 {
			p.tail = slices.Delete(p.tail, 0, extra)
		}
		return text.Write(b)
	})
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, outW, errW
	p.cmd.ExtraFiles = []*os.File{show}
	p.cmd.Env = append(programEnvironment(), sink.Variable+"=3")
	p.cmd.SysProcAttr = ownGroup()
	if err := p.cmd.Start(); err != nil {
		for _, f := range []*os.File{input, out, errR, shows} {
			f.Close()
		}
		return err
	}
	go p.out.pump()
	go p.err.pump()
	return nil
}

// programEnvironment is the environment without what concerns the session.
func programEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(e string) bool {
		return e == "GOTRACEBACK=system" || strings.HasPrefix(e, memoryVariable+"=")
	})
}

// stop asks the program to end and kills it if it does not, or when the session
// itself ends.
func (p *child) stop() {
	pid := p.cmd.Process.Pid
	if !p.s.closing.Load() {
		_ = syscall.Kill(-pid, syscall.SIGINT)
		for end := time.Now().Add(sigintGrace); time.Now().Before(end) && !p.s.closing.Load(); {
			time.Sleep(5 * time.Millisecond)
			if syscall.Kill(-pid, 0) != nil {
				return // no such group any more
			}
		}
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
}

// finish delivers what the program has left in its pipes, and does not wait
// long for what it has started.
func (p *child) finish() {
	late := time.After(pipesGrace)
	for _, o := range []*outlet{p.out, p.err} {
		select {
		case <-o.ended:
		case <-late:
			o.drain()
		}
	}
	for _, f := range []*os.File{p.input, p.shows, p.out.file, p.err.file} {
		f.Close()
	}
}

// stdin feeds the program's standard input with lines that the user types,
// each when the program waits for one.
func (p *child) stdin(ctx context.Context) {
	pid := p.cmd.Process.Pid
	const shortest, longest = 4 * time.Millisecond, 100 * time.Millisecond
	pause, seen := shortest, false
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		waits, known := waitsForInput(pid, p.input)
		if !known {
			p.input.Close()
			return
		}
		if !waits {
			seen, pause = false, min(longest, pause*3/2)
			continue
		}
		if !seen { // once more: what was written may not have been taken yet
			seen, pause = true, shortest
			continue
		}
		p.drain()
		line, err := p.s.in.line(ctx)
		if ctx.Err() != nil {
			return // it is told by a signal
		}
		if err != nil {
			p.input.Close()
			return
		}
		if _, err := io.WriteString(p.input, line+"\n"); err != nil {
			return // it has closed its standard input
		}
		seen, pause = false, shortest
	}
}

// drain delivers what the program has printed until now.
func (p *child) drain() {
	p.out.drain()
	p.err.drain()
}

// displays forwards what the program shows, each after the text before it.
func (p *child) displays() {
	for {
		var head [4]byte
		if _, err := io.ReadFull(p.shows, head[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint32(head[:])
		if n > link.MaxFrame {
			return
		}
		b, err := io.ReadAll(io.LimitReader(p.shows, int64(n)))
		var f sink.Frame
		if err != nil || json.Unmarshal(b, &f) != nil {
			return
		}
		p.drain()
		p.s.out.display(link.Display{Op: f.Op, Data: f.Data, Metadata: f.Metadata, ID: f.ID, Wait: f.Wait})
		if _, err := p.shows.Write([]byte{1}); err != nil {
			return
		}
	}
}

// An outlet is the reading end of a program's standard output or error. Two
// may read it: pump, which sleeps until there is something, and drain, which
// takes what there is.
type outlet struct {
	file  *os.File
	raw   syscall.RawConn
	ended chan struct{} // closed at the end of file

	mu      sync.Mutex // held while reading and delivering
	deliver func([]byte) (int, error)
	buf     []byte
	closed  bool
}

func newOutlet(f *os.File, deliver func([]byte) (int, error)) *outlet {
	raw, err := f.SyscallConn()
	if err != nil {
		panic("BUG: the reading end of a pipe is not open: " + err.Error())
	}
	return &outlet{file: f, raw: raw, ended: make(chan struct{}), deliver: deliver, buf: make([]byte, 32<<10)}
}

// pump delivers until the end of file.
func (o *outlet) pump() {
	// The error is that the file was closed.
	_ = o.raw.Read(func(fd uintptr) bool {
		for o.take(int(fd)) {
		}
		return o.over()
	})
}

// drain delivers what is there now.
func (o *outlet) drain() {
	_ = o.raw.Control(func(fd uintptr) {
		for o.take(int(fd)) {
		}
	})
}

func (o *outlet) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// take delivers once; false when there is nothing.
func (o *outlet) take(fd int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	n, err := syscall.Read(fd, o.buf)
	switch {
	case errors.Is(err, syscall.EINTR):
		return true
	case errors.Is(err, syscall.EAGAIN):
		return false
	case n <= 0:
		o.closed = true
		close(o.ended)
		return false
	}
	_, _ = o.deliver(o.buf[:n])
	return true
}

// displaySocket makes the stream over which a program sends what it shows.
func displaySocket() (theirs, ours *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("make a socket for displays: %w", err)
	}
	if err := syscall.SetNonblock(fds[1], true); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "display"), os.NewFile(uintptr(fds[1]), "display"), nil
}
