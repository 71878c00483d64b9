package sharray

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/runtime/proc"
)

// cols is the number of columns of the Kernel's arrays: 64,000 bytes a row.
const cols = 8000

// Kernel describes the package's variants; n is the number of rows.
var Kernel = kernels.Kernel{
	Name:  "sharray",
	Title: "One big array filled by many",
	Doc: `Makes an array of *n*×8000 float64 (64 kB a row), all 42. Each worker checks that the rows of its part are 42 and
fills them with its own number. Goroutines share memory anyway. Processes don't: ` + "`process`" + ` sends the rows there and back
through pipes, ` + "`process:shm`" + ` has the array in memory that all of them map, so that it exists once and nothing is copied. A
process's resident memory grows by a page when it touches it for the first time, which costs a page fault: with four
workers each touches a quarter.

Checksum: the number of elements that were 42 before and have a worker's number afterwards. Setting all to 42 is part of a
run. Arrays larger than the memory that is left are refused, with the numbers.

` + "```go" + `
r, err := sharray.ProcessSHM(1000, 8000, 4)
r.Workers[0].Faults, r.Workers[0].Memory
fmt.Println(r)
r, err = sharray.Process(100, 8000, 4)
` + "```",
	Group: kernels.Memory,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9, Sharing numpy Data with multiprocessing",
	},
	Sizes: kernels.Sizes{Small: 50, Middle: 500, Large: 2000},
	Work: func(n int) kernels.Work {
		cells := float64(n) * cols
		// Written with 42, read, written again.
		return kernels.Work{Bytes: 3 * 8 * cells, Items: cells, Unit: "cells"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(newAlone)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(newTeam)},
		{Name: "process", File: "process.go", Setup: setup(newPipes)},
		{Name: "process:shm", File: "shm.go", Setup: setup(newShared)},
	},
	Tasks: []proc.Task{parcelTask, plotTask},
}

// A job fills an array again and again. Its array is closed by who made it.
type job interface {
	run(ctx context.Context) error
	parts() []Worker // of the last run
	close() error
}

// with makes a job of an array for a number of workers, whose memory it looks at
// if it shall: that takes time.
type with func(a *array, workers int, memory bool) (job, error)

// prepare makes an array and a job of it.
func prepare(rows, cols, workers int, memory bool, make with) (*array, job, error) {
	if err := check(rows, cols, workers); err != nil {
		return nil, nil, err
	}
	a, err := newArray(rows, cols)
	if err != nil {
		return nil, nil, err
	}
	j, err := make(a, workers, memory)
	if err != nil {
		return nil, nil, errors.Join(err, a.close())
	}
	return a, j, nil
}

// once is what the typed functions do.
func once(rows, cols, workers int, make with) (r *Report, err error) {
	a, j, err := prepare(rows, cols, workers, true, make)
	if err != nil {
		return nil, fmt.Errorf("sharray: %w", err)
	}
	defer func() { err = errors.Join(err, j.close(), a.close()) }()
	begin := time.Now()
	if err := j.run(background); err != nil {
		return nil, err
	}
	r = &Report{Rows: rows, Cols: cols, Workers: j.parts(), Wall: time.Since(begin), Memory: ownMemory()}
	for i := range r.Workers {
		if w := &r.Workers[i]; w.PID == 0 && w.Rows > 0 { // a goroutine
			w.PID, w.Memory = os.Getpid(), r.Memory
		}
	}
	return r, nil
}

// setup makes a Variant's Setup.
func setup(make with) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		a, j, err := prepare(n, cols, workers, false, make)
		if err != nil {
			return nil, fmt.Errorf("set up sharray: %w", err)
		}
		by := new([maxWorkers]int)
		return &kernels.Job{
			Run: j.run,
			Checksum: func() float64 {
				sum := 0
				nobody := a.count(by[:])
				for k, w := range j.parts() {
					sum += min(w.Cells, by[k]) // what it says it did and what is there
				}
				return float64(sum - nobody)
			},
			Close: func() error { return errors.Join(j.close(), a.close()) },
		}, nil
	}
}
