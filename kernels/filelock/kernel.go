package filelock

import (
	"context"
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is the number of increments of
// all workers together.
var Kernel = kernels.Kernel{
	Name:  "filelock",
	Title: "Counting in a file under a lock",
	Doc: `Workers share *n* increments of a number in a file: read, add one, write back. Without a lock updates get lost, as
` + "`filelock.Unlocked`" + ` shows; with one only a single worker can count at a time, so that more workers take longer, not
shorter. There are two locks: flock(2) on the file itself, for which waiting workers sleep until they are woken, and
(` + "`:create`" + `) a second file that only one can create, which they try again and again. ` + "`serial`" + ` needs none.

Checksum: the number in the file, *n*.

` + "```go" + `
filelock.Serial(4000)             // 4000
filelock.Process(4000, 4)         // 4000
filelock.UnlockedProcess(4000, 4) // fewer
` + "```",
	Group: kernels.Overhead,
	Sources: []string{
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 9, File Locking",
		"flock(2), open(2)",
	},
	Sizes: kernels.Sizes{Small: 100, Middle: 1000, Large: 20_000},
	Work:  func(n int) kernels.Work { return kernels.Work{Items: float64(n), Unit: "increments"} },
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(unlocked, alone)},
		{Name: "goroutine", File: "goroutine.go", Needs: needFlock, Setup: setup(flocked, newTeam)},
		{Name: "goroutine:create", File: "create.go", Setup: setup(create, newTeam)},
		{Name: "process", File: "process.go", Needs: needFlock, Setup: setup(flocked, newCrew)},
		{Name: "process:create", File: "create.go", Setup: setup(create, newCrew)},
	},
	Tasks: []proc.Task{countTask},
}

// A kind says how workers keep each other from counting.
type kind int

const (
	unlocked kind = iota
	flocked       // flock(2)
	create        // a lock file
)

// of returns the lock for a worker with that counter.
func (k kind) of(c *counter) lock {
	switch k {
	case flocked:
		return flock{c}
	case create:
		return creator{c.file.Name() + lockSuffix}
	}
	return none{}
}

// A job counts again and again. Its place is closed by who made it.
type job interface {
	run(ctx context.Context) error
	close() error
}

// with makes a job of a place, a number of increments and a number of workers.
type with func(at *place, n, workers int, k kind) (job, error)

// alone is newTeam with one worker, whatever their number.
func alone(at *place, n, _ int, k kind) (job, error) { return newTeam(at, n, 1, k) }

func prepare(n, workers int, k kind, make with) (*place, job, error) {
	err := check(n, workers)
	if err == nil && k == flocked {
		err = needFlock()
	}
	if err != nil {
		return nil, nil, err
	}
	at, err := newPlace()
	if err != nil {
		return nil, nil, err
	}
	j, err := make(at, n, workers, k)
	if err != nil {
		return nil, nil, errors.Join(err, at.close())
	}
	return at, j, nil
}

// once is what the typed functions do.
func once(n, workers int, k kind, make with) (count int, err error) {
	at, j, err := prepare(n, workers, k, make)
	if err != nil {
		return 0, fmt.Errorf("filelock: %w", err)
	}
	defer func() { err = errors.Join(err, j.close(), at.close()) }()
	if err := j.run(background); err != nil {
		return 0, err
	}
	return at.read()
}

// setup makes a Variant's Setup.
func setup(k kind, make with) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		at, j, err := prepare(n, workers, k, make)
		if err != nil {
			return nil, fmt.Errorf("set up filelock: %w", err)
		}
		return &kernels.Job{
			Run: j.run,
			Checksum: func() float64 {
				count, err := at.read()
				if err != nil {
					return -1
				}
				return float64(count)
			},
			Close: func() error { return errors.Join(j.close(), at.close()) },
		}, nil
	}
}
