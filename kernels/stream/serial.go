package stream

import "github.com/weft-go/weft/kernels/internal/poll"

// Serial is the triad in plain Go, one element after the other: a[i] = b[i] +
// q·c[i]. It panics if the arrays are not of one length or overlap without being
// the same. Interrupted, it returns with the rest undone.
func Serial(a, b, c []float64, q float64) {
	t := &task{opTriad, a, b, c, q}
	t.mustBeFine(0)
	_ = t.run(poll.New(background), 0, len(a), task.plain)
}
