package counters

import (
	"syscall"
	"time"
)

// ThreadCPU returns the processor time of the calling thread in seconds, user and
// system. It means something between two calls of a goroutine that has locked
// its thread (runtime.LockOSThread). It costs under a microsecond.
func ThreadCPU() Value {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		return NA("getrusage: " + err.Error())
	}
	return Num(time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds())
}
