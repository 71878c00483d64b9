package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// fakeVariable makes the test binary something else: see roles.
const fakeVariable = "WEFT_FAKE"

// roles is what the test binary is besides a test.
var roles = map[string]func(){
	"session":     func() { fakeSession() },
	"report":      crashAlone,
	"parent":      middleParent,
	"dies":        func() { fmt.Fprintln(os.Stderr, "weft-session: no good today"); os.Exit(1) },
	"panics":      func() { panic("at once") },
	"silent":      func() { time.Sleep(time.Hour) },
	"babbles":     func() { linkFile().Write([]byte(strings.Repeat("\xff", 100))); time.Sleep(time.Hour) },
	"closes":      func() { greet(); linkFile().Close(); time.Sleep(time.Hour) },
	"stops":       func() { greet(); time.Sleep(time.Hour) },
	"environment": func() { fmt.Fprint(os.Stderr, strings.Join(os.Environ(), "\n")); os.Exit(1) },
}

func TestMain(m *testing.M) {
	if role := os.Getenv(fakeVariable); role != "" {
		roles[role]()
		return
	}
	os.Exit(m.Run())
}

func linkFile() *os.File {
	syscall.CloseOnExec(3)
	return os.NewFile(3, "link")
}

func greet() *link.Conn {
	c := link.NewConn(linkFile())
	c.SendJSON(link.KindHello, link.Hello{PID: os.Getpid(), Version: runtime.Version()})
	return c
}

// A fake is a session that obeys scripts instead of compiling them.
type fake struct {
	conn  *link.Conn
	input chan link.Input

	mu   sync.Mutex
	stop context.CancelFunc // of the run under way
}

func fakeSession() {
	debug.SetMaxStack(16 << 20)
	f := &fake{conn: greet(), input: make(chan link.Input)}
	for {
		k, b, err := f.conn.Recv()
		if err != nil || k == link.KindQuit {
			os.Exit(0)
		}
		switch k {
		case link.KindRun:
			var r link.Run
			json.Unmarshal(b, &r)
			ctx, cancel := context.WithCancel(context.Background())
			f.mu.Lock()
			f.stop = cancel
			f.mu.Unlock()
			go f.run(ctx, r)
		case link.KindOp:
			var o link.Op
			json.Unmarshal(b, &o)
			go func() {
				f.script(context.Background(), o.Cell, o.Args["script"])
				f.conn.SendJSON(link.KindOpDone, link.OpDone{ID: o.ID, Result: map[string]string{"name": o.Name}})
			}()
		case link.KindInput:
			var in link.Input
			json.Unmarshal(b, &in)
			f.input <- in
		case link.KindInterrupt:
			f.mu.Lock()
			if f.stop != nil {
				f.stop()
			}
			f.mu.Unlock()
		}
	}
}

func (f *fake) run(ctx context.Context, r link.Run) {
	d := link.Done{Cell: r.Cell, Status: link.OK}
	for _, file := range r.Files {
		if s := f.script(ctx, r.Cell, file.Text); s != "" {
			d.Status = s
		}
	}
	f.conn.SendJSON(link.KindDone, d)
}

// script obeys text, a command per line, and returns the status of the last.
func (f *fake) script(ctx context.Context, cell int, text string) (status string) {
	for line := range strings.Lines(text) {
		name, arg, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if name == "" {
			continue
		}
		c := commands[name]
		if c == nil {
			panic("no such command: " + name)
		}
		status = c(f, ctx, cell, arg)
	}
	return status
}

// commands is what a script may say. Text arguments are unquoted.
var commands = map[string]func(f *fake, ctx context.Context, cell int, arg string) (status string){
	"say": func(f *fake, _ context.Context, cell int, arg string) string {
		f.conn.SendStream(cell, link.Stdout, []byte(unquote(arg)))
		return ""
	},
	"out": func(_ *fake, _ context.Context, _ int, arg string) string {
		io.WriteString(os.Stdout, unquote(arg))
		return ""
	},
	"err": func(_ *fake, _ context.Context, _ int, arg string) string {
		io.WriteString(os.Stderr, unquote(arg))
		return ""
	},
	"show": func(f *fake, _ context.Context, cell int, arg string) string {
		f.conn.SendDisplay(link.Display{Cell: cell, Op: "display", Data: map[string]any{"text/plain": arg}})
		return ""
	},
	"ask": func(f *fake, _ context.Context, cell int, arg string) string {
		f.conn.SendJSON(link.KindAsk, link.Ask{Cell: cell, Prompt: arg})
		in := <-f.input
		f.conn.SendStream(cell, link.Stdout, []byte(in.Text+in.Error))
		return ""
	},
	"trace": func(f *fake, _ context.Context, _ int, arg string) string {
		f.conn.Send(link.KindTrace, []byte(arg))
		return ""
	},
	"crash": func(_ *fake, _ context.Context, _ int, arg string) string {
		go crashes[arg]()
		select {}
	},
	"crash-later": func(_ *fake, _ context.Context, _ int, arg string) string {
		go func() {
			time.Sleep(50 * time.Millisecond)
			crashes[arg]()
		}()
		return ""
	},
	"wait": func(_ *fake, ctx context.Context, _ int, _ string) string {
		<-ctx.Done()
		return link.Interrupted
	},
	"burn": func(*fake, context.Context, int, string) string {
		for {
			zero++
		}
	},
	"burning": func(_ *fake, ctx context.Context, _ int, _ string) string {
		<-ctx.Done()
		return link.Burning
	},
	"sleep": func(_ *fake, _ context.Context, _ int, arg string) string {
		d, _ := time.ParseDuration(arg)
		time.Sleep(d)
		return ""
	},
	"flood": func(f *fake, ctx context.Context, cell int, arg string) string {
		n, _ := strconv.Atoi(arg)
		line := []byte(strings.Repeat("x", 1023) + "\n")
		for range n {
			if ctx.Err() != nil {
				return link.Interrupted
			}
			f.conn.SendStream(cell, link.Stdout, line)
			os.Stdout.Write(line)
			os.Stderr.Write(line)
		}
		return ""
	},
	"background": func(_ *fake, _ context.Context, _ int, arg string) string {
		go func() {
			for {
				io.WriteString(os.Stdout, unquote(arg))
			}
		}()
		return ""
	},
	// start "own group" or "own session" or "" leaves a child that holds
	// everything open; its number is said.
	"start": func(f *fake, _ context.Context, cell int, arg string) string {
		c := exec.Command("sleep", "1000")
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		c.ExtraFiles = []*os.File{os.NewFile(3, "link")}
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: arg == "own group", Setsid: arg == "own session"}
		if err := c.Start(); err != nil {
			panic(err)
		}
		f.conn.SendStream(cell, link.Stdout, []byte(strconv.Itoa(c.Process.Pid)))
		return ""
	},
	"frame": func(f *fake, _ context.Context, _ int, arg string) string {
		f.conn.Send(link.Kind(arg[0]), []byte(arg[1:]))
		return ""
	},
	"blocking": func(f *fake, _ context.Context, cell int, _ string) string {
		for fd := range 2 {
			flags, _, _ := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd+1), syscall.F_GETFL, 0)
			fmt.Fprint(fakeOut{f, cell}, flags&syscall.O_NONBLOCK == 0, " ")
		}
		return ""
	},
}

