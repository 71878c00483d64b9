package pi

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . pi

// SIMD is [Serial] with vector instructions, four or eight darts to a vector
// and four vectors in flight, with the same result: about 0.5 ns a dart. Without
// vector instructions it is Serial. A negative n is a panic.
func SIMD(n int, seed uint64) Estimate {
	mustBeFine(n, 0)
	return simd(background(), n, seed)
}

// GoroutineSIMD is [SIMD] on the given number of workers (0: GOMAXPROCS), with
// the same result. A negative n or number of workers is a panic.
//
// Options of package par change the loop over the darts.
func GoroutineSIMD(n int, seed uint64, workers int, opts ...par.Option) Estimate {
	mustBeFine(n, workers)
	return newLoop(n, seed, workers, throwSIMD).run(context.Background(), opts)
}

func simd(p poll.Poll, n int, seed uint64) Estimate {
	return inBlocks(p, n, seed, throwSIMD)
}
