package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/front"
	"github.com/weft-go/weft/kernel/internal/wire"
)

var _ Executor = (*front.Front)(nil)

// A kernel is an Executor whose cells are lines of a small language.
type kernel struct {
	interrupts chan struct{}
	deaf       bool // interrupts do nothing
	stubborn   bool // nor does the context
	outputs    map[string]front.Output
	ran        []string
	late       sync.WaitGroup
}

func newKernel() *kernel {
	return &kernel{interrupts: make(chan struct{}, 1), outputs: map[string]front.Output{}}
}

func (k *kernel) Interrupt() {
	if !k.deaf {
		k.interrupts <- struct{}{}
	}
}

var verbs = map[string]func(out front.Output, arg string){
	"out":    func(out front.Output, arg string) { out.Stream("stdout", arg) },
	"err":    func(out front.Output, arg string) { out.Stream("stderr", arg) },
	"clear":  func(out front.Output, arg string) { out.ClearOutput(arg == "wait") },
	"show":   func(out front.Output, arg string) { out.Display(data(arg)) },
	"update": func(out front.Output, arg string) { out.UpdateDisplay(data(arg)) },
	"result": func(out front.Output, arg string) { out.Result(data(arg)) },
	"values": func(out front.Output, arg string) {
		out.Display(wire.DisplayData{Data: map[string]any{
			"image/png": []byte("PNG"), "application/json": map[string]any{"n": 1, "list": []int{1, 2}}, "text/x": math.NaN()},
			Metadata: map[string]any{"image/png": map[string]int{"width": 3}}})
	},
	"input": func(out front.Output, arg string) {
		_, err := out.Input(context.Background(), arg, false)
		out.Stream("stderr", err.Error())
	},
}

// data is "text" or "id=text".
func data(arg string) wire.DisplayData {
	d := wire.DisplayData{Data: map[string]any{"text/plain": arg}}
	if id, text, ok := strings.Cut(arg, "="); ok {
		d.Data["text/plain"], d.Transient = text, map[string]any{"display_id": id}
	}
	return d
}

