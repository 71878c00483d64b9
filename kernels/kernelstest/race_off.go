//go:build !race

package kernelstest

const raceDetector = false
