package supervisor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// oomScore is what the session adds to the kernel's inclination to kill it when
// memory is short, out of 1000; children inherit it (proc_pid_oom_score_adj(5)).
const oomScore = 500

// socketPair returns the two ends of a stream socket: ours for the poller, the
// child's as a blocking descriptor. Both are closed on exec.
func socketPair() (ours, theirs *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := syscall.SetNonblock(fds[0], true); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "link"), os.NewFile(uintptr(fds[1]), "link"), nil
}

// killFirst asks the kernel to prefer the process when memory is short.
func killFirst(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid), []byte(strconv.Itoa(oomScore)), 0)
}

// Values of waitid(2) that package syscall lacks (asm-generic/siginfo.h).
const (
	pPID      = 1 // P_PID
	cldExited = 1 // CLD_EXITED; otherwise a signal ended it
)

// awaitExit waits for the end of p and leaves it a zombie, so that its number
// stays ours: for the group and the Unix session that have the same.
func awaitExit(p *os.Process) exit {
	// siginfo_t: three ints, padding to the size of a pointer, then pid, uid
	// and status.
	var info [128]byte
	field := func(i int) int { return int(*(*int32)(unsafe.Pointer(&info[i]))) }
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pPID, uintptr(p.Pid),
			uintptr(unsafe.Pointer(&info)), syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		if errno == syscall.EINTR {
			continue
		}
		if errno != 0 {
			panic("BUG: wait for the session: " + errno.Error())
		}
		break
	}
	const code = 8
	status := int(12+unsafe.Sizeof(uintptr(0))-1)/int(unsafe.Sizeof(uintptr(0)))*int(unsafe.Sizeof(uintptr(0))) + 8
	if field(code) == cldExited {
		return exit{code: field(status)}
	}
	return exit{code: -1, signal: field(status)}
}

// sweep kills what is left of the process' Unix session: commands that were
// given process groups of their own. A process that has called setsid itself
// is a daemon that somebody wanted, and stays. pid must not have been reaped.
func sweep(pid int) {
	// Again, as one may have forked while we looked; a fork bomb wins.
	for range 5 {
		killed := false
		dir, err := os.Open("/proc")
		if err != nil {
			return
		}
		names, _ := dir.Readdirnames(-1)
		dir.Close()
		for _, name := range names {
			n, err := strconv.Atoi(name)
			if err != nil || n == pid {
				continue
			}
			if sid, alive := unixSession(n); sid != pid || !alive {
				continue
			}
			// Held by a descriptor, so that the number can't be another's.
			p, err := os.FindProcess(n)
			if err != nil {
				continue
			}
			if sid, _ := unixSession(n); sid == pid {
				killed = p.Kill() == nil || killed
			}
			p.Release()
		}
		if !killed {
			return
		}
	}
}

// unixSession returns the Unix session of a process, 0 when there is none.
func unixSession(pid int) (sid int, alive bool) {
	f, err := statFields(pid)
	if err != nil {
		return 0, false
	}
	sid, _ = strconv.Atoi(string(f[statSession]))
	return sid, f[statState][0] != 'Z' && f[statState][0] != 'X'
}

// Fields of /proc/PID/stat after the name (proc_pid_stat(5), numbers less 3).
const (
	statState   = 0
	statSession = 3
	statUser    = 11
	statSystem  = 12
	statPages   = 21
)

func statFields(pid int) ([][]byte, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	// The name is in parentheses and may contain anything.
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(f) <= statPages {
		return nil, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(f))
	}
	return f, nil
}

// ticks is how many clock ticks the kernel counts in a second; USER_HZ is 100
// on every architecture that Go runs on.
const ticks = 100

func usage(pid int) (cpu time.Duration, rss int64, err error) {
	f, err := statFields(pid)
	if err != nil {
		return 0, 0, fmt.Errorf("usage of session %d: %w", pid, err)
	}
	var n [3]int64
	for i, field := range []int{statUser, statSystem, statPages} {
		if n[i], err = strconv.ParseInt(string(f[field]), 10, 64); err != nil {
			return 0, 0, fmt.Errorf("usage of session %d: %w", pid, err)
		}
	}
	return time.Duration(n[0]+n[1]) * (time.Second / ticks), n[2] * int64(os.Getpagesize()), nil
}

// kernelKills returns how many processes of this machine and container the
// kernel has killed for want of memory, 0 when it does not tell.
func kernelKills() int64 { return countKills(os.DirFS("/")) }

func countKills(root fs.FS) (n int64) {
	files := []string{"proc/vmstat"}
	for _, dir := range memoryGroups(root) {
		files = append(files, dir+"/memory.events", dir+"/memory.oom_control")
	}
	for _, name := range files {
		b, err := fs.ReadFile(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		for line := range bytes.Lines(b) {
			if f := bytes.Fields(line); len(f) == 2 && string(f[0]) == "oom_kill" {
				k, _ := strconv.ParseInt(string(f[1]), 10, 64)
				n += k
			}
		}
	}
	return n
}
