package supervisor

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/weft-go/weft/kernel/internal/link"
)

var update = flag.Bool("update", false, "let every crash happen and write testdata/reports")

// reports says what has to be read from each crash's text. Texts are in
// testdata/reports, one for GOTRACEBACK=system and one for all.
var reports = []struct {
	name    string
	reason  string
	message string   // a regular expression for the whole
	trace   []string // the innermost positions, "func file:line"
	hint    string   // a part of it
}{
	{"index", Panic, `runtime error: index out of range \[5\] with length 3`, []string{"index cell[3]:2"}, "element 5 does not exist"},
	{"index-empty", Panic, `runtime error: index out of range \[0\] with length 0`, []string{"index cell[3]:2"}, "something empty"},
	{"slice", Panic, `runtime error: slice bounds out of range \[2:1\]`, nil, "check both bounds"},
	{"nil", Panic, `runtime error: invalid memory address or nil pointer dereference`, nil, "nil pointer"},
	{"nil-map", Panic, `assignment to entry in nil map`, nil, "must be made"},
	{"divide", Panic, `runtime error: integer divide by zero`, nil, "divisor"},
	{"makeslice", Panic, `runtime error: makeslice: len out of range`, nil, "impossible size"},
	{"conversion", Panic, `interface conversion: interface \{\} is string, not int`, nil, "v, ok := x.(T)"},
	{"unhashable", Panic, `runtime error: hash of unhashable type \[\]int`, nil, "[]int cannot be compared"},
	{"closed-close", Panic, `close of closed channel`, nil, "closed only once"},
	{"closed-send", Panic, `send on closed channel`, nil, "after the last send"},
	{"nil-close", Panic, `close of nil channel`, nil, "never made"},
	{"waitgroup", Panic, `sync: negative WaitGroup counter`, nil, "wg.Done"},
	{"text", Panic, `the door is closed`, nil, "did not recover"},
	{"lines", Panic, `first\n\npanic: third`, nil, "did not recover"},
	{"error", Panic, `no such door`, nil, "did not recover"},
	{"error-type", Panic, `failure 3:\nno such door`, nil, "did not recover"},
	{"int-type", Panic, `supervisor\.level\(3\)`, nil, "did not recover"},
	{"struct", Panic, `\(supervisor\.point\) 0x[0-9a-f]+`, nil, "Error or String method"},
	{"pointer", Panic, `\(\*supervisor\.point\) 0x[0-9a-f]+`, nil, "Error or String method"},
	{"nil-value", Panic, `panic called with nil argument`, nil, "with nil"},
	{"recovered", Panic, `first \[recovered\]\npanic: second`, []string{"recovered.func1 cell[3]:8", "recovered cell[3]:10"}, "did not recover"},
	{"repanicked", Panic, `once more`, []string{"repanicked.func1 cell[3]:15", "repanicked cell[3]:17"}, "did not recover"},
	{"goexit", Panic, `on the way out`, []string{"goexit.func1 cell[3]:22", "goexit cell[3]:24"}, "did not recover"},
	{"map-write", FatalError, `concurrent map writes`, []string{"mapWrite.func1 cell[4]:4"}, "same map"},
	{"map-read", FatalError, `concurrent map read and map write`, []string{"mapRead.func2 cell[4]:17"}, "same map"},
	{"map-range", FatalError, `concurrent map iteration and map write`, []string{"mapRange.func2 cell[4]:33"}, "same map"},
	{"unlock", FatalError, `sync: unlock of unlocked mutex`, nil, "unlock once for every lock"},
	{"rw-unlock", FatalError, `sync: Unlock of unlocked RWMutex`, nil, "unlock once for every lock"},
	{"rw-runlock", FatalError, `sync: RUnlock of unlocked RWMutex`, nil, "unlock once for every lock"},
	{"overflow", StackOverflow, `goroutine stack exceeds 16777216-byte limit\nstack overflow`, []string{"recurse cell[12]:1", "recurse cell[12]:2"}, "recursion"},
	{"overflow-mutual", StackOverflow, `goroutine stack exceeds 16777216-byte limit\nstack overflow`, []string{"even cell[12]:5 | odd cell[12]:6", "odd cell[12]:6 | even cell[12]:5"}, "recursion"},
	{"memory-block", OutOfMemory, `(?s).*out of memory`, nil, "limit of 1.1 GB (set WEFT_MEMORY for another)"},
	{"memory-bits", OutOfMemory, `(?s).*(out of memory|cannot allocate).*`, []string{"memoryBits cell[12]:"}, "limit of 1.1 GB"},
	{"fault", FatalError, `unexpected fault address 0x[0-9a-f]+\nfault`, []string{"fault cell[12]:23"}, "mapped file"},
	{"segv-sent", FatalError, `SIGSEGV: segmentation violation`, nil, "C code"},
	{"abort-sent", FatalError, `SIGABRT: abort`, nil, "abort"},
	{"quit-sent", FatalError, `SIGQUIT: quit`, nil, "SIGQUIT"},
	{"race", DataRace, `(?s)WARNING: DATA RACE\n.*`, []string{"race.func1 cell[12]:29"}, "same variable"},
	{"deadlock", Deadlock, `all goroutines are asleep - deadlock!`, nil, "nobody sends"},
	{"no-goroutines", Deadlock, `no goroutines \(main called runtime\.Goexit\) - deadlock!`, nil, "Goexit"},
	{"cgo-segv", FatalError, `SIGSEGV: segmentation violation\nsignal arrived during cgo execution`, []string{"segv cell[5]:2"}, "C code"},
	{"cgo-abort", FatalError, `SIGABRT: abort\nsignal arrived during cgo execution`, nil, "abort"},
	{"cgo-free", CAbort, `free\(\): double free detected in tcache 2\nSIGABRT: abort\nsignal arrived during cgo execution`, nil, "freed"},
	{"cgo-throw", CAbort, `(?s)terminate called after throwing an instance of 'std::runtime_error'\n.*no such door.*`, nil, "exception"},
}

