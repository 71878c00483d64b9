package canvas

import "math"

// A matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f): the canvas's own order
// of the six numbers (HTML, "The 2D rendering context", Transformations).
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// then returns the map that does n first, then m.
func (m matrix) then(n matrix) matrix {
	return matrix{
		a: m.a*n.a + m.c*n.b,
		b: m.b*n.a + m.d*n.b,
		c: m.a*n.c + m.c*n.d,
		d: m.b*n.c + m.d*n.d,
		e: m.a*n.e + m.c*n.f + m.e,
		f: m.b*n.e + m.d*n.f + m.f,
	}
}

// apply maps a point. What lies further off than farthest is brought nearer, so
// that lengths and areas stay numbers.
func (m matrix) apply(x, y float64) point {
	return point{near(m.a*x + m.c*y + m.e), near(m.b*x + m.d*y + m.f)}
}

const farthest = 1e8

func near(v float64) float64 {
	if !(v > -farthest) { // NaN too
		return -farthest
	}
	return math.Min(v, farthest)
}

// inverse returns the map back; ok is false where there is none.
func (m matrix) inverse() (inv matrix, ok bool) {
	det := m.a*m.d - m.b*m.c
	if det == 0 || !finite(det) {
		return identity, false
	}
	return matrix{
		a: m.d / det,
		b: -m.b / det,
		c: -m.c / det,
		d: m.a / det,
		e: (m.c*m.f - m.d*m.e) / det,
		f: (m.b*m.e - m.a*m.f) / det,
	}, true
}

// scale returns by how much lengths grow, in the geometric mean of all directions.
func (m matrix) scale() float64 {
	return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c))
}

type point struct{ x, y float64 }

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
