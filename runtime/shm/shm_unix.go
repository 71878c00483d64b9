//go:build unix

package shm

import (
	"os"
	"sync"
	"syscall"
)

// mapFile maps bytes of a file, to be shared.
func mapFile(file *os.File, bytes int) ([]byte, error) {
	b, err := syscall.Mmap(int(file.Fd()), 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return b, nil
}

// identify returns what tells a file from others, and its size.
func identify(file *os.File) (inode uint64, bytes int, err error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(file.Fd()), &st); err != nil {
		return 0, 0, os.NewSyscallError("fstat", err)
	}
	return st.Ino, int(st.Size), nil
}

// retired holds the address ranges that were closed last.
var retired struct {
	sync.Mutex
	ranges [64][]byte
	next   int
}

// release gives the address range that has been retired longest back, and
// keeps b in its place.
func release(b []byte) error {
	retired.Lock()
	defer retired.Unlock()
	oldest := retired.ranges[retired.next]
	retired.ranges[retired.next] = b
	retired.next = (retired.next + 1) % len(retired.ranges)
	if oldest == nil {
		return nil
	}
	return os.NewSyscallError("munmap", syscall.Munmap(oldest))
}
