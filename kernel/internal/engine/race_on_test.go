//go:build race

package engine

// raceEnabled: yaegi's ExecuteWithContext writes its results from two
// goroutines when its context ends, so stopping a run is a race by itself.
const raceEnabled = true
