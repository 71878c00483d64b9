package diffusion

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is the side of the grid.
var Kernel = kernels.Kernel{
	Name:  "diffusion",
	Title: "Diffusion on a square grid with joined edges",
	Doc: `A block of 0.005 in an *n*×*n* grid of zeros spreads: in each step a cell makes up for a tenth of the difference to
its four neighbours, ` + "`u + 0.1·(((north + south) + (west + east)) - 4u)`" + `, across the edges too. 500 steps up to
*n* = 1024, 20 steps above. All variants give the same bits; checksum: Σ uᵢ·(i mod 97 + 1).

A step has 7 operations for each cell and 16 bytes to move, so the lesson is where the grid is:

* ` + "`serial:modulo`" + ` finds neighbours with two divisions a cell, as one writes it first; ` + "`serial`" + ` walks along rows.
* ` + "`goroutine`" + ` starts a parallel loop in each step, ` + "`goroutine+simd`" + ` keeps its workers on their rows.
* ` + "`process:shm`" + ` has the grid in memory that worker processes share, with a condition variable between steps.
* ` + "`simd`" + ` works in place, so that a step reads and writes one grid instead of two.
* ` + "`simd:skew`" + ` takes rows several steps on for each time that they pass through the cache.

` + "```go" + `
g := diffusion.Start(640, 640)
g = diffusion.Serial(g, 500)
g = diffusion.GoroutineSIMD(g, 500, 2)
g = diffusion.GoroutineSIMDSkew(g, 500, 2)
g.Checksum()
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 6",
		"Wonnacott, Using Time Skewing to Eliminate Idle Time due to Memory Bandwidth and Network Limitations, IPDPS 2000",
	},
	Sizes: kernels.Sizes{Small: 64, Middle: 256, Large: 4096},
	Work: func(n int) kernels.Work {
		cells := float64(n) * float64(n) * float64(steps(n))
		return kernels.Work{Flops: 7 * cells, Bytes: 16 * cells, Items: cells, Unit: "cells"}
	},
	Tasks: []proc.Task{stepTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(func(g *Grid, steps, _ int) run {
			return newTwin(g, steps).serial
		})},
		{Name: "serial:modulo", File: "modulo.go", Setup: setup(func(g *Grid, steps, _ int) run {
			return newTwin(g, steps).modulo
		})},
		{Name: "gil", File: "gil.go", Setup: setup(func(g *Grid, steps, workers int) run {
			return newLocked(g, steps, workers).run
		})},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(func(g *Grid, steps, workers int) run {
			return newLoops(g, steps, workers, nil).run
		})},
		{Name: "process:shm", File: "process.go", Setup: setupProcess},
		{Name: "simd", File: "simd.go", Setup: setup(func(g *Grid, steps, _ int) run {
			return newPlace(g, steps, 1).run
		})},
		{Name: "simd:skew", File: "skew.go", Setup: setup(func(g *Grid, steps, _ int) run {
			return newSkewOrPlace(g, steps, 1)
		})},
		{Name: "goroutine+simd", File: "simd.go", Setup: setup(func(g *Grid, steps, workers int) run {
			return newPlace(g, steps, share(g, workers)).run
		})},
		{Name: "goroutine+simd:skew", File: "skew.go", Setup: setup(func(g *Grid, steps, workers int) run {
			return newSkewOrPlace(g, steps, share(g, workers))
		})},
	},
}

// steps returns how many steps the Kernel's jobs do.
func steps(n int) int {
	if n <= 1024 {
		return 500
	}
	return 20
}

// A run does all steps; it may be called again.
type run = func(context.Context) (*Grid, error)

// setup makes a Variant's Setup of a function that prepares a run.
func setup(prepare func(g *Grid, steps, workers int) run) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := checkSetup(n, workers); err != nil {
			return nil, err
		}
		run := prepare(Start(n, n), steps(n), workers)
		var g *Grid
		return &kernels.Job{
			Run: func(ctx context.Context) (err error) {
				g, err = run(ctx)
				return err
			},
			Checksum: func() float64 { return g.Checksum() },
		}, nil
	}
}

func setupProcess(_ context.Context, n, workers int) (*kernels.Job, error) {
	if err := checkSetup(n, workers); err != nil {
		return nil, err
	}
	f, err := newFarm(Start(n, n), steps(n), workers)
	if err != nil {
		return nil, fmt.Errorf("set up diffusion: %w", err)
	}
	return &kernels.Job{Run: f.run, Checksum: func() float64 { return f.result(f.steps).Checksum() }, Close: f.close}, nil
}

func checkSetup(n, workers int) error {
	err := check(n, n)
	if err == nil && workers < 0 {
		err = fmt.Errorf("negative number of workers %d", workers)
	}
	if err != nil {
		return fmt.Errorf("set up diffusion: %w", err)
	}
	return nil
}
