package sharray

import (
	"context"
	"fmt"
	"os"
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Process is [Serial] by worker processes (0: GOMAXPROCS) that have no memory in
// common: every row travels to a worker through a pipe and comes back filled.
// That is what happens if an array is simply passed to a pool of processes.
// Errors are as for [Goroutine], or tell that a process can't be started or
// has died.
//
// The program must call proc.Main with the Kernel's Tasks, as a session does.
func Process(rows, cols, workers int) (*Report, error) {
	return once(rows, cols, workers, newPipes)
}

// A parcel is rows on their way to a worker, which it comes back from filled. Its
// cells are the bytes of the elements: gobs of numbers would take ten times as
// long.
type parcel struct {
	Worker int
	Row    int // of the first row
	Cols   int
	Cells  []byte
	Done   Worker // on the way back
}

var parcelTask = proc.NewTask("sharray.parcel", func(ctx context.Context, in parcel) (parcel, error) {
	before := faults()
	cells, err := take(poll.New(ctx), elements(in.Cells), in.Worker, in.Row, in.Cols)
	if err != nil {
		return parcel{}, err
	}
	in.Done = Worker{PID: os.Getpid(), Rows: cells / in.Cols, Cells: cells, Faults: faults() - before}
	return in, nil
})

// elements returns the elements whose bytes these are. Package gob allocates
// byte slices, which Go aligns to 8 bytes if they are that long.
func elements(b []byte) []float64 {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/8)
}

// asBytes is the opposite of elements.
func asBytes(cells []float64) []byte {
	if len(cells) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(cells))), len(cells)*8)
}

// parcelSize is about how many bytes travel at a time.
const parcelSize = 4 << 20

// crew is the job of the process variants.
type crew struct {
	report
	pool *proc.Pool
	send func(ctx context.Context, c *crew) error
}

func newPipes(a *array, workers int, _ bool) (job, error) {
	return newCrew(a, workers, (*crew).pipes)
}

func newCrew(a *array, workers int, send func(*crew, context.Context) error) (job, error) {
	pool, err := proc.NewPool(number(workers))
	if err != nil {
		return nil, err
	}
	c := &crew{report: report{array: a, workers: make([]Worker, pool.Workers())}, pool: pool}
	c.send = func(ctx context.Context, c *crew) error { return send(c, ctx) }
	return c, nil
}

func (c *crew) run(ctx context.Context) error {
	if err := c.array.reset(poll.New(ctx)); err != nil {
		return err
	}
	clear(c.workers)
	return c.send(ctx, c)
}

func (c *crew) close() error { return c.pool.Close() }

// pipes sends the rows out in parcels, some at a time for each worker.
func (c *crew) pipes(ctx context.Context) error {
	a := c.array
	rows := max(1, parcelSize/(8*max(1, a.cols)))
	for begin := 0; begin < a.rows && a.cols > 0; begin += rows * len(c.workers) {
		var round []parcel
		for k := range c.workers {
			lo := min(begin+k*rows, a.rows)
			hi := min(lo+rows, a.rows)
			if lo < hi {
				round = append(round, parcel{Worker: k, Row: lo, Cols: a.cols, Cells: asBytes(a.cells[lo*a.cols : hi*a.cols])})
			}
		}
		back, err := proc.Map[parcel, parcel](ctx, c.pool, parcelTask.Name(), round, proc.Chunk(1))
		if err != nil {
			return fmt.Errorf("sharray: %w", err)
		}
		for _, b := range back {
			copy(a.cells[b.Row*a.cols:], elements(b.Cells))
			w := &c.workers[b.Worker]
			w.PID = b.Done.PID
			w.Rows += b.Done.Rows
			w.Cells += b.Done.Cells
			w.Faults += b.Done.Faults
		}
	}
	return nil
}
