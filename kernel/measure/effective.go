package measure

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// Cores tells what a machine's cores are worth when all compute at once.
type Cores struct {
	Logical int `json:"logical"` // goroutines that run at the same time: GOMAXPROCS
	// Effective is how many times the work of one goroutine all of them do
	// together. Neighbours on a shared machine, hyperthreads and a clock that
	// slows down under load make it less than Logical. 0: not measured.
	Effective float64 `json:"effective"`
	// Rounds is how often both were measured; 0 if it was interrupted before the
	// first was complete.
	Rounds int `json:"rounds"`
}

// String is "2, effective 1.93".
func (c Cores) String() string {
	if c.Rounds == 0 {
		return fmt.Sprintf("%d, effective number not measured", c.Logical)
	}
	return fmt.Sprintf("%d, effective %.2f", c.Logical, c.Effective)
}

// EffectiveCores measures for about 0.3 s how many cores this process really
// has: the work that GOMAXPROCS goroutines do at the same time by what one does
// alone, in turns, the median of the ratios. No kernel can be faster than its serial
// twin by more than this, memory apart. An interrupt of the cell ends it early.
//
// The work is float64 multiplication and addition in registers, in so many
// independent chains that it fills a core's units, as hyperthreads would seem
// whole cores otherwise.
func EffectiveCores() Cores {
	const slice = 6 * time.Millisecond
	rounds := 25
	if Quick() {
		rounds = quickRuns
	}
	c := Cores{Logical: runtime.GOMAXPROCS(0)}
	var ratios []float64
	throughput(c.Logical, slice) // warm: threads are started
	for range rounds {
		a, b := throughput(1, slice), throughput(c.Logical, slice)
		if interrupt.Raised() {
			break
		}
		ratios = append(ratios, b/a)
	}
	if c.Rounds = len(ratios); c.Rounds > 0 {
		c.Effective = medianOf(ratios)
		noteEffective(c)
	}
	return c
}

// throughput returns how many blocks of work per second n goroutines do in a
// slice of time, each on a thread of its own.
func throughput(n int, slice time.Duration) float64 {
	rates := make([]float64, n)
	var ready, done sync.WaitGroup
	ready.Add(n)
	done.Add(n)
	start := make(chan struct{})
	for i := range n {
		go func() {
			defer done.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ready.Done()
			<-start
			rates[i] = spin(slice)
		}()
	}
	ready.Wait()
	close(start)
	done.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

// spin works for a slice of time and returns blocks per second.
func spin(slice time.Duration) float64 {
	x := [8]float64{1, 2, 3, 4, 5, 6, 7, 8}
	blocks := 0
	from := time.Now()
	for {
		chains(&x)
		blocks++
		if took := time.Since(from); took >= slice || interrupt.Raised() {
			if x[0] == 0 { // never: keeps the work from being dropped
				blocks = 0
			}
			return float64(blocks) / took.Seconds()
		}
	}
}

// chains does a block of work, some 10 µs.
func chains(x *[8]float64) {
	const m, a = 0.999999, 1e-6
	x0, x1, x2, x3, x4, x5, x6, x7 := x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
	for range 2000 {
		x0 = x0*m + a
		x1 = x1*m + a
		x2 = x2*m + a
		x3 = x3*m + a
		x4 = x4*m + a
		x5 = x5*m + a
		x6 = x6*m + a
		x7 = x7*m + a
	}
	*x = [8]float64{x0, x1, x2, x3, x4, x5, x6, x7}
}
