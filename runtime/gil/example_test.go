package gil_test

import (
	"fmt"
	"time"

	"github.com/weft-go/weft/runtime/gil"
)

// Two threads that compute: one at a time.
func Example() {
	l := gil.New(gil.Interval(time.Millisecond))
	sum := 0 // needs no other lock
	for range 2 {
		l.Go(func(t *gil.Thread) {
			for i := 0; i < 1000 && t.Tick(); i++ {
				sum++
			}
		})
	}
	if err := l.Wait(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sum)
	// Output: 2000
}

// Threads that wait overlap.
func ExampleThread_Block() {
	l := gil.New()
	from := time.Now()
	for range 10 {
		l.Go(func(t *gil.Thread) {
			t.Block(func() { time.Sleep(50 * time.Millisecond) })
		})
	}
	l.Wait()
	fmt.Println(time.Since(from) < 250*time.Millisecond)
	// Output: true
}

// CPython before 3.2.
func ExampleTicks() {
	l := gil.New(gil.Ticks(100))
	steps := 0
	for range 2 {
		l.Go(func(t *gil.Thread) {
			for range 1000 {
				steps++
				t.Tick()
			}
		})
	}
	l.Wait()
	fmt.Println(steps, "steps,", l.Stats().Forced, "forced switches")
	// Output: 2000 steps, 0 forced switches
}
