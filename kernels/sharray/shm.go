package sharray

import (
	"context"
	"fmt"
	"os"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// ProcessSHM is [Process] with the array in memory that the processes share
// (package shm): only the numbers of the rows travel. Each worker maps the
// array anew in every run, so that its page faults are those of the first touch.
func ProcessSHM(rows, cols, workers int) (*Report, error) {
	return once(rows, cols, workers, newShared)
}

// A plot is rows of an array in shared memory.
type plot struct {
	Array  shm.Handle
	Cols   int
	Lo, Hi int // rows
	Worker int
	Memory bool // whether to look at the process's memory
}

var plotTask = proc.NewTask("sharray.plot", func(ctx context.Context, in plot) (w Worker, err error) {
	before := faults()
	s, err := shm.AttachFloat64s(in.Array)
	if err != nil {
		return w, err
	}
	defer s.Close()
	cells, err := take(poll.New(ctx), s.Data[in.Lo*in.Cols:in.Hi*in.Cols], in.Worker, in.Lo, in.Cols)
	if err != nil {
		return w, err
	}
	w = Worker{PID: os.Getpid(), Rows: in.Hi - in.Lo, Cells: cells, Faults: faults() - before}
	if in.Memory {
		w.Memory = ownMemory()
	}
	return w, nil
})

func newShared(a *array, workers int, memory bool) (job, error) {
	return newCrew(a, workers, func(c *crew, ctx context.Context) error { return c.shared(ctx, memory) })
}

// shared tells each worker its rows, and whether to look at its memory.
func (c *crew) shared(ctx context.Context, memory bool) error {
	a := c.array
	if a.s == nil {
		return nil
	}
	plots := make([]plot, len(c.workers))
	for k := range plots {
		lo, hi := share(a.rows, k, len(plots))
		plots[k] = plot{a.s.Handle(), a.cols, lo, hi, k, memory}
	}
	workers, err := proc.Map[plot, Worker](ctx, c.pool, plotTask.Name(), plots, proc.Chunk(1))
	if err != nil {
		return fmt.Errorf("sharray: %w", err)
	}
	copy(c.workers, workers)
	return nil
}
