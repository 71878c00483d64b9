package twins

import (
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/cachesim"
)

func machine(t *testing.T, name string) cachesim.Machine {
	t.Helper()
	m, err := cachesim.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each twin makes as many accesses as it says, touches every line of its arrays,
// and no other.
func TestTwins(t *testing.T) {
	m := cachesim.Machine{Name: "large", Line: 64, Page: 4096, Levels: []cachesim.Level{{Name: "L1", Size: 64 << 20, Ways: 16}}}
	for _, w := range All {
		for _, n := range []int{1, 2, 3, 31, 32, 33, 70, 300} {
			if n == 300 && w.Accesses(n) > 1e6 && w != matmulBlocked { // which has two columns of blocks then
				continue
			}
			cache := cachesim.New(m)
			arrays := w.Arrays(n)
			at := Place(arrays)
			w.Run(&Loop{Cache: cache}, n, at)
			c := cache.Counts()
			if got, want := float64(c.Accesses()), w.Accesses(n); got != want {
				t.Errorf("%s n=%d: %.0f accesses, it says %.0f", w.Name(), n, got, want)
			}
			var lines uint64
			for _, a := range arrays {
				lines += uint64(a.Len*a.Size+63) / 64
			}
			if got := c.Levels[0].Misses; got != lines {
				t.Errorf("%s n=%d: %d different lines touched, its arrays have %d", w.Name(), n, got, lines)
			}
			for site := range w.Sites {
				if n > 2 && cache.SiteCounts(site).Accesses() == 0 {
					t.Errorf("%s n=%d: no access of %q", w.Name(), n, w.Sites[site])
				}
			}
			if cache.Sites() > len(w.Sites) {
				t.Errorf("%s: site %d has no name", w.Name(), cache.Sites()-1)
			}
		}
	}
}

func TestFind(t *testing.T) {
	for name, want := range map[string]*Twin{
		"matmul": matmulIJK, "matmul:ijk": matmulIJK, "matmul:serial": matmulIJK, "matmul:ikj": matmulIKJ,
		"matmul:serial:blocked": matmulBlocked, "transpose:blocked": transposeBlocked, "stream:triad": triad,
	} {
		if got, err := Find(name); err != nil || got != want {
			t.Errorf("Find(%q) = %v, %v", name, got, err)
		}
	}
	for name, want := range map[string]string{
		"matmul:simd": "choose one of serial, serial:ikj, serial:blocked",
		"nothing":     "pointerchase:serial",
	} {
		if _, err := Find(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%q): error %v, want %q", name, err, want)
		}
	}
	if err := matmulIJK.Check(0); err == nil || matmulIJK.Check(1<<13+1) == nil || matmulIJK.Check(5) != nil {
		t.Errorf("Check: %v", err)
	}
}

func TestPlace(t *testing.T) {
	arrays := []Array{{"a", 10, 8}, {"b", 1 << 20, 8}, {"c", 1, 8}, {"d", 0, 8}}
	at := Place(arrays)
	for i := range at {
		if at[i]%8192 != 0 {
			t.Errorf("%s is at %#x, not at a page", arrays[i].Name, at[i])
		}
		if i > 0 && at[i] < at[i-1]+uint64(arrays[i-1].Len*arrays[i-1].Size) {
			t.Errorf("%s at %#x overlaps %s at %#x", arrays[i].Name, at[i], arrays[i-1].Name, at[i-1])
		}
	}
	if at[1]%(2<<20) != 0 {
		t.Errorf("8 MiB are at %#x, not at a multiple of 2 MiB", at[1])
	}
}

// The lesson: an order that is a power of two puts a column into few sets.
func TestPowerOfTwo(t *testing.T) {
	misses := func(name string, n int) float64 {
		w, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		cache := cachesim.New(machine(t, "zen3"))
		w.Run(&Loop{Cache: cache}, n, Place(w.Arrays(n)))
		return float64(cache.Counts().Levels[0].Misses)
	}
	if times := misses("columnsum", 512) / misses("rowsum", 512); times < 7.9 || times > 8.1 {
		t.Errorf("columns miss %.2f times as often as rows, want 8", times)
	}
	if raceDetector {
		return // one goroutine's arithmetic, which would take a minute
	}
	if times := misses("matmul:ijk", 256) / misses("matmul:ijk", 264); times < 7 || times > 8 {
		t.Errorf("ijk misses %.2f times as often with n=256 as with 264, want 7 to 8", times)
	}
	if times := misses("matmul:ijk", 256) / misses("matmul:ikj", 256); times < 7 || times > 9 {
		t.Errorf("ijk misses %.2f times as often as ikj, want 7 to 9", times)
	}
}

func TestStop(t *testing.T) {
	for _, w := range All {
		n := min(w.Most, 4_000_000)
		if w.Accesses(2000) > 1e6 {
			n = min(n, 2000)
		}
		asked := 0
		l := &Loop{Cache: cachesim.New(machine(t, "skylake")), Stop: func() bool { asked++; return asked == 2 }}
		w.Run(l, n, Place(w.Arrays(n)))
		if !l.Stopped() || asked != 2 {
			t.Errorf("%s n=%d: asked %d times, stopped: %v", w.Name(), n, asked, l.Stopped())
		}
		if got := float64(l.Cache.Counts().Accesses()); got > 6*between || got >= w.Accesses(n) {
			t.Errorf("%s n=%d: %.0f accesses before it stopped, of %.0f", w.Name(), n, got, w.Accesses(n))
		}
	}
}

func TestLimit(t *testing.T) {
	l := &Loop{Cache: cachesim.New(machine(t, "zen3")), Limit: 1_000_000, Rate: 8}
	matmulIJK.Run(l, 128, Place(matmulIJK.Arrays(128)))
	whole := cachesim.New(machine(t, "zen3"))
	matmulIJK.Run(&Loop{Cache: whole}, 128, Place(matmulIJK.Arrays(128)))
	got, want := l.Cache.Counts(), whole.Counts()
	if got.Sampling == nil || got.Sampling.Whole < 1_000_000 || got.Sampling.Whole > 1_100_000 {
		t.Fatalf("sampling is %+v", got.Sampling)
	}
	for i := range got.Levels[:2] {
		g, w := got.Levels[i], want.Levels[i]
		if off := float64(g.Misses) - float64(w.Misses); off > 2*g.Error+1000 || off < -2*g.Error-1000 {
			t.Errorf("%s: %d misses ± %.0f, in truth %d", g.Name, g.Misses, g.Error, w.Misses)
		}
	}
}
