// Package histogram counts how often each byte occurs: many totals that several
// workers add to, some of them far more often than others.
//
//	data := histogram.Data(10_000_000, 1)
//	h := histogram.Serial(data)
//	h = histogram.GoroutineMutex(data, 2)  // a lock around each increment
//	h = histogram.GoroutineAtomic(data, 2) // atomic increments
//	h = histogram.Goroutine(data, 2)       // a table for each worker
//	h.Total()                              // 10000000
//
// It is the example for privatisation next to package sum. Even a single worker
// has a conflict with itself: an increment of the same counter as just before
// has to wait for that one, some five cycles, so that several tables in turn are
// faster than one; see [SerialTables].
package histogram

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// Counts are the numbers of times that each byte occurs.
type Counts [256]int

// Total returns the number of bytes.
func (c *Counts) Total() int {
	total := 0
	for _, n := range c {
		total += n
	}
	return total
}

// Sum returns Σ (byte+1)²·count modulo 2⁶⁴, a checksum.
func (c *Counts) Sum() uint64 {
	sum := uint64(0)
	for b, n := range c {
		sum += uint64(b+1) * uint64(b+1) * uint64(n)
	}
	return sum
}

// add adds o's counts.
func (c *Counts) add(o *Counts) {
	for b, n := range o {
		c[b] += n
	}
}

// Data returns n bytes, each the upper half of the product of two random ones
// of the stream of package rng that seed begins: 0 is 7 times as frequent as it
// would be without the product, 255 never occurs. It panics if n is
// negative or larger than 2³⁴.
func Data(n int, seed uint64) []byte {
	if err := check(n, 0); err != nil {
		panic(fmt.Errorf("histogram: %w", err))
	}
	data := mem.Make[byte](n)
	state := rng.Start(seed, 0)
	for i := 0; i < n; {
		r := rng.Mix(state)
		state += rng.Step
		for k := 0; k < 4 && i < n; k++ {
			data[i] = byte((r & 255) * (r >> 8 & 255) >> 8)
			r >>= 16
			i++
		}
	}
	return data
}

// most is how many bytes there may be.
const most = 1 << 34

// mostWorkers is how many workers there may be.
const mostWorkers = 1024

func check(n, workers int) error {
	switch {
	case n < 0:
		return fmt.Errorf("negative number of bytes %d", n)
	case int64(n) > most:
		return fmt.Errorf("number of bytes %d is larger than %d", n, int64(most))
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	case workers > mostWorkers:
		return fmt.Errorf("number of workers %d is larger than %d", workers, mostWorkers)
	}
	return nil
}

func mustBeFine(workers int) {
	if err := check(0, workers); err != nil {
		panic(fmt.Errorf("histogram: %w", err))
	}
}

// block is how many bytes are counted before asking whether to stop: some 50 µs.
const block = 1 << 16

// A counter has the tables of one worker, and how it counts.
type counter struct {
	counts Counts
	tables [8][256]uint32 // what SerialTables and SIMD count in
	how    func(c *counter, data []byte)
}

// count counts data, block by block. Interrupted, it has counted what it came
// to.
func (c *counter) count(ctx poll.Poll, data []byte) {
	clear(c.counts[:])
	for len(data) > 0 && !ctx.Stopped() {
		some := data[:min(block, len(data))]
		c.how(c, some)
		data = data[len(some):]
	}
}

// plain counts in one table.
func plain(c *counter, data []byte) {
	for _, b := range data {
		c.counts[b]++
	}
}

// tables counts in four tables in turn, which are then added up.
func tables(c *counter, data []byte) {
	t := &c.tables
	for len(data) >= 4 {
		t[0][data[0]]++
		t[1][data[1]]++
		t[2][data[2]]++
		t[3][data[3]]++
		data = data[4:]
	}
	plain(c, data)
	c.gather(4)
}

// gather adds the first tables to the counts and clears them.
func (c *counter) gather(tables int) {
	for k := range c.tables[:tables] {
		t := &c.tables[k]
		for b, n := range t {
			c.counts[b] += int(n)
		}
		clear(t[:])
	}
}

// background is what typed functions run under: only an interrupt stops them.
func background() poll.Poll { return poll.New(context.Background()) }
