package matmul

import (
	"context"
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

// A number is an element of a matrix.
type number interface{ float32 | float64 }

// A form is a micro-kernel with what is made to fit it: the tile of C that it
// keeps in registers and the blocks that keep its operands in the caches.
type form[T number] struct {
	mr         int // rows of a tile
	lanes      int // columns of a tile come in multiples of this
	kc, mc, nc int // blocks of k, of rows and of columns, at most

	// tiles[v-1] multiplies one sliver of B, v·lanes wide, by panels of A.
	tiles []tiles[T]
	// copyB copies rows of B into whole slivers, transpose rows into columns.
	copyB     func(dst, src *T, ld, rows, slivers, stride int)
	transpose func(dst, src *T, ld, rows, k4, stride int)
}

// tiles is the type of the micro-kernels: see tiles64x8AVX2 and tilesGo.
type tiles[T number] func(c *T, ldc, panels, kc int, a, b, next *T, step, add int)

// nr is the width of a whole sliver.
func (f *form[T]) nr() int { return f.lanes * len(f.tiles) }

// An operand is a row-major matrix, or one that stands for its transpose.
type operand[T number] struct {
	data []T
	ld   int // distance of rows
	t    bool
}

// at returns the index of element i, j.
func (o *operand[T]) at(i, j int) int {
	if o.t {
		i, j = j, i
	}
	return i*o.ld + j
}

// A task is one product C = A·B, cut into a grid of parts of C that workers
// fetch. A part is a product of its own: its worker packs what it needs of A and
// B into buffers of its own, some of which others pack too. That costs less than
// packing everything once together: memory that one core writes and another
// reads travels between their caches, at four times the price of packing where that was
// measured, and every block would end with waiting for the last.
type task[T number] struct {
	*form[T]
	m, k, n    int
	down, over int // parts of C below and beside each other
	c          []T
	a, b       operand[T]
	p          poll.Poll
	spaces     chan *space[T] // one for each worker
	workers    int
	body       func(lo, hi int)
}

// newTask prepares C = A·B for the given number of workers, with buffers of at
// most kc·nc + mc·kc elements for each: a few megabytes.
func newTask[T number](f *form[T], m, k, n, workers int) *task[T] {
	t := &task[T]{form: f, m: m, k: k, n: n, workers: workers}
	t.down, t.over = grid(m, n, workers)
	t.down, t.over = min(t.down, ceil(m, f.mr)), min(t.over, ceil(n, f.nr()))
	t.spaces = make(chan *space[T], workers)
	for range workers {
		t.spaces <- newSpace(f, ceil(ceil(m, f.mr), max(t.down, 1))*f.mr, k, ceil(ceil(n, f.nr()), max(t.over, 1))*f.nr())
	}
	t.body = t.parts
	return t
}

// grid says into how many parts C is cut for so many workers: as near to
// squares as can be, for there the least is packed twice, and two parts for each
// worker where they stay large, so that a worker that is held up holds up less.
func grid(m, n, workers int) (down, over int) {
	const large = 1000 * 1000
	if workers > 1 && m/2 >= large/max(n/workers, 1) {
		workers *= 2
	}
	best := 0
	for d := 1; d <= workers; d++ {
		if side := m/d + n*d/workers; workers%d == 0 && (down == 0 || side < best) {
			down, best = d, side
		}
	}
	return down, workers / down
}

func ceil(a, b int) int { return (a + b - 1) / b }

// run computes c = a·b. Interrupted, it returns the cause.
func (t *task[T]) run(ctx context.Context, c []T, a, b operand[T]) error {
	t.p = poll.New(ctx)
	t.c, t.a, t.b = c, a, b
	if t.k == 0 {
		clear(c)
	}
	par.Range(t.down*t.over, t.body, par.Workers(t.workers), par.Dynamic(1), par.Context(ctx))
	t.c, t.a.data, t.b.data = nil, nil, nil
	return t.p.Err()
}

// parts computes parts of C.
func (t *task[T]) parts(lo, hi int) {
	s := <-t.spaces
	defer func() { t.spaces <- s }()
	panels, slivers := ceil(t.m, t.mr), ceil(t.n, t.nr())
	for i := lo; i < hi; i++ {
		y, x := i/t.over, i%t.over
		s.task = t
		s.top, s.bottom = y*panels/t.down*t.mr, min((y+1)*panels/t.down*t.mr, t.m)
		s.left, s.right = x*slivers/t.over*t.nr(), min((x+1)*slivers/t.over*t.nr(), t.n)
		s.multiply()
	}
	s.task = nil
}

// A space is what a worker needs of its own: the part of C it is at and its
// packed operands.
//
// The order of loops is Goto's. The outermost goes over blocks of columns of B,
// nc wide; within it one over blocks of k, kc long. Such a block of B is packed
// into slivers of nr columns. Then comes a loop over blocks of rows of A, at
// most mc high; each is packed into panels of mr rows, and every sliver is
// multiplied by every panel: a sliver stays in the first-level cache while the panels
// pass, the panels stay in the second level, the block of B in the third.
type space[T number] struct {
	*task[T]
	top, bottom, left, right int // the part of C

	kc, mc, nc int // of full blocks
	packed     []T // a block of B
	panels     []T // a block of A
	edge       []T // a tile that reaches over the part's edge
}

// newSpace makes a space for parts of up to m×n elements.
func newSpace[T number](f *form[T], m, k, n int) *space[T] {
	s := &space[T]{kc: even(k, f.kc, 8), mc: even(m, f.mc, f.mr), nc: even(n, f.nc, f.nr())}
	packed, panels, edge := lines(s.kc*s.nc), lines(s.kc*s.mc), f.mr*f.nr()
	all := packed + panels + edge
	if all > slab/8 {
		all = max(all, slab) // what is that large lies on huge pages
	}
	memory := mem.Make[T](all)
	s.packed, s.panels, s.edge = memory[:packed], memory[packed:][:panels], memory[packed+panels:][:edge]
	return s
}

// slab is a number of elements that package mem puts on huge pages, of either
// type.
const slab = 1 << 20

// lines rounds n up to elements of whole cache lines.
func lines(n int) int { return ceil(n, 16) * 16 }

// even returns the length of blocks into which n is cut, at most limit and a
// multiple of unit, so that the last one is not much shorter than the others.
func even(n, limit, unit int) int {
	if n == 0 {
		return 0
	}
	return ceil(ceil(n, ceil(n, limit)), unit) * unit
}

// multiply computes the part of C.
func (s *space[T]) multiply() {
	for j := s.left; j < s.right; j += s.nc {
		wide := min(s.nc, s.right-j)
		for k := 0; k < s.k; k += s.kc {
			long := min(s.kc, s.k-k)
			s.packB(k, long, j, wide)
			for i := s.top; i < s.bottom; i += s.mc {
				if s.p.Stopped() {
					return
				}
				s.block(i, min(s.mc, s.bottom-i), k, long, j, wide)
			}
		}
	}
}

// group is how many rows of B are packed at a time, so that stores to a sliver
// fill several lines in a row.
const group = 8

// packB packs rows [k, k+long) of B, columns [j, j+wide).
func (s *space[T]) packB(k, long, j, wide int) {
	size := int(unsafe.Sizeof(s.c[0]))
	nr := s.nr()
	full, rest := wide/nr, wide%nr
	last := ceil(rest, s.lanes) * s.lanes // width of the sliver at the edge
	if s.b.t {
		for at := 0; at < wide; at += nr {
			w := nr
			if wide-at < nr {
				w = last
			}
			s.turn(s.packed[at*long:][:long*w], w, &s.b, j+at, min(nr, wide-at), k, long)
		}
		return
	}
	for r := 0; r < long && full > 0; r += group {
		s.copyB(&s.packed[r*nr], &s.b.data[s.b.at(k+r, j)], s.b.ld*size, min(group, long-r), full, long*nr*size)
	}
	for r := 0; r < long && rest > 0; r++ {
		dst := s.packed[full*nr*long+r*last:][:last]
		copy(dst, s.b.data[s.b.at(k+r, j+full*nr):][:rest])
		clear(dst[rest:])
	}
}

// turn writes n rows of o's memory from row on, columns [from, from+length), as
// columns of dst, whose rows are wide elements long; what is beyond n becomes 0.
func (s *space[T]) turn(dst []T, wide int, o *operand[T], row, n, from, length int) {
	size := int(unsafe.Sizeof(dst[0]))
	if n < wide {
		clear(dst)
	}
	fast := length &^ 3
	for r := 0; r < n; {
		at := (row+r)*o.ld + from
		rows := 1
		if n-r >= 4 {
			rows = 4
		} else if n-r >= 2 {
			rows = 2
		}
		done := 0
		if rows > 1 && fast > 0 {
			s.transpose(&dst[r], &o.data[at], o.ld*size, rows, fast/4, wide*size)
			done = fast
		}
		for ; done < length; done++ {
			for i := range rows {
				dst[done*wide+r+i] = o.data[at+i*o.ld+done]
			}
		}
		r += rows
	}
}

// packA packs rows [i, i+high) of A, columns [k, k+long), into panels of mr rows;
// the last is filled up with 0.
func (s *space[T]) packA(i, high, k, long int) {
	for r := 0; r < high; r += s.mr {
		panel := s.panels[r*long:][:s.mr*long]
		n := min(s.mr, high-r)
		if !s.a.t {
			s.turn(panel, s.mr, &s.a, i+r, n, k, long)
			continue
		}
		for l := range long {
			column := panel[l*s.mr:][:s.mr]
			copy(column, s.a.data[s.a.at(i+r, k+l):][:n])
			clear(column[n:])
		}
	}
}

// block multiplies a block of A, which it packs, with the block of B.
func (s *space[T]) block(i, high, k, long, j, wide int) {
	s.packA(i, high, k, long)
	size := int(unsafe.Sizeof(s.c[0]))
	nr := s.nr()
	full, rest := high/s.mr, high%s.mr // panels, and rows of one more
	add := min(k, 1)                   // the first block of k overwrites C
	step := 4*nr*size/max(full, 1) + 1
	for x := 0; x < wide; x += nr {
		b := &s.packed[x*long]
		next := b
		if x+nr < wide {
			next = &s.packed[(x+nr)*long]
		}
		at := i*s.n + j + x
		w := min(nr, wide-x)
		vectors := ceil(w, s.lanes)
		tiles := s.tiles[vectors-1]
		whole := 0 // panels that need no edge
		if w == vectors*s.lanes && full > 0 {
			whole = full
			tiles(&s.c[at], s.n*size, full, long, &s.panels[0], b, next, step, add)
		}
		for p := whole; p*s.mr < high; p++ {
			h := s.mr
			if p == full {
				h = rest
			}
			tiles(&s.edge[0], nr*size, 1, long, &s.panels[p*s.mr*long], b, next, step, 0)
			s.merge(at+p*s.mr*s.n, h, w, add)
		}
	}
}

// merge copies or adds a part of the tile at the edge to C.
func (s *space[T]) merge(at, high, wide, add int) {
	for r := range high {
		from := s.edge[r*s.nr():][:wide]
		to := s.c[at+r*s.n:][:wide]
		if add == 0 {
			copy(to, from)
			continue
		}
		for i, v := range from {
			to[i] += v
		}
	}
}
