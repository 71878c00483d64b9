package stream

import (
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/poll"
)

//go:generate go -C ../_asm run . stream

// SIMD is [Serial] with vector instructions, and with stores past the caches
// where the array is too large for them.
func SIMD(a, b, c []float64, q float64) {
	t := &task{opTriad, a, b, c, q}
	t.mustBeFine(0)
	_ = t.run(poll.New(background), 0, len(a), t.vectors())
}

// GoroutineSIMD is [SIMD] on the given number of workers (0: GOMAXPROCS), with
// equal parts. It panics as Serial does and if workers is negative.
func GoroutineSIMD(a, b, c []float64, q float64, workers int) {
	Triad(a, b, c, q, workers)
}

// Copy sets a[i] = b[i] by the fastest way on the given number of workers (0:
// GOMAXPROCS). Copy, Scale, Add and Triad panic as [Serial] does and if workers
// is negative.
func Copy(a, b []float64, workers int) { fast(&task{opCopy, a, b, nil, 0}, workers) }

// Scale sets a[i] = q·b[i].
func Scale(a, b []float64, q float64, workers int) { fast(&task{opScale, a, b, nil, q}, workers) }

// Add sets a[i] = b[i] + c[i].
func Add(a, b, c []float64, workers int) { fast(&task{opAdd, a, b, c, 0}, workers) }

// Triad sets a[i] = b[i] + q·c[i].
func Triad(a, b, c []float64, q float64, workers int) { fast(&task{opTriad, a, b, c, q}, workers) }

func fast(t *task, workers int) {
	t.mustBeFine(workers)
	_ = newLoop(t, workers, t.vectors(), nil).run(background)
}

// past is from how many elements on arrays are stored past the caches. Below,
// some of what is stored is still in a cache when it is next needed.
const past = 1 << 20

// vectors returns the way to do the task with vector instructions.
func (t *task) vectors() func(task) {
	if len(t.to) >= past {
		return task.vectorsPast
	}
	return task.vectorsCached
}

func (t task) vectorsCached() { t.vector(false) }
func (t task) vectorsPast()   { t.vector(true) }

// vector does the loop with vector instructions: whole units in assembly,
// what is before the first 64-byte boundary of t.to and behind the last unit in
// plain Go.
func (t task) vector(nt bool) {
	n := len(t.to)
	if n == 0 {
		return
	}
	head := int(-uintptr(unsafe.Pointer(&t.to[0]))%64) / 8
	if head >= n || uintptr(unsafe.Pointer(&t.to[0]))%8 != 0 {
		t.plain()
		return
	}
	whole := (n - head) &^ (unit - 1)
	for _, end := range [][2]int{{0, head}, {head + whole, n}} {
		if end[0] < end[1] {
			t.part(end[0], end[1]).plain()
		}
	}
	if whole > 0 {
		t.part(head, head+whole).units(nt)
	}
}

// unit is how many elements assembly does at a time.
const unit = 32
