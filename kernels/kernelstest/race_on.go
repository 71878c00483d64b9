//go:build race

package kernelstest

// The race detector allocates in our name, and takes its time.
const raceDetector = true
