//go:build unix

package cachesim

import (
	"syscall"
	"testing"
	"time"
)

// accesses reports the simulator's speed by CPU time, which other programs
// disturb less than wall time: each of b.N rounds makes n accesses.
func accesses(b *testing.B, n int, round func(c *Cache)) {
	c := New(machines[7])
	round(c)
	from := cpuTime(b)
	for b.Loop() {
		round(c)
	}
	b.ReportMetric(float64(n)*float64(b.N)/(cpuTime(b)-from).Seconds()/1e6, "Maccesses/s")
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkEvents simulates event by event.
func BenchmarkEvents(b *testing.B) {
	for _, bytes := range []int{16 << 10, 256 << 10, 4 << 20, 64 << 20} {
		b.Run("impl=row/bytes="+bytesText(bytes), func(b *testing.B) {
			accesses(b, bytes/8, func(c *Cache) {
				for a := range bytes / 8 {
					c.Load(1<<30+uint64(a)*8, 8)
				}
			})
		})
	}
	b.Run("impl=triad/bytes=24K", func(b *testing.B) {
		accesses(b, 3*1024, func(c *Cache) {
			for i := range uint64(1024) {
				c.Load(1<<30+8*i, 8)
				c.Load(2<<30+8*i+8192, 8)
				c.Store(3<<30+8*i+16384, 8)
			}
		})
	})
	b.Run("impl=ijk/n=256", func(b *testing.B) { // one row of C
		const n = 256
		accesses(b, n*n*2, func(c *Cache) {
			for j := range uint64(n) {
				for k := range uint64(n) {
					c.Load(1<<30+8*k, 8)
					c.Load(2<<30+8*(k*n+j), 8)
				}
			}
		})
	})
	b.Run("impl=chase/bytes=16M", func(b *testing.B) {
		accesses(b, 1<<18, func(c *Cache) {
			at := uint64(0)
			for range 1 << 18 {
				at = (at*1664525 + 1013904223) & (1<<18 - 1)
				c.Load(1<<30+at*64, 8)
			}
		})
	})
}

// BenchmarkRuns simulates regular runs.
func BenchmarkRuns(b *testing.B) {
	for _, bytes := range []int{16 << 10, 256 << 10, 4 << 20, 64 << 20} {
		b.Run("impl=row/bytes="+bytesText(bytes), func(b *testing.B) {
			accesses(b, bytes/8, func(c *Cache) { c.Run(1<<30, 8, bytes/8, 8, false) })
		})
		b.Run("impl=triad/bytes="+bytesText(3*bytes), func(b *testing.B) {
			accesses(b, 3*bytes/8, func(c *Cache) {
				c.Runs(bytes/8, []Stream{{Addr: 1 << 30, Stride: 8, Size: 8}, {Addr: 2<<30 + 8192, Stride: 8, Size: 8}, {Addr: 3<<30 + 16384, Stride: 8, Size: 8, Write: true}})
			})
		})
	}
	b.Run("impl=ijk/n=256", func(b *testing.B) {
		const n = 256
		accesses(b, n*n*2, func(c *Cache) {
			for j := range uint64(n) {
				c.Runs(n, []Stream{{Addr: 1 << 30, Stride: 8, Size: 8}, {Addr: 2<<30 + 8*j, Stride: 8 * n, Size: 8}})
			}
		})
	})
}
