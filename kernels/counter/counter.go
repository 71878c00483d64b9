// Package counter has several workers count in one number, the classic way to
// lose something: x = x + 1 is a reading, an addition and a writing, and what
// others write between the first and the last is overwritten.
//
//	counter.Lost(4_000_000, 4)           // counted 2302471 of 4000000: 42.4 % lost
//	counter.Goroutine(4_000_000, 4)      // atomic: 4000000
//	counter.GoroutineMutex(4_000_000, 4) // under a lock: 4000000
//	counter.GoroutineSharded(4_000_000, 4)
//
// The variants of [Kernel] all count right and differ in what it costs. [Lost]
// and [LostProcess] count wrong on purpose and tell by how much, so they are no
// variants: their result is another one each time.
//
// It is the example of Gorelick and Ozsvald, "High Performance Python", chapter
// 9, section "Python values using multiprocessing".
package counter

import (
	"context"
	"fmt"
	"math"
	"runtime"
)

// A Loss is the outcome of counting without precaution.
type Loss struct {
	Expected int `json:"expected"` // additions done
	Counted  int `json:"counted"`  // what the counter says
}

// Share returns the part of the additions that was lost, between 0 and 1, and 0
// if there were none.
func (l Loss) Share() float64 {
	if l.Expected == 0 {
		return 0
	}
	return float64(l.Expected-l.Counted) / float64(l.Expected)
}

// String tells both numbers: "counted 2302471 of 4000000: 42.4 % lost".
func (l Loss) String() string {
	return fmt.Sprintf("counted %d of %d: %.1f %% lost", l.Counted, l.Expected, 100*l.Share())
}

// block is after how many additions a worker asks whether to stop: below a
// millisecond even under a lock that is fought for.
const block = 1 << 10

// share returns how many of n additions are a worker's.
func share(n, worker, workers int) int {
	more := 0
	if worker < n%workers {
		more = 1
	}
	return n/workers + more
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
	if workers > 1<<12 {
		return fmt.Errorf("number of workers %d is larger than %d", workers, 1<<12)
	}
	return nil
}

func mustBeFine(n, workers int) {
	if err := check(n, workers); err != nil {
		panic(fmt.Errorf("counter: %w", err))
	}
}

// or replaces the number of workers 0 by GOMAXPROCS.
func or(workers int) int {
	if workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return workers
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
