package par

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Below serialSort elements a sort runs on the caller's goroutine: it takes no
// longer than waking a helper, or little.
const serialSort = 4096

// Sizes that bound how long a sort goes on after it was stopped: runs are
// sorted and pieces merged by one worker each, in some 25 ms for numbers.
const (
	maxRun   = 1 << 18
	maxPiece = 1 << 20
)

// Sort sorts x in ascending order, as slices.Sort does: NaN comes before other
// numbers, equal elements may change places.
//
// It cuts x into runs, sorts each with slices.Sort and merges them two by two;
// a merge is cut where its output is, so that all workers take part also in the
// last one ("merge path": Odeh, Green, Mwassi, Shmueli and Birk, Merge Path -
// Parallel Merging Made Simple, IPDPS workshops 2012). It allocates a second
// slice as long as x. Two workers are 1.6 times as fast as slices.Sort on 65536
// random int and 1.8 times on a million; below 4096 Sort is slices.Sort.
//
// A sort that is stopped early (see the package's comment), or whose comparison
// panics, leaves the elements of x in some order. Interpreted cells use
// [SortInts], [SortFloat64s] and [SortStrings].
func Sort[T cmp.Ordered](x []T, opts ...Option) {
	sortOrdered("Sort", x, opts)
}

func sortOrdered[T cmp.Ordered](name string, x []T, opts []Option) {
	sortWith(call{name, opts}, x, order[T]{slices.Sort[[]T], cmp.Less[T], mergeOrdered[T]})
}

// SortFunc is [Sort] in the order of compare, which is negative if a comes
// before b, positive if b before a, and else 0; see slices.SortFunc. compare is
// called by several goroutines at once.
func SortFunc[T any](x []T, compare func(a, b T) int, opts ...Option) {
	mustHave("SortFunc", compare != nil)
	less := func(a, b T) bool { return compare(a, b) < 0 }
	sortWith(call{"SortFunc", opts}, x, order[T]{
		serial: func(run []T) { slices.SortFunc(run, compare) },
		less:   less,
		merge:  func(out, a, b []T) { merge(out, a, b, less) },
	})
}

// SortStableFunc is [SortFunc] that keeps equal elements in their order.
func SortStableFunc[T any](x []T, compare func(a, b T) int, opts ...Option) {
	mustHave("SortStableFunc", compare != nil)
	less := func(a, b T) bool { return compare(a, b) < 0 }
	sortWith(call{"SortStableFunc", opts}, x, order[T]{
		serial: func(run []T) { slices.SortStableFunc(run, compare) },
		less:   less,
		merge:  func(out, a, b []T) { merge(out, a, b, less) },
	})
}

// A call is what the functions made of several loops have of their caller.
type call struct {
	name string
	opts []Option
}

// config checks the options. The loops that follow cut their work themselves,
// so a schedule is only checked, and there are no Stats of a single loop.
func (c call) config() config {
	var conf config
	err := conf.set(c.opts)
	if err == nil && conf.measure {
		err = errors.New("no Stats: it is several loops")
	}
	if err != nil {
		panic(fmt.Errorf("par.%s: %w", c.name, err))
	}
	return conf
}

func mustHave(name string, function bool) {
	if !function {
		panic(fmt.Errorf("par.%s: nil function", name))
	}
}

// loopOptions are what every loop of one call runs under.
func (c config) loopOptions() []Option {
	opts := []Option{Workers(c.workers), Dynamic(1)}
	if c.ctx != nil {
		opts = append(opts, Context(c.ctx))
	}
	return opts
}

// An order is what a sort needs of its elements.
type order[T any] struct {
	serial func(x []T)         // sorts x
	less   func(a, b T) bool   // a comes before b
	merge  func(out, a, b []T) // merges a and b into out, which is as long as both
}

