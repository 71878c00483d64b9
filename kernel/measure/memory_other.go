//go:build !linux

package measure

import "errors"

// errNoRSS is why resident memory is not known: getrusage has its peak over the
// life of the process only, which no run could be told from.
var errNoRSS = errors.New("resident memory of a run is told by Linux only")

func readRSS() (int64, error)  { return 0, errNoRSS }
func readPeak() (int64, error) { return 0, errNoRSS }
func resetPeak() error         { return errNoRSS }
