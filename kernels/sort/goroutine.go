package sort

import (
	"runtime"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/gil"
	"github.com/weft-go/weft/runtime/par"
)

// Goroutine sorts x on the given number of workers (0: GOMAXPROCS): each sorts a
// part as [Serial] does, then neighbouring parts are merged until one is left. A
// merge is cut where its result is, so that all workers take part also in the
// last one ("merge path": Odeh, Green, Mwassi, Shmueli and Birk, IPDPS workshops
// 2012). It needs a second slice of that length. A negative number of workers is
// a panic, as is more than 1024.
//
// Options of package par change the loops over parts and pieces of merges.
func Goroutine(x []int64, workers int, opts ...par.Option) {
	mustBeFine(len(x), workers)
	newTeam(x, workers, opts).mergeSort(background())
}

// GoroutineRadix is [SerialRadix] on several workers: each counts its part's digits,
// and a pile begins with the numbers of the first part, then those of the
// second, so that all can deal at the same time.
func GoroutineRadix(x []int64, workers int, opts ...par.Option) {
	mustBeFine(len(x), workers)
	newTeam(x, workers, opts).radixSort(background())
}

// leastShare is how many numbers are worth a worker: some 100 µs.
const leastShare = 1 << 12

// A team sorts x on several workers. Its closures are made once.
type team struct {
	x, spare []int64
	workers  int
	radix    []radix
	ctx      poll.Poll // of the run
	opts     []par.Option

	from, to  []int64 // of the merges or the deal at hand
	length    int     // of sorted runs
	digit     int
	sortPart  func(lo, hi int)
	mergePart func(lo, hi int)
	count     func(lo, hi int)
	recount   func(lo, hi int)
	deal      func(lo, hi int)

	lock    *gil.Lock
	threads []func(*gil.Thread)
}

func newTeam(x []int64, workers int, opts []par.Option) *team {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = max(1, min(workers, len(x)/leastShare))
	t := &team{x: x, spare: mem.Make[int64](len(x)), workers: workers}
	t.opts = append([]par.Option{par.Workers(workers), par.Static(0)}, opts...)
	t.sortPart = func(lo, hi int) {
		for k := lo; k < hi; k++ {
			a, b := t.part(k)
			serial(t.ctx, t.x[a:b], t.spare[a:b])
		}
	}
	t.mergePart = func(lo, hi int) {
		for k := lo; k < hi && !t.ctx.Stopped(); k++ {
			t.mergePiece(k)
		}
	}
	t.count = func(lo, hi int) {
		for k := lo; k < hi; k++ {
			a, b := t.part(k)
			t.radix[k].count(t.ctx, t.x[a:b])
		}
	}
	t.recount = func(lo, hi int) {
		for k := lo; k < hi; k++ {
			a, b := t.part(k)
			t.radix[k].again(t.ctx, t.from[a:b], t.digit)
		}
	}
	t.deal = func(lo, hi int) {
		for k := lo; k < hi; k++ {
			a, b := t.part(k)
			deal(t.ctx, t.to, t.from[a:b], t.digit, &t.radix[k].counts[t.digit])
		}
	}
	return t
}

// part returns where part k of the workers' equal parts begins and ends: all
// are as long as the first but the last.
func (t *team) part(k int) (lo, hi int) {
	size := (len(t.x) + t.workers - 1) / t.workers
	return min(k*size, len(t.x)), min((k+1)*size, len(t.x))
}

func (t *team) loop(n int, body func(lo, hi int)) bool {
	if n == 1 {
		body(0, 1)
	} else {
		par.Range(n, body, t.opts...)
	}
	return !t.ctx.Stopped()
}

func (t *team) mergeSort(ctx poll.Poll) error {
	t.ctx = ctx
	if !t.loop(t.workers, t.sortPart) {
		return ctx.Err()
	}
	t.from, t.to = t.x, t.spare
	_, t.length = t.part(0)
	for t.length < len(t.x) {
		done := t.loop(t.workers, t.mergePart)
		if !done {
			break // from still has all
		}
		t.from, t.to = t.to, t.from
		t.length *= 2
	}
	return t.end()
}

// end brings the numbers back to x.
func (t *team) end() error {
	if len(t.x) > 0 && &t.from[0] != &t.x[0] {
		copy(t.x, t.from)
	}
	return t.ctx.Err()
}

// mergePiece writes piece k of the result.
func (t *team) mergePiece(k int) {
	lo, hi := t.part(k)
	mergeRange(t.ctx, t.to, t.from, t.length, lo, hi)
}

func (t *team) radixSort(ctx poll.Poll) error {
	if len(t.x) < leastRadix {
		return t.mergeSort(ctx)
	}
	t.ctx = ctx
	if t.radix == nil {
		t.radix = make([]radix, t.workers)
	}
	if !t.loop(t.workers, t.count) {
		return ctx.Err()
	}
	t.from, t.to = t.x, t.spare
	dealt := false // since the parts were counted
	for t.digit = range digits {
		if t.isOnePile() {
			continue
		}
		if dealt && t.workers > 1 && !t.loop(t.workers, t.recount) {
			break
		}
		t.begins()
		if !t.loop(t.workers, t.deal) {
			break // from still has all
		}
		t.from, t.to = t.to, t.from
		dealt = true
	}
	return t.end()
}

// isOnePile reports whether all numbers have the same digit.
func (t *team) isOnePile() bool {
	first := key(t.from[0]) >> (digit * t.digit & 63) & (piles - 1)
	n := 0
	for k := range t.radix {
		n += int(t.radix[k].counts[t.digit][first])
	}
	return n == len(t.x)
}

// begins turns the parts' counts into where their numbers of each pile begin.
func (t *team) begins() {
	at := uint32(0)
	for p := range piles {
		for k := range t.radix {
			c := &t.radix[k].counts[t.digit][p]
			*c, at = at, at+*c
		}
	}
}
