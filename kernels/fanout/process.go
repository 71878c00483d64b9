package fanout

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/weft-go/weft/runtime/proc"
)

// Process spreads the requests over worker processes, as many as there are
// cores but not more than Concurrency. Each has a net/http client of its own
// and its part of the requests and of the Concurrency, and works as
// [Goroutine] does. Starting the processes is not in the result's Wall, sending
// the responses' times back to this process is nowhere. Errors are as for
// [Serial], but without what was answered before.
//
// The program must call proc.Main with the Kernel's Tasks, as a session does.
func Process(l Load) (*Result, error) { return once(l, newCrew, process) }

// A crew is worker processes that are clients.
type crew struct{ pool *proc.Pool }

func newCrew(l Load) (*crew, error) {
	pool, err := proc.NewPool(processes(l.concurrency()))
	if err != nil {
		return nil, err
	}
	return &crew{pool}, nil
}

func (c *crew) close() error { return c.pool.Close() }

// A part is what one process has to do.
type part struct {
	Load   Load
	First  int   // number of its first request
	Worker int   // number of its first worker
	Begin  int64 // of the whole run, in nanoseconds of Unix time
}

var partTask = proc.NewTask("fanout.part", doPart) //effort:config

func process(ctx context.Context, l Load, c *crew) (*Result, error) {
	workers := c.pool.Workers()
	parts := make([]part, workers)
	begin := time.Now().UnixNano()
	worker := 0
	for k := range parts {
		mine := l
		first := l.Requests * k / workers
		mine.Requests = l.Requests*(k+1)/workers - first
		mine.Concurrency = l.concurrency()*(k+1)/workers - l.concurrency()*k/workers
		parts[k] = part{mine, first, worker, begin} //effort:convert
		worker += mine.Concurrency
	}
	results, err := proc.Map[part, Result](ctx, c.pool, partTask.Name(), parts, proc.Chunk(1))
	if err != nil {
		return &Result{}, err
	}
	sum := &Result{Spans: make([]Span, 0, l.Requests)}
	for i := range results {
		r := &results[i]
		sum.add(r) //effort:convert
		sum.Wall = max(sum.Wall, r.Wall)
		sum.Spans = append(sum.Spans, r.Spans...) //effort:convert
	}
	return sum, nil
}

// clients are a worker process's clients, which live from run to run as those
// of other variants do.
var clients = struct {
	sync.Mutex
	of map[Load]*web // by what they depend on
}{of: make(map[Load]*web)}

// doPart does a part in a worker process.
func doPart(ctx context.Context, p part) (Result, error) {
	key := Load{URL: p.Load.URL, Fresh: p.Load.Fresh, Concurrency: p.Load.Concurrency}
	clients.Lock()
	w := clients.of[key]
	var err error
	if w == nil {
		w, err = newWeb(p.Load)
		clients.of[key] = w
	}
	clients.Unlock()
	if err != nil {
		return Result{}, err
	}
	late := time.Duration(time.Now().UnixNano() - p.Begin)
	r := start(ctx, p.Load)
	r.first = p.First
	r.spread(func(int) getter { return w })
	res, err := r.finish()
	if err != nil {
		return Result{}, fmt.Errorf("requests %d … %d: %w", p.First, p.First+p.Load.Requests-1, err)
	}
	res.Wall += late //effort:convert
	for i := range res.Spans {
		s := &res.Spans[i]
		s.Worker += p.Worker //effort:convert
		s.Start += late      //effort:convert
		s.Stop += late       //effort:convert
	}
	return *res, nil
}
