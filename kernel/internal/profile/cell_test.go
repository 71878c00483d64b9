package profile

import (
	"sync"
	"sync/atomic"
	"time"
)

// The functions below stand in a cell, as far as Go knows. seven and three take
// their time in work; they are called so rarely that a goroutine which is asked
// to stop does not wait for the next call to do so.

var sink atomic.Int64

//line cell[3]:1
//go:noinline
func work(n int) {
	x := 0
	for i := range n {
		x += i % 7
	}
	sink.Add(int64(x))
}

//go:noinline
func seven(n int) {
	work(7 * n)
}

//go:noinline
func three(n int) {
	work(3 * n)
}

//go:noinline
func split(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		seven(100_000)
		three(100_000)
	}
}

// pingPong sends n messages there and back.
func pingPong(n int) {
	there, back := make(chan int), make(chan int)
	go func() {
		for v := range there {
			back <- v
		}
		close(back)
	}()
	for i := range n {
		there <- i
		<-back
	}
	close(there)
}

// fight has goroutines that want one lock, which each holds while it sleeps. It
// returns how long they waited for it and slept, all together, by the clock.
func fight(goroutines int, hold time.Duration) (waited, slept time.Duration) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			came := time.Now()
			mu.Lock()
			got := time.Now()
			time.Sleep(hold)
			waited += got.Sub(came)
			slept += time.Since(got)
			mu.Unlock()
		})
	}
	wg.Wait()
	return waited, slept
}
