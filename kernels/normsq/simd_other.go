//go:build !amd64 || noasm

package normsq

// units adds up whole units: there is no assembly for this machine.
func units(x []float64) float64 { return lanes(x) }
