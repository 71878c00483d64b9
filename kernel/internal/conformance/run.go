package conformance

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say how programs are run as cells.
type Options struct {
	Session  string        // the session's program; "" as front.Options.Session
	Engine   string        // "interp" or "auto"
	Split    bool          // one cell for each declaration and one that calls main
	Dir      string        // where cells run; "" for a folder of their own
	Limit    time.Duration // for one cell; 0 for 20 s
	Parallel int           // how many kernels work side by side; 0 for 2
	Log      func(format string, args ...any)
	Each     func(Result) // is told of each result, in no order; may be nil
}

// Name is what the table calls a run: "auto-split".
func (o Options) Name() string {
	if o.Split {
		return o.Engine + "-split"
	}
	return o.Engine
}

// Run runs the programs as cells and compares them with how they end under Go,
// as the witness says. Programs that can't be compared are left out. Results
// are sorted by program.
//
// Some programs look at their own line numbers, and those of one that was cut
// into cells are other ones. So where such a program does not do what Go does,
// Go is asked again, with a program in which every line has the number that it
// has in its cell.
func Run(ctx context.Context, list []Program, w *Witness, o Options) ([]Result, error) {
	want, err := w.Ask(ctx, list)
	if err != nil {
		return nil, err
	}
	if o.Limit == 0 {
		o.Limit = 20 * time.Second
	}
	if o.Parallel == 0 {
		o.Parallel = 2
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "weft-conformance-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		o.Dir = dir
	}
	work := make(chan Program)
	var (
		mu      sync.Mutex
		results []Result
		failed  error
		wg      sync.WaitGroup
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range o.Parallel {
		wg.Go(func() {
			k := &kernel{opts: o}
			defer k.stop()
			for p := range work {
				r, err := k.judge(ctx, p, want[p.Name], w)
				if err != nil {
					mu.Lock()
					failed = fmt.Errorf("%s: %w", p.Name, err)
					mu.Unlock()
					cancel()
					return
				}
				mu.Lock()
				results = append(results, r)
				if o.Each != nil {
					o.Each(r)
				}
				mu.Unlock()
			}
		})
	}
feed:
	for _, p := range list {
		if e, ok := want[p.Name]; !ok || e.Skip != "" {
			continue
		}
		select {
		case work <- p:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wg.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	slices.SortFunc(results, func(a, b Result) int { return strings.Compare(a.Program, b.Program) })
	return results, failed
}

// judge runs a program and compares.
func (k *kernel) judge(ctx context.Context, p Program, want Ending, w *Witness) (Result, error) {
	texts := []string{p.Source}
	var cut *Cut
	if k.opts.Split {
		var err error
		if cut, err = NewCut(p.Source); err != nil {
			return Result{}, err
		}
		texts = cut.Cells
	}
	got, err := k.run(ctx, texts)
	if err != nil {
		return Result{}, err
	}
	class, reason := compare(want, got)
	if class != Passed && cut != nil {
		again := Program{Name: p.Name, Source: cut.Program}
		placed, err := w.Ask(ctx, []Program{again})
		if err != nil {
			return Result{}, err
		}
		if e := placed[p.Name]; e.Skip == "" {
			if c, _ := compare(e, got); c == Passed {
				class, reason = c, ""
			}
		}
	}
	return Result{p.Name, class, reason}, nil
}
