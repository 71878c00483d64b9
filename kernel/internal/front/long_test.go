package front

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// TestLongSession runs 10,000 cells: the last must be as quick as the first,
// and neither process may keep what a cell has left behind.
func TestLongSession(t *testing.T) {
	if testing.Short() {
		t.Skip("10,000 cells")
	}
	f := newFront(t, Options{})
	const cells = 10000
	var took []time.Duration
	var front, session [2]int64 // bytes after a warm-up and at the end
	for i := range cells {
		code := "k := 0"
		switch {
		case i == 0:
		case i%50 == 1:
			code = fmt.Sprintf("func f(x int) int { return x + %d }", i)
		case i%2 == 0:
			code = "k = k + 1"
		default:
			code = "fmt.Println(k)"
		}
		var p page
		start := time.Now()
		r := f.Execute(context.Background(), &wire.ExecuteRequest{Code: code, Count: i + 1, StoreHistory: true}, &p)
		took = append(took, time.Since(start))
		if r.Status != wire.OK {
			t.Fatalf("cell %d: %s", i+1, p.String())
		}
		if i == cells/10 {
			front[0], session[0] = heap(), resident(t, f.session.PID())
		}
	}
	front[1], session[1] = heap(), resident(t, f.session.PID())
	first, last := quickest(took[:1000]), quickest(took[cells-1000:])
	t.Logf("a cell of the first thousand took %v, of the last %v", first, last)
	t.Logf("front's heap %d -> %d kB, session %d -> %d kB", front[0]>>10, front[1]>>10, session[0]>>10, session[1]>>10)
	// The ratio is 0.9 to 1.1 on a quiet machine; a busy one may double it.
	if last > 2*first && last-first > 200*time.Microsecond {
		t.Errorf("a cell of the last thousand took %v, of the first %v", last, first)
	}
	const perCell = 3 << 10 // bytes; 1.3 kB when measured
	if grown := session[1] - session[0]; grown > cells*perCell {
		t.Errorf("the session grew by %d bytes in %d cells", grown, cells)
	}
	if grown := front[1] - front[0]; grown > cells*2<<10 {
		t.Errorf("the front's heap grew by %d bytes in %d cells", grown, cells)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// resident returns a process' resident memory, bytes.
func resident(t *testing.T, pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Skip("no /proc here")
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// quickest is the least of the medians of a hundred each, so that what else the
// machine does in between does not count.
func quickest(d []time.Duration) time.Duration {
	var medians []time.Duration
	for hundred := range slices.Chunk(d, 100) {
		medians = append(medians, median(hundred))
	}
	return slices.Min(medians)
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

func BenchmarkCell(b *testing.B) {
	for name, code := range map[string]string{
		"statement": "k = 1", "expression": "k + 41", "print": "fmt.Println(7)", "define": "v := 1\nfunc g(x int) int { return x + v }",
	} {
		b.Run(name, func(b *testing.B) {
			f := newFront(b, Options{})
			var p page
			f.Execute(context.Background(), &wire.ExecuteRequest{Code: "k := 1", Count: 1}, &p)
			n := 1
			for b.Loop() {
				n++
				if r := f.Execute(context.Background(), &wire.ExecuteRequest{Code: code, Count: n}, &page{}); r.Status != wire.OK {
					b.Fatal(r)
				}
			}
		})
	}
}
