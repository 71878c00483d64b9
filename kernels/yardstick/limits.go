package yardstick

import (
	"context"
	"time"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/peak"
	"github.com/weft-go/weft/kernels/stream"
)

// Limits are those that can be measured, each within some tenths of a second.
var Limits = []Limit{
	{Name: "FMA peak", Unit: "flop", Measure: peak.FMA},
	{Name: "STREAM triad", Unit: "B", Measure: triad},
}

// triadElements make arrays of 64 MiB, four times the rule of McCalpin's STREAM
// ("each array at least four times the last-level cache") where that has 4 MiB
// and enough where it has 32: three arrays pass through it in turn.
const triadElements = 8 << 20

// triad returns the best rate of a[i] = b[i] + q·c[i] in five passes. As STREAM
// does, it counts 24 bytes for each element, also where the machine reads what is
// to be overwritten.
func triad(ctx context.Context, workers int) (float64, error) {
	a, b, c := mem.Make[float64](triadElements), mem.Make[float64](triadElements), mem.Make[float64](triadElements)
	// The pages come to be, each array by the workers that use it.
	for _, into := range [][]float64{a, b, c} {
		stream.GoroutineSIMD(into, b, c, 0, workers)
	}
	best := 0.0
	for range 5 {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		from := time.Now()
		stream.GoroutineSIMD(a, b, c, 3, workers)
		best = max(best, 24*triadElements/time.Since(from).Seconds())
	}
	return best, nil
}
