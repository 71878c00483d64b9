package measure

import (
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/weft-go/weft/runtime/counters"
	"github.com/weft-go/weft/runtime/interrupt"
)

// A sampler takes samples of one or several pieces of code, in rounds: each
// round has one sample of each, in an order that is drawn anew. Whatever drifts
// or bursts on the machine then meets all of them alike.
type sampler struct {
	o        Options
	all      []*contender
	least    int // rounds, where nobody asked for a number; 0: what a comparison needs
	rounds   int // asked for, or found by calibrate
	order    *rand.Rand
	closely  bool                 // samples last long enough for reading the heap's and the threads' figures at each
	broken   bool                 // the clock goes back again and again
	between  func(round int) bool // if not nil, called before each round; false ends the sampling
	finished bool                 // the measuring came to its end: nothing is to be rescued
	restore  func()
}

// A contender is one piece of code with one value of its parameter.
type contender struct {
	variant Variant
	n       int
	procs   int // GOMAXPROCS while the code runs; 0: as it is
	loops   int
	calls   float64 // of complete samples

	wall, user, system []float64 // seconds per call, by round
	wait               []float64 // part of the sample's time that a working thread waited for a processor
	back               int       // samples left out, as the clock went back
	missing            string    // why user and system time are not known
	heap               heap
	faults, switches   float64 // of complete samples
}

// heap is what the Go heap did during samples.
type heap struct {
	objects, bytes uint64
	cycles         uint32
	pause          time.Duration
}

func newSampler(o Options, variants ...Variant) *sampler {
	s := &sampler{o: o.withDefaults(), restore: func() {}}
	s.order = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	for _, v := range variants {
		s.add(v, 0)
	}
	return s
}

func (s *sampler) add(v Variant, n int) {
	s.all = append(s.all, &contender{variant: v, n: n})
}

// leave ends the sampling: it is to be deferred. Where the measured code has
// ended the goroutine or panics, the result so far goes to Options.Partial; a
// panic goes on as it came.
func (s *sampler) leave(result func() any) {
	s.restore()
	if !s.finished && s.o.Partial != nil {
		s.o.Partial(result())
	}
}

// run measures all there is to measure. It returns false if the cell was
// interrupted before the end.
func (s *sampler) run() bool {
	done := s.calibrate() && s.sample()
	s.finished = true
	return done
}

// calibrate finds numbers of calls and of rounds and warms everything up.
func (s *sampler) calibrate() bool {
	round := time.Duration(0)
	for _, c := range s.all {
		if s.o.Loops > 0 {
			c.loops = s.o.Loops
			round += c.once(1) * time.Duration(c.loops)
		} else {
			var last time.Duration
			c.loops, last = findLoops(s.o.MinSample, c.once)
			if !Quick() {
				last = s.warm(c, last)
			}
			round += last
		}
		if interrupt.Raised() {
			return false
		}
	}
	if s.o.Loops == 0 {
		s.evenLoops()
	}
	s.closely = len(s.all) > 1 || round > time.Millisecond
	if s.rounds = s.o.Runs; s.rounds == 0 {
		fit := float64(s.o.Budget) / float64(max(round, 1))
		s.rounds = int(min(max(fit, float64(s.fewest())), defaultRuns))
	}
	for _, c := range s.all { // so that nothing of this is counted as the code's
		room := min(s.rounds, 1<<16)
		c.wall, c.wait = make([]float64, 0, room), make([]float64, 0, room)
		c.user, c.system = make([]float64, 0, room), make([]float64, 0, room)
	}
	return true
}

// fewest returns the smallest number of rounds that is worth taking: what a
// statement about a median needs, or one about a difference.
func (s *sampler) fewest() int {
	switch {
	case s.least > 0:
		return s.least
	case len(s.all) < 2:
		return fewestRuns
	}
	return fewestPairs(len(s.all) - 1)
}

// evenLoops gives all contenders whose calls take similar times the same
// number of calls: samples of the same code are then alike in every way. Those
// that would last eightfold and more keep their own.
func (s *sampler) evenLoops() {
	for _, c := range s.all {
		most := c.loops
		for _, other := range s.all {
			if other.n == c.n && other.loops > most && other.loops <= 8*c.loops {
				most = other.loops
			}
		}
		c.loops = most
	}
}

// warm repeats a sample until three in a row agree within 5 %, for a quarter of
// a second or ten samples at most, and returns how long the last one took.
// last is how long the one before took.
func (s *sampler) warm(c *contender, last time.Duration) time.Duration {
	const samples, enough, alike = 10, 250 * time.Millisecond, 1.05
	agreed := 1
	from := time.Now()
	for range samples {
		if agreed >= 3 || last > enough || time.Since(from) > enough || interrupt.Raised() {
			break
		}
		took := c.once(c.loops)
		if a, b := float64(took), float64(last); max(a, b) <= alike*min(a, b) {
			agreed++
		} else {
			agreed = 1
		}
		last = took
	}
	return last
}

