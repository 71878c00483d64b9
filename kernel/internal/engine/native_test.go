package engine

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// cellPackage is a compiled cell that does what the variable mode says; the
// lines are those of cell[1] from 10 on, one for each case.
const cellPackage = `package nb

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/internal/dock"
)

type X_T struct{ A int; B string }
func (t X_T) String() string { return fmt.Sprint("T ", t.A, t.B) }

type X_E struct{ Code int }
func (e X_E) Error() string { return fmt.Sprint("code ", e.Code) }

type X_S_moved = X_T

var mode *string
var counter *int
var helper func(int) int

func X_Double(n int) int { return 2 * n }

func X_Slow(n int) int { return 3 * n }

func X_Index(xs []int, i int) int {
//line cell[1]:5
	return xs[i]
}

func X_Loop() {
	for {
		*counter++
		time.Sleep(10 * time.Millisecond)
		dock.Poll()
	}
}

func X_Call(f func() int) int { return f() + 1 }

func Cell(r *dock.Run) {
	var mu sync.Mutex
	switch *mode {
//line cell[1]:10
	case "print": dock.Println("hello"); fmt.Fprintln(dock.Stderr, "err"); dock.Show("main.T", X_T{1, "x"})
	case "index": X_Index([]int{1}, 3)
	case "nil": var p *X_T; p.A = 1
	case "error": panic(X_E{7})
	case "wrapped": panic(fmt.Errorf("outer: %w", errors.New("inner")))
	case "panic nil": panic(nil)
	case "goexit": runtime.Goexit()
	case "exit": dock.Exit(3)
	case "deferred": defer func() { dock.Print("deferred ") }(); panic("late")
	case "recovered": func() { defer func() { dock.Print("got ", recover()) }(); panic("x") }()
	case "helper": dock.Print(helper(20))
	case "loop": for { r.Poll() }
	case "function": X_Loop()
	case "burn": for { *counter++ }
	case "sleep": time.Sleep(time.Hour)
	case "sleeps": dock.Print("a"); time.Sleep(700 * time.Millisecond); r.Poll(); dock.Print("b")
	case "receive": <-make(chan int)
	case "mutex": mu.Lock(); mu.Lock()
	case "goroutine": go func() { for { dock.Poll(); time.Sleep(5 * time.Millisecond); *counter++ } }()
	case "fatal": dock.Fatal("sorry")
	case "scan": var s string; dock.Scan(&s); dock.Print("read ", s)
	case "dies": go func() { var m map[string]int; m["a"] = 1 }(); time.Sleep(time.Second)
	}
}

func init() {
	dock.Register(&dock.Package{Path: "nb/c2", Cell: Cell,
		Symbols: map[string]reflect.Value{
			"X_T": reflect.ValueOf((*X_T)(nil)), "X_E": reflect.ValueOf((*X_E)(nil)), "X_S_moved": reflect.ValueOf((*X_S_moved)(nil)),
			"X_Double": reflect.ValueOf(X_Double), "X_Slow": reflect.ValueOf(X_Slow), "X_Index": reflect.ValueOf(X_Index), "X_Loop": reflect.ValueOf(X_Loop), "X_Call": reflect.ValueOf(X_Call),
		},
		Vars: map[string]any{"mode": &mode, "counter": &counter},
		Funcs: map[string]any{"helper": &helper},
	})
}
`

// withCell starts a process in which cellPackage is open.
func withCell(t testing.TB) *front {
	t.Helper()
	f := newProcess(t)
	plugin := buildPlugin(t, "cell", map[string]string{"c2": cellPackage})
	f.send(link.Run{
		Files:   []link.File{{Text: "package main\n\nvar mode string\nvar counter int\n\nfunc helper(n int) int {\n\tvar xs []int\n\tif n == 0 {\n\t\treturn xs[n]\n\t}\n\treturn n + 1\n}\n"}},
		Defined: []string{"helper"},
		Native:  &link.Native{Loads: []link.Load{{Path: nb + "c2", File: plugin}}},
	})
	if d := f.wait(); d.Status != link.OK || d.Loaded == nil || d.Loaded.Plugins != 1 || d.Loaded.Open <= 0 {
		t.Fatalf("%+v", d)
	}
	return f
}

