package notebook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/front"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// An Executor runs cells; *front.Front is one.
type Executor interface {
	// Execute runs a cell to its end and tells what it shows on the way. It is
	// called by one goroutine at a time; out may be used after it returned.
	Execute(ctx context.Context, req *wire.ExecuteRequest, out front.Output) *wire.ExecuteReply
	// Interrupt makes Execute return soon. It may be called at any time.
	Interrupt()
}

// Options say how a notebook is run.
type Options struct {
	Name        string            // of the notebook, for errors; "" for none
	Timeout     time.Duration     // for each cell; 0 for none
	AllowErrors bool              // go on behind a cell that fails
	Parameters  map[string]string // see Notebook.SetParameters
	Progress    io.Writer         // gets a line for each cell; nil for none
}

// patience is how long a cell that was interrupted may take to end: the session
// is replaced earlier than that.
const patience = 10 * time.Second

// A CellError is the error that ended a run.
type CellError struct {
	Name   string // of the notebook
	Number int    // of the cell as in In[Number]: cells that are not run don't count
	Total  int    // of cells that were to be run
	EName  string // kind of the error as the kernel calls it; "" when Err says why
	EValue string // its message
	Err    error  // ErrTimeout, the context's error, or another reason that is not the cell's; nil else
}

func (e *CellError) Error() string {
	text := fmt.Sprintf("cell %d of %d: ", e.Number, e.Total)
	if e.Name != "" {
		text = e.Name + ": " + text
	}
	switch {
	case e.Err != nil:
		return text + e.Err.Error()
	case e.EName == "" || strings.HasPrefix(e.EValue, e.EName):
		return text + e.EValue
	case e.EValue == "":
		return text + e.EName
	}
	return text + e.EName + ": " + e.EValue
}

// Unwrap returns Err.
func (e *CellError) Unwrap() error { return e.Err }

// ErrTimeout is in the error of a run whose cell took longer than
// Options.Timeout.
var ErrTimeout = errors.New("time is up")

// Run executes a notebook's code cells in order and puts what they show and
// their execution counts into nb, in the place of what was there. Cells without
// code and those tagged "skip-execution" are skipped.
//
// The first error ends the run, but for a cell tagged "raises-exception" and
// with AllowErrors; the error is a *CellError then and nb holds what was shown
// so far, the failing cell's error included. A cell that takes longer than
// Timeout is interrupted and fails; so is the running cell when ctx ends. Late
// output of a cell goes to its place until Run returns; nb is the caller's
// alone from then on.
//
// Only when the executor does not return within seconds after an interrupt
// does Run leave its goroutine behind; the executor should be closed then.
func Run(ctx context.Context, nb *Notebook, exec Executor, o Options) (err error) {
	if err := nb.SetParameters(o.Parameters); err != nil {
		return name(o.Name, err)
	}
	var cells []*Cell
	for _, c := range nb.Cells {
		if c.Kind != Code {
			continue
		}
		c.Outputs, c.Count = nil, nil
		if strings.TrimSpace(c.Source) != "" && !c.Tagged(tagSkip) {
			cells = append(cells, c)
		}
	}
	r := &run{exec: exec, options: o, progress: newProgress(o.Progress, len(cells)), total: len(cells), patience: patience}
	r.book.displays = map[string][]*Output{}
	defer r.book.close()
	for i, c := range cells {
		if err := ctx.Err(); err != nil {
			return name(o.Name, fmt.Errorf("stopped before cell %d of %d: %w", i+1, len(cells), err))
		}
		if err := r.cell(ctx, i+1, c); err != nil {
			return err
		}
	}
	return nil
}

func name(name string, err error) error {
	if name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// A run is a notebook being run.
type run struct {
	exec     Executor
	options  Options
	progress *progress
	total    int
	patience time.Duration
	book     book
}

// cell runs one cell and says whether the run must end.
func (r *run) cell(ctx context.Context, number int, c *Cell) error {
	c.Count = new(number)
	out := r.book.open(c, number)
	r.progress.begin(number, c.Source)
	start := time.Now()
	fault := r.execute(ctx, number, c, out)
	if fault != nil {
		out.ensureError(fault)
	}
	keep := fault != nil && (fault.Err == nil && (r.options.AllowErrors || c.Tagged(tagRaises)) ||
		fault.Err != nil && r.options.AllowErrors && fault.stopped && ctx.Err() == nil)
	r.progress.done(number, time.Since(start), c.Source, note(fault, keep))
	if fault == nil || keep {
		return nil
	}
	return &CellError{Name: r.options.Name, Number: number, Total: r.total, EName: fault.EName, EValue: fault.EValue, Err: fault.Err}
}

func note(f *fault, kept bool) string {
	switch {
	case f == nil:
		return ""
	case errors.Is(f.Err, ErrTimeout):
		return "time is up"
	case f.Err != nil:
		return "stopped"
	case kept:
		return "error kept"
	}
	return "error"
}

// A fault is why a cell failed.
type fault struct {
	EName, EValue string
	Traceback     []string
	Err           error // set when the cell did not end by itself
	stopped       bool  // after an interrupt: it did end
}

// execute has the cell run until it ends, its time is up or ctx ends.
func (r *run) execute(ctx context.Context, number int, c *Cell, out *collector) *fault {
	// The executor learns of ctx's end by an interrupt; its own context ends
	// only when that did not help.
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	request := &wire.ExecuteRequest{Code: c.Source, StoreHistory: true, StopOnError: true, Count: number, CellID: c.ID}
	replies := make(chan *wire.ExecuteReply, 1)
	go func() { replies <- r.exec.Execute(inner, request, out) }()

	var late <-chan time.Time
	if r.options.Timeout > 0 {
		t := time.NewTimer(r.options.Timeout)
		defer t.Stop()
		late = t.C
	}
	var why error
	select {
	case reply := <-replies:
		return failed(reply)
	case <-late:
		why = fmt.Errorf("%w: it ran longer than %v", ErrTimeout, r.options.Timeout)
	case <-ctx.Done():
		why = fmt.Errorf("stopped: %w", context.Cause(ctx))
	}
	r.exec.Interrupt()
	select {
	case <-replies:
		return &fault{Err: why, stopped: true}
	case <-time.After(r.patience):
	}
	cancel()
	select {
	case <-replies:
	case <-time.After(r.patience / 10):
	}
	return &fault{Err: fmt.Errorf("%w, and it did not end when it was interrupted", why)}
}

func failed(reply *wire.ExecuteReply) *fault {
	switch {
	case reply == nil:
		return &fault{EValue: "the kernel gave no answer"}
	case reply.Status == wire.Error:
		return &fault{EName: reply.EName, EValue: reply.EValue, Traceback: reply.Traceback}
	case reply.Status == wire.Aborted:
		return &fault{EValue: "the kernel did not run it"}
	}
	return nil
}
