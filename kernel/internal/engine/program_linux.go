package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

// ownGroup gives a program a process group, so that an interrupt reaches all
// of it, and has it killed when the session dies.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// fionread is FIONREAD (asm-generic/ioctls.h).
const fionread = 0x541b

// waitsForInput says whether a thread of the process waits in read(2) for its
// standard input, whose writing end is input, while that is empty; known is
// false where the system does not tell.
func waitsForInput(pid int, input *os.File) (waits, known bool) {
	raw, err := input.SyscallConn()
	if err != nil {
		return false, true // it is over
	}
	var left int32
	_ = raw.Control(func(fd uintptr) {
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, fd, fionread, uintptr(unsafe.Pointer(&left)))
	})
	if left > 0 {
		return false, true
	}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	// "0 0x0 0xc000012000 …": number and arguments, or "running"
	// (proc_pid_syscall(5)).
	want := fmt.Sprintf("%d 0x0 ", syscall.SYS_READ)
	for _, t := range threads {
		b, err := os.ReadFile(t)
		if errors.Is(err, fs.ErrPermission) {
			return false, false
		}
		if strings.HasPrefix(string(b), want) {
			return true, true
		}
	}
	return false, true
}