// inSession says which of reports can happen in a session of this build.
func inSession(name string) bool {
	switch {
	case name == "deadlock" || name == "no-goroutines": // the link's reader waits for the system
		return false
	case name == "race":
		return raceDetector
	case strings.HasPrefix(name, "memory-"):
		return !raceDetector && runtime.GOOS == "linux"
	case strings.HasPrefix(name, "cgo-"):
		return false
	case strings.HasPrefix(name, "map-"), strings.HasPrefix(name, "segv-"), name == "fault":
		return !raceDetector // it speaks first, or takes the signal
	}
	return true
}

// check compares what was read with a row of reports.
func check(t *testing.T, i int, c *Crash) {
	t.Helper()
	want := reports[i]
	if c.Reason != want.reason {
		t.Errorf("reason %q, want %q", c.Reason, want.reason)
	}
	if !regexp.MustCompile(`^(?:` + want.message + `)$`).MatchString(c.Message) {
		t.Errorf("message %q, want %q", c.Message, want.message)
	}
	for i, w := range want.trace {
		if i >= len(c.Trace) {
			t.Errorf("trace ends before %s", w)
			continue
		}
		p := c.Trace[i]
		got := fmt.Sprintf("%s %s:%d", p.Func[strings.LastIndex(p.Func, "/")+1:], p.File, p.Line)
		got = strings.TrimPrefix(got, "supervisor.")
		got = strings.TrimPrefix(got, "main.")
		ok := false
		for _, w := range strings.Split(w, " | ") {
			ok = ok || got == w || strings.HasSuffix(w, ":") && strings.HasPrefix(got, w)
		}
		if !ok {
			t.Errorf("trace[%d] is %s, want %s", i, got, w)
		}
	}
	if !strings.Contains(c.Hint, want.hint) || strings.ContainsAny(c.Hint, "$\n") || strings.Contains(c.Hint, "{limit}") {
		t.Errorf("hint %q, want %q in it", c.Hint, want.hint)
	}
	if t.Failed() {
		t.Logf("%.2000s", c.Raw)
	}
}

// TestReports reads the kept texts.
func TestReports(t *testing.T) {
	if *update {
		writeReports(t)
	}
	for i, r := range reports {
		for _, level := range []string{"system", "all"} {
			t.Run(r.name+"."+level, func(t *testing.T) {
				b, err := os.ReadFile(filepath.Join("testdata", "reports", r.name+"."+level+".txt"))
				if err != nil {
					t.Fatal(err)
				}
				status := exit{code: 2}
				if r.name == "race" {
					status.code = 66
				}
				c, used := newCrash(death{exit: status, held: b, cell: 9, limit: 1100000000})
				if !used || c.Raw != string(b) || c.Cell != 9 {
					t.Errorf("used %v, cell %d", used, c.Cell)
				}
				check(t, i, c)
				// The pump's own judgement, by chunks of any size.
				if at := findReport(b, false); at != 0 {
					t.Errorf("not held back from its beginning: %d", at)
				}
				// The same after it had been delivered already.
				c, used = newCrash(death{exit: status, told: append([]byte("some text\n"), b...), limit: 1100000000})
				if used || c.Reason != r.reason {
					t.Errorf("after delivery: used %v, reason %q", used, c.Reason)
				}
			})
		}
	}
}

