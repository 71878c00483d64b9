package engine

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// programText does what its first argument says.
const programText = `package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/weft-go/weft/kernel/display"
)

func main() {
	switch os.Args[1] {
	case "print":
		fmt.Println("out", os.Args[2:], os.Getenv("WEFT_TEST_ENV"))
		fmt.Fprintln(os.Stderr, "err")
		os.Exit(7)
	case "show":
		for i := range 20 {
			fmt.Println("before", i)
			display.HTML(fmt.Sprint("<b>", i))
		}
	case "read":
		fmt.Print("name? ")
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() {
			fmt.Println("hello", in.Text())
		}
		fmt.Println("end")
	case "panic":
		var m map[string]int
		m["a"] = 1
	case "sleep":
		time.Sleep(time.Hour)
	case "handles":
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt)
		<-c
		fmt.Println("bye")
		os.Exit(5)
	case "ignores":
		signal.Ignore(os.Interrupt)
		time.Sleep(time.Hour)
	case "burn":
		for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); {
		}
	case "much":
		for i := range 20000 {
			fmt.Fprintln(os.Stderr, "line", i)
		}
	}
}
`

func buildProgram(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil || testing.Short() {
		t.Skip("builds a program")
	}
	dir, err := scratch()
	if err != nil {
		t.Fatal(err)
	}
	building.Lock()
	defer building.Unlock()
	file := filepath.Join(dir, "program")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "program.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, "nb", "program", "main.go"): text}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{text: []byte(programText), filepath.Join(dir, "program.json"): overlay} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := goBuild("-overlay", filepath.Join(dir, "program.json"), "-o", file, nb+"program"); err != nil {
		t.Fatal(err)
	}
	return file
}

// startProgram starts the operation in cell 99.
func (f *front) startProgram(file string, argv ...string) {
	b, err := json.Marshal(argv)
	f.must(err)
	f.must(f.conn.SendJSON(link.KindOp, link.Op{ID: 1, Cell: 99, Name: "program", Args: map[string]string{"path": file, "argv": string(b)}}))
}

func TestProgram(t *testing.T) {
	file := buildProgram(t)
	t.Setenv("WEFT_TEST_ENV", "seen")
	f := newFront(t)
	f.startProgram(file, "print", "a b", "c")
	d := <-f.opDone
	if d.Error != "" || d.Result["code"] != "7" || d.Result["stderr"] != "err\n" {
		t.Errorf("%+v", d)
	}
	if got := f.text(99); !strings.Contains(got, "out [a b c] seen\n") || !strings.Contains(got, "!err\n") {
		t.Errorf("printed %q", got)
	}
	f.startProgram(file, "panic")
	if d := <-f.opDone; d.Result["code"] != "2" || !strings.Contains(d.Result["stderr"], "panic: assignment to entry in nil map") {
		t.Errorf("%+v", d)
	}
	f.startProgram(file, "burn")
	d = <-f.opDone
	if user, err := strconv.Atoi(d.Result["user"]); err != nil || time.Duration(user) < 50*time.Millisecond {
		t.Errorf("%+v", d)
	}
	f.startProgram(file, "much")
	if d := <-f.opDone; len(d.Result["stderr"]) != 64<<10 || !strings.HasSuffix(d.Result["stderr"], "line 19999\n") {
		t.Errorf("kept %d bytes", len(d.Result["stderr"]))
	}
	f.startProgram(filepath.Join(t.TempDir(), "none"))
	if d := <-f.opDone; !strings.Contains(d.Error, "no such file") {
		t.Errorf("%+v", d)
	}
}

// What a program shows comes after the text before it and before the text
// after it.
func TestProgramShows(t *testing.T) {
	file := buildProgram(t)
	f := newFront(t)
	f.startProgram(file, "show")
	if d := <-f.opDone; d.Result["code"] != "0" {
		t.Fatalf("%+v", d)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.shown) != 20 || f.shown[3].Cell != 99 || f.shown[3].Data["text/html"] != "<b>3" {
		t.Fatalf("shown %+v", f.shown)
	}
	for i, lines := range f.linesBefore {
		if lines != i+1 {
			t.Errorf("display %d came after %d lines of text", i, lines)
		}
	}
}

func TestProgramReads(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system does not tell that a program waits for input")
	}
	file := buildProgram(t)
	f := newFront(t)
	f.startProgram(file, "read")
	for _, in := range []link.Input{{Text: "Ada"}, {Text: "Bob"}, {Error: "EOF"}} {
		select {
		case a := <-f.ask:
			if a.Cell != 99 || !strings.HasPrefix(f.text(99), "name? ") {
				t.Errorf("asked %+v after %q", a, f.text(99))
			}
		case <-time.After(5 * time.Second):
			t.Fatal("not asked")
		}
		f.must(f.conn.SendJSON(link.KindInput, in))
	}
	if d := <-f.opDone; d.Result["code"] != "0" || f.text(99) != "name? hello Ada\nhello Bob\nend\n" {
		t.Errorf("printed %q, %+v", f.text(99), d)
	}
}

func TestInterruptEndsProgram(t *testing.T) {
	file := buildProgram(t)
	for _, tt := range []struct {
		mode, code, signal string
		least, most        time.Duration
	}{
		{"sleep", "2", "", 0, 500 * time.Millisecond}, // Go's own exit status, or the signal
		{"handles", "5", "", 0, 500 * time.Millisecond},
		{"ignores", "-1", "killed", 900 * time.Millisecond, 2 * time.Second},
		{"read", "2", "", 0, 500 * time.Millisecond},
	} {
		f := newFront(t)
		f.startProgram(file, tt.mode)
		time.Sleep(300 * time.Millisecond)
		start := time.Now()
		f.must(f.conn.SendInterrupt(99))
		d := <-f.opDone
		took := time.Since(start)
		died := d.Result["code"] == tt.code && d.Result["signal"] == tt.signal || tt.code == "2" && d.Result["signal"] == "interrupt"
		if d.Error != "interrupted" || !died || took < tt.least || took > tt.most {
			t.Errorf("%s: %+v after %v", tt.mode, d, took)
		}
	}
}

// A program ends with its session, however that ends.
func TestProgramDiesWithSession(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux kills the children of a process that was killed")
	}
	needsPlugins(t)
	file := buildProgram(t)
	mark := strconv.FormatInt(time.Now().UnixNano(), 10)
	f := newProcess(t)
	f.startProgram(file, "ignores", mark)
	running := func() bool { return exec.Command("pgrep", "-f", "ignores "+mark).Run() == nil }
	for range 100 {
		if running() {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !running() {
		t.Skip("the program was not seen with pgrep")
	}
	f.must(f.process.Kill())
	time.Sleep(300 * time.Millisecond)
	if running() {
		t.Error("the program lives on")
	}
}