// sample takes all rounds.
func (s *sampler) sample() bool {
	if s.o.GC == GCOff {
		s.withoutGC()
	}
	runtime.GC()
	var before heap
	if !s.closely {
		before = readHeap()
		defer func() {
			if s.all[0].calls > 0 { // a sample that was cut short is counted here too
				s.all[0].heap = readHeap().since(before)
			}
		}()
	}
	order := make([]int, len(s.all))
	for i := range order {
		order[i] = i
	}
	for round := range s.rounds {
		if s.between != nil && !s.between(round) {
			return false
		}
		s.order.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			if !s.take(s.all[i]) {
				s.even()
				return false
			}
		}
	}
	return true
}

// even drops the samples of a round that did not come to its end, so that all
// contenders have the same rounds.
func (s *sampler) even() {
	fewest := math.MaxInt
	for _, c := range s.all {
		fewest = min(fewest, len(c.wall))
	}
	for _, c := range s.all {
		if len(c.wall) > fewest {
			c.wall, c.wait = c.wall[:fewest], c.wait[:fewest]
			c.user, c.system = c.user[:fewest], c.system[:fewest]
		}
	}
}

// take takes one sample, and returns false if the cell was interrupted
// meanwhile: the sample is not complete then and not kept.
func (s *sampler) take(c *contender) bool {
	const attempts = 3 // a clock that goes back and back again is no clock
	for range attempts {
		if s.o.GC == GCEach {
			runtime.GC()
		}
		var heapBefore heap
		var threads counters.Threads
		if s.closely {
			threads, heapBefore = counters.ReadThreads(0), readHeap()
		}
		before := counters.ReadQuick()
		wall := c.timed(c.loops)
		used := counters.ReadQuick().Since(before)
		if interrupt.Raised() {
			return false
		}
		wait := 0.0
		if s.closely {
			c.heap = c.heap.plus(readHeap().since(heapBefore))
			if now := counters.ReadThreads(0); wall > 0 && now.Unavailable == "" {
				_, worst := now.Waited(threads)
				wait = worst / wall.Seconds()
			}
		}
		if c.keep(wall, used, wait) {
			return true
		}
	}
	s.broken = true
	return false
}

// keep stores a sample, unless the clock went back during it.
func (c *contender) keep(wall time.Duration, used counters.Delta, wait float64) bool {
	if wall < 0 {
		c.back++
		return false
	}
	calls := float64(c.loops)
	c.missing = used.CPU().Unavailable
	c.wall, c.wait = append(c.wall, wall.Seconds()/calls), append(c.wait, wait)
	c.user, c.system = append(c.user, used.User.N/calls), append(c.system, used.System.N/calls)
	c.calls += calls
	c.faults += used.Faults().N
	c.switches += used.Switches().N
	return true
}

// once runs the code loops times and returns how long that took, 0 if the cell
// was interrupted before.
func (c *contender) once(loops int) time.Duration {
	if interrupt.Raised() {
		return 0
	}
	return c.timed(loops)
}

// timed runs the code loops times and returns how long that took.
func (c *contender) timed(loops int) time.Duration {
	if c.procs > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(c.procs))
	}
	from := time.Now()
	c.variant.Body(loops, c.n)
	return time.Since(from)
}

// withoutGC turns the collector off until restore. What the program may
// allocate meanwhile is bound: it collects after all before memory gets scarce.
func (s *sampler) withoutGC() {
	const most = 1 << 30
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	percent := debug.SetGCPercent(-1)
	limit := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(limit, int64(m.Sys)+most))
	s.restore = func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
		s.restore = func() {}
	}
}

func readHeap() heap {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return heap{m.Mallocs, m.TotalAlloc, m.NumGC, time.Duration(m.PauseTotalNs)}
}

func (h heap) since(earlier heap) heap {
	return heap{h.objects - earlier.objects, h.bytes - earlier.bytes, h.cycles - earlier.cycles, h.pause - earlier.pause}
}

func (h heap) plus(other heap) heap {
	return heap{h.objects + other.objects, h.bytes + other.bytes, h.cycles + other.cycles, h.pause + other.pause}
}

// findLoops returns how many calls last at least atLeast, a number that is 1,
// 2 or 5 times a power of ten, and how long that many took. once runs so many
// calls. It does so twice if that takes less than a second, since the first time
// may set something up for all later ones, or be held up by other programs.
func findLoops(atLeast time.Duration, once func(loops int) time.Duration) (int, time.Duration) {
	n := 1
	for {
		wall := once(n)
		if wall >= atLeast && wall < time.Second && !interrupt.Raised() && !Quick() {
			wall = min(wall, once(n))
		}
		if interrupt.Raised() || wall >= atLeast || n >= math.MaxInt32 {
			return n, wall
		}
		// A tenth more than it seems to need; at least the next number, and
		// never a hundred times more: a first call may be far too long or short.
		need := 1.1 * float64(n) * float64(atLeast) / float64(max(wall, 1))
		n = roundUp(min(max(need, float64(n+1)), 100*float64(n)))
	}
}

// roundUp returns the smallest 1, 2 or 5 times a power of ten that is not
// smaller than x.
func roundUp(x float64) int {
	for power := 1; ; power *= 10 {
		for _, digit := range []int{1, 2, 5} {
			if float64(digit*power) >= x {
				return digit * power
			}
		}
	}
}
