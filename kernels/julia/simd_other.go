//go:build !amd64 || noasm

package julia

// band asks for none of these where there are no vector instructions.

func (r *rounds) first(length int, counts *int32, at, n int, x, left, step, im float64, k int) int {
	panic("BUG: julia: no vector instructions")
}

func (l *points) step(n int, counts *int32, base, k int) int {
	panic("BUG: julia: no vector instructions")
}

func (l *points) advance(n int, out *points, k int) (kept, gone int) {
	panic("BUG: julia: no vector instructions")
}