// startMode starts the compiled cell.
func (f *front) startMode(mode string) int {
	return f.send(link.Run{
		Files:  []link.File{{Text: "package main\nfunc init() { mode = \"" + mode + "\" }\n"}},
		Native: &link.Native{Cell: nb + "c2"},
		Waits:  mode != "receive" && mode != "mutex",
	})
}

func TestCompiledCell(t *testing.T) {
	f := withCell(t)
	for _, tt := range []struct {
		mode, out, status, message string
		code, line                 int // line is the innermost place's
	}{
		{mode: "print", out: "hello\n!err\n", status: link.OK},
		{mode: "index", status: link.Failed, message: "runtime error: index out of range [3] with length 1", line: 5},
		{mode: "nil", status: link.Failed, message: "runtime error: invalid memory address or nil pointer dereference", line: 12},
		{mode: "error", status: link.Failed, message: "code 7", line: 13},
		{mode: "wrapped", status: link.Failed, message: "outer: inner\n└─ inner", line: 14},
		{mode: "panic nil", status: link.Failed, message: "panic called with nil argument", line: 15},
		{mode: "goexit", status: link.OK},
		{mode: "exit", status: link.Exited, code: 3, line: 17},
		{mode: "deferred", out: "deferred ", status: link.Failed, message: "late", line: 18},
		{mode: "recovered", out: "got x", status: link.OK},
		{mode: "helper", out: "21", status: link.OK},
		{mode: "fatal", out: "sorry\n", status: link.Exited, code: 1, line: 29},
	} {
		n := f.startMode(tt.mode)
		d := f.wait()
		out := f.text(n)
		if tt.mode == "fatal" {
			out = out[max(0, len(out)-len(tt.out)):]
		}
		line := 0
		if len(d.Trace) > 0 {
			line = d.Trace[0].Line
			if d.Trace[0].File != "cell[1]" || d.Trace[0].Func == "" {
				t.Errorf("%s: place %+v", tt.mode, d.Trace[0])
			}
		}
		if out != tt.out || d.Status != tt.status || d.Message != tt.message || d.Code != tt.code || line != tt.line {
			t.Errorf("%s: printed %q, %+v", tt.mode, out, d)
		}
	}
	f.mu.Lock()
	if len(f.shown) != 1 || f.shown[0].Data["text/plain"] != "T 1x" {
		t.Errorf("shown %+v", f.shown)
	}
	f.mu.Unlock()

	n := f.startMode("scan")
	if a := <-f.ask; a.Cell != n {
		t.Errorf("asked for cell %d, want %d", a.Cell, n)
	}
	f.must(f.conn.SendJSON(link.KindInput, link.Input{Text: "Ada"}))
	if d := f.wait(); d.Status != link.OK || f.text(n) != "read Ada" {
		t.Errorf("printed %q, %+v", f.text(n), d)
	}
}

// A panic's trace tells places of both engines in order.
func TestMixedTrace(t *testing.T) {
	f := withCell(t)
	head := "package main\n\nimport w_c2 \"" + nb + "c2\"\n\n"
	_, d := f.run(head + "func own() int {\n\txs := []int{1}\n\treturn xs[helper(4)]\n}\n\nfunc init() {\n\tw_c2.X_Call(own)\n}\n")
	if d.Status != link.Failed || len(d.Trace) < 3 || d.Trace[0].Line != 7 || d.Trace[0].Func != "" || d.Trace[1].Func == "" || d.Trace[len(d.Trace)-1].Line != 11 {
		t.Errorf("%+v", d)
	}
	_, d = f.run(head + "func init() {\n\ti := 2\n\tw_c2.X_Index([]int{1}, i)\n}\n")
	if d.Status != link.Failed || len(d.Trace) < 2 || d.Trace[0].File != "cell[1]" || d.Trace[0].Line != 5 || d.Trace[1].Line != 7 {
		t.Errorf("%+v", d)
	}
}

