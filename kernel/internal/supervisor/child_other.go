//go:build !linux

package supervisor

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// socketPair returns the two ends of a stream socket: ours for the poller, the
// child's as a blocking descriptor. Both are closed on exec.
func socketPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	if err := syscall.SetNonblock(fds[0], true); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "link"), os.NewFile(uintptr(fds[1]), "link"), nil
}

// killFirst does nothing: the system decides by itself.
func killFirst(int) error { return nil }

// awaitExit waits for the end of p and reaps it.
func awaitExit(p *os.Process) exit {
	state, err := p.Wait()
	if err != nil {
		return exit{code: -1, signal: sigKill}
	}
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return exit{code: -1, signal: int(w.Signal())}
	}
	return exit{code: state.ExitCode()}
}

// sweep does nothing: only the process group is ended.
func sweep(int) {}

func usage(int) (time.Duration, int64, error) {
	return 0, 0, errors.New("usage of another process: not known on this system")
}

// kernelKills returns 0: the system does not tell.
func kernelKills() int64 { return 0 }
