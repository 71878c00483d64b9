package measure

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/weft-go/weft/runtime/counters"
	"github.com/weft-go/weft/runtime/interrupt"
)

// disturbedFrom is the part of a sample's time from which waiting for a
// processor makes it a disturbed one.
const disturbedFrom = counters.WaitLimit

// interpreted reports whether an engine is the interpreter, whatever else is said
// of it.
func interpreted(engine string) bool { return strings.HasPrefix(engine, "interpreted") }

func interrupted() bool { return interrupt.Raised() }

// doubts returns warnings about figures that can't be what they seem: work that
// the compiler has removed, samples too short for the clock.
func (s *sampler) doubts(r *Result, c *contender) []string {
	if len(r.Samples) == 0 || r.Interrupted {
		return nil
	}
	doubts := rehearsal()
	// Who says how many calls there are (-n) gets no more of them.
	if !interpreted(r.Engine) && s.o.Loops == 0 && r.Loops > 1 && r.quickest() < 20*Cycle() && ownTime(c, s.o.EmptyBody) < Cycle()/2 {
		doubts = append(doubts, fmt.Sprintf("beside the loop around it the code takes no time that can be seen (a cycle of the processor is %s): "+
			"the compiler may have removed it, or moved it out of the loop; use its result, in a variable outside the code, to be sure",
			FormatSeconds(Cycle(), 2)))
	}
	if tick := clockStep(); r.Median*float64(r.Loops) < 50*tick {
		doubts = append(doubts, fmt.Sprintf("a run lasts %s and reading the clock %s: too short to be timed well; take more loops (-n)",
			FormatSeconds(r.Median*float64(r.Loops), 2), FormatSeconds(tick, 2)))
	}
	return doubts
}

// ownTime returns how long the code takes beside the loop around it: the best of
// twenty samples of a third of a millisecond each, of it and of the loop in
// turns, so that some meet a quiet moment of the machine.
func ownTime(c *contender, empty Body) float64 {
	const samples, each = 20, 300e-6
	loop := contender{variant: Variant{Body: orLoop(empty)}}
	code, bare := math.Inf(1), math.Inf(1)
	loops := 100_000
	if took := loop.once(loops).Seconds(); took > 0 {
		loops = int(min(max(float64(loops)*each/took, 1000), 1e7))
	}
	for range samples {
		code = min(code, c.once(loops).Seconds()/float64(loops))
		bare = min(bare, loop.once(loops).Seconds()/float64(loops))
	}
	return code - bare
}

// quickest returns the shortest time per loop, of the clock or of the processor,
// which does not go on while the code waits for one.
func (r *Result) quickest() float64 {
	best := r.Min
	for i := range min(len(r.UserSamples), len(r.SystemSamples)) {
		best = min(best, r.UserSamples[i]+r.SystemSamples[i])
	}
	return best
}

// Cycle returns how long one clock cycle of the processor lasts at the moment of
// the first call, in seconds: what an addition takes that needs the result of
// the one before. The first call takes about a millisecond.
func Cycle() float64 { return cycle() }

var cycle = sync.OnceValue(func() float64 {
	best := math.Inf(1)
	for range 10 {
		const rounds = 10_000
		x := uint64(best)
		from := time.Now()
		for i := range uint64(rounds) {
			// Eight steps, each of which takes one cycle and needs the one before.
			x += i
			x ^= 3
			x += i
			x ^= 5
			x += i
			x ^= 9
			x += i
			x ^= 17
		}
		took := time.Since(from).Seconds()
		runtime.KeepAlive(x)
		best = min(best, took/(8*rounds))
	}
	return best
})

// clockStep returns what two readings of the clock, one after the other, are
// apart at least, in seconds.
var clockStep = sync.OnceValue(func() float64 {
	best := time.Duration(math.MaxInt64)
	for range 1000 {
		from := time.Now()
		if d := time.Since(from); d > 0 {
			best = min(best, d)
		}
	}
	return best.Seconds()
})