func (k *kernel) Execute(ctx context.Context, req *wire.ExecuteRequest, out front.Output) *wire.ExecuteReply {
	k.ran = append(k.ran, req.Code)
	fail := func(name, value string, tell bool) *wire.ExecuteReply {
		if tell {
			out.Error(wire.ErrorContent{EName: name, EValue: value, Traceback: []string{name + ": " + value}})
		}
		return &wire.ExecuteReply{Status: wire.Error, EName: name, EValue: value}
	}
	for line := range strings.Lines(req.Code) {
		verb, arg, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		arg = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\b`, "\b").Replace(arg)
		switch verb {
		case "name": // other cells can print here
			k.outputs[arg] = out
		case "late":
			cell, text, _ := strings.Cut(arg, " ")
			k.outputs[cell].Stream("stdout", text)
		case "goroutine":
			k.late.Go(func() {
				for range 200 {
					out.Stream("stdout", "x")
					time.Sleep(100 * time.Microsecond)
				}
			})
		case "fail":
			return fail("panic", arg, true)
		case "silent":
			return fail("panic", arg, false)
		case "wrong":
			return fail("x", "x: undefined", true)
		case "nothing":
			return nil
		case "abort":
			return &wire.ExecuteReply{Status: wire.Aborted}
		case "loop":
			if k.stubborn {
				select {}
			}
			select {
			case <-k.interrupts:
				return fail("interrupted", "", arg != "silent")
			case <-ctx.Done():
				return fail("killed", "", false)
			}
		default:
			if f := verbs[verb]; f != nil {
				f(out, arg)
			}
		}
	}
	return &wire.ExecuteReply{ExecutionCount: req.Count}
}

// book makes a notebook of code cells; "tag:" in front of a cell tags it.
func notebookOf(cells ...string) *Notebook {
	nb := &Notebook{Minor: 5}
	for i, source := range cells {
		c := &Cell{Kind: Code, ID: fmt.Sprint("c", i), Source: source, Metadata: map[string]any{}}
		if tag, rest, ok := strings.Cut(source, ":\n"); ok {
			c.Source, c.Metadata["tags"] = rest, []any{tag}
		}
		nb.Cells = append(nb.Cells, c)
	}
	return nb
}

// outline writes what cells show, one output in brackets.
func outline(nb *Notebook) string {
	var b strings.Builder
	for i, c := range nb.Cells {
		if i > 0 {
			b.WriteString(" / ")
		}
		for _, o := range c.Outputs {
			switch o.Type {
			case Stream:
				fmt.Fprintf(&b, "[%s %q]", o.Name, o.Text)
			case Error:
				fmt.Fprintf(&b, "[error %s: %s]", o.EName, o.EValue)
			case ExecuteResult:
				fmt.Fprintf(&b, "[%d: %s]", *o.Count, o.Data["text/plain"])
			default:
				fmt.Fprintf(&b, "[%s]", o.Data["text/plain"])
			}
		}
	}
	return b.String()
}

func TestOutputs(t *testing.T) {
	for _, test := range []struct {
		name  string
		cells []string
		want  string
	}{
		{"nothing", []string{"x"}, ``},
		{"streams merge", []string{`out a` + "\n" + `out b\n`}, `[stdout "ab\n"]`},
		{"streams keep their order", []string{"out a\nerr b\nout c"}, `[stdout "a"][stderr "b"][stdout "c"]`},
		{"a display parts streams", []string{"out a\nshow d\nout b"}, `[stdout "a"][d][stdout "b"]`},
		{"carriage return", []string{"out 10%\nout \\r100%\nout \\r5"}, `[stdout "500%"]`},
		{"carriage return at the end", []string{"out 10%\\r\nout 20%\\r"}, `[stdout "20%"]`},
		{"carriage return over lines", []string{`out a\nbc\rd\ne`}, `[stdout "a\ndc\ne"]`},
		{"crlf", []string{`out a\r\nb\r\n`}, `[stdout "a\nb\n"]`},
		{"backspace", []string{"out |\nout \\b/\nout \\b\\b\\b-"}, `[stdout "-"]`},
		{"clear", []string{"out a\nclear\nout b"}, `[stdout "b"]`},
		{"clear for good", []string{"out a\nclear"}, ``},
		{"clear and wait", []string{"out a\nclear wait\nshow b"}, `[b]`},
		{"clear and wait for nothing", []string{"out a\nclear wait"}, `[stdout "a"]`},
		{"clear and wait is undone by clear", []string{"out a\nclear wait\nclear\nout b\nout c"}, `[stdout "bc"]`},
		{"a stream begins anew after clear", []string{"out a\nclear wait\nout b\nout c"}, `[stdout "bc"]`},
		{"result", []string{"x", "result 42"}, ` / [2: 42]`},
		{"update", []string{"show i=a\nout x\nupdate i=b"}, `[b][stdout "x"]`},
		{"update in another cell", []string{"show i=a", "update i=b"}, `[b] / `},
		{"update of nothing", []string{"update i=b"}, ``},
		{"update does not reach what was cleared", []string{"show i=a\nclear\nupdate i=b\nout x"}, `[stdout "x"]`},
		{"display again", []string{"show i=a", "show i=b"}, `[b] / [b]`},
		{"update a result", []string{"result i=a", "update i=b"}, `[1: b] / `},
		{"late output", []string{"name one\nout a", "out b\nlate one c\nout d"}, `[stdout "ac"] / [stdout "bd"]`},
		{"input", []string{"input Name: "}, `[stderr "the cell asks for \"Name: \", but nobody can type here: the notebook runs without a client"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			nb := notebookOf(test.cells...)
			if err := Run(t.Context(), nb, newKernel(), Options{}); err != nil {
				t.Error(err)
			}
			if got := outline(nb); got != test.want {
				t.Errorf("\ngot:  %s\nwant: %s", got, test.want)
			}
		})
	}
}

// Values that programs show become JSON's own, so that all can be written.
func TestOutputValues(t *testing.T) {
	nb := notebookOf("values")
	if err := Run(t.Context(), nb, newKernel(), Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "values.ipynb", written(t, nb))
}

func TestRunErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		cells   []string
		options Options
		err     string
		out     string
	}{
		{"stops at the first", []string{"x", "fail index", "out c"}, Options{}, "cell 2 of 3: panic: index", ` / [error panic: index] / `},
		{"names the notebook", []string{"fail index"}, Options{Name: "a.ipynb"}, "a.ipynb: cell 1 of 1: panic: index", `[error panic: index]`},
		{"says the kind once", []string{"wrong"}, Options{}, "cell 1 of 1: x: undefined", `[error x: x: undefined]`},
		{"error that is not shown", []string{"silent index"}, Options{}, "cell 1 of 1: panic: index", `[error panic: index]`},
		{"no answer", []string{"nothing"}, Options{}, "cell 1 of 1: the kernel gave no answer", `[error : the kernel gave no answer]`},
		{"aborted", []string{"abort"}, Options{}, "cell 1 of 1: the kernel did not run it", `[error : the kernel did not run it]`},
		{"raises-exception", []string{"raises-exception:\nfail index", "out b"}, Options{}, "", `[error panic: index] / [stdout "b"]`},
		{"raises-exception that does not", []string{"raises-exception:\nout a"}, Options{}, "", `[stdout "a"]`},
		{"all allowed", []string{"fail a", "fail b"}, Options{AllowErrors: true}, "", `[error panic: a] / [error panic: b]`},
		{"empty cells don't count", []string{" \n", "skip-execution:\nout s", "fail a"}, Options{}, "cell 1 of 1: panic: a", ` /  / [error panic: a]`},
		{"time is up", []string{"out a\nloop", "x"}, Options{Timeout: 10 * time.Millisecond}, "cell 1 of 2: time is up: it ran longer than 10ms", `[stdout "a"][error interrupted: ] / `},
		{"time is up without a word", []string{"loop silent"}, Options{Timeout: 10 * time.Millisecond}, "cell 1 of 1: time is up: it ran longer than 10ms", `[error Stopped: time is up: it ran longer than 10ms]`},
		{"time is up and goes on", []string{"loop", "out b"}, Options{Timeout: 10 * time.Millisecond, AllowErrors: true}, "", `[error interrupted: ] / [stdout "b"]`},
		{"time is up in raises-exception", []string{"raises-exception:\nloop", "out b"}, Options{Timeout: 10 * time.Millisecond}, "cell 1 of 2: time is up: it ran longer than 10ms", `[error interrupted: ] / `},
		{"unknown parameter", []string{"parameters:\nn := 1\nvar title string", "out b"}, Options{Name: "a.ipynb", Parameters: map[string]string{"m": "1"}}, "a.ipynb: set parameter m: the notebook has no such parameter; it has n, title", ` / `},
	} {
		t.Run(test.name, func(t *testing.T) {
			nb := notebookOf(test.cells...)
			err := Run(t.Context(), nb, newKernel(), test.options)
			if got := message(err); got != test.err {
				t.Errorf("\ngot:  %s\nwant: %s", got, test.err)
			}
			if got := outline(nb); got != test.out {
				t.Errorf("\ngot:  %s\nwant: %s", got, test.out)
			}
			if strings.Contains(test.err, "time is up") && !errors.Is(err, ErrTimeout) {
				t.Errorf("%v is no ErrTimeout", err)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What an earlier run left is gone, and counts are those of this run.
func TestRunReplacesOutputs(t *testing.T) {
	nb := notebookOf("out new", "", "fail a", "out not run")
	for _, c := range nb.Cells {
		c.Count, c.Outputs = new(99), []*Output{{Type: Stream, Name: "stdout", Text: "old"}}
	}
	nb.Cells = append(nb.Cells, &Cell{Kind: Markdown, Source: "# text"}, &Cell{Kind: Raw, Source: "raw"})
	if err := Run(t.Context(), nb, newKernel(), Options{}); err == nil {
		t.Error("no error")
	}
	if got, want := outline(nb), `[stdout "new"] /  / [error panic: a] /  /  / `; got != want {
		t.Errorf("\ngot:  %s\nwant: %s", got, want)
	}
	var counts []string
	for _, c := range nb.Cells {
		if c.Count == nil {
			counts = append(counts, "-")
		} else {
			counts = append(counts, fmt.Sprint(*c.Count))
		}
	}
	if got, want := strings.Join(counts, " "), "1 - 2 - - -"; got != want {
		t.Errorf("counts are %s, want %s", got, want)
	}
}

func TestRunIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	nb := notebookOf("loop", "out b")
	err := Run(ctx, nb, newKernel(), Options{AllowErrors: true})
	if want := "cell 1 of 2: stopped: context canceled"; message(err) != want || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := Run(ctx, nb, newKernel(), Options{}); message(err) != "stopped before cell 1 of 2: context canceled" {
		t.Errorf("got %v", err)
	}
}

// A cell that an interrupt does not end is ended by its context; one that this
// does not end either is left.
func TestRunDoesNotWaitForever(t *testing.T) {
	for _, stubborn := range []bool{false, true} {
		nb := notebookOf("out a\nloop", "out b")
		k := newKernel()
		k.deaf, k.stubborn = true, stubborn
		r := &run{exec: k, options: Options{Timeout: 5 * time.Millisecond, AllowErrors: true}, progress: newProgress(nil, 2), total: 2, patience: 30 * time.Millisecond}
		r.book.displays = map[string][]*Output{}
		err := r.cell(t.Context(), 1, nb.Cells[0])
		r.book.close()
		if want := "cell 1 of 2: time is up: it ran longer than 5ms, and it did not end when it was interrupted"; message(err) != want || !errors.Is(err, ErrTimeout) {
			t.Errorf("got %v, want %s", err, want)
		}
		if got, want := outline(nb), `[stdout "a"][error Stopped: time is up: it ran longer than 5ms, and it did not end when it was interrupted] / `; got != want {
			t.Errorf("\ngot:  %s\nwant: %s", got, want)
		}
	}
}

// Goroutines of cells may print when the notebook is long the caller's.
func TestLateOutputDoesNotRace(t *testing.T) {
	nb := notebookOf("goroutine\nout a\\n", "out b")
	k := newKernel()
	if err := Run(t.Context(), nb, k, Options{}); err != nil {
		t.Fatal(err)
	}
	before := written(t, nb)
	k.late.Wait()
	if got := written(t, nb); got != before {
		t.Error(difference(got, before))
	}
}

func TestRequest(t *testing.T) {
	k := newKernel()
	var asked wire.ExecuteRequest
	e := executor(func(ctx context.Context, req *wire.ExecuteRequest, out front.Output) *wire.ExecuteReply {
		asked = *req
		return k.Execute(ctx, req, out)
	})
	if err := Run(t.Context(), notebookOf("", "out b"), e, Options{}); err != nil {
		t.Fatal(err)
	}
	if asked.Count != 1 || asked.CellID != "c1" || asked.AllowStdin || asked.Silent || asked.Code != "out b" {
		t.Errorf("asked %+v", asked)
	}
}

type executor func(context.Context, *wire.ExecuteRequest, front.Output) *wire.ExecuteReply

func (e executor) Execute(ctx context.Context, req *wire.ExecuteRequest, out front.Output) *wire.ExecuteReply {
	return e(ctx, req, out)
}
func (executor) Interrupt() {}

var times = regexp.MustCompile(`[ \d.]+ m?s `)

func TestProgress(t *testing.T) {
	cells := []string{"out a", "// comment\n\nimport (\n\t\"fmt\"\n)\nimport \"os\"\nimg := julia.Serial(\t1000)\n", "raises-exception:\nfail", "// " + strings.Repeat("ä", 80)}
	for len(cells) < 9 {
		cells = append(cells, "x")
	}
	var b bytes.Buffer
	err := Run(t.Context(), notebookOf(append(cells, "fail here", "x")...), newKernel(), Options{Progress: &b})
	if err == nil {
		t.Error("no error")
	}
	golden(t, "progress.txt", times.ReplaceAllString(b.String(), "  TIME  "))
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                          "0 ms",
		12345 * time.Microsecond:   "12 ms",
		949 * time.Millisecond:     "949 ms",
		950 * time.Millisecond:     "0.9 s",
		1234 * time.Millisecond:    "1.2 s",
		99 * time.Second:           "99.0 s",
		3*time.Minute + 20*1e9 + 1: "3m20s",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v: got %s, want %s", int64(d), got, want)
		}
	}
}