type fakeOut struct {
	f    *fake
	cell int
}

func (o fakeOut) Write(b []byte) (int, error) {
	return len(b), o.f.conn.SendStream(o.cell, link.Stdout, b)
}

func unquote(s string) string {
	if t, err := strconv.Unquote(s); err == nil {
		return t
	}
	return s
}

// A recorder keeps events as text.
type recorder struct {
	mu    sync.Mutex
	text  strings.Builder // of all streams
	lines []string        // one per event
	block chan struct{}   // not nil: calls wait until it is closed
	asked func(link.Ask)
	bytes int
}

func (r *recorder) event(line, text string) {
	r.mu.Lock()
	block := r.block
	r.bytes += len(text)
	if len(r.lines) < 10000 {
		r.lines = append(r.lines, line)
		r.text.WriteString(text)
	}
	r.mu.Unlock()
	if block != nil {
		<-block
	}
}

func (r *recorder) Stream(cell int, name string, text []byte) {
	r.event(fmt.Sprintf("%d %s %q", cell, name, text), string(text))
}

func (r *recorder) Display(d link.Display) {
	r.event(fmt.Sprintf("%d display %v", d.Cell, d.Data["text/plain"]), "")
}

func (r *recorder) Ask(a link.Ask) {
	r.event(fmt.Sprintf("%d ask %q", a.Cell, a.Prompt), "")
	if r.asked != nil {
		r.asked(a)
	}
}

// take returns the events until now and forgets them.
func (r *recorder) take() (lines []string, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines, text = r.lines, r.text.String()
	r.lines = nil
	r.text.Reset()
	return lines, text
}

// options starts the test binary in a role.
func options(tb testing.TB, role string) Options {
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return Options{
		Path: self,
		// A program with the race detector else sleeps for a second at its end.
		Env:    append(os.Environ(), fakeVariable+"="+role, "GORACE=atexit_sleep_ms=0"),
		Dir:    tb.TempDir(),
		Memory: 1 << 30,
	}
}

// start starts a fake session and ends it with the test.
func start(tb testing.TB) (*Session, *recorder) {
	tb.Helper()
	r := &recorder{}
	s, err := Start(context.Background(), options(tb, "session"), r)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s, r
}

// script makes a run of one file.
func script(cell int, lines ...string) link.Run {
	name := fmt.Sprintf("cell[%d]", cell)
	return link.Run{Cell: cell, Name: name, Files: []link.File{{Name: name, Text: strings.Join(lines, "\n")}}}
}

// mustRun runs a script that must end well.
func mustRun(tb testing.TB, s *Session, cell int, lines ...string) {
	tb.Helper()
	d, err := s.Run(script(cell, lines...))
	if err != nil || d.Status != link.OK || d.Cell != cell {
		tb.Fatalf("run %q: %+v, %v", lines, d, err)
	}
}

// crashOf runs a script that must be the session's end.
func crashOf(tb testing.TB, s *Session, cell int, lines ...string) *Crash {
	tb.Helper()
	d, err := s.Run(script(cell, lines...))
	var c *Crash
	if !errors.As(err, &c) {
		tb.Fatalf("run %q: %+v, %v; want a crash", lines, d, err)
	}
	return c
}

// crashAlone crashes as its first argument says, outside of any session.
func crashAlone() {
	debug.SetMaxStack(16 << 20)
	name := os.Args[1]
	if name == "deadlock" || name == "no-goroutines" {
		crashes[name]()
		return
	}
	go crashes[name]()
	time.Sleep(time.Minute)
}

// middleParent starts a session, says its number and is killed.
func middleParent() {
	os.Setenv(fakeVariable, "session")
	self, _ := os.Executable()
	s, err := Start(context.Background(), Options{Path: self}, &recorder{})
	if err != nil {
		panic(err)
	}
	fmt.Println(s.PID())
	s.Run(script(1, os.Args[1]))
	select {}
}
