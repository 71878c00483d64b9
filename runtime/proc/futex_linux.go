package proc

import (
	"syscall"
	"time"
	"unsafe"
)

// Of futex(2), without the flag for a single process.
const (
	futexWaitOp = 0
	futexWakeOp = 1
)

// futexWait sleeps while *word is old, until it is woken or the time is over.
// It may return for no reason.
func futexWait(word *uint32, old uint32, atMost time.Duration) {
	ts := syscall.NsecToTimespec(int64(atMost))
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWaitOp, uintptr(old), uintptr(unsafe.Pointer(&ts)), 0, 0)
}

// futexWake wakes up to n of those that sleep on word.
func futexWake(word *uint32, n int) {
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWakeOp, uintptr(n), 0, 0, 0)
}
