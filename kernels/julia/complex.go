package julia

import (
	"context"
	"math/cmplx"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// SerialComplex is [Serial] as the book first writes it, and as one would write
// the definition: in complex numbers, with cmplx.Abs. That takes a square root
// and guards against overflow in each iteration, and costs twice the time.
//
// A rounded root might in principle make another count than Serial's test of
// the square; no picture is known where it does.
func SerialComplex(width, height, limit int) *Set {
	s := New(width, height, limit)
	_ = s.complex(background)
	return s
}

func (s *Set) complex(ctx context.Context) error {
	const c = complex(CRe, CIm)
	p := poll.New(ctx)
	left, top, step := s.plane()
	budget := 0
	for y := range s.Height {
		row := s.Row(y)
		for x := range row {
			z := complex(left+float64(float64(x)*step), top-float64(float64(y)*step))
			n := 0
			for n < s.Limit && cmplx.Abs(z) < 2 {
				z = z*z + c
				n++
				if budget--; budget < 0 {
					if p.Stopped() {
						return p.Err()
					}
					budget = pollEvery
				}
			}
			row[x] = int32(n)
		}
	}
	if p.Stopped() {
		return p.Err()
	}
	return nil
}
