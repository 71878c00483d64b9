package dedupe

import (
	"context"
	"fmt"
	"slices"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// seed is the seed of the Kernel's jobs.
const seed = 1

// Kernel describes the package's variants; n is the number of lines.
var Kernel = kernels.Kernel{
	Name:  "dedupe",
	Title: "Cleaning a file of roads",
	Doc: `Reads *n* lines "origin destination distance", keeps the first line for each ordered pair of places and gives the way
back, where it comes later, the distance of the way there; the roads that remain are in the order of the file. The text
is in memory, with √*n* places and distances up to 1000 from a fixed seed. Reading the numbers takes a third of the
time and looking into a table at random the rest, so *parse faster* and *make the table smaller* gain more than a second
worker does; and as the order of the lines matters, two workers have to compare what they found. Sending roads between
processes costs more than cleaning them.

Variants: serial uses a map, serial:dense a cell for each pair of places, serial:hash a hash table of its own;
process:shm shares text and roads between processes. Checksum: Σ (*i*+1)·(1000003·origin + 10007·destination +
distance) modulo 2⁶⁴, of which the lower 53 bits are shown.

` + "```go" + `
text := dedupe.Text(1_000_000, 1)
roads, err := dedupe.Serial(text) // 631423 roads
roads, err = dedupe.GoroutineSIMD(text, 2)
dedupe.Checksum(roads) // 8395204384032324713
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"An, Python and Parallel Programming, section 4.2: the CPU-bound group",
		"Langdale and Lemire, Parsing Gigabytes of JSON per Second, VLDB Journal 28, 2019: comparing 64 bytes at a time",
		"Knuth, The Art of Computer Programming, volume 3, section 6.4",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 100_000, Large: 1_000_000},
	Work: func(n int) kernels.Work {
		line := float64(4 + 2*(digits(places(n)-1)+1)) // longest but for distances of 1000
		return kernels.Work{Bytes: float64(n) * (line + 0.63*12), Items: float64(n), Unit: "lines"}
	},
	Tasks: []proc.Task{sendTask, shareTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(serialJob)},
		{Name: "serial:dense", File: "serial.go", Setup: setup(denseJob)},
		{Name: "serial:hash", File: "serial.go", Setup: setup(hashJob)},
		{Name: "gil", File: "gil.go", Setup: setup(lockJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(teamJob(false))},
		{Name: "process", File: "process.go", Setup: setup(crewJob(newSender))},
		{Name: "process:shm", File: "process.go", Setup: setup(crewJob(newSharer))},
		{Name: "simd", File: "simd.go", Setup: setup(simdJob)},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(teamJob(true))},
	},
}

// A job cleans a text again and again. The roads are good until the next run.
type job struct {
	run   func(ctx context.Context) ([]Road, error)
	close func() error
}

func serialJob(text []byte, _ int) (job, error) {
	s := &serialRun{roads: make([]Road, 0, countLines(text))}
	return job{run: func(ctx context.Context) ([]Road, error) {
		err := s.run(poll.New(ctx), text)
		return s.roads, err
	}}, nil
}

// partJob is a job that runs a plan of one part.
func partJob(text []byte, simd bool, reduce func(p *part, on pace) bool) job {
	p := newPlan(text, 1, simd)
	var ctx poll.Poll
	on := func() bool { return !ctx.Stopped() }
	return job{run: func(c context.Context) ([]Road, error) {
		ctx = poll.New(c)
		if ctx.Stopped() {
			return nil, ctx.Err()
		}
		if !reduce(&p.parts[0], on) {
			return nil, p.cause(ctx)
		}
		p.place()
		return p.roads(), nil
	}}
}

func denseJob(text []byte, _ int) (job, error) {
	return partJob(text, false, func(p *part, on pace) bool { return p.reduce(on, wide) }), nil
}

func hashJob(text []byte, _ int) (job, error) {
	return partJob(text, false, func(p *part, on pace) bool { return p.reduce(on, hashed) }), nil
}

func simdJob(text []byte, _ int) (job, error) {
	return partJob(text, true, (*part).reduceSIMD), nil
}

func lockJob(text []byte, workers int) (job, error) {
	t := newThreads(text, workers)
	return job{run: func(ctx context.Context) ([]Road, error) {
		err := t.run(ctx)
		return t.plan.roads(), err
	}}, nil
}

func teamJob(simd bool) func([]byte, int) (job, error) {
	return func(text []byte, workers int) (job, error) {
		t := newTeam(text, workers, simd, nil)
		return job{run: func(ctx context.Context) ([]Road, error) {
			err := t.run(poll.New(ctx))
			return t.plan.roads(), err
		}}, nil
	}
}

func crewJob(make func([]byte, *proc.Pool) (crew, error)) func([]byte, int) (job, error) {
	return func(text []byte, workers int) (job, error) {
		c, err := newCrew(text, workers, make)
		if err != nil {
			return job{}, err
		}
		return job{c.run, c.close}, nil
	}
}

// setup makes a Variant's Setup of a function that makes a job.
func setup(make func(text []byte, workers int) (job, error)) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		err := checkLines(n)
		if err == nil {
			err = checkWorkers(workers)
		}
		if err != nil {
			return nil, fmt.Errorf("set up dedupe: %w", err)
		}
		j, err := make(slices.Clip(Text(n, seed)), workers)
		if err != nil {
			return nil, fmt.Errorf("set up dedupe: %w", err)
		}
		var roads []Road
		return &kernels.Job{
			Run: func(ctx context.Context) (err error) {
				roads, err = j.run(ctx)
				return err
			},
			Checksum: func() float64 { return float64(Checksum(roads) & (1<<53 - 1)) },
			Close:    j.close,
		}, nil
	}
}
