//go:build unix

package supervisor

import (
	"os"
	"syscall"
)

// ownSession gives the child a Unix session, and so a process group, of its
// own: a terminal's Ctrl-C does not reach it, and all that it starts can be
// found. (Pdeathsig is not used: it follows the thread that forked, not us.)
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true}
}

// killGroup kills all processes of the group that pid leads.
func killGroup(pid int) {
	// The only error is that there is none left.
	_ = syscall.Kill(-pid, syscall.SIGKILL)
}

// shutdownRead makes reading f return what has arrived, then its end.
func shutdownRead(f *os.File) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.Shutdown(int(fd), syscall.SHUT_RD)
	})
}
