// Package twins makes the address streams of loops, for package cachesim: of
// some kernels' variants, and of the loops with which courses begin. A twin
// touches the same addresses in the same order as the loop it is named after, and
// computes nothing.
//
// The arrays' addresses are parameters, since whether lines displace one another
// depends on them; Place gives those of a fresh heap.
//
// What a twin leaves out is what stays in registers or in the same line of the
// stack, and the machine's own way of clearing and copying: every element counts
// as one access.
package twins

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cachesim"
)

// A Twin makes the accesses of one variant.
type Twin struct {
	Kernel  string
	Variant string   // as in package kernels
	Short   []string // further names of the variant
	Doc     string   // what n is
	Most    int      // the largest n
	Arrays  func(n int) []Array
	Sites   []string // the expressions that access memory, by site
	// Accesses returns how many accesses Run makes.
	Accesses func(n int) float64
	// Run makes the accesses of one run on arrays that begin at at, as many as
	// Arrays has. It ends early when the Loop has been stopped.
	Run func(l *Loop, n int, at []uint64)
}

// An Array is one of those that a loop walks through.
type Array struct {
	Name string
	Len  int // elements
	Size int // bytes of each
}

// Name returns "kernel:variant".
func (t *Twin) Name() string { return t.Kernel + ":" + t.Variant }

// Find returns the twin of a name, "matmul:serial:ikj" or "matmul:ikj"; a
// kernel's name alone means its first. The error names what there is.
func Find(name string) (*Twin, error) {
	kernel, variant, _ := strings.Cut(name, ":")
	var variants []string
	for _, t := range All {
		if t.Kernel != kernel {
			continue
		}
		if variant == "" || t.Variant == variant || slices.Contains(t.Short, variant) {
			return t, nil
		}
		variants = append(variants, t.Variant)
	}
	if variants != nil {
		return nil, fmt.Errorf("no address stream of %s:%s is known: choose one of %s", kernel, variant, strings.Join(variants, ", "))
	}
	return nil, fmt.Errorf("no address stream of %q is known: choose one of %s", name, strings.Join(Names(), ", "))
}

// Names returns the names of all twins.
func Names() []string {
	names := make([]string, len(All))
	for i, t := range All {
		names[i] = t.Name()
	}
	return names
}

// Check returns what is wrong with n.
func (t *Twin) Check(n int) error {
	if n < 1 || n > t.Most {
		return fmt.Errorf("%s takes n from 1 to %d, not %d", t.Name(), t.Most, n)
	}
	return nil
}

// Place returns addresses for arrays: one behind the other in whole pages of the
// heap, of 8 KiB, from where Go's heap begins on Linux, as a fresh process gets
// them; from 4 MiB on at multiples of 2 MiB, where kernels put large arrays.
func Place(arrays []Array) []uint64 {
	const (
		heap  = 0xc000400000
		page  = 8 << 10
		large = 4 << 20
		huge  = 2 << 20
	)
	at := make([]uint64, len(arrays))
	next := uint64(heap)
	for i, a := range arrays {
		size := uint64(a.Len) * uint64(a.Size)
		if size >= large {
			next = (next + huge - 1) &^ (huge - 1)
		}
		at[i] = next
		next = (next + max(size, 1) + page - 1) &^ (page - 1)
	}
	return at
}

// A Loop makes the accesses of loops in a Cache.
type Loop struct {
	Cache *cachesim.Cache
	// Stop, if not nil, is asked now and then whether to end; afterwards nothing
	// more is simulated.
	Stop func() bool
	// Limit is after how many accesses only one in Rate of the sets is simulated;
	// 0 is never.
	Limit uint64
	Rate  int

	done    uint64 // accesses made
	asked   uint64 // of these when Stop was asked last
	stopped bool
	streams [8]cachesim.Stream
}

// between is after how many accesses Stop is asked: at most some hundredths of
// a second.
const between = 1 << 20

// Stopped reports whether Stop has said so.
func (l *Loop) Stopped() bool { return l.stopped }

// run goes count times around a loop with these streams, and reports whether to
// go on.
func (l *Loop) run(count int, streams ...cachesim.Stream) bool {
	s := l.streams[:copy(l.streams[:], streams)]
	for count > 0 && !l.stopped {
		n := min(count, between)
		l.Cache.Runs(n, s)
		l.did(uint64(n * len(s)))
		count -= n
	}
	return !l.stopped
}

// one makes a single access.
func (l *Loop) one(s cachesim.Stream) {
	l.Cache.At(s.Addr, s.Size, s.Write, s.Site)
	l.did(1)
}

// did counts n accesses and asks whether to stop or to sample.
func (l *Loop) did(n uint64) {
	l.done += n
	if l.Limit > 0 && l.done > l.Limit {
		l.Cache.Sample(l.Rate)
		l.Limit = 0
	}
	if l.Stop != nil && l.done-l.asked >= between {
		l.asked = l.done
		l.stopped = l.Stop()
	}
}

// load and store are streams of numbers of 8 bytes, stride elements apart.
func load(site int, at uint64, index, stride int) cachesim.Stream {
	return cachesim.Stream{Addr: at + 8*uint64(index), Stride: 8 * int64(stride), Size: 8, Site: site}
}

func store(site int, at uint64, index, stride int) cachesim.Stream {
	s := load(site, at, index, stride)
	s.Write = true
	return s
}

// All are all twins, in the order in which they are listed.
var All = []*Twin{
	matmulIJK, matmulIKJ, matmulBlocked,
	rowSum, columnSum,
	transpose, transposeBlocked,
	diffusionRows,
	triad,
	chase,
}
