//go:build race

package front

// raceEnabled: the session of the tests is then a binary of its own, without
// the detector, because yaegi's ExecuteWithContext races by itself when a run
// is stopped.
const raceEnabled = true
