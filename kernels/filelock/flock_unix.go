//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package filelock

import (
	"fmt"
	"syscall"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// needFlock says why there is no flock(2) here: there is.
func needFlock() error { return nil }

// A flock locks an open file by flock(2). Locks belong to what open(2) returned,
// so goroutines that each have opened the file exclude each other as processes
// do. The system takes it back when the file is closed or the process ends.
type flock struct{ c *counter }

// lock waits in the system. Nobody but the workers of one run knows the file,
// and none of them holds the lock for longer than an increment, so the poll need
// not be asked meanwhile.
func (l flock) lock(poll.Poll) error { return l.do(syscall.LOCK_EX) }
func (l flock) unlock() error        { return l.do(syscall.LOCK_UN) }

func (l flock) do(how int) error {
	for {
		err := syscall.Flock(int(l.c.fd), how)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("flock %s: %w", l.c.file.Name(), err)
		}
		return nil
	}
}
