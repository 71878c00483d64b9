package matmul

import (
	"context"
	"runtime"
	"sync"

	"github.com/weft-go/weft/kernels/internal/poll"
)

//go:generate go -C ../_asm run . matmul

// SIMD computes C = A·B in vectors on one core: both operands are packed into
// pieces that fit the caches, and a tile of C stays in registers, 6×8 elements with
// AVX2, 8×24 with AVX-512; without either a packed product in plain Go. About 2/50 ns
// for each of the m·k·n multiplications on a 3.2 GHz core with AVX2.
//
// The buffers for packing, at most a few megabytes per worker, are kept for the
// next products of the same dimensions; see [Release].
func SIMD(c, a, b []float64, m, k, n int) {
	Multiply(c, a, b, m, k, n, false, false, 1)
}

// GoroutineSIMD is [SIMD] with parts of C dealt to the given number of workers
// (0: GOMAXPROCS). The result is that of SIMD to the bit. A negative number of
// workers is a panic.
func GoroutineSIMD(c, a, b []float64, m, k, n, workers int) {
	Multiply(c, a, b, m, k, n, false, false, workers)
}

// Multiply is [GoroutineSIMD] for operands that may be stored transposed: with
// transA, a holds k rows of m elements, with transB, b holds n rows of k. They
// are turned while they are packed, at hardly any cost.
func Multiply(c, a, b []float64, m, k, n int, transA, transB bool, workers int) {
	mustBeFine(c, a, b, m, k, n, workers)
	packed(&tasks64, best64(), c, a, b, m, k, n, transA, transB, workers)
}

// SIMD32 is [SIMD] for float32, whose vectors hold twice as many.
func SIMD32(c, a, b []float32, m, k, n int) { Multiply32(c, a, b, m, k, n, false, false, 1) }

// GoroutineSIMD32 is [GoroutineSIMD] for float32.
func GoroutineSIMD32(c, a, b []float32, m, k, n, workers int) {
	Multiply32(c, a, b, m, k, n, false, false, workers)
}

// Multiply32 is [Multiply] for float32.
func Multiply32(c, a, b []float32, m, k, n int, transA, transB bool, workers int) {
	mustBeFine(c, a, b, m, k, n, workers)
	packed(&tasks32, best32(), c, a, b, m, k, n, transA, transB, workers)
}

// Below these numbers of multiplications packing, and a second worker, cost more
// than they spare.
const (
	minPacked   = 8 * 8 * 8
	minParallel = 64 * 64 * 64
)

// packed multiplies in the given form, or as SerialIKJ does if there is little
// to do.
func packed[T number](kept *taskCache[T], f *form[T], c, a, b []T, m, k, n int, transA, transB bool, workers int) {
	if small(m, k, n, minPacked) && !transA && !transB {
		serialIKJ(background(), c, a, b, m, k, n)
		return
	}
	t := kept.get(f, m, k, n, atMost(workers, m, k, n))
	_ = t.run(context.Background(), c, operandOf(a, m, k, transA), operandOf(b, k, n, transB)) // interrupted: c is unfinished, as said
	kept.put(t)
}

// small reports whether m·k·n < limit, without overflow.
func small(m, k, n, limit int) bool {
	return m == 0 || k == 0 || n == 0 || m < limit && k < limit && n < limit && m*k < limit && m*k*n < limit
}

// atMost returns how many workers a product is worth; 0 stands for GOMAXPROCS.
func atMost(workers, m, k, n int) int {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if small(m, k, n, minParallel) {
		return 1
	}
	return min(workers, max(ceil(m, 8)*ceil(n, 8), 1))
}

func operandOf[T number](x []T, rows, cols int, t bool) operand[T] {
	if t {
		return operand[T]{x, rows, true}
	}
	return operand[T]{x, cols, false}
}

// A taskCache keeps a few tasks with their buffers between calls.
type taskCache[T number] struct {
	mu   sync.Mutex
	idle []*task[T] // the last used at the end
}

var (
	tasks64 taskCache[float64]
	tasks32 taskCache[float32]
)

// maxIdle is enough for a program that multiplies matrices of a few shapes in turn.
const maxIdle = 4

func (l *taskCache[T]) get(f *form[T], m, k, n, workers int) *task[T] {
	l.mu.Lock()
	for i, t := range l.idle {
		if t.form == f && t.m == m && t.k == k && t.n == n && t.workers == workers {
			l.idle = append(l.idle[:i], l.idle[i+1:]...)
			l.mu.Unlock()
			return t
		}
	}
	l.mu.Unlock()
	return newTask(f, m, k, n, workers)
}

func (l *taskCache[T]) put(t *task[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) == maxIdle {
		copy(l.idle, l.idle[1:])
		l.idle = l.idle[:maxIdle-1]
	}
	l.idle = append(l.idle, t)
}

func (l *taskCache[T]) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = nil
}

// Release lets go of the buffers that products have kept for the next.
func Release() {
	tasks64.drop()
	tasks32.drop()
}

// simdRun returns the packed product of square matrices as a Job runs it.
func simdRun(w *workload, workers int) func(ctx context.Context) error {
	n := w.n
	if small(n, n, n, minPacked) {
		return func(ctx context.Context) error {
			p := poll.New(ctx)
			serialIKJ(p, w.c, w.a, w.b, n, n, n)
			return p.Err()
		}
	}
	var t *task[float64] // of the tier at the first run
	a, b := operandOf(w.a, n, n, false), operandOf(w.b, n, n, false)
	return func(ctx context.Context) error {
		if f := best64(); t == nil || t.form != f {
			t = newTask(f, n, n, n, atMost(workers, n, n, n))
		}
		return t.run(ctx, w.c, a, b)
	}
}
