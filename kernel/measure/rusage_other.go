//go:build !unix

package measure

import "runtime"

// readCPU says why processor time is not known.
func readCPU() CPU {
	return CPU{Unavailable: "not read on " + runtime.GOOS}
}
