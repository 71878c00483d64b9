package histogram

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is the number of bytes.
var Kernel = kernels.Kernel{
	Name:  "histogram",
	Title: "Counting bytes: lock, atomic, private",
	Doc: `Counts how often each of the 256 bytes occurs among *n*, of which small ones are frequent. With one table for all,
workers wait for one another at the frequent counters, whether they use a lock or atomic increments; with a table each they
don't. Even one worker waits for itself when the same counter comes twice in a row, so several tables in turn help there
too.

Variants: serial:tables and goroutine use four tables per worker, simd eight, in assembly; goroutine:mutex and
goroutine:atomic share one; process sends the bytes, process:shm shares them. Checksum: Σ (byte+1)²·count.

` + "```go" + `
data := histogram.Data(10_000_000, 1)
h := histogram.Serial(data)
h = histogram.GoroutineAtomic(data, 2)
h = histogram.GoroutineSIMD(data, 2)
h[0], h.Total()
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9: synchronisation",
		"OpenMP Application Programming Interface 5.2, section 5.5.8: reduction",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 1_000_000, Large: 50_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Bytes: float64(n), Items: float64(n), Unit: "bytes"}
	},
	Tasks: []proc.Task{sendTask, shareTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(aloneJob(plain))},
		{Name: "serial:tables", File: "serial.go", Setup: setup(aloneJob(tables))},
		{Name: "gil", File: "gil.go", Setup: setup(lockJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(teamJob(tables, (*team).private))},
		{Name: "goroutine:mutex", File: "goroutine.go", Setup: setup(teamJob(nil, (*team).locked))},
		{Name: "goroutine:atomic", File: "goroutine.go", Setup: setup(teamJob(nil, (*team).atomically))},
		{Name: "process", File: "process.go", Setup: setup(crewJob(newSender))},
		{Name: "process:shm", File: "process.go", Setup: setup(crewJob(newSharer))},
		{Name: "simd", File: "simd.go", Setup: setup(aloneJob(wide))},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(teamJob(wide, (*team).private))},
	},
}

// A job counts bytes again and again.
type job struct {
	run    func(ctx context.Context) error
	counts *Counts
	close  func() error
}

type starter func(data []byte, workers int) (job, error)

func aloneJob(how func(*counter, []byte)) starter {
	return func(data []byte, _ int) (job, error) {
		c := &counter{how: how}
		return job{run: func(ctx context.Context) error {
			p := poll.New(ctx)
			c.count(p, data)
			return p.Err()
		}, counts: &c.counts}, nil
	}
}

func lockJob(data []byte, workers int) (job, error) {
	t := newTeam(data, workers, plain, nil)
	return job{run: t.underLock, counts: &t.counts}, nil
}

func teamJob(how func(*counter, []byte), body func(t *team) func(lo, hi int)) starter {
	return func(data []byte, workers int) (job, error) {
		t := newTeam(data, workers, how, nil)
		loop := body(t)
		return job{run: func(ctx context.Context) error { return t.run(poll.New(ctx), loop) }, counts: &t.counts}, nil
	}
}

func crewJob(make maker) starter {
	return func(data []byte, workers int) (job, error) {
		c, err := newCrew(data, workers, make)
		if err != nil {
			return job{}, err
		}
		counts := new(Counts)
		return job{run: func(ctx context.Context) (err error) {
			*counts, err = c.run(ctx)
			return err
		}, counts: counts, close: c.close}, nil
	}
}

// setup makes a Variant's Setup of a starter.
func setup(start starter) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, workers); err != nil {
			return nil, fmt.Errorf("set up histogram: %w", err)
		}
		j, err := start(Data(n, 1), workers)
		if err != nil {
			return nil, fmt.Errorf("set up histogram: %w", err)
		}
		return &kernels.Job{
			Run:      j.run,
			Checksum: func() float64 { return float64(j.counts.Sum()) },
			Close:    j.close,
		}, nil
	}
}
