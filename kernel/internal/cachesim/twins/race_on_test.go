//go:build race

package twins

const raceDetector = true