// TestGoroutines counts without the runtime's own.
func TestGoroutines(t *testing.T) {
	want := map[string]int{"index": 2, "map-write": 10, "deadlock": 1, "no-goroutines": 0, "overflow": 2, "cgo-segv": 2}
	for name, n := range want {
		for _, level := range []string{"system", "all"} {
			b, err := os.ReadFile(filepath.Join("testdata", "reports", name+"."+level+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			if c := parseReport(string(b), nil); c.Goroutines != n {
				t.Errorf("%s.%s: %d goroutines, want %d", name, level, c.Goroutines, n)
			}
		}
	}
}

// writeReports lets the crashes happen outside of a session, and keeps what
// they print without the paths of this machine.
func writeReports(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := filepath.Join(t.TempDir(), "cgo")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", c, "./testdata/cgo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	paths := strings.NewReplacer(strings.TrimSpace(string(root))+"/src/", "", here+"/", "")
	for _, r := range reports {
		if (r.name == "race") != raceDetector {
			continue
		}
		for _, level := range []string{"system", "all"} {
			program := self
			if strings.HasPrefix(r.name, "cgo-") {
				program = c
			}
			cmd := exec.Command(program, r.name)
			cmd.Env = append(os.Environ(), fakeVariable+"=report", "GOTRACEBACK="+level)
			var text strings.Builder
			cmd.Stderr = &text
			if err := cmd.Run(); err == nil {
				t.Errorf("%s lives", r.name)
			}
			file := filepath.Join("testdata", "reports", r.name+"."+level+".txt")
			if err := os.WriteFile(file, []byte(paths.Replace(text.String())), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCrashes lets the crashes happen in a session.
func TestCrashes(t *testing.T) {
	for i, row := range reports {
		if !inSession(row.name) {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			s, r := start(t)
			mustRun(t, s, 1, "say before")
			c := crashOf(t, s, 3, `err "words\n"`, "crash "+row.name)
			check(t, i, c)
			if c.Cell != 3 || c.Goroutines < 2 && row.name != "race" || c.Raw == "" {
				t.Errorf("cell %d, %d goroutines, %d bytes", c.Cell, c.Goroutines, len(c.Raw))
			}
			if lines, text := r.take(); text != "beforewords\n" {
				t.Errorf("the report was shown as text as well: %.500q", lines)
			}
			// The session says it again when asked.
			_, err := s.Run(script(4))
			var again *Crash
			if !errors.Is(err, ErrEnded) || !errors.As(err, &again) || again != c {
				t.Errorf("next run: %v", err)
			}
			if _, err := s.Op(context.Background(), link.Op{Name: "usage"}); !errors.Is(err, ErrEnded) {
				t.Errorf("next op: %v", err)
			}
		})
	}
}

// TestEndings has deaths without a report.
func TestEndings(t *testing.T) {
	for _, test := range []struct{ script, reason, message, hint string }{
		{"crash exit-3", "exit status 3", "log: giving up", "os.Exit"},
		{"crash exit-0", "exit status 0", "", "os.Exit"},
		{"crash kill-sent", "killed by signal 9", "killed from outside (SIGKILL)", "memory"},
		{"crash term-sent", "killed by signal 15", "", "signal"},
		// A text that looks like a report is a text when the status says so.
		{"err \"panic: just kidding\\n\"\ncrash exit-3", "exit status 3", "log: giving up", "os.Exit"},
	} {
		t.Run(test.script, func(t *testing.T) {
			s, r := start(t)
			c := crashOf(t, s, 1, test.script)
			if c.Reason != test.reason || c.Message != test.message || !strings.Contains(c.Hint, test.hint) || c.Cell != 1 {
				t.Errorf("%#v", c)
			}
			if _, text := r.take(); strings.Contains(test.script, "kidding") && !strings.Contains(text, "panic: just kidding\n") {
				t.Errorf("held text is lost: %q", text)
			}
		})
	}
	t.Run("killed by the kernel", func(t *testing.T) {
		c, _ := newCrash(death{exit: exit{code: -1, signal: sigKill}, killedByKernel: true, limit: 2e9})
		if c.Reason != OutOfMemory || !strings.Contains(c.Hint, "2.0 GB") {
			t.Errorf("%#v", c)
		}
	})
	t.Run("SIGSEGV without words", func(t *testing.T) {
		c, _ := newCrash(death{exit: exit{code: -1, signal: sigSegv}})
		if c.Reason != "killed by signal 11" || c.Message == "" || c.Hint == "" {
			t.Errorf("%#v", c)
		}
	})
}

// TestDeathBetweenRuns has a goroutine that dies after its run has ended.
func TestDeathBetweenRuns(t *testing.T) {
	s, _ := start(t)
	mustRun(t, s, 5, "crash-later text")
	select {
	case <-s.Dead():
	case <-time.After(5 * time.Second):
		t.Fatal("nobody noticed")
	}
	if c := s.Crash(); c.Reason != Panic || c.Message != "the door is closed" || c.Cell != 5 {
		t.Errorf("%#v", c)
	}
}

// TestTraces joins what the session says of interpreted frames.
func TestTraces(t *testing.T) {
	const told = `trace {"cell":2,"message":"the door is closed","trace":[{"func":"main.f","file":"cell[2]","line":4,"column":5}]}`
	const other = `trace {"cell":8,"message":"something else","trace":[{"func":"main.g","file":"cell[8]","line":1}]}`
	for _, test := range []struct {
		name   string
		script []string
		cell   int
		trace  []link.Position
	}{
		{"same message", []string{told, other, "crash text"}, 2, []link.Position{{Func: "main.f", File: "cell[2]", Line: 4, Column: 5}}},
		{"just now", []string{other, "crash struct"}, 8, []link.Position{{Func: "main.g", File: "cell[8]", Line: 1}}},
		{"none", []string{"crash text"}, 9, nil},
		{"fatal errors have none", []string{other, "crash unlock"}, 9, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := start(t)
			c := crashOf(t, s, 9, test.script...)
			if c.Cell != test.cell || !slices.Equal(c.Trace, test.trace) {
				t.Errorf("cell %d, trace %+v", c.Cell, c.Trace)
			}
			if test.name == "just now" && c.Message != "something else" {
				t.Errorf("an unreadable value was not replaced: %q", c.Message)
			}
		})
	}
	t.Run("too old", func(t *testing.T) {
		old := trace{told: link.Trace{Cell: 1, Message: "old", Trace: []link.Position{{Line: 1}}}, at: time.Now().Add(-time.Hour)}
		c, _ := newCrash(death{exit: exit{code: 2}, held: []byte("panic: new\n\ngoroutine 1 [running]:\n"), cell: 3, traces: []trace{old}})
		if c.Cell != 3 || c.Trace != nil {
			t.Errorf("%#v", c)
		}
	})
	t.Run("recursion", func(t *testing.T) {
		held := "fatal error: x\n\ngoroutine 1 [running]:\n" + strings.Repeat("main.f()\n\tcell[2]:2 +0x1\n", 50) + "main.g()\n\tcell[2]:9 +0x1\n"
		c, _ := newCrash(death{exit: exit{code: 2}, held: []byte(held)})
		if len(c.Trace) != sameInRow+1 || c.Trace[sameInRow].Line != 9 {
			t.Errorf("%+v", c.Trace)
		}
	})
	t.Run("a value that Go does not print", func(t *testing.T) {
		just := trace{told: link.Trace{Message: "no such door"}, at: time.Now()}
		c, _ := newCrash(death{exit: exit{code: 2}, held: []byte("panic: <error Value> [recovered, repanicked]\n\ngoroutine 1 [running]:\n"), traces: []trace{just}})
		if c.Message != "no such door" || !strings.Contains(c.Hint, "did not recover") {
			t.Errorf("%#v", c)
		}
	})
	t.Run("an error that wraps others", func(t *testing.T) {
		told := trace{told: link.Trace{Message: "outer: inner\n└─ inner  (*fs.PathError)"}, at: time.Now()}
		c, _ := newCrash(death{exit: exit{code: 2}, held: []byte("panic: outer: inner\n\ngoroutine 1 [running]:\n"), traces: []trace{told}})
		if c.Message != told.told.Message {
			t.Errorf("%#v", c)
		}
	})
	t.Run("at odds with Go's trace", func(t *testing.T) {
		just := trace{told: link.Trace{Cell: 1, Trace: []link.Position{{File: "cell[1]", Line: 1}}}, at: time.Now()}
		c, _ := newCrash(death{exit: exit{code: 2}, held: []byte("panic: new\n\ngoroutine 1 [running]:\nmain.f()\n\tcell[2]:2 +0x1\n"), cell: 3, traces: []trace{just}})
		if c.Cell != 3 || len(c.Trace) != 1 {
			t.Errorf("%#v", c)
		}
	})
	t.Run("steps", func(t *testing.T) {
		held := fmt.Sprintf("fatal error: concurrent map writes\n\ngoroutine 5 gp=0x1 m=0 mp=0x2 [running]:\ninternal/runtime/maps.fatal({0x1, 0x2})\n\truntime/panic.go:1181 +0x18\n"+
			"%[1]s(%#[2]x, 0x5, 0x6)\n\tkernel/internal/engine/trace.go:50 +0x1\n%[1]s(0x0?, 0x5, 0x6)\n\tx.go:1\n%[1]s(%#[3]x, 0x5, 0x6)\n\tx.go:1\n%[1]s(%#[4]x, 0x5, 0x6)\n\tx.go:1\n\n"+
			"goroutine 6 [running]:\n%[1]s(%#[2]x, 0x5, 0x6)\n\tx.go:1\n",
			link.StepFunction, uint64(link.MakeStep(7, 3, 5)), uint64(link.MakeStep(8, 4, 0)), uint64(link.MakeStep(99, 1, 1)))
		c, _ := newCrash(death{exit: exit{code: 2}, held: []byte(held), files: map[int]string{7: "cell[3]", 8: "cell[4]"}})
		want := []link.Position{{File: "cell[3]", Line: 3, Column: 5}, {File: "cell[4]", Line: 4}}
		if !slices.Equal(c.Trace, want) || c.Goroutines != 2 {
			t.Errorf("got  %+v, %d goroutines\nwant %+v", c.Trace, c.Goroutines, want)
		}
	})
	t.Run("both", func(t *testing.T) {
		held := "panic: m\n\ngoroutine 5 [running]:\nmain.(*T).f(0x1, {0x2, 0x3})\n\t/a/b/cell[3]:2:7 +0x1d fp=0x1\nmain.g[...](...)\n\tcell[3]:9\ncreated by main.h in goroutine 1\n\tcell[4]:1 +0x2\n\ngoroutine 1 [select]:\nmain.h()\n\tcell[4]:7 +0x2\n"
		told := trace{told: link.Trace{Cell: 3, Message: "m", Trace: []link.Position{{Func: "main.g", File: "cell[3]", Line: 9, Column: 1}, {Func: "main.k", File: "cell[2]", Line: 1}}}}
		c, _ := newCrash(death{exit: exit{code: 2}, held: []byte(held), traces: []trace{told}})
		want := []link.Position{
			{Func: "main.(*T).f", File: "cell[3]", Line: 2, Column: 7},
			{Func: "main.g[...]", File: "cell[3]", Line: 9},
			{Func: "created by main.h", File: "cell[4]", Line: 1},
			{Func: "main.k", File: "cell[2]", Line: 1},
		}
		if !slices.Equal(c.Trace, want) || c.Goroutines != 2 {
			t.Errorf("got  %+v, %d goroutines\nwant %+v", c.Trace, c.Goroutines, want)
		}
	})
}

// TestHeldText shows that text which only looks like a report comes through,
// in order, and within the run.
func TestHeldText(t *testing.T) {
	s, r := start(t)
	begin := time.Now()
	mustRun(t, s, 1, `err "a\npanic: no\nb\n"`)
	if d := time.Since(begin); d < holdQuiet || d > holdQuiet+time.Second {
		t.Errorf("held for %v", d)
	}
	if _, text := r.take(); text != "a\npanic: no\nb\n" {
		t.Errorf("%q", text)
	}
	begin = time.Now()
	mustRun(t, s, 2, `err "don't panic: it is fine\n"`)
	if d := time.Since(begin); d > holdQuiet {
		t.Errorf("ordinary text was held for %v", d)
	}
	r.take()
	// A process that keeps talking is let through in the end.
	s.mu.Lock()
	pid := s.pid
	s.mu.Unlock()
	begin = time.Now()
	mustRun(t, s, 3, `err "fatal error: x\n"`, "sleep 150ms", `err "y\n"`, "sleep 150ms", "say z")
	if _, text := r.take(); !strings.Contains(text, "fatal error: x\ny\n") {
		t.Errorf("process %d after %v: %q", pid, time.Since(begin), text)
	}
}

func TestHolder(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		name   string
		chunks []string
		full   bool // chunks end where the buffer ends
		pass   string
		held   string
	}{
		{"text", []string{"a\n", "b"}, false, "a\nb", ""},
		{"at the beginning", []string{"panic: x"}, false, "", "panic: x"},
		{"after a line", []string{"a\nfatal error: x\ny"}, false, "a\n", "fatal error: x\ny"},
		{"in a line", []string{"a panic: x"}, false, "a panic: x", ""},
		{"after half a line", []string{"a", "panic: x"}, false, "a", "panic: x"},
		{"cut", []string{"a\npan", "ic: x"}, true, "a\n", "panic: x"},
		{"not cut", []string{"a\npan", "ts"}, false, "a\npants", ""},
		{"all that follows", []string{"SIGSEGV: x\n", "a\n", "b\n"}, false, "", "SIGSEGV: x\na\nb\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var h holder
			pass := ""
			for _, c := range test.chunks {
				pass += string(h.push([]byte(c), test.full, now))
			}
			if pass != test.pass || string(h.text()) != test.held || h.holding() != (test.held != "") {
				t.Errorf("got %q and %q held", pass, h.text())
			}
			if string(h.release()) != test.held || h.holding() {
				t.Error("release does not")
			}
		})
	}
	t.Run("bounded", func(t *testing.T) {
		var h holder
		h.push([]byte("panic: x\n"), false, now)
		line := []byte(strings.Repeat("y", 1023) + "\n")
		for range 10 << 10 {
			h.push(line, false, now)
		}
		h.push([]byte("the end"), false, now)
		b := h.text()
		if len(b) > 2*holdSize+100 || !strings.HasPrefix(string(b), "panic: x\n") || !strings.HasSuffix(string(b), "the end") ||
			!strings.Contains(string(b), "bytes left out") {
			t.Errorf("%d bytes", len(b))
		}
	})
	t.Run("traced", func(t *testing.T) {
		var h holder
		h.push([]byte("panic: x\n\n"), false, now)
		if u, _ := h.until(); u != now.Add(holdQuiet) {
			t.Errorf("until %v", u.Sub(now))
		}
		h.push([]byte("goroutine "), false, now)
		if u, _ := h.until(); u != now.Add(holdTraced) {
			t.Errorf("with a trace until %v", u.Sub(now))
		}
	})
	t.Run("until", func(t *testing.T) {
		var h holder
		h.push([]byte("panic: x"), false, now)
		for i := range 100 {
			h.push([]byte("y"), false, now.Add(time.Duration(i)*holdQuiet/2))
		}
		if u, ok := h.until(); !ok || u != now.Add(holdLimit) {
			t.Errorf("until %v", u.Sub(now))
		}
	})
}

// TestCrashTime measures how long it takes from a crash to its report.
func TestCrashTime(t *testing.T) {
	const rounds = 15
	for _, name := range []string{"text", "exit-3", "kill-sent", "unlock", "map-write", "overflow"} {
		if raceDetector && name == "map-write" {
			continue
		}
		var times []time.Duration
		for range rounds {
			s, _ := start(t)
			begin := time.Now()
			crashOf(t, s, 1, "crash "+name)
			times = append(times, time.Since(begin))
		}
		slices.Sort(times)
		t.Logf("%s: %v median, %v longest", name, times[rounds/2], times[rounds-1])
		// The aim is 20 ms for panics; a loaded machine gets more.
		if name == "text" && times[rounds/2] > 100*time.Millisecond {
			t.Errorf("a panic takes %v", times[rounds/2])
		}
	}
}

// TestWords looks after the table: every row is one sentence and is reached by
// a text of testdata, or is named here with the reason.
func TestWords(t *testing.T) {
	unreached := map[string]bool{}
	for _, w := range words {
		unreached[w.match.String()] = true
		if w.reason == "" || w.hint == "" || strings.HasSuffix(w.hint, ".") || strings.Contains(w.hint, "\n") {
			t.Errorf("%s: %q", w.match, w.hint)
		}
	}
	files, err := filepath.Glob("testdata/reports/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		head, _ := splitReport(string(b))
		for _, w := range words {
			if w.match.MatchString(head) {
				delete(unreached, w.match.String())
				break
			}
		}
	}
	t.Logf("%d of %d rows have no text in testdata", len(unreached), len(words))
	for m := range unreached {
		if !slices.ContainsFunc(heads, func(h string) bool { return regexp.MustCompile(m).MatchString(h) }) {
			t.Errorf("nothing reaches %s", m)
		}
	}
}

// heads are first lines for the rows of words whose crash is not in testdata:
// they need a limit of the machine, or a fault of the program's that the
// compiler, the race detector or the interpreter meets first. From the sources
// named at words.
var heads = []string{
	"runtime: program exceeds 10000-thread limit\nfatal error: thread exhaustion",
	"runtime: failed to create new OS thread (have 5 already; errno=11)\nruntime: may need to increase max user processes (ulimit -u)\nfatal error: newosproc",
	"fatal error: checkptr: converted pointer straddles multiple allocations",
	"runtime: pointer 0xc000123456 to unallocated span span.base()=0xc000122000\nfatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)",
	"panic: reflect: slice index out of range",
	"panic: runtime error: negative shift amount",
	"panic: runtime error: cannot convert slice with length 2 to array or pointer to array with length 4",
	"panic: sync: WaitGroup is reused before previous Wait has returned",
	"panic: sync: unlock of unlocked mutex",
	"panic: sync/atomic: store of inconsistently typed value into Value",
	"panic: strings: negative Repeat count",
	"panic: runtime error: cgo argument has Go pointer to unpinned Go pointer",
	"fatal error: bad g->status in ready",
}

func FuzzCrash(f *testing.F) {
	files, err := filepath.Glob("testdata/reports/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 2000)], 2, 0)
	}
	f.Add([]byte("panic: "), 2, 0)
	f.Add(fmt.Appendf(nil, "panic: x\n\ngoroutine 1 [running]:\n%s(0x1000003004, 0x1)\n", link.StepFunction), 2, 0)
	f.Add([]byte("goroutine 1 ["), -1, 6)
	f.Add([]byte("\tcell[99999999999999999999]:99999999999999999999"), 3, 0)
	f.Fuzz(func(t *testing.T, b []byte, code, signal int) {
		var h holder
		var pass []byte
		for i := 0; i < len(b); i += 100 {
			pass = append(pass, h.push(b[i:min(i+100, len(b))], true, time.Time{})...)
		}
		held := h.text()
		if string(pass)+string(held) != string(b) {
			t.Fatalf("%q + %q is not %q", pass, held, b)
		}
		c, used := newCrash(death{exit: exit{code, signal}, held: held, told: pass, files: map[int]string{1: "cell[1]"}})
		if used && len(held) == 0 {
			t.Error("used nothing")
		}
		if c.Reason == "" || c.Hint == "" || len(c.Trace) > traceDepth || c.Goroutines < 0 ||
			len(c.Message) > 2*messageSize || !utf8.ValidString(c.Message) || strings.Count(c.Message, "\n") > messageLines {
			t.Errorf("%#v", c)
		}
		for _, p := range c.Trace {
			if !strings.HasPrefix(p.File, "cell[") || p.Line < 0 || p.Column < 0 {
				t.Errorf("%+v", p)
			}
		}
		if c.Error() == "" || c.inFull() == "" {
			t.Error("no words")
		}
	})
}

func FuzzRunes(f *testing.F) {
	f.Add([]byte("aä€😀\xff\xf0\x9f"), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		if n < 1 {
			return
		}
		var r runes
		var got []byte
		for i := 0; i < len(b); i += min(n, len(b)) {
			part := r.cut(b[i:min(i+n, len(b))])
			if utf8.Valid(b) && !utf8.Valid(part) {
				t.Errorf("%q is cut in a rune: %q", b, part)
			}
			got = append(got, part...)
		}
		if got = append(got, r.rest()...); string(got) != string(b) {
			t.Errorf("%q became %q", b, got)
		}
	})
}