func TestCompiledCellStops(t *testing.T) {
	for _, tt := range []struct{ mode, status string }{
		{"loop", link.Interrupted}, {"function", link.Interrupted}, {"sleep", link.Interrupted}, {"sleeps", link.Interrupted},
		{"receive", link.Interrupted}, {"scan", link.Interrupted}, {"burn", link.Burning},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			t.Parallel()
			f := withCell(t)
			n := f.send(link.Run{
				Files:  []link.File{{Text: "package main\nfunc init() { mode = \"" + tt.mode + "\" }\n"}},
				Native: &link.Native{Cell: nb + "c2"}, Waits: true,
			})
			time.Sleep(200 * time.Millisecond)
			start := time.Now()
			f.must(f.conn.SendInterrupt(n))
			d := f.wait()
			limit := time.Second
			if tt.status == link.Burning {
				limit = 4 * time.Second
			}
			if took := time.Since(start); d.Status != tt.status || took > limit {
				t.Fatalf("%+v after %v", d, took)
			}
			if tt.status == link.Burning {
				return // the front ends the process
			}
			if out, d := f.run("package main\nimport \"fmt\"\nfunc init() { fmt.Print(helper(1)) }\n"); out != "2" {
				t.Errorf("then %q, %+v", out, d)
			}
			if tt.mode == "sleeps" { // it ends when it wakes
				time.Sleep(time.Second)
				if got := f.text(n); got != "a" {
					t.Errorf("the stopped cell printed %q", got)
				}
			}
		})
	}
}

// A goroutine that a stopped cell has left ends at its next poll, also when
// that comes after the end of the cell; one of a later cell goes on.
func TestLeftGoroutinesEnd(t *testing.T) {
	f := withCell(t)
	counts := func() string {
		a, _ := f.run("package main\nimport (\"fmt\"; \"time\")\nfunc init() { a := counter; time.Sleep(100 * time.Millisecond); fmt.Print(counter > a) }\n")
		return a
	}
	f.startMode("goroutine")
	f.wait()
	if counts() != "true" {
		t.Error("the goroutine does not run")
	}
	n := f.startMode("sleep")
	time.Sleep(50 * time.Millisecond)
	f.must(f.conn.SendInterrupt(n))
	f.wait()
	left := true
	for end := time.Now().Add(5 * time.Second); left && time.Now().Before(end); {
		left = counts() != "false"
	}
	if left {
		t.Error("the interrupt left the goroutine of an earlier cell, which those of interpreted cells don't survive")
	}
	f.startMode("goroutine")
	f.wait()
	if counts() != "true" {
		t.Error("a goroutine started after the interrupt does not run")
	}
}

func TestCompiledDeadlock(t *testing.T) {
	for mode, want := range map[string]link.Waiter{
		"receive": {State: "chan receive", Trace: []link.Position{{Line: 26}}},
		"mutex":   {State: "sync.Mutex.Lock", Trace: []link.Position{{Line: 27}}},
	} {
		f := withCell(t)
		f.startMode(mode)
		d := f.wait()
		if d.Status != link.Deadlock || len(d.Waiting) != 1 || d.Waiting[0].State != want.State || d.Waiting[0].Trace[0].Line != want.Trace[0].Line {
			t.Errorf("%s: %+v", mode, d)
		}
	}
}

func TestMeasureCompiled(t *testing.T) {
	f := withCell(t)
	n := f.send(link.Run{
		Files:   []link.File{{Text: "package main\nfunc init() { mode = \"print\" }\n"}},
		Native:  &link.Native{Cell: nb + "c2"},
		Measure: &link.Measure{Kind: "time", Text: "f()", Engine: "compiled"},
	})
	if d := f.wait(); d.Status != link.OK || f.text(n) != "hello\n!err\n" {
		t.Errorf("printed %q, %+v", f.text(n), d)
	}
	if text := fmt.Sprint(f.shown); !strings.Contains(text, "compiled") {
		t.Errorf("showed %s", text)
	}
}

