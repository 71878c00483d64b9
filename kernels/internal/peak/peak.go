// Package peak measures how many floating-point operations a second this
// machine can do: what the rate of a kernel that only computes is compared with.
package peak

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/poll"
)

//go:generate go -C ../../_asm run . internal/peak

// A loop does rounds of operations, each worth flops.
type loop struct {
	run   func(rounds int)
	flops float64
}

// Times of the measurement, about 0.15 s together.
const (
	warm  = 40 * time.Millisecond // clocks rise, vector units wake up
	span  = 10 * time.Millisecond
	tries = 10
)

// FMA returns the greatest rate of fused multiply-adds of float64, in
// operations a second, that so many workers (0: GOMAXPROCS) reach at the same
// time on the tier that package cpu allows. An addition and a multiplication are
// two operations. On the generic tier they are separate instructions on single
// numbers. It takes about 0.15 s of every worker, fails if workers is negative,
// and returns the cause when ctx ends or the cell is interrupted.
func FMA(ctx context.Context, workers int) (flopsPerSecond float64, err error) {
	if workers < 0 {
		return 0, fmt.Errorf("measure FMA rate: negative number of workers %d", workers)
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	l := best()
	p := poll.New(ctx)
	rounds := l.rounds()
	for range tries {
		if p.Stopped() {
			return 0, p.Err()
		}
		flopsPerSecond = max(flopsPerSecond, l.together(workers, rounds))
	}
	return flopsPerSecond, nil
}

func best() loop {
	if l, ok := loops[cpu.Best()]; ok {
		return l
	}
	return loop{plain, plainFlops}
}

// rounds warms up and returns how many rounds take about span.
func (l loop) rounds() int {
	n := 1000
	for start := time.Now(); ; {
		from := time.Now()
		l.run(n)
		took := time.Since(from)
		if time.Since(start) > warm && took > 0 {
			return max(int(float64(n)*float64(span)/float64(took)), 1)
		}
		if took < span {
			n *= 2
		}
	}
}

// together returns the rate of all workers while all of them were at work: that
// of the slowest times their number.
func (l loop) together(workers, rounds int) float64 {
	var here atomic.Int32
	var mu sync.Mutex
	var slowest time.Duration
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for here.Add(1); here.Load() < int32(workers); {
				runtime.Gosched()
			}
			from := time.Now()
			l.run(rounds)
			took := time.Since(from)
			mu.Lock()
			slowest = max(slowest, took)
			mu.Unlock()
		})
	}
	all.Wait()
	return float64(workers) * float64(rounds) * l.flops / slowest.Seconds()
}

// plainFlops is what a round of plain does.
const plainFlops = 12

// sink keeps the compiler from leaving the loop out.
var sink atomic.Uint64

// plain is the loop in plain Go.
func plain(rounds int) {
	var a, b, c, d, e, f float64
	x := float64(rounds&1) * 0.5
	for range rounds {
		a = a*x + x
		b = b*x + x
		c = c*x + x
		d = d*x + x
		e = e*x + x
		f = f*x + x
	}
	sink.Store(uint64(a + b + c + d + e + f))
}
