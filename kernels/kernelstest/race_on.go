//go:build race

package kernelstest

// The race detector allocates in our name.
const raceDetector = true
