package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

func TestEvents(t *testing.T) {
	asked := make(chan link.Ask, 1)
	s, r := start(t)
	r.asked = func(a link.Ask) { asked <- a }
	go func() {
		for range asked {
			s.Input(link.Input{Text: "Ada"})
		}
	}()
	defer close(asked)
	for _, test := range []struct {
		name   string
		script []string
		want   []string
	}{
		{"nothing", nil, nil},
		{"stream", []string{`say "a\n"`, "show chart", `say "b\n"`}, []string{`stdout "a\n"`, `display chart`, `stdout "b\n"`}},
		{"descriptor 1", []string{`out "a\n"`}, []string{`stdout "a\n"`}},
		{"descriptor 2", []string{`err "a\n"`}, []string{`stderr "a\n"`}},
		{"question past the link", []string{`out "Name: "`, "ask", `say "."`}, []string{`stdout "Name: "`, `ask ""`, `stdout "Ada"`, `stdout "."`}},
		{"half a rune", []string{`out "\xc3"`, "sleep 20ms", `out "\xa4"`}, []string{`stdout "ä"`}},
		{"half a rune for ever", []string{`out "x\xc3"`}, []string{`stdout "x"`, `stdout "\xc3"`}},
		{"not text", []string{`out "\xff\xfe\x80"`}, []string{`stdout "\xff\xfe\x80"`}},
		{"unknown frame", []string{"frame Zx", `say "a"`}, []string{`stdout "a"`}},
		{"broken frames", []string{"frame D{", "frame S", "frame Ex", "frame H{}", "frame A[]", "frame P1", "frame T0", `say "a"`}, []string{`stdout "a"`}},
		{"done with another cell", []string{`frame E{"cell":99}`, `say "a"`}, []string{`stdout "a"`}},
		{"done with an operation that is not", []string{`frame P{"id":99}`, `say "a"`}, []string{`stdout "a"`}},
		{"pipes block", []string{"blocking"}, []string{`stdout "true"`, `stdout " "`, `stdout "true"`, `stdout " "`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cell := 7
			mustRun(t, s, cell, test.script...)
			var want []string
			for _, w := range test.want {
				want = append(want, fmt.Sprint(cell, " ", w))
			}
			if test.name == "pipes block" {
				_, text := r.take()
				if strings.Contains(text, "false") {
					t.Errorf("descriptors 1 and 2 block: %s", text)
				}
				return
			}
			if got, _ := r.take(); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// TestDrained shows that what was written before Done is there when Run
// returns.
func TestDrained(t *testing.T) {
	s, r := start(t)
	for i := range 500 {
		// Sizes below, at and above what the watcher and the pump read at once.
		n := []int{1, 100, 4<<10 - 1, 4 << 10, 4<<10 + 1, 60 << 10}[i%6]
		text := strings.Repeat("o", n)
		mustRun(t, s, i+1, "out "+text, "err e"+strconv.Itoa(i), "out .")
		lines, got := r.take()
		if len(got) != n+2+len(strconv.Itoa(i)) {
			t.Fatalf("run %d: %d bytes when Run returned, want %d", i, len(got), n+2+len(strconv.Itoa(i)))
		}
		for _, l := range lines {
			if !strings.HasPrefix(l, strconv.Itoa(i+1)+" ") {
				t.Fatalf("run %d: %.50s", i, l)
			}
		}
	}
}

// TestBackground shows that endless output of one goroutine delays no answer,
// and that text after a run belongs to it until the next.
func TestBackground(t *testing.T) {
	s, r := start(t)
	mustRun(t, s, 1, "background y")
	begin := time.Now()
	for i := range 20 {
		mustRun(t, s, i+2)
	}
	if d := time.Since(begin); d > 5*time.Second {
		t.Errorf("20 empty runs beside a flood took %v", d)
	}
	r.take()
	time.Sleep(20 * time.Millisecond)
	lines, _ := r.take()
	if len(lines) == 0 || !strings.HasPrefix(lines[len(lines)-1], "21 stdout") {
		t.Errorf("late text: %.60q", lines)
	}
}

func TestOps(t *testing.T) {
	s, r := start(t)
	ctx := context.Background()
	d, err := s.Op(ctx, link.Op{Cell: 3, Name: "shell", Args: map[string]string{"script": "out hello"}})
	if err != nil || d.Result["name"] != "shell" {
		t.Fatalf("op: %+v, %v", d, err)
	}
	if lines, _ := r.take(); !slices.Equal(lines, []string{`3 stdout "hello"`}) {
		t.Errorf("op's output: %q", lines)
	}

	// Many at once, during a run.
	ran := make(chan error)
	go func() {
		d, err := s.Run(script(4, "wait"))
		if err == nil && d.Status != link.Interrupted {
			err = fmt.Errorf("status %s", d.Status)
		}
		ran <- err
	}()
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			name := strconv.Itoa(i)
			if d, err := s.Op(ctx, link.Op{Name: name}); err != nil || d.Result["name"] != name {
				t.Errorf("op %s: %+v, %v", name, d, err)
			}
		})
	}
	group.Wait()

	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := s.Op(short, link.Op{Name: "slow", Args: map[string]string{"script": "sleep 200ms"}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("op with a timeout: %v", err)
	}
	if _, err := s.Run(script(5)); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("second run at the same time: %v", err)
	}
	s.Interrupt()
	if err := <-ran; err != nil {
		t.Error(err)
	}
	mustRun(t, s, 6)
}

func TestInterrupt(t *testing.T) {
	for _, test := range []struct {
		name, script string
		crash        bool
		least, most  time.Duration
	}{
		{"stops", "wait", false, 0, time.Second},
		{"says it can't", "burning", true, 0, time.Second},
		{"does not listen", "burn", true, interruptGrace, interruptGrace + time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t)
			s.Interrupt() // idle: nothing happens
			var begin time.Time
			time.AfterFunc(100*time.Millisecond, func() {
				begin = time.Now()
				for range 10 {
					s.Interrupt()
				}
			})
			d, err := s.Run(script(1, test.script))
			took := time.Since(begin)
			if took < test.least || took > test.most {
				t.Errorf("took %v, want %v to %v", took, test.least, test.most)
			}
			if !test.crash {
				if err != nil || d.Status != link.Interrupted {
					t.Fatalf("%+v, %v", d, err)
				}
				mustRun(t, s, 2)
				time.Sleep(interruptGrace) // the grace of an ended run ends nothing
				mustRun(t, s, 3)
				return
			}
			var c *Crash
			if !errors.As(err, &c) || c.Reason != Interrupted || c.Cell != 1 || c.Hint == "" {
				t.Fatalf("%+v, %#v", d, err)
			}
			if _, err := s.Run(script(2)); !errors.Is(err, ErrEnded) || !errors.As(err, &c) {
				t.Errorf("run after the end: %v", err)
			}
		})
	}
}

