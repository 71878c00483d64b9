package shm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"unsafe"
)

// Of memfd_create(2) and fcntl(2).
const (
	mfdCloexec      = 1
	mfdAllowSealing = 2
	fAddSeals       = 1033
	sealSeal        = 1
	sealShrink      = 2
	sealGrow        = 4
)

// open makes a file of that many bytes that exists in memory only. Its size is
// sealed: nobody can cut it short under the others, whose access would then be
// a bus error.
func open(bytes int) (*os.File, error) {
	name := [...]byte{'w', 'e', 'f', 't', 0}
	fd, _, errno := syscall.Syscall(memfdCreate, uintptr(unsafe.Pointer(&name[0])), mfdCloexec|mfdAllowSealing, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("memfd_create", errno)
	}
	file := os.NewFile(fd, "memfd:weft")
	if err := syscall.Ftruncate(int(fd), int64(bytes)); err != nil {
		file.Close()
		return nil, os.NewSyscallError("ftruncate", err)
	}
	if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, fAddSeals, sealSeal|sealShrink|sealGrow); errno != 0 {
		file.Close()
		return nil, os.NewSyscallError("fcntl F_ADD_SEALS", errno)
	}
	return file, nil
}

// reopen opens the file of a handle's process.
func reopen(h Handle) (*os.File, error) {
	file, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/%d", h.PID, h.FD), os.O_RDWR|syscall.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", h.PID)); err != nil {
			return nil, fmt.Errorf("the process has ended: %w", ErrClosed)
		}
		return nil, fmt.Errorf("the slice was %w there", ErrClosed)
	case err != nil && !errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the slice was %w there (%w)", ErrClosed, err) // the number is another file's now
	}
	return file, err
}

// retire takes the memory behind b away. The addresses stay reserved for a
// while, so that a slice which somebody kept faults instead of showing what is
// mapped there next.
func retire(b []byte) error {
	_, _, errno := syscall.Syscall6(syscall.SYS_MMAP, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), syscall.PROT_NONE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_FIXED|syscall.MAP_NORESERVE, ^uintptr(0), 0)
	if errno != 0 {
		return os.NewSyscallError("mmap", errno)
	}
	return release(b)
}
