//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package history

import (
	"os"
	"syscall"
	"time"
)

// lock takes the advisory lock of f, waiting at most a second for another
// kernel; a file system without locks, or a kernel that is stopped while it
// holds the lock, must not stop this one. The function gives it back.
func lock(f *os.File) (unlock func()) {
	for range 100 {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err {
		case nil:
			return func() { syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
		case syscall.EWOULDBLOCK, syscall.EINTR:
			time.Sleep(10 * time.Millisecond)
		default:
			return func() {}
		}
	}
	return func() {}
}
