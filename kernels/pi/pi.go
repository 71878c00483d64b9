// Package pi estimates π by throwing darts at a square: the part that hits the
// inscribed quarter circle is π/4.
//
//	pi.Serial(10_000_000, 42)       // 3.142097 ± 0.00052
//	pi.Goroutine(10_000_000, 42, 2) // the same darts, so the same estimate
//
// There is nothing to share between darts ("embarrassingly parallel"), as in
// Gorelick and Ozsvald, "High Performance Python", chapter 9, from which it
// comes.
//
// Dart number i is computed from the seed and i alone (package rng), so every
// variant with any number of workers throws the same darts. Its coordinates are
// two 31-bit halves of one random number, and it is inside if x²+y² < 2⁶²:
// integers throughout, equal on every machine. Of the first 10⁸ darts of seed
// 42, 78540056 are inside.
package pi

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// An Estimate is the outcome of throwing darts.
type Estimate struct {
	Darts  int `json:"darts"`  // thrown
	Inside int `json:"inside"` // of them in the quarter circle
}

// Pi returns the estimate 4·Inside/Darts, NaN without darts.
func (e Estimate) Pi() float64 { return 4 * float64(e.Inside) / float64(e.Darts) }

// StdErr returns the standard error of Pi, 4·√(p(1-p)/Darts) with p = π/4: in
// about two of three experiments Pi is off by less.
func (e Estimate) StdErr() float64 {
	const p = math.Pi / 4
	return 4 * math.Sqrt(p*(1-p)/float64(e.Darts))
}

// String tells the estimate with its standard error and the counts.
func (e Estimate) String() string {
	return fmt.Sprintf("%.6f ± %.2g (%d of %d darts inside)", e.Pi(), e.StdErr(), e.Inside, e.Darts)
}

// block is how many darts are thrown before asking whether to stop, and what
// a worker fetches at a time: about 0.1 ms.
const block = 1 << 16

// throw returns how many of the darts [lo, hi) are inside.
func throw(seed uint64, lo, hi int) int {
	inside := 0
	state := rng.Start(seed, uint64(lo))
	for range hi - lo {
		r := rng.Mix(state)
		state += rng.Step
		x, y := r>>33, r>>1&(1<<31-1)
		// The difference is negative, its top bit set, for darts inside. A
		// branch here would be guessed wrong every fifth time.
		inside += int((x*x + y*y - 1<<62) >> 63)
	}
	return inside
}

func check(n, workers int) error {
	if n < 0 {
		return fmt.Errorf("negative number of darts %d", n)
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

func mustBeFine(n, workers int) {
	if err := check(n, workers); err != nil {
		panic(fmt.Errorf("pi: %w", err))
	}
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
