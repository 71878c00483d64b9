package measure

import (
	"io"
	"math"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/counters"
)

// sinkFloat and sinkInt keep work from being dropped. Tests that use them run
// one after the other.
var (
	sinkFloat float64
	sinkInt   int
)

// Archetypes of the four groups, each clear without doubt.
func archetypes(t *testing.T) []struct {
	name, want string
	body       func()
} {
	spin := func() {
		x := 1.0
		for range 200_000 {
			x = math.Sqrt(x + 1)
		}
		sinkFloat = x
	}
	sleep := func() { time.Sleep(2 * time.Millisecond) }

	// A byte goes to and fro over the loopback interface.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		io.Copy(c, c)
		c.Close()
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	b := make([]byte, 1)
	loopback := func() {
		if _, err := c.Write(b); err != nil {
			t.Error(err)
		}
		if _, err := io.ReadFull(c, b); err != nil {
			t.Error(err)
		}
	}

	big := make([]float64, 16<<20) // 128 MiB
	for i := range big {
		big[i] = 1
	}
	stream := func() {
		for i := range big {
			big[i] = big[i]*0.5 + 1
		}
	}
	// A cycle through all lines of 128 MiB, in an order that no prefetcher knows.
	next := make([]int32, 32<<20)
	const lines, line = 2 << 20, 16
	at := int32(0)
	for i := int32(0); i < lines; i++ {
		to := (at*5 + 1) % lines // a full cycle: Knuth, TAOCP 2, 3.2.1.2, theorem A
		next[at*line] = to * line
		at = to
	}
	place := int32(0)
	chase := func() {
		for range 20_000 {
			place = next[place]
		}
	}

	tasks := make(chan int)
	t.Cleanup(func() { close(tasks) })
	results := make(chan int)
	go func() {
		for n := range tasks {
			results <- n + 1
		}
	}()
	dispatch := func() {
		for i := range 100 {
			tasks <- i
			sinkInt += <-results
		}
	}
	spawn := func() {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i := range 100 {
			wg.Go(func() {
				mu.Lock()
				sinkInt += i
				mu.Unlock()
			})
		}
		wg.Wait()
	}
	var kept [64][]byte
	garbage := func() {
		for i := range 1000 {
			kept[i%64] = make([]byte, 64)
		}
	}
	return []struct {
		name, want string
		body       func()
	}{
		{"spin", CPUBound, spin}, {"sleep", IOBound, sleep}, {"loopback", IOBound, loopback},
		{"stream", MemoryBound, stream}, {"chase", MemoryBound, chase},
		{"dispatch", Overhead, dispatch}, {"spawn", Overhead, spawn}, {"garbage", Overhead, garbage},
	}
}

func TestClassify(t *testing.T) {
	for _, a := range archetypes(t) {
		t.Run(a.name, func(t *testing.T) {
			// Other tests and programs may use the machine: the best of three.
			var c Classification
			for range 3 {
				var err error
				if c, err = Classify(ClassifyOptions{PerfOptions: PerfOptions{Text: a.name, Engine: "compiled", Runs: 5}, Misses: Figure{Unavailable: "no simulation of tests"}}, a.body); err != nil {
					t.Fatal(err)
				}
				if c.Group == a.want || raceDetector() {
					break
				}
			}
			if c.Group != a.want && a.want == MemoryBound {
				switch e := c.find("slowdown beside a streaming neighbour"); {
				case e.Unavailable != "":
					t.Skipf("memory-bound code can't be told here: %s", e.Unavailable)
				case len(c.Notes) > 0:
					t.Skipf("memory-bound code can't be told on a machine as busy as this: %s", c.Notes)
				case e.Value < sharingLimit:
					t.Skipf("without the processor's counters it can't be told here: a streaming neighbour slows %s by %.2f only", a.name, e.Value)
				}
			}
			if c.Group != a.want && !raceDetector() {
				t.Errorf("%s is called %s, want %s\n%s", a.name, c.Group, a.want, c)
			}
			t.Logf("%s", c)
		})
	}
}

func (c Classification) find(name string) Evidence {
	for _, e := range c.Evidence {
		if e.Name == name {
			return e
		}
	}
	return Evidence{Unavailable: "not there"}
}

// What judge makes of figures, without a machine.
func TestJudge(t *testing.T) {
	na := counters.NA("not counted here").Unavailable
	tests := []struct {
		name, want string
		words      string
		set        func(e *evidence)
	}{
		{"computes", CPUBound, "1.00 cores", func(e *evidence) {}},
		{"computes on all", CPUBound, "vector", func(e *evidence) { e.cores.Value = 8 }},
		{"waits", IOBound, "it waits", func(e *evidence) { e.idle.Value, e.cores.Value = 90, 0.1 }},
		{"waits and dispatches", IOBound, "it waits", func(e *evidence) { e.idle.Value, e.overhead.Value = 90, 90 }},
		{"system", IOBound, "55 %", func(e *evidence) { e.system.Value = 55 }},
		{"fresh memory", Overhead, "page faults", func(e *evidence) { e.system.Value, e.fault.Value, e.faults.Value = 55, 40, 1e6 }},
		{"goroutines", Overhead, "goroutines", func(e *evidence) { e.overhead.Value, e.system.Value = 60, 50 }},
		{"garbage", Overhead, "allocating", func(e *evidence) { e.alloc.Value, e.sharing.Value = 60, 2 }},
		{"memory", MemoryBound, "1.70 times", func(e *evidence) { e.sharing.Value = 1.7 }},
		{"misses", MemoryBound, "cache misses", func(e *evidence) { e.misses.Unavailable, e.misses.Value = "", 70 }},
		{"misses not known", CPUBound, "busy", func(e *evidence) { e.misses.Value = 70 }},
		{"simulated and slowed down", MemoryBound, "simulated", func(e *evidence) { e.simulated.Value, e.sharing.Value = 70, 1.05 }},
		{"simulated, not slowed down", CPUBound, "busy", func(e *evidence) { e.simulated.Value = 70 }},
		{"simulated, one core", MemoryBound, "simulated", func(e *evidence) { e.simulated.Value, e.sharing.Unavailable = 70, na }},
		{"simulated, restless", MemoryBound, "simulated", func(e *evidence) { e.simulated.Value, e.restless, e.sharing.Value = 70, true, 1 }},
		{"traffic", MemoryBound, "what memory gives", func(e *evidence) { e.rate.Value, e.simulated.Value = 80, 900 }},
		{"nothing known", CantTell, "not counted here", func(e *evidence) { e.cores.Unavailable = na }},
	}
	for _, tt := range tests {
		e := &evidence{cores: Evidence{Value: 1}, sharing: Evidence{Value: 1.01}, misses: Evidence{Unavailable: na}}
		tt.set(e)
		if group, verdict := e.judge(); group != tt.want || !strings.Contains(verdict, tt.words) {
			t.Errorf("%s: %s (%s), want %s with %q", tt.name, group, verdict, tt.want, tt.words)
		}
	}
}

// Memory is no faster than a cache, no slower than a disk, and streams more than
// it chases.
func TestMemorySpeed(t *testing.T) {
	latency, bandwidth := memorySpeed()
	if latency < 5e-9 || latency > 5e-6 || bandwidth < 1e8 || bandwidth > 1e12 || lineBytes/latency > bandwidth {
		t.Errorf("latency %v s, bandwidth %v B/s", latency, bandwidth)
	}
	if l, b := memorySpeed(); l != latency || b != bandwidth {
		t.Error("it was measured again")
	}
}
