package bench

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/fanout"
	"github.com/weft-go/weft/kernels/yardstick"
)

// limits lists what no variant of a kernel can exceed: the machine's arithmetic
// where there is some, its memory where that is what bounds the kernel, and for
// requests to a server that waits, the waiting.
func limits(k *kernels.Kernel, n int, workers []int) []*Limit {
	w := k.Work(n)
	var list []*Limit
	for _, c := range workers {
		for _, l := range yardstick.Limits {
			if l.Unit == "flop" && w.Flops > 0 || l.Unit == "B" && w.Bytes > 0 && k.Group == kernels.Memory {
				list = append(list, &Limit{Name: l.Name, Unit: l.Unit, Workers: c, Rates: []float64{}})
			}
		}
		if k == &fanout.Kernel && n > 0 {
			ideal := fanout.Ideal(n, c, fanoutDelay)
			list = append(list, &Limit{Name: "nothing but waiting", Unit: w.Unit, Workers: c, Rates: []float64{w.Items / ideal.Seconds()}})
		}
	}
	return list
}

// measureLimits takes one sample of each that the machine has.
func measureLimits(ctx context.Context, list []*Limit) {
	for _, l := range list {
		at := slices.IndexFunc(yardstick.Limits, func(y yardstick.Limit) bool { return y.Name == l.Name })
		if at < 0 || l.Problem != "" || ctx.Err() != nil {
			continue
		}
		rate, err := yardstick.Limits[at].Measure(ctx, l.Workers)
		switch {
		case err != nil && ctx.Err() == nil:
			l.Problem = err.Error()
		case err == nil && rate > 0 && !math.IsInf(rate, 0):
			l.Rates = append(l.Rates, rate)
		}
	}
}

// fanoutDelay is how long the server of fanout's jobs waits.
const fanoutDelay = 20 * time.Millisecond