// TestInterruptBehind interrupts a flood that nobody reads: the session must
// not be ended for the front's delay.
func TestInterruptBehind(t *testing.T) {
	t.Parallel()
	s, r := start(t)
	block := make(chan struct{})
	r.mu.Lock()
	r.block = block
	r.mu.Unlock()
	time.AfterFunc(100*time.Millisecond, s.Interrupt)
	time.AfterFunc(100*time.Millisecond+interruptGrace+time.Second, func() { close(block) })
	d, err := s.Run(script(1, "flood 1000000000"))
	if err != nil || d.Status != link.Interrupted {
		t.Fatalf("%+v, %v", d, err)
	}
}

// TestInterruptOp interrupts an operation without a run.
func TestInterruptOp(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	time.AfterFunc(100*time.Millisecond, s.Interrupt)
	_, err := s.Op(context.Background(), link.Op{Name: "shell", Args: map[string]string{"script": "sleep 1h"}})
	var c *Crash
	if !errors.As(err, &c) || c.Reason != Interrupted {
		t.Fatalf("%v", err)
	}
}

// TestBackpressure floods all three ways while Events block: the session has
// to wait, and nothing is lost.
func TestBackpressure(t *testing.T) {
	s, r := start(t)
	block := make(chan struct{})
	r.mu.Lock()
	r.block = block
	r.mu.Unlock()
	ended := make(chan error)
	const kB = 20000
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	go func() {
		_, err := s.Run(script(1, "flood "+strconv.Itoa(kB)))
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Fatalf("60 MB went past a blocked reader: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes behind a blocked reader", grown)
	}
	r.mu.Lock()
	r.block = nil
	r.mu.Unlock()
	close(block)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if want := 3 * kB << 10; r.bytes != want {
		t.Errorf("got %d bytes, want %d", r.bytes, want)
	}
}

