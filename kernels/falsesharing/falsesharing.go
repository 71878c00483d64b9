// Package falsesharing shows what it costs when workers write to different
// numbers that happen to be in one cache line.
//
//	falsesharing.Goroutine(10_000_000, 2)       // counters side by side
//	falsesharing.GoroutinePadded(10_000_000, 2) // counters on lines of their own
//	falsesharing.GoroutineLocal(10_000_000, 2)  // a variable, stored once at the end
//
// Each worker counts its part of n in a counter of its own, so nothing is shared
// in the program. But a processor core owns memory by cache lines of 64 bytes: to
// add to a counter it has to take the line from the core that added to its
// neighbour. (The name is Bolosky and Scott's, "False Sharing and its Effect
// on Shared Memory Performance", SEDMS 1993.)
//
// Additions are atomic, so that each needs the line at once. Plain stores wait in
// the core's store buffer, which hides most of it.
package falsesharing

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// padding is how many counters apart those of two workers are on lines of their
// own: 128 bytes, since Intel's processors fetch lines in pairs.
const padding = 16

// A row of counters, one for each worker, so many places apart.
type row struct {
	counters []int64
	apart    int
}

func newRow(workers, apart int) row {
	// On a line's begin, so that eight counters side by side share it.
	return row{mem.Make[int64](workers * apart), apart}
}

func (r row) at(worker int) *int64 { return &r.counters[worker*r.apart] }

// block is after how many additions a worker asks whether to stop: a
// millisecond or two where a line is fought for.
const block = 1 << 15

// add adds 1 to the counter n times, each by an instruction of its own.
func add(p poll.Poll, counter *int64, n int) error {
	*counter = 0
	for n > 0 {
		if p.Stopped() {
			return p.Err()
		}
		more := min(n, block)
		for range more {
			atomic.AddInt64(counter, 1)
		}
		n -= more
	}
	return nil
}

// addLocal does the same additions on a line that no other worker has, and
// stores the result once.
func addLocal(p poll.Poll, counter *int64, n int) error {
	var local struct {
		_     [padding * 8]byte
		count int64
		_     [padding * 8]byte
	}
	err := add(p, &local.count, n)
	*counter = local.count
	return err
}

// share returns how many of n additions are a worker's.
func share(n, worker, workers int) int {
	more := 0
	if worker < n%workers {
		more = 1
	}
	return n/workers + more
}

// sum adds up the workers' counters.
func (r row) sum() int {
	total := 0
	for i := 0; i < len(r.counters); i += r.apart {
		total += int(r.counters[i])
	}
	return total
}

func check(n, workers int) error {
	if n < 0 {
		return fmt.Errorf("negative number of additions %d", n)
	}
	if n > math.MaxInt32*100 {
		return fmt.Errorf("number of additions %d would take minutes", n)
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	if workers > 1<<16 {
		return fmt.Errorf("number of workers %d is larger than %d", workers, 1<<16)
	}
	return nil
}

func mustBeFine(n, workers int) {
	if err := check(n, workers); err != nil {
		panic(fmt.Errorf("falsesharing: %w", err))
	}
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
