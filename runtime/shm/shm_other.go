//go:build unix && !linux

package shm

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// open makes a file of that many bytes without a name.
func open(bytes int) (*os.File, error) {
	file, err := os.CreateTemp("", "weft-shm-*")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.Remove(file.Name()), file.Truncate(int64(bytes))); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// reopen opens the file of a handle, which must be of this process.
func reopen(h Handle) (*os.File, error) {
	if h.PID != os.Getpid() {
		return nil, fmt.Errorf("memory of another process needs Linux, which opens its descriptors under /proc: %w", errors.ErrUnsupported)
	}
	syscall.ForkLock.RLock()
	fd, err := syscall.Dup(h.FD)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, fmt.Errorf("the slice was %w", ErrClosed)
	}
	return os.NewFile(uintptr(fd), "weft-shm"), nil
}

// retire takes the memory behind b away, and keeps its addresses for a while.
func retire(b []byte) error {
	if err := syscall.Mprotect(b, syscall.PROT_NONE); err != nil {
		return os.NewSyscallError("mprotect", err)
	}
	return release(b)
}

// fits reports an error if the machine can't hold that many bytes. Here the
// file system says so.
func fits(bytes int) error { return nil }