// A function that was compiled while a cell runs is called by the goroutines
// that run, and by compiled packages.
func TestSwap(t *testing.T) {
	f := withCell(t)
	cell := f.send(link.Run{
		Files: []link.File{{Text: `package main

import ("fmt"; "time")

var w_n_slow_3 func(n int) int
var stop bool

func Slow(n int) int {
	if w_n_slow_3 != nil {
		return w_n_slow_3(n)
	}
	return 3 * n
}

func init() {
	n := 0
	for w_n_slow_3 == nil {
		if Slow(2) != 6 { fmt.Print("wrong") }
		n++
	}
	for i := 0; i < 1000; i++ {
		if Slow(2) != 6 { fmt.Print("wrong") }
	}
	_ = time.Now
	fmt.Print("swapped after some: ", n > 0)
}
`}},
		Waits: true,
	})
	time.Sleep(100 * time.Millisecond)
	load := func(l link.Load) link.OpDone {
		f.must(f.conn.SendJSON(link.KindLoad, link.Loading{ID: 5, Cell: cell, Loads: []link.Load{l}}))
		return <-f.opDone
	}
	if d := load(link.Load{Path: nb + "c2", Swap: map[string]string{"w_n_slow_3": "X_Slow"}}); d.ID != 5 || d.Error != "" || d.Loaded.Plugins != 1 {
		t.Errorf("%+v", d)
	}
	if d := f.wait(); d.Status != link.OK || f.text(cell) != "swapped after some: true" {
		t.Errorf("printed %q, %+v", f.text(cell), d)
	}
	for _, l := range []link.Load{
		{Path: nb + "c2", Swap: map[string]string{"w_n_gone": "X_Slow"}},
		{Path: nb + "c2", Swap: map[string]string{"w_n_slow_3": "X_Nothing"}},
		{Path: nb + "c2", Swap: map[string]string{"w_n_slow_3": "X_Index"}},
		{Path: nb + "none", File: "/dev/null"},
	} {
		if d := load(l); d.Error == "" {
			t.Errorf("%+v: no error", l)
		}
	}
}

// Compiled packages call a function's newest form.
func TestFunctionsAreTheNewest(t *testing.T) {
	f := withCell(t)
	call := func(want string) {
		t.Helper()
		n := f.startMode("helper")
		if d := f.wait(); f.text(n) != want {
			t.Errorf("got %q, want %q; %+v", f.text(n), want, d)
		}
	}
	call("21")
	f.send(link.Run{Files: []link.File{{Text: "package main\nfunc helper(n int) int { return n * 10 }\n"}}, Defined: []string{"helper"}})
	f.wait()
	call("200")
	text := "package nb\nimport (\"reflect\"; \"github.com/weft-go/weft/kernel/internal/dock\")\nfunc X_helper(n int) int { return n - 1 }\nfunc init() { dock.Register(&dock.Package{Path: \"nb/c3\", Symbols: map[string]reflect.Value{\"X_helper\": reflect.ValueOf(X_helper)}}) }\n"
	f.send(link.Run{Native: &link.Native{Loads: []link.Load{{Path: nb + "c3", File: buildPlugin(t, "newer", map[string]string{"c3": text})}}}})
	if d := f.wait(); d.Status != link.OK || d.Loaded.Plugins != 2 {
		t.Errorf("%+v", d)
	}
	call("19")
}

