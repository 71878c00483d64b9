package engine

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

const (
	// memoryVariable holds the most memory the session may take, bytes.
	memoryVariable = "WEFT_MEMORY_LIMIT"

	// maxStack bounds a goroutine's stack, bytes. An endless recursion has to
	// fill it before Go stops it: 128 MB take 0.3 s, Go's own 1 GB 1.7 s.
	// It leaves an interpreted recursion 100,000 levels.
	maxStack = 128 << 20
)

// limitMemory makes allocations beyond limit bytes fail, so that a runaway
// cell ends the session with Go's "out of memory" and not the machine. The
// collector works harder from 90 % on. RLIMIT_DATA counts writable private
// memory: what is reserved but not writable, and memory shared between
// processes, is free.
func limitMemory(limit string) error {
	if limit == "" {
		return nil
	}
	n, err := strconv.ParseUint(limit, 10, 63)
	if err != nil {
		return fmt.Errorf("%s=%q is not a number of bytes", memoryVariable, limit)
	}
	debug.SetMemoryLimit(int64(n / 10 * 9))
	r := syscall.Rlimit{Cur: n, Max: n}
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &r); err != nil {
		return fmt.Errorf("limit the session's memory to %d bytes: %w", n, err)
	}
	// The kernel's own killer shall take the session, never the front.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	return nil
}

// processTime returns the user and system time of the process so far.
func processTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
