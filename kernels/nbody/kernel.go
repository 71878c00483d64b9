package nbody

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
)

// The Kernel's jobs: so many steps, and the seed of the bodies.
const (
	steps = 4
	dt    = 1.0 / 256
	seed  = 1
)

// Kernel describes the package's variants; n is the number of bodies.
var Kernel = kernels.Kernel{
	Name:  "nbody",
	Title: "Bodies that attract each other",
	Doc: `Moves *n* bodies by 4 steps of the leapfrog scheme. Each body is attracted by every other with the softened force
*m·d*/(*d*²+ε²)^1.5, so a step takes *n*² forces but only *n* numbers move: much to compute on little data, which spreads
well. Each worker takes bodies and reads the places of all.

* process: in each step all places go to every worker through a pipe. That is *n* numbers for *n*²/*workers* forces, so from
  some thousands of bodies on it pays.
* simd: 4 or 8 bodies pull at a time; a square root and a division per vector are what takes the time.

Checksum: Σ (*i* mod 7 + 1)·(|place|² + |velocity|²). Variants add in different orders: checksums agree to 10⁻¹⁰.

` + "```go" + `
s := nbody.New(1000, 1)
before := s.Energy()
nbody.GoroutineSIMD(s, 100, 1.0/1024, 2)
s.Energy() / before
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Aarseth, Gravitational N-Body Simulations, Cambridge University Press 2003, chapters 1 and 2",
		"Plummer, On the problem of distribution in globular star clusters, MNRAS 71 (1911)",
	},
	Sizes: kernels.Sizes{Small: 64, Middle: 1000, Large: 8192},
	Work: func(n int) kernels.Work {
		pairs := float64(n) * float64(n) * (steps + 1)
		// 3 differences, 6 for the square, 1 for the softening, root, product,
		// quotient, 6 for the sums.
		return kernels.Work{Flops: 19 * pairs, Items: pairs, Unit: "pairs"}
	},
	// Sums of n terms in another order differ by 10⁻¹⁴ of themselves or so, which
	// a few steps hardly enlarge.
	Tol: 1e-10,
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(func(r *run, _ int) func(context.Context) error { return r.serial() })},
		{Name: "gil", File: "gil.go", Setup: setup(func(r *run, workers int) func(context.Context) error {
			return r.underLock(workers)
		})},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(func(r *run, workers int) func(context.Context) error {
			return r.dealt(workers, r.pullPlain)
		})},
		{Name: "process", File: "process.go", Setup: setupProcess},
		{Name: "simd", File: "simd.go", Setup: setup(func(r *run, _ int) func(context.Context) error { return r.simd() })},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(func(r *run, workers int) func(context.Context) error {
			return r.dealt(workers, r.pullVector)
		})},
	},
	Tasks: tasks,
}

func checkSetup(n, workers int) error {
	if err := checkCount(n); err != nil {
		return fmt.Errorf("set up nbody: %w", err)
	}
	if workers < 0 {
		return fmt.Errorf("set up nbody: negative number of workers %d", workers)
	}
	return nil
}

// setup makes a Variant's Setup of a function that prepares the pull.
func setup(prepare func(r *run, workers int) func(context.Context) error) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := checkSetup(n, workers); err != nil {
			return nil, err
		}
		return newJob(n, func(r *run) func(context.Context) error { return prepare(r, workers) }), nil
	}
}

// newJob returns a job that starts from the same bodies at each run.
func newJob(n int, prepare func(r *run) func(context.Context) error) *kernels.Job {
	start, s := New(n, seed), New(n, seed)
	r := newRun(s, dt)
	pull := prepare(r)
	return &kernels.Job{
		Run: func(ctx context.Context) error {
			s.copyFrom(start)
			return r.advance(ctx, steps, pull)
		},
		Checksum: s.Checksum,
	}
}
