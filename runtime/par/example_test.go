package par_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/weft-go/weft/runtime/par"
)

func ExampleRange() {
	squares := make([]int, 10)
	par.Range(len(squares), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			squares[i] = i * i
		}
	}, par.Workers(2))
	fmt.Println(squares)
	// Output: [0 1 4 9 16 25 36 49 64 81]
}

func ExampleReduceFloat64() {
	const n = 1_000_000
	pi := par.ReduceFloat64(n, 0, func(lo, hi int) float64 {
		s := 0.0
		for i := lo; i < hi; i++ {
			x := (float64(i) + 0.5) / n
			s += 4 / (1 + x*x)
		}
		return s
	}, nil) / n
	fmt.Println(math.Abs(pi-math.Pi) < 1e-9)
	// Output: true
}

// Rows that differ in length: which schedule deals them evenly?
func ExampleStats() {
	var s par.Stats
	par.For(100, func(i int) {}, par.Workers(2), par.Static(10), &s)
	for worker, w := range s.Workers {
		fmt.Println("worker", worker, "did", w.Items, "iterations in", w.Blocks, "blocks")
	}
	// Output:
	// worker 0 did 50 iterations in 5 blocks
	// worker 1 did 50 iterations in 5 blocks
}

func ExampleSortInts() {
	x := []int{3, 1, 2}
	par.SortInts(x)
	fmt.Println(x)
	// Output: [1 2 3]
}

func ExampleSortFunc() {
	words := []string{"shuttle", "warp", "weft"}
	par.SortFunc(words, func(a, b string) int { return len(a) - len(b) })
	fmt.Println(words[2])
	// Output: shuttle
}

// Where does each group begin when all are put behind one another?
func ExampleScanIntsExclusive() {
	sizes := []int{3, 1, 4, 1, 5}
	begin := make([]int, len(sizes))
	total := par.ScanIntsExclusive(begin, sizes)
	fmt.Println(begin, total)
	// Output: [0 3 4 8 9] 14
}

func ExampleScan() {
	highest := []int{3, 1, 4, 1, 5, 9, 2, 6}
	par.Scan(highest, highest, func(a, b int) int { return max(a, b) })
	fmt.Println(highest)
	// Output: [3 3 4 4 5 9 9 9]
}

// Results in the order in which they are ready, not in that of submission.
func ExampleExecutor() {
	e := par.NewExecutor(par.Workers(3))
	defer e.Close()
	var futures []*par.Future
	for _, ms := range []time.Duration{60, 5, 30} {
		futures = append(futures, e.Submit(func() (any, error) {
			time.Sleep(ms * time.Millisecond)
			return int(ms), nil
		}))
	}
	for f := range par.AsCompleted(futures...) {
		ms, err := f.Result()
		fmt.Println(ms, err)
	}
	// Output:
	// 5 <nil>
	// 30 <nil>
	// 60 <nil>
}

func ExampleSubmit() {
	e := par.NewExecutor()
	defer e.Close()
	f := par.Submit(e, func() (int, error) { return 6 * 7, nil })
	n, err := f.Result() // an int
	fmt.Println(n+1, err)
	// Output: 43 <nil>
}

func ExampleFuture_AddDoneCallback() {
	e := par.NewExecutor(par.Workers(1))
	f := e.Submit(func() (any, error) { return nil, errors.New("no such page") })
	f.AddDoneCallback(func(f *par.Future) { fmt.Println("done:", f.Err()) })
	e.Close()
	// Output: done: no such page
}

func ExampleWait() {
	e := par.NewExecutor(par.Workers(2))
	slow := e.SubmitContext(func(ctx context.Context) (any, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	fast := e.Submit(func() (any, error) { return "first", nil })
	done, pending := par.Wait(par.FirstCompleted, slow, fast)
	fmt.Println(len(done), len(pending))
	slow.Cancel()
	fmt.Println(slow.Err())
	// Output:
	// 1 1
	// cancelled
}

func ExampleExecutor_Map() {
	e := par.NewExecutor(par.Workers(4))
	defer e.Close()
	squares, err := e.Map(5, func(i int) (any, error) { return i * i, nil })
	fmt.Println(squares, err)
	// Output: [0 1 4 9 16] <nil>
}

func ExampleQueue() {
	q := par.NewQueue(2)
	go func() {
		defer q.Close()
		for i := range 3 {
			if q.Put(i) != nil {
				return
			}
		}
	}()
	for {
		v, err := q.Get()
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(v)
	}
	// Output:
	// 0
	// 1
	// 2
	// queue is closed
}
