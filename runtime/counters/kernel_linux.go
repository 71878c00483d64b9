package counters

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

// perfEventOpen is the system call's number, which package syscall lacks on
// newer architectures (linux/arch/*/syscalls).
var perfEventOpen = map[string]uintptr{
	"386": 336, "amd64": 298, "arm": 364, "arm64": 241, "loong64": 241, "ppc64": 319, "ppc64le": 319, "riscv64": 241, "s390x": 331,
}

// linux is this machine's kernel.
type linux struct{}

func hostKernel() kernel { return linux{} }

const closeOnExec = 1 << 3 // PERF_FLAG_FD_CLOEXEC

func (linux) open(a *attr, tid, leader int) (int, error) {
	number, ok := perfEventOpen[runtime.GOARCH]
	if !ok {
		return -1, fmt.Errorf("performance events are not read on %s", runtime.GOARCH)
	}
	const anyCPU = ^uintptr(0)
	fd, _, no := syscall.Syscall6(number, uintptr(unsafe.Pointer(a)), uintptr(tid), anyCPU, uintptr(leader), closeOnExec, 0)
	if no != 0 {
		return -1, no
	}
	return int(fd), nil
}

func (linux) read(fd int) (v [3]uint64, err error) {
	var b [24]byte
	n, err := syscall.Read(fd, b[:])
	switch {
	case err != nil:
		return v, err
	case n == 0:
		return v, fmt.Errorf("%w: the kernel could not put it onto the processor's counters", io.EOF)
	case n < len(b):
		return v, io.ErrUnexpectedEOF
	}
	for i := range v {
		v[i] = binary.NativeEndian.Uint64(b[8*i:])
	}
	return v, nil
}

func (linux) close(fd int) error { return syscall.Close(fd) }

func (linux) threads() ([]int, error) {
	names, err := linux{}.names("/proc/self/task")
	if err != nil {
		return nil, err
	}
	var list []int
	for _, n := range names {
		if tid, err := strconv.Atoi(n); err == nil {
			list = append(list, tid)
		}
	}
	return list, nil
}

func (linux) readFile(name string) ([]byte, error) { return os.ReadFile(name) }

func (linux) names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list, err
}

func (linux) usage() (Usage, Value) { return ownUsage(), migrations() }
