//go:build !linux

package engine

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

const (
	memoryVariable = "WEFT_MEMORY_LIMIT"
	maxStack       = 256 << 20
)

// limitMemory tells the collector the limit; only Linux can also enforce it.
func limitMemory(limit string) error {
	if limit == "" {
		return nil
	}
	n, err := strconv.ParseInt(limit, 10, 64)
	if err != nil {
		return fmt.Errorf("%s=%q is not a number of bytes", memoryVariable, limit)
	}
	debug.SetMemoryLimit(n / 10 * 9)
	return nil
}

func processTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
