package stream

import (
	"fmt"
	"time"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
)

// A Rate is how fast one of the loops was.
type Rate struct {
	Loop           string  // "copy", "scale", "add", "triad"
	BytesPerSecond float64 // best of the repetitions
}

// String tells the rate in gigabytes (10⁹ bytes) a second: "triad 29.8 GB/s".
func (r Rate) String() string { return fmt.Sprintf("%s %.1f GB/s", r.Loop, r.BytesPerSecond/1e9) }

// Rates runs the four loops on arrays of n elements each and the given number
// of workers (0: GOMAXPROCS), ten times in turns as STREAM does, and returns the
// best rate of each. It takes 240·n bytes divided by the rate, half a second for n
// = 2²⁴, and 24·n bytes of memory. It panics if n is not positive or would be
// more than 2³¹-1, or if workers is negative. Interrupted, it returns what it has.
func Rates(n, workers int) []Rate {
	if err := checkSize(n, workers); err != nil {
		panic(fmt.Errorf("stream: %w", err))
	}
	if n == 0 {
		panic(fmt.Errorf("stream: no elements"))
	}
	a, b, c := mem.Make[float64](n), mem.Make[float64](n), mem.Make[float64](n)
	fill(a, b, c)
	const q = 3.0
	loops := make([]*loop, 0, 4)
	for _, t := range []*task{{opCopy, c, a, nil, q}, {opScale, b, c, nil, q}, {opAdd, c, a, b, q}, {opTriad, a, b, c, q}} {
		loops = append(loops, newLoop(t, workers, t.vectors(), nil))
	}
	rates := make([]Rate, len(loops))
	p := poll.New(background)
	for range 10 {
		for i, l := range loops {
			from := time.Now()
			if l.run(background) != nil || p.Stopped() {
				return rates
			}
			rate := float64(l.op.bytes()) * float64(n) / time.Since(from).Seconds()
			rates[i].Loop = names[l.op]
			rates[i].BytesPerSecond = max(rates[i].BytesPerSecond, rate)
		}
	}
	return rates
}

// fill writes small whole numbers, so that sums of them are exact.
func fill(a, b, c []float64) {
	for i := range b {
		a[i], b[i], c[i] = 0, float64(i%11+1), float64(i%13)
	}
}