// sortWith sorts x by sorting runs and merging them.
func sortWith[T any](c call, x []T, o order[T]) {
	conf := c.config()
	n := len(x)
	if n < serialSort || conf.workers == 1 && n <= maxRun {
		o.serial(x)
		return
	}
	opts := conf.loopOptions()

	// Bounds of the runs. As many as workers, or a multiple of that.
	count := conf.workers
	for (n-1)/count+1 > maxRun {
		count *= 2
	}
	count = min(count, n/(serialSort/4))
	bounds := make([]int, count+1)
	for i := range bounds {
		bounds[i] = int(uint64(n) / uint64(count) * uint64(i))
	}
	bounds[count] = n
	if ForErr(count, func(i int) error {
		o.serial(x[bounds[i]:bounds[i+1]])
		return nil
	}, opts...) != nil {
		return
	}

	from, to := x, make([]T, n)
	whole := true // from holds all elements, to may not
	defer func() {
		if &from[0] != &x[0] {
			copy(x, from)
		}
	}()
	var pieces []piece
	for ; len(bounds) > 2 && whole; bounds = everySecond(bounds) {
		pieces = cutMerges(pieces[:0], bounds, max(serialSort/2, min(maxPiece, (n-1)/conf.workers+1)))
		a, b := from, to
		err := ForErr(len(pieces), func(i int) error {
			mergePiece(b, a, pieces[i], o)
			return nil
		}, opts...)
		if whole = err == nil; whole {
			from, to = to, from
		}
	}
	if whole && &from[0] != &x[0] {
		Range(n, func(lo, hi int) { copy(x[lo:hi], from[lo:hi]) }, Workers(conf.workers))
	}
}

// A piece is what one worker merges at a time: the elements [lo, hi) of the
// output of merging [left, middle) with [middle, right).
type piece struct{ left, middle, right, lo, hi int }

// cutMerges appends the pieces, of at most size elements, of merging the runs
// between bounds two by two. A last run without a partner is copied.
func cutMerges(pieces []piece, bounds []int, size int) []piece {
	for i := 0; i+1 < len(bounds); i += 2 {
		p := piece{left: bounds[i], middle: bounds[i+1], right: bounds[min(i+2, len(bounds)-1)]}
		for p.lo = p.left; p.lo < p.right; p.lo = p.hi {
			p.hi = min(p.lo+size, p.right)
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// everySecond returns the bounds of the runs after a round.
func everySecond(bounds []int) []int {
	kept := bounds[:0]
	last := bounds[len(bounds)-1]
	for i := 0; i < len(bounds)-1; i += 2 {
		kept = append(kept, bounds[i])
	}
	return append(kept, last)
}

// mergePiece writes p's elements of the merge of runs of from into to.
func mergePiece[T any](to, from []T, p piece, o order[T]) {
	a, b := from[p.left:p.middle], from[p.middle:p.right]
	i := split(a, b, p.lo-p.left, o.less)
	j := p.lo - p.left - i
	iEnd := split(a, b, p.hi-p.left, o.less)
	jEnd := p.hi - p.left - iEnd
	o.merge(to[p.lo:p.hi], a[i:iEnd], b[j:jEnd])
}

// split returns how many of the first k elements of the merge of a and b come
// from a. Equal elements of a come first.
func split[T any](a, b []T, k int, less func(a, b T) bool) int {
	lo, hi := max(0, k-len(b)), min(k, len(a))
	for lo < hi {
		i := int(uint(lo+hi) / 2)
		if less(b[k-i-1], a[i]) {
			hi = i
		} else {
			lo = i + 1
		}
	}
	return lo
}

// merge is what order has of a comparison.
func merge[T any](out, a, b []T, less func(a, b T) bool) {
	k := 0
	for len(a) > 0 && len(b) > 0 {
		if less(b[0], a[0]) {
			out[k], b = b[0], b[1:]
		} else {
			out[k], a = a[0], a[1:]
		}
		k++
	}
	copy(out[k:], a)
	copy(out[k+len(a):], b)
}

// mergeOrdered is merge without branches that depend on the elements, which
// would be guessed wrong every second time.
func mergeOrdered[T cmp.Ordered](out, a, b []T) {
	i, j, k := 0, 0, 0
	for i < len(a) && j < len(b) {
		p, q := &a[i], &b[j]
		x, y := *p, *q
		// cmp.Less(y, x), both sides of which are worked out.
		fromB := bit(y < x) | bit(isNaN(y)) & ^bit(isNaN(x))
		if fromB != 0 {
			p = q
		}
		out[k] = *p
		i += 1 - fromB
		j += fromB
		k++
	}
	copy(out[k:], a[i:])
	copy(out[k+len(a)-i:], b[j:])
}

func isNaN[T cmp.Ordered](x T) bool {
	return x != x // only NaN differs from itself
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