// A variable that moves to a compiled type keeps its memory.
func TestMove(t *testing.T) {
	f := withCell(t)
	head := "package main\n\nimport (\"fmt\"; w_c2 \"" + nb + "c2\")\n\nvar _ = fmt.Sprint\nvar _ w_c2.X_T\n\n"
	f.run(head + "var moved struct { A int; B string }\nvar at = &moved\nvar other struct { A int }\nfunc old() { moved.A++ }\nfunc init() { moved.A = 1; moved.B = \"b\" }\n")
	f.send(link.Run{Native: &link.Native{Slots: []link.Slot{{Name: "moved", Path: nb + "c2", Symbol: "X_S_moved", Move: true}}}})
	if d := f.wait(); d.Status != link.OK {
		t.Fatalf("%+v", d)
	}
	if out, d := f.run(head + "func init() { moved.A += 2; old(); fmt.Print(moved, \" \", moved.String(), \" \", at.A) }\n"); out != "T 4b T 4b 4" {
		t.Errorf("got %q, %+v", out, d)
	}
	f.send(link.Run{Native: &link.Native{Slots: []link.Slot{{Name: "other", Path: nb + "c2", Symbol: "X_S_moved", Move: true}}}})
	if d := f.wait(); d.Name != "load" || !strings.Contains(d.Message, "layout") {
		t.Errorf("%+v", d)
	}
	// A type that has got a method, in the package of the cell that uses the
	// variable: it is opened while the variable still has the old type.
	plugin := buildPlugin(t, "method", map[string]string{"c9": `package nb

import ("reflect"; "github.com/weft-go/weft/kernel/internal/dock")

type X_T struct{ A int; B string }
func (t X_T) Added() int { return 10 * t.A }

type X_S_moved = X_T

var moved *X_T

func Cell(*dock.Run) { moved.A++; dock.Print(moved.Added()) }

func init() {
	dock.Register(&dock.Package{Path: "nb/c9", Cell: Cell, Vars: map[string]any{"moved": &moved},
		Symbols: map[string]reflect.Value{"X_S_moved": reflect.ValueOf((*X_S_moved)(nil))}})
}
`})
	n := f.send(link.Run{Native: &link.Native{Loads: []link.Load{{Path: nb + "c9", File: plugin}},
		Slots: []link.Slot{{Name: "moved", Path: nb + "c9", Symbol: "X_S_moved", Move: true}}, Cell: nb + "c9"}})
	if d := f.wait(); d.Status != link.OK || f.text(n) != "50" {
		t.Errorf("printed %q, %+v", f.text(n), d)
	}
}

// A plugin that this process can't open is refused before it is opened: one of
// another release would end the process.
func TestForeignPlugins(t *testing.T) {
	f := withCell(t)
	dir := t.TempDir()
	own, err := os.ReadFile(buildPlugin(t, "cell", map[string]string{"c2": cellPackage}))
	if err != nil {
		t.Fatal(err)
	}
	other := []byte("go1.99.7")[:len(runtime.Version())]
	for name, data := range map[string][]byte{
		"text.so":    []byte("not a plugin"),
		"release.so": bytes.ReplaceAll(own, []byte(runtime.Version()), other),
		"race.so":    bytes.ReplaceAll(own, []byte("build\tCGO_ENABLED=1"), []byte("build\t-race=truely.")),
		"half.so":    own[:len(own)/2],
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		f.send(link.Run{Native: &link.Native{Loads: []link.Load{{Path: nb + "x", File: file}}}})
		d := f.wait()
		if d.Name != "load" || !strings.Contains(d.Message, name) {
			t.Errorf("%s: %+v", name, d)
		}
		t.Log(name, ": ", d.Message)
	}
	binary, _ := sessionBinary()
	f.send(link.Run{Native: &link.Native{Loads: []link.Load{{Path: nb + "x", File: binary}}}})
	if d := f.wait(); d.Name != "load" || !strings.Contains(d.Message, "no plugin") {
		t.Errorf("%+v", d)
	}
	if out, _ := f.run("package main\nimport \"fmt\"\nfunc init() { fmt.Print(1) }\n"); out != "1" {
		t.Error("the session does not go on")
	}
}
