//go:build unix

package proc

import (
	"os"
	"syscall"
)

// socketpair returns two connected sockets that no other process inherits. The
// first is ours.
func socketpair() (mine, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	// Not blocking, so that Go's poller waits for them.
	for _, fd := range fds {
		if err := syscall.SetNonblock(fd, true); err != nil {
			syscall.Close(fds[0])
			syscall.Close(fds[1])
			return nil, nil, os.NewSyscallError("fcntl", err)
		}
	}
	return os.NewFile(uintptr(fds[0]), "link"), os.NewFile(uintptr(fds[1]), "link"), nil
}

// claim makes an inherited descriptor this process's own.
func claim(fd int) error {
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	syscall.CloseOnExec(fd)
	// os.StartProcess made it blocking again.
	return os.NewSyscallError("fcntl", syscall.SetNonblock(fd, true))
}

// processorTime returns the user and system time of this process in ns.
func processorTime() (user, system int64) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	return u.Utime.Nano(), u.Stime.Nano()
}

// alive reports whether a process of that number runs.
func alive(pid int) bool {
	return syscall.Kill(pid, 0) != syscall.ESRCH && !zombie(pid)
}
