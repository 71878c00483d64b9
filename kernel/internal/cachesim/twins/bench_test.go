//go:build unix

package twins

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/cachesim"
)

// BenchmarkTwins is the simulator's speed on the streams of kernels, by CPU time,
// which other programs disturb less than wall time.
func BenchmarkTwins(b *testing.B) {
	m, err := cachesim.Find("zen3")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		n    int
	}{
		{"matmul:serial", 128}, {"matmul:serial:ikj", 128}, {"matmul:serial:ikj", 256}, {"matmul:serial:blocked", 256},
		{"rowsum", 512}, {"columnsum", 512}, {"transpose", 512}, {"diffusion", 256}, {"stream", 1 << 16}, {"pointerchase", 1 << 14},
	} {
		w, err := Find(c.name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("impl=%s/n=%d", w.Name(), c.n), func(b *testing.B) {
			l := &Loop{Cache: cachesim.New(m)}
			at := Place(w.Arrays(c.n))
			w.Run(l, c.n, at)
			from := cpuTime(b)
			for b.Loop() {
				w.Run(l, c.n, at)
			}
			b.ReportMetric(w.Accesses(c.n)*float64(b.N)/(cpuTime(b)-from).Seconds()/1e6, "Maccesses/s")
		})
	}
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
