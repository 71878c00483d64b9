// Command loops runs one loop over matrices of order n and prints where they
// are, so that what cachegrind counts for it can be compared with a simulation
// at the same addresses.
//
//	go build -ldflags=-checklinkname=0 && ./loops ijk 256
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// stopTheWorld is the runtime's own. Afterwards its monitor thread sleeps: it
// wakes every 10 ms otherwise, to be fetched into the last level some twenty
// lines at a time, and where a matrix just fits there each of these costs a whole
// set, again and again: up to 19 % more misses were counted.
//
//go:linkname stopTheWorld runtime.stopTheWorld
func stopTheWorld(reason uint8) struct {
	reason                             uint8
	started, finished, stoppingCPUTime int64
}

func main() {
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	c, a, b := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
	fmt.Printf("%d %d %d\n", at(c), at(a), at(b))
	stopTheWorld(0)
	fill(a, 1)
	fill(b, 2)
	switch os.Args[1] {
	case "ijk":
		ijk(c, a, b, n)
	case "ikj":
		ikj(c, a, b, n, 0)
	case "blocked":
		blocked(c, a, b, n, 0)
	case "rowsum":
		c[0] = rowSum(a, n)
	case "columnsum":
		c[0] = columnSum(a, n)
	case "transpose":
		transpose(c, a, n)
	}
	syscall.Exit(0)
}

func at(s []float64) uintptr { return uintptr(unsafe.Pointer(&s[0])) }

//go:noinline
func fill(a []float64, x float64) {
	for i := range a {
		a[i] = x
	}
}

//go:noinline
func ijk(c, a, b []float64, n int) {
	for i := 0; i < n; i++ {
		row := a[i*n:][:n]
		for j := 0; j < n; j++ {
			sum := 0.0
			for k, x := range row {
				sum += x * b[k*n+j]
			}
			c[i*n+j] = sum
		}
	}
}

// zero is 0; the compiler, if it knew, would call the runtime to clear c, and
// what that does would not be counted here.
//
//go:noinline
func ikj(c, a, b []float64, n int, zero float64) {
	for i := range c {
		c[i] = zero
	}
	for i := 0; i < n; i++ {
		to := c[i*n:][:n]
		for k := 0; k < n; k++ {
			x := a[i*n+k]
			for j, y := range b[k*n:][:n] {
				to[j] += x * y
			}
		}
	}
}

//go:noinline
func blocked(c, a, b []float64, n int, zero float64) {
	const blockRows, blockCols = 64, 256
	for i := range c {
		c[i] = zero
	}
	for j := 0; j < n; j += blockCols {
		wide := min(blockCols, n-j)
		for k := 0; k < n; k += blockRows {
			for i := 0; i < n; i++ {
				for r := k; r < min(k+blockRows, n); r++ {
					x := a[i*n+r]
					to := c[i*n+j:][:wide]
					for l, y := range b[r*n+j:][:wide] {
						to[l] += x * y
					}
				}
			}
		}
	}
}

//go:noinline
func rowSum(a []float64, n int) (sum float64) {
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			sum += a[i*n+j]
		}
	}
	return sum
}

//go:noinline
func columnSum(a []float64, n int) (sum float64) {
	for j := 0; j < n; j++ {
		for i := 0; i < n; i++ {
			sum += a[i*n+j]
		}
	}
	return sum
}

//go:noinline
func transpose(b, a []float64, n int) {
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			b[j*n+i] = a[i*n+j]
		}
	}
}