func TestStartFails(t *testing.T) {
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	bg := context.Background()
	for _, test := range []struct {
		name string
		ctx  context.Context
		o    Options
		want []string
	}{
		{"no such file", bg, Options{Path: "/no/such/weft-session"}, []string{"/no/such/weft-session", "no such file", PathVariable}},
		{"not a program", bg, Options{Path: os.DevNull}, []string{os.DevNull, "permission denied"}},
		{"no such folder", bg, func() Options { o := options(t, "session"); o.Dir = "/no/such"; return o }(), []string{"/no/such"}},
		{"dies", bg, options(t, "dies"), []string{"exit status 1: weft-session: no good today"}},
		{"panics", bg, options(t, "panics"), []string{"panic: at once"}},
		{"silent", short, options(t, "silent"), []string{"deadline exceeded"}},
		{"babbles", bg, options(t, "babbles"), []string{"broken link", "too large"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Start(test.ctx, test.o, &recorder{})
			if err == nil {
				s.Close()
				t.Fatal("no error")
			}
			for _, w := range test.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%v\ndoes not say %q", err, w)
				}
			}
		})
	}
	t.Run("in WEFT_SESSION", func(t *testing.T) {
		o := options(t, "session")
		t.Setenv(PathVariable, o.Path)
		o.Path = ""
		s, err := Start(bg, o, &recorder{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Hello().PID != s.PID() || s.Hello().Version != runtime.Version() {
			t.Errorf("hello %+v of process %d", s.Hello(), s.PID())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if c := s.Crash(); c != nil {
			t.Errorf("crash after Close: %v", c)
		}
		if _, err := s.Run(script(1)); !errors.Is(err, ErrEnded) {
			t.Errorf("run after Close: %v", err)
		}
		if err := s.Input(link.Input{}); !errors.Is(err, ErrEnded) {
			t.Errorf("input after Close: %v", err)
		}
		s.Interrupt()
	})
}

// TestStubborn ends processes that do not follow the rules of the link.
func TestStubborn(t *testing.T) {
	t.Run("closes the link and lives", func(t *testing.T) {
		s, err := Start(context.Background(), options(t, "closes"), &recorder{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		<-s.Dead()
		if c := s.Crash(); c.Reason != BrokenLink {
			t.Errorf("%#v", c)
		}
	})
	t.Run("never reads", func(t *testing.T) {
		s, err := Start(context.Background(), options(t, "stops"), &recorder{})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(50*time.Millisecond, s.Interrupt)
		begin := time.Now()
		// More than the socket holds: the sending itself must be ended.
		c := crashOf(t, s, 1, strings.Repeat("say a\n", 1<<20))
		if d := time.Since(begin); c.Reason != Interrupted || d > interruptGrace+time.Second {
			t.Errorf("%v after %v", c, d)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("never quits", func(t *testing.T) {
		s, err := Start(context.Background(), options(t, "stops"), &recorder{})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if d := time.Since(begin); d < quitGrace || d > quitGrace+500*time.Millisecond {
			t.Errorf("Close took %v", d)
		}
	})
	t.Run("runs when closed", func(t *testing.T) {
		s, _ := start(t)
		time.AfterFunc(50*time.Millisecond, func() { s.Close() })
		if _, err := s.Run(script(1, "burn")); !errors.Is(err, ErrEnded) {
			t.Errorf("run ended by Close: %v", err)
		}
	})
}

func TestEnvironment(t *testing.T) {
	o := options(t, "environment")
	o.Env = append(o.Env, "GOTRACEBACK=none", "WEFT_MEMORY_LIMIT=1", "MINE=kept")
	o.Memory = 12345
	r := &recorder{}
	if _, err := Start(context.Background(), o, r); err == nil {
		t.Fatal("no error")
	}
	_, text := r.take()
	for _, want := range []string{"GOTRACEBACK=system", "WEFT_MEMORY_LIMIT=12345", "MINE=kept"} {
		if !slices.Contains(strings.Split(text, "\n"), want) {
			t.Errorf("%s is not in the environment", want)
		}
	}
	if strings.Contains(text, "GOTRACEBACK=none") || strings.Contains(text, "WEFT_MEMORY_LIMIT=1\n") {
		t.Errorf("old settings are left:\n%s", text)
	}
}

func TestUsage(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	s, _ := start(t)
	done := make(chan struct{})
	go func() { defer close(done); s.Run(script(1, "burn")) }()
	time.Sleep(200 * time.Millisecond)
	cpu, rss, err := s.Usage()
	if err != nil || cpu <= 0 || cpu > 10*time.Second || rss < 1<<20 || rss > 1<<30 {
		t.Errorf("usage: %v, %d bytes, %v", cpu, rss, err)
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", s.PID()))
	if err != nil || strings.TrimSpace(string(b)) != "500" {
		t.Errorf("oom_score_adj is %q, %v", b, err)
	}
	s.Close()
	<-done
	if _, _, err := s.Usage(); !errors.Is(err, ErrEnded) {
		t.Errorf("usage after Close: %v", err)
	}
}

// alive reports whether a process exists and is no zombie.
func alive(pid int) bool {
	if runtime.GOOS == "linux" {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return false
		}
		f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		return f[0][0] != 'Z' && f[0][0] != 'X'
	}
	return syscall.Kill(pid, 0) == nil
}

// gone waits until a process is dead.
func gone(pid int) bool {
	for range 200 {
		if !alive(pid) {
			return true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

func TestGrandchildren(t *testing.T) {
	for _, how := range []string{"", "own group", "own session"} {
		for _, end := range []string{"close", "crash index", "crash kill-sent", "crash exit-3"} {
			if how == "own group" && runtime.GOOS != "linux" {
				continue
			}
			t.Run(strings.TrimSpace(how+" "+end), func(t *testing.T) {
				s, r := start(t)
				mustRun(t, s, 1, "start "+how)
				_, text := r.take()
				pid, err := strconv.Atoi(text)
				if err != nil || !alive(pid) {
					t.Fatalf("no grandchild: %q", text)
				}
				begin := time.Now()
				if end == "close" {
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
				} else {
					crashOf(t, s, 2, end)
				}
				if d := time.Since(begin); d > 250*time.Millisecond {
					t.Errorf("the end took %v: somebody waited for the grandchild", d)
				}
				if how == "own session" {
					if !alive(pid) {
						t.Error("a daemon was killed")
					}
					syscall.Kill(pid, syscall.SIGKILL)
					return
				}
				if !gone(pid) {
					t.Error("the grandchild lives")
					syscall.Kill(pid, syscall.SIGKILL)
				}
			})
		}
	}
}

// TestOrphan kills the front: no session may be left.
func TestOrphan(t *testing.T) {
	for _, script := range []string{"", "wait", "burn", "flood 1000000000"} {
		t.Run(script, func(t *testing.T) {
			o := options(t, "parent")
			parent := exec.Command(o.Path, script)
			parent.Env = o.Env
			out, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			var pid int
			if _, err := fmt.Fscan(out, &pid); err != nil || !alive(pid) {
				t.Fatalf("session %d: %v", pid, err)
			}
			time.Sleep(50 * time.Millisecond)
			parent.Process.Kill()
			parent.Wait()
			if !gone(pid) {
				t.Error("the session outlives its front")
				syscall.Kill(pid, syscall.SIGKILL)
			}
		})
	}
}

// counts is what must not grow.
func counts(t *testing.T) (goroutines, descriptors, children int) {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("needs /proc")
	}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range stats {
		if b, err := os.ReadFile(f); err == nil {
			f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
			if string(f[1]) == strconv.Itoa(os.Getpid()) {
				children++
			}
		}
	}
	return runtime.NumGoroutine(), len(fds), children
}

func TestNothingLeft(t *testing.T) {
	cycle := func(end string) {
		s, err := Start(context.Background(), options(t, "session"), &recorder{})
		if err != nil {
			t.Fatal(err)
		}
		mustRun(t, s, 1, "out a", "err b", "say c")
		switch end {
		case "close":
		case "interrupt":
			time.AfterFunc(10*time.Millisecond, s.Interrupt)
			s.Run(script(2, "burning"))
		default:
			crashOf(t, s, 2, end)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	cycle("close") // what is made once is there now
	g, d, c := counts(t)
	var heap runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&heap)
	ends := []string{"close", "interrupt", "crash index", "crash exit-3", "crash map-write"}
	for i := range 50 {
		cycle(ends[i%len(ends)])
	}
	for range 100 { // an exec.Cmd of another test may be under way
		if g2, d2, c2 := counts(t); g2 <= g && d2 <= d && c2 <= c {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if g2, d2, c2 := counts(t); g2 > g || d2 > d || c2 > c {
		buf := make([]byte, 1<<20)
		t.Errorf("50 sessions: goroutines %d -> %d, descriptors %d -> %d, children %d -> %d\n%s",
			g, g2, d, d2, c, c2, buf[:runtime.Stack(buf, true)])
	}
	was := heap.HeapAlloc
	runtime.GC()
	runtime.ReadMemStats(&heap)
	if heap.HeapAlloc > was+2<<20 {
		t.Errorf("50 sessions: heap %d -> %d bytes", was, heap.HeapAlloc)
	}
}

// TestLatency measures an empty run, there and back.
func TestLatency(t *testing.T) {
	s, _ := start(t)
	times := make([]time.Duration, 2000)
	for i := range times {
		begin := time.Now()
		mustRun(t, s, i+1)
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	median, p95 := times[len(times)/2], times[len(times)*95/100]
	t.Logf("empty run: median %v, 95 %% %v, least %v", median, p95, times[0])
	// The aim is 100 µs; a loaded machine and the race detector get more.
	if median > 2*time.Millisecond {
		t.Errorf("median %v", median)
	}
}

func BenchmarkRun(b *testing.B) {
	s, _ := start(b)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Run(link.Run{Cell: i}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(context.Background(), options(b, "session"), &recorder{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
