//go:build unix

package measure

import (
	"syscall"
	"time"
)

// readCPU returns the processor time that the process has used so far. It
// costs under a microsecond.
func readCPU() CPU {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return CPU{Unavailable: "getrusage: " + err.Error()}
	}
	return CPU{User: time.Duration(u.Utime.Nano()), System: time.Duration(u.Stime.Nano())}
}
