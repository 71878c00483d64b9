// Package sharray lets several workers overwrite one big array, row by row, and
// tells what that costs in memory: which pages each of them has touched and
// whose they are.
//
//	r, err := sharray.ProcessSHM(1000, 8000, 4) // 64 MB, four processes
//	fmt.Println(r)                              // rows, page faults and memory of each
//	r, err = sharray.Process(100, 8000, 4)      // the same with copies through pipes
//	m, err := sharray.ReadMemory(os.Getpid())   // resident, proportional, shared
//
// All elements are 42 to begin with. A worker that gets a row checks that all of
// it is 42 and then fills it with its own number, which tells afterwards who
// was there: the experiment of Gorelick and Ozsvald, "High Performance Python",
// chapter 9, "Sharing numpy Data with multiprocessing". In shared memory the
// processes write to the same pages, so nothing is copied and the array exists
// once; a page counts as a process's resident memory only when that process
// touches it for the first time, which is a page fault.
package sharray

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/shm"
)

const (
	initial = 42   // of all elements
	base    = 1000 // plus the worker's number is what it writes
)

// maxWorkers is far more than helps, and few enough for their numbers to be
// told from everything else.
const maxWorkers = 1000

// A Report tells how the array was filled and by whom.
type Report struct {
	Rows, Cols int
	Workers    []Worker      // in the order of their rows; those without rows too
	Wall       time.Duration // of setting all to 42 and of the workers' part
	Memory     Memory        // of this process behind it, with the array
}

// A Worker is one worker's part.
type Worker struct {
	PID    int    // its process
	Rows   int    // filled
	Cells  int    // elements that were 42 and then its number
	Faults int    // page faults without reading from a disk, as its process had them meanwhile
	Memory Memory // of its process behind its part
}

// Cells returns the number of elements that were filled.
func (r *Report) Cells() int {
	cells := 0
	for i := range r.Workers {
		cells += r.Workers[i].Cells
	}
	return cells
}

// String is a table with a line for each worker.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d×%d, %.1f MB, in %v; this process: %v\n", r.Rows, r.Cols,
		float64(r.Rows)*float64(r.Cols)*8/1e6, r.Wall.Round(time.Microsecond), r.Memory)
	for i, w := range r.Workers {
		fmt.Fprintf(&b, "worker %d, process %d: %d rows, %d cells, %d page faults, %v\n", i, w.PID, w.Rows, w.Cells, w.Faults, w.Memory)
	}
	return b.String()
}

func check(rows, cols, workers int) error {
	for _, arg := range []struct {
		name  string
		value int
	}{{"number of rows", rows}, {"number of columns", cols}, {"number of workers", workers}} {
		if arg.value < 0 {
			return fmt.Errorf("negative %s %d", arg.name, arg.value)
		}
	}
	if workers > maxWorkers {
		return fmt.Errorf("number of workers %d is larger than %d", workers, maxWorkers)
	}
	if cols > 0 && rows > math.MaxInt/8/cols {
		return fmt.Errorf("%d rows of %d columns are more than can be addressed", rows, cols)
	}
	return nil
}

// An array is what the variants fill: rows·cols elements in shared memory.
type array struct {
	rows, cols int
	s          *shm.Float64s // nil if there are no elements
	cells      []float64
}

// newArray makes an array that is not yet filled with 42. More than there is
// memory is an error with the numbers (shm.ErrTooLarge).
func newArray(rows, cols int) (*array, error) {
	a := &array{rows: rows, cols: cols}
	if rows*cols == 0 {
		return a, nil
	}
	var err error
	if a.s, err = shm.NewFloat64s(rows * cols); err != nil {
		return nil, err
	}
	a.cells = a.s.Data
	return a, nil
}

func (a *array) close() error {
	if a.s == nil {
		return nil
	}
	a.cells = nil
	return a.s.Close()
}

// block is how many elements are done between questions whether to stop: some
// tens of microseconds.
const block = 1 << 15

// reset makes all elements 42.
func (a *array) reset(p poll.Poll) error { return fill(p, a.cells, initial) }

func fill(p poll.Poll, cells []float64, value float64) error {
	for len(cells) > 0 {
		if p.Stopped() {
			return p.Err()
		}
		part := cells[:min(block, len(cells))]
		for i := range part {
			part[i] = value
		}
		cells = cells[len(part):]
	}
	return nil
}

// take checks that cells, of rows [lo, …) with cols columns, are 42 and fills
// them with the number of the worker. It returns how many it filled.
func take(p poll.Poll, cells []float64, worker, lo, cols int) (int, error) {
	for at := 0; at < len(cells); at += block {
		if p.Stopped() {
			return at, p.Err()
		}
		part := cells[at:min(at+block, len(cells))]
		for i, v := range part {
			if v != initial {
				return at, fmt.Errorf("row %d, column %d is %v before worker %d comes, want %v",
					lo+(at+i)/cols, (at+i)%cols, v, worker, float64(initial))
			}
		}
		for i := range part {
			part[i] = float64(base + worker)
		}
	}
	return len(cells), nil
}

// count returns for each of the workers how many elements have its number, and
// how many have nobody's.
func (a *array) count(by []int) (nobody int) {
	clear(by)
	for _, v := range a.cells {
		if worker := int(v) - base; v == math.Trunc(v) && 0 <= worker && worker < len(by) {
			by[worker]++
		} else {
			nobody++
		}
	}
	return nobody
}

// share returns the rows [lo, hi) of worker i of k: parts that differ by at most
// one row.
func share(rows, i, k int) (lo, hi int) {
	q, rest := rows/k, rows%k
	lo = i*q + min(i, rest)
	hi = lo + q
	if i < rest {
		hi++
	}
	return lo, hi
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
