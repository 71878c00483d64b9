//go:build race

package complete

const raceDetector = true
