package par

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// How long a helper looks out for work before it sleeps: longLook while loops
// come often enough that it pays, else shortLook. A caller that waits for its
// helpers looks out for shortLook.
const (
	shortLook = 100 * time.Microsecond
	longLook  = time.Millisecond
)

// Where gaps between loops have all been longer than napFrom, a helper sleeps
// for a while first, which moves the end of its long look by as much.
const (
	napFrom = 600 * time.Microsecond
	napTime = 200 * time.Microsecond
)

// A habit is what a helper knows of when work comes.
type habit struct {
	hits  int           // of late, how often work came within reach
	least time.Duration // the smallest gap of late
}

// note says that work came after gap. Some hits make up for one that was too
// late, so that a program whose loops come in bursts keeps its helpers awake.
func (b *habit) note(gap time.Duration) {
	reach := longLook
	if canNap {
		reach += napTime
	}
	if gap > reach {
		b.hits /= 2
		return
	}
	b.hits = min(b.hits+1, 8)
	b.least = min(gap, b.least+b.least/4+time.Microsecond)
}

// patience is how long to look out, not counting naps.
func (b *habit) patience() time.Duration {
	if b.hits >= 2 {
		return longLook
	}
	return shortLook
}

// nap reports whether to sleep first.
func (b *habit) nap() bool { return canNap && b.hits >= 2 && b.least > napFrom }

// A watch keeps whoever looks out for something from being in the way: it ends
// the looking out when time is over or others want the processor.
type watch struct {
	procs       int
	start, last time.Duration // on clock
	next        time.Duration // when to look after others
	napped      time.Duration
	yielded     bool
	others      bool // goroutines waited for a processor when last asked
	sample      [3]metrics.Sample
}

// spins is how often to ask between two turns of a watch: about a microsecond.
const spins = 48

const (
	hole       = 200 * time.Microsecond // between two turns: the core was given to others
	yieldAfter = 5 * time.Microsecond
	lookEvery  = 25 * time.Microsecond
	lookAgain  = 5 * time.Microsecond // when others waited
)

func (w *watch) begin() {
	w.procs = runtime.GOMAXPROCS(0)
	w.restart(clock())
	w.yielded, w.others = false, false
}

// nap sleeps. What it takes counts as no looking out.
func (w *watch) nap() {
	from := clock()
	nap(napTime)
	w.last = clock()
	w.napped += w.last - from
	w.next = w.last + yieldAfter
}

func (w *watch) restart(now time.Duration) {
	w.start, w.last, w.next, w.napped = now, now, now+yieldAfter, 0
}

// turn reports whether to go on looking out.
func (w *watch) turn(patience time.Duration) bool {
	if w.procs == 1 {
		return false // what is looked out for can't happen meanwhile
	}
	now := clock()
	since := now - w.last
	w.last = now
	switch {
	case now-w.start-w.napped > patience || since > hole:
		return false
	case now < w.next:
		return true
	case !w.yielded:
		yield()
		w.yielded = true
		w.next = now + lookEvery
		return true
	default:
		return w.stepAside(now)
	}
}

// stepAside lets other goroutines go first. Those that wait in the queue of
// another processor come here only if this one has nothing to run at all, so
// where runtime.Gosched does not help, the looking out ends.
func (w *watch) stepAside(now time.Duration) (goOn bool) {
	w.read()
	runnable, running := w.count(0), w.count(1)+w.count(2)
	w.next = now + lookEvery
	switch {
	case runnable > 0 && w.others:
		return false
	case runnable > 0:
		w.others = true
		w.next = now + lookAgain
		runtime.Gosched()
	default:
		w.others = false
		if running >= w.procs {
			// Timers and the network of this processor have nobody else.
			// Not with idle ones: Gosched would wake them.
			runtime.Gosched()
		}
	}
	return true
}

// read asks the scheduler how many goroutines there are in which state.
func (w *watch) read() {
	if w.sample[0].Name == "" {
		w.sample[0].Name = "/sched/goroutines/runnable:goroutines"
		w.sample[1].Name = "/sched/goroutines/running:goroutines"
		w.sample[2].Name = "/sched/goroutines/not-in-go:goroutines"
	}
	metrics.Read(w.sample[:])
}

func (w *watch) count(i int) int {
	if w.sample[i].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int(w.sample[i].Value.Uint64())
}

// epoch is when clock was zero.
var epoch = time.Now()

func clock() time.Duration { return time.Since(epoch) }
