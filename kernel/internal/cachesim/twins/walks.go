package twins

import "math/rand/v2"

func square(factor float64) func(n int) float64 {
	return func(n int) float64 { return factor * float64(n) * float64(n) }
}

// rowSum adds a matrix up along its rows.
var rowSum = &Twin{
	Kernel: "rowsum", Variant: "serial", Doc: matrixDoc, Most: 1 << 15,
	Arrays:   matrices("a"),
	Sites:    []string{"a[i*n+j]"},
	Accesses: square(1),
	Run: func(l *Loop, n int, at []uint64) {
		for i := range n {
			if !l.run(n, load(0, at[0], i*n, 1)) {
				return
			}
		}
	},
}

// columnSum adds a matrix up along its columns.
var columnSum = &Twin{
	Kernel: "columnsum", Variant: "serial", Doc: matrixDoc, Most: 1 << 15,
	Arrays:   matrices("a"),
	Sites:    []string{"a[i*n+j]"},
	Accesses: square(1),
	Run: func(l *Loop, n int, at []uint64) {
		for j := range n {
			if !l.run(n, load(0, at[0], j, n)) {
				return
			}
		}
	},
}

// transpose reads rows and writes columns.
var transpose = &Twin{
	Kernel: "transpose", Variant: "serial", Doc: matrixDoc, Most: 1 << 15,
	Arrays:   matrices("b", "a"),
	Sites:    []string{"a[i*n+j]", "b[j*n+i]"},
	Accesses: square(2),
	Run: func(l *Loop, n int, at []uint64) {
		b, a := at[0], at[1]
		for i := range n {
			if !l.run(n, load(0, a, i*n, 1), store(1, b, i, n)) {
				return
			}
		}
	},
}

// side of a block in transposeBlocked: 32·32·8 bytes twice are half of the usual
// first-level cache.
const side = 32

// transposeBlocked transposes block by block.
var transposeBlocked = &Twin{
	Kernel: "transpose", Variant: "serial:blocked", Short: []string{"blocked"}, Doc: matrixDoc, Most: 1 << 15,
	Arrays:   matrices("b", "a"),
	Sites:    []string{"a[i*n+j]", "b[j*n+i]"},
	Accesses: square(2),
	Run: func(l *Loop, n int, at []uint64) {
		b, a := at[0], at[1]
		for from := 0; from < n; from += side {
			for left := 0; left < n; left += side {
				for i := from; i < min(from+side, n); i++ {
					if !l.run(min(side, n-left), load(0, a, i*n+left, 1), store(1, b, left*n+i, n)) {
						return
					}
				}
			}
		}
	},
}

// diffusionSteps are as many steps of diffusion as are simulated: the third is
// like all that follow.
const diffusionSteps = 3

// diffusionRows is diffusion.Serial for a few steps: five neighbours are read, one
// cell of the other grid is written.
var diffusionRows = &Twin{
	Kernel: "diffusion", Variant: "serial", Doc: "n is the side of the grid; 3 steps are simulated", Most: 1 << 14,
	Arrays:   matrices("u", "v"),
	Sites:    []string{"up[x]", "down[x]", "mid[x-1]", "mid[x+1]", "mid[x]", "to[x]"},
	Accesses: square(6 * diffusionSteps),
	Run: func(l *Loop, n int, at []uint64) {
		for step := range diffusionSteps {
			from, to := at[step%2], at[1-step%2]
			for y := range n {
				up, mid, down := (y+n-1)%n*n, y*n, (y+1)%n*n
				edge := func(x, left, right int) {
					l.run(1, load(0, from, up+x, 1), load(1, from, down+x, 1), load(2, from, mid+left, 1),
						load(3, from, mid+right, 1), load(4, from, mid+x, 1), store(5, to, mid+x, 1))
				}
				edge(0, n-1, min(1, n-1))
				if n > 1 {
					l.run(n-2, load(0, from, up+1, 1), load(1, from, down+1, 1), load(2, from, mid, 1),
						load(3, from, mid+2, 1), load(4, from, mid+1, 1), store(5, to, mid+1, 1))
					edge(n-1, n-2, 0)
				}
				if l.stopped {
					return
				}
			}
		}
	},
}

// triad is stream.Serial: a[i] = b[i] + q·c[i].
var triad = &Twin{
	Kernel: "stream", Variant: "serial", Short: []string{"triad"}, Doc: "n is the number of elements of each array", Most: 1 << 28,
	Arrays:   func(n int) []Array { return []Array{{"a", n, 8}, {"b", n, 8}, {"c", n, 8}} },
	Sites:    []string{"b[i]", "c[i]", "a[i]"},
	Accesses: func(n int) float64 { return 3 * float64(n) },
	Run: func(l *Loop, n int, at []uint64) {
		l.run(n, load(0, at[1], 0, 1), load(1, at[2], 0, 1), store(2, at[0], 0, 1))
	},
}

// place is what a place of pointerchase takes.
const place = 64

// chase is pointerchase.Serial: once around a ring in random order; the ring is
// another one of the same kind.
var chase = &Twin{
	Kernel: "pointerchase", Variant: "serial", Doc: "n is the number of places, of 64 bytes each", Most: 1 << 24,
	Arrays:   func(n int) []Array { return []Array{{"cells", n, place}} },
	Sites:    []string{"cells[at]"},
	Accesses: func(n int) float64 { return float64(n) },
	Run: func(l *Loop, n int, at []uint64) {
		// Sattolo, "An Algorithm to Generate a Random Cyclic Permutation", 1986.
		next := make([]int32, n)
		for i := range next {
			next[i] = int32(i)
		}
		r := rand.New(rand.NewPCG(42, 0))
		for i := n - 1; i > 0; i-- {
			j := r.IntN(i)
			next[i], next[j] = next[j], next[i]
		}
		here := int32(0)
		for range n {
			l.one(load(0, at[0]+place*uint64(here), 0, 1))
			if here = next[here]; l.stopped {
				return
			}
		}
	},
}
