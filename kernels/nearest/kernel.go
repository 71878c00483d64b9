package nearest

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/dedupe"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is the number of lines of which
// dedupe leaves the roads.
var Kernel = kernels.Kernel{
	Name:  "nearest",
	Title: "Nearest destination of each origin",
	Doc: `Takes the roads that dedupe leaves of *n* lines, 0.63 *n* with √*n* places, and finds the smallest and largest
distance and for each origin the nearest destination. There is hardly any work: half a nanosecond per road, about as
long as it takes to read it from memory. So starting workers, sending them roads and asking a manager cost far more than
they bring; sharing memory costs little, and a second core helps from about a million roads on.

Variants: serial compares field by field, serial:packed takes the minimum of distance·2³² + destination; process sends
the roads, process:shm shares them, manager also keeps the results in a process of its own. Checksum: 10⁹·smallest +
largest + Σ (origin+1)·(1001·destination + distance), of which the lower 53 bits are shown: 224079836360 for 10⁶ lines.

` + "```go" + `
roads, err := dedupe.SIMD(dedupe.Text(1_000_000, 1))
r, err := nearest.Serial(roads, 1000)
r, err = nearest.GoroutineSIMD(roads, 1000, 2)
r.Min, r.Max, r.Destination[17]
` + "```",
	Group: kernels.Overhead,
	Sources: []string{
		"An, Python and Parallel Programming, section 4.2: the overhead group",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 100_000, Large: 10_000_000},
	Work: func(n int) kernels.Work {
		// n lines hit n pairs of places at random: 1 in e of the pairs is missed.
		roads := float64(n) * (1 - 1/math.E)
		return kernels.Work{Bytes: 12 * roads, Items: roads, Unit: "roads"}
	},
	Tasks: []proc.Task{sendTask, shareTask, managerTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialJob)},
		{Name: "serial:packed", File: "serial.go", Setup: setup(teamJob(false, true))},
		{Name: "gil", File: "gil.go", Setup: setup(lockJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(teamJob(false, false))},
		{Name: "process", File: "process.go", Setup: setup(crewJob(newSender))},
		{Name: "process:shm", File: "process.go", Setup: setup(crewJob(newSharer))},
		{Name: "manager", File: "manager.go", Setup: setup(crewJob(newManaged))},
		{Name: "simd", File: "simd.go", Setup: setup(teamJob(true, true))},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(teamJob(true, false))},
	},
}

// A job looks at roads again and again; the result is good until the next run.
type job struct {
	run   func(ctx context.Context) error
	close func() error
}

// A starter makes a job that writes to r.
type starter func(roads []Road, r *Result, workers int) (job, error)

func serialJob(roads []Road, r *Result, _ int) (job, error) {
	return job{run: func(ctx context.Context) error { return r.serial(poll.New(ctx), roads) }}, nil
}

func lockJob(roads []Road, r *Result, workers int) (job, error) {
	t := newTeam(roads, len(r.Destination), workers, false, nil)
	t.result = r
	return job{run: t.underLock}, nil
}

func teamJob(simd, alone bool) starter {
	return func(roads []Road, r *Result, workers int) (job, error) {
		if alone {
			workers = 1
		}
		t := newTeam(roads, len(r.Destination), workers, simd, nil)
		t.result = r
		return job{run: func(ctx context.Context) error { return t.run(poll.New(ctx)) }}, nil
	}
}

func crewJob(make maker) starter {
	return func(roads []Road, r *Result, workers int) (job, error) {
		c, err := newCrew(roads, len(r.Destination), workers, make)
		if err != nil {
			return job{}, err
		}
		return job{func(ctx context.Context) error { return c.run(ctx, r) }, c.close}, nil
	}
}

// mostLines is what dedupe.Text can be asked for.
const mostLines = 1 << 30

// setup makes a Variant's Setup of a starter.
func setup(start starter) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		err := check(0, workers)
		switch {
		case err != nil:
		case n < 0:
			err = fmt.Errorf("negative number of lines %d", n)
		case n > mostLines:
			err = fmt.Errorf("number of lines %d is larger than %d", n, mostLines)
		}
		var roads []Road
		if err == nil {
			roads, err = dedupe.GoroutineSIMD(dedupe.Text(n, 1), 0)
		}
		if err != nil {
			return nil, fmt.Errorf("set up nearest: %w", err)
		}
		r := empty(Places(roads))
		j, err := start(roads, r, workers)
		if err != nil {
			return nil, fmt.Errorf("set up nearest: %w", err)
		}
		return &kernels.Job{
			Run:      j.run,
			Checksum: func() float64 { return float64(r.Sum() & (1<<53 - 1)) },
			Close:    j.close,
		}, nil
	}
}
