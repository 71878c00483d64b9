package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

const header = "package main\n\nimport (\"fmt\"; \"time\"; \"os\"; w_ \"weft/glue\")\n\nvar _ = fmt.Sprint\nvar _ = time.Now\nvar _ = os.Args\nvar _ = w_.Stdout\n\n"

func TestOutputBelongsToItsCell(t *testing.T) {
	f := newFront(t)
	first := f.start(header+"var more = make(chan bool)\nfunc init() { fmt.Println(\"one\"); go func() { <-more; fmt.Println(\"late\"); fmt.Fprintln(w_.Stderr, \"err\"); more <- true }() }\n", true)
	f.wait()
	out, _ := f.run("package main\nimport \"fmt\"\nfunc init() { fmt.Println(\"two\"); more <- true; <-more }\n")
	if out != "two\n" {
		t.Errorf("the second cell shows %q, want its own line only", out)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if got := f.stream[first].String(); got != "one\nlate\n!err\n" {
		t.Errorf("the first cell shows %q", got)
	}
}

func TestOrderOfTextAndDisplays(t *testing.T) {
	f := newFront(t)
	out, d := f.run(header + `func init() {
	for i := 0; i < 1000; i++ {
		fmt.Println(i)
	}
	w_.Show("int", 42, "")
}
`)
	if d.Status != link.OK || strings.Count(out, "\n") != 1000 || !strings.HasSuffix(out, "998\n999\n") {
		t.Errorf("got %d lines, %+v", strings.Count(out, "\n"), d)
	}
	if len(f.shown) != 1 || f.shown[0].Op != "result" || f.shown[0].Data["text/plain"] != "42" {
		t.Errorf("shown %+v", f.shown)
	}
}

func TestInterrupt(t *testing.T) {
	skipStopping(t)
	for name, body := range map[string]string{
		"loop":    "for { x++ }",
		"sleep":   "time.Sleep(time.Hour)",
		"receive": "<-make(chan int)",
		"select":  "select {}",
		"read":    "var b [1]byte; w_.Stdin.Read(b[:])",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFront(t)
			f.run("package main\nvar x int\nvar kept = 5\n")
			f.start(header+"func init() { "+body+" }\n", true)
			time.Sleep(100 * time.Millisecond)
			start := time.Now()
			f.must(f.conn.SendInterrupt(f.n - 1)) // too late: not this cell
			f.must(f.conn.SendInterrupt(f.n))
			d := f.wait()
			if took := time.Since(start); d.Status != link.Interrupted || took > 200*time.Millisecond {
				t.Errorf("%+v after %v", d, took)
			}
			if out, d := f.run("package main\nimport \"fmt\"\nfunc init() { fmt.Print(kept) }\n"); out != "5" {
				t.Errorf("then %q, %+v", out, d)
			}
		})
	}
}

func TestExit(t *testing.T) {
	skipStopping(t)
	f := newFront(t)
	_, d := f.run(header + "func init() {\n\tif true {\n\t\tos.Exit(3)\n\t}\n}\n")
	if d.Status != link.Exited || d.Code != 3 || len(d.Trace) != 1 || d.Trace[0].Line != 12 {
		t.Errorf("%+v", d)
	}
	out, d := f.run("package main\nimport \"log\"\nfunc init() { log.SetFlags(0); log.Fatal(\"sorry\") }\n")
	if d.Status != link.Exited || d.Code != 1 || out != "!sorry\n" {
		t.Errorf("%q %+v", out, d)
	}
}

