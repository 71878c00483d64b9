//go:build !linux

package proc

import (
	"sync/atomic"
	"time"
)

// futexWait stands in for Linux's futex(2): it looks again and again.
func futexWait(word *uint32, old uint32, atMost time.Duration) {
	for end := time.Now().Add(atMost); atomic.LoadUint32(word) == old && time.Now().Before(end); {
		time.Sleep(50 * time.Microsecond)
	}
}

func futexWake(word *uint32, n int) {}
