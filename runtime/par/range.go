package par

// Range calls body with blocks [lo, hi) that together cover [0, n) once.
//
// Blocks run on at most [Workers] goroutines, the caller's among them, under
// the chosen [Schedule]. Range returns when all have ended. If a body panics,
// the others finish their block and Range panics with a [*Panic]. Range stops
// between blocks, leaving the rest undone, when the cell is interrupted or the
// loop's [Context] ends; use [RangeErr] to be told.
//
// A negative n, or an option out of range, is a panic before any body runs.
func Range(n int, body func(lo, hi int), opts ...Option) {
	l := newLoop("Range", n, body != nil, opts)
	l.blocks = body
	l.run(opts)
}

// RangeErr is [Range] for bodies that can fail. It returns the first error
// that a body returned; the others finish their block. If the loop was stopped
// before every block had been started it returns the cause: that of the
// context given by [Context], or interrupt.ErrInterrupted.
//
// A negative n, or an option out of range, is an error before any body runs.
func RangeErr(n int, body func(lo, hi int) error, opts ...Option) error {
	l, err := tryLoop("RangeErr", n, body != nil, opts)
	if err != nil {
		return err
	}
	l.fallible = body
	return l.run(opts)
}