func TestInput(t *testing.T) {
	f := newFront(t)
	n := f.start(header+"func init() { var a string; var b int; fmt.Scan(&a); fmt.Scan(&b); fmt.Print(a, b+1) }\n", true)
	for _, line := range []string{"Ada", "41"} {
		select {
		case a := <-f.ask:
			if a.Cell != n {
				t.Errorf("asked for cell %d, want %d", a.Cell, n)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("not asked")
		}
		f.must(f.conn.SendJSON(link.KindInput, link.Input{Text: line}))
	}
	if d := f.wait(); d.Status != link.OK {
		t.Fatal(d)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if got := f.stream[n].String(); got != "Ada42" {
		t.Errorf("got %q", got)
	}
}

func TestCompileError(t *testing.T) {
	f := newFront(t)
	_, d := f.run("package main\n\nfunc init() {\n\tnope()\n}\n")
	if d.Status != link.Failed || d.Name != "compile" || !strings.HasPrefix(d.Message, "cell[1]:4:2: ") {
		t.Errorf("%+v", d)
	}
}

func (f *front) op(name string, args map[string]string) link.OpDone {
	f.t.Helper()
	f.must(f.conn.SendJSON(link.KindOp, link.Op{ID: 1, Cell: 99, Name: name, Args: args}))
	select {
	case d := <-f.opDone:
		return d
	case <-time.After(10 * time.Second):
		f.t.Fatal("no end of the operation")
		return link.OpDone{}
	}
}

func TestOperations(t *testing.T) {
	f := newFront(t)
	dir := t.TempDir()
	was, _ := os.Getwd()
	defer os.Chdir(was)
	if d := f.op("chdir", map[string]string{"dir": dir}); d.Error != "" {
		t.Fatal(d)
	}
	if d := f.op("writefile", map[string]string{"path": "a.txt", "text": "one\n"}); d.Error != "" || d.Result["bytes"] != "4" {
		t.Error(d)
	}
	if d := f.op("writefile", map[string]string{"path": "a.txt", "text": "two\n", "append": "1"}); d.Error != "" {
		t.Error(d)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "a.txt")); string(b) != "one\ntwo\n" {
		t.Errorf("file holds %q", b)
	}
	if d := f.op("writefile", map[string]string{"path": "no/such/dir", "text": "x"}); d.Error == "" {
		t.Error("writing to a missing folder gave no error")
	}
	if d := f.op("setenv", map[string]string{"name": "WEFT_TEST_X", "value": "y z"}); d.Error != "" {
		t.Error(d)
	}
	if d := f.op("shell", map[string]string{"cmd": "cat a.txt; echo $WEFT_TEST_X >&2; exit 7"}); d.Error != "" || d.Result["code"] != "7" {
		t.Error(d)
	}
	f.mu.Lock()
	got := f.stream[99].String()
	f.mu.Unlock()
	if !strings.Contains(got, "one\ntwo\n") || !strings.Contains(got, "!y z\n") {
		t.Errorf("the command shows %q", got)
	}
	if d := f.op("unsetenv", map[string]string{"name": "WEFT_TEST_X"}); d.Error != "" {
		t.Error(d)
	}
	if d := f.op("environ", nil); d.Result["WEFT_TEST_X"] != "" || d.Result["PATH"] == "" {
		t.Error("environ does not tell the environment")
	}
	if d := f.op("nonsense", nil); d.Error == "" {
		t.Error("an unknown operation gave no error")
	}
	f.run("package main\nvar number = 12\n")
	if d := f.op("values", map[string]string{"names": "number,other"}); d.Result["number"] != "12" || len(d.Result) != 1 {
		t.Error(d)
	}
}

func TestInterruptEndsShell(t *testing.T) {
	f := newFront(t)
	f.must(f.conn.SendJSON(link.KindOp, link.Op{ID: 1, Cell: 1, Name: "shell", Args: map[string]string{"cmd": "sleep 100 & wait"}}))
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	f.must(f.conn.SendInterrupt(1))
	d := <-f.opDone
	if took := time.Since(start); d.Error != "interrupted" || took > time.Second {
		t.Errorf("%+v after %v", d, took)
	}
}

func BenchmarkRun(b *testing.B) {
	f := newFront(b)
	f.run("package main\nvar k int\n")
	for b.Loop() {
		if _, d := f.run("package main\nfunc init() { k = 1 }\n"); d.Status != link.OK {
			b.Fatal(d)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	f := newFront(b)
	for b.Loop() {
		f.run(fmt.Sprintf("package main\nimport \"fmt\"\nfunc init() { for i := 0; i < %d; i++ { fmt.Println(i) } }\n", 10000))
	}
}
