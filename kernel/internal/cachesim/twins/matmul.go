package twins

import "math"

const matrixDoc = "n is the order of the matrices"

func matrices(names ...string) func(n int) []Array {
	return func(n int) (list []Array) {
		for _, name := range names {
			list = append(list, Array{name, n * n, 8})
		}
		return list
	}
}

// cube returns a function for the number of accesses of three nested loops.
func cube(factor, square float64) func(n int) float64 {
	return func(n int) float64 { return factor*math.Pow(float64(n), 3) + square*float64(n)*float64(n) }
}

// matmulIJK is matmul.Serial: the inner loop walks down a column of b.
var matmulIJK = &Twin{
	Kernel: "matmul", Variant: "serial", Short: []string{"ijk"}, Doc: matrixDoc, Most: 1 << 13,
	Arrays:   matrices("c", "a", "b"),
	Sites:    []string{"a[i*n+k]", "b[k*n+j]", "c[i*n+j]"},
	Accesses: cube(2, 1),
	Run: func(l *Loop, n int, at []uint64) {
		c, a, b := at[0], at[1], at[2]
		for i := range n {
			for j := range n {
				if !l.run(n, load(0, a, i*n, 1), load(1, b, j, n)) {
					return
				}
				l.one(store(2, c, i*n+j, 1))
			}
		}
	},
}

// matmulIKJ is matmul.SerialIKJ: rows of b, each times an element of a.
var matmulIKJ = &Twin{
	Kernel: "matmul", Variant: "serial:ikj", Short: []string{"ikj"}, Doc: matrixDoc, Most: 1 << 13,
	Arrays:   matrices("c", "a", "b"),
	Sites:    []string{"a[i*n+k]", "b[k*n+j]", "c[i*n+j]", "clear(c)"},
	Accesses: cube(3, 2),
	Run: func(l *Loop, n int, at []uint64) {
		c, a, b := at[0], at[1], at[2]
		l.run(n*n, store(3, c, 0, 1))
		for i := range n {
			for k := range n {
				l.one(load(0, a, i*n+k, 1))
				if !l.run(n, load(1, b, k*n, 1), load(2, c, i*n, 1), store(2, c, i*n, 1)) {
					return
				}
			}
		}
	},
}

// The sides of a block in matmul.SerialBlocked.
const (
	blockRows = 64
	blockCols = 256
)

// matmulBlocked is matmul.SerialBlocked: matmulIKJ by blocks of b.
var matmulBlocked = &Twin{
	Kernel: "matmul", Variant: "serial:blocked", Short: []string{"blocked"}, Doc: matrixDoc, Most: 1 << 13,
	Arrays: matrices("c", "a", "b"),
	Sites:  []string{"a[i*n+k]", "b[k*n+j]", "c[i*n+j]", "clear(c)"},
	Accesses: func(n int) float64 { // a is read again for each column of blocks
		return cube(3, float64(1+(n+blockCols-1)/blockCols))(n)
	},
	Run: func(l *Loop, n int, at []uint64) {
		c, a, b := at[0], at[1], at[2]
		l.run(n*n, store(3, c, 0, 1))
		for j := 0; j < n; j += blockCols {
			wide := min(blockCols, n-j)
			for k := 0; k < n; k += blockRows {
				for i := range n {
					for r := k; r < min(k+blockRows, n); r++ {
						l.one(load(0, a, i*n+r, 1))
						if !l.run(wide, load(1, b, r*n+j, 1), load(2, c, i*n+j, 1), store(2, c, i*n+j, 1)) {
							return
						}
					}
				}
			}
		}
	},
}
