package cachesim

import (
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestRecorderCountsAsTheCache(t *testing.T) {
	m, _ := Find("zen3")
	direct, c := New(m), New(m)
	r := NewRecorder(c, 0, 0)
	for i := range uint64(10_000) {
		addr := 1<<30 + i*i%(1<<20)
		direct.At(addr, 1+int(i%200), i%5 == 0, int(i%7))
		r.Access(uintptr(addr), uintptr(1+i%200), i%5 == 0, int32(i%7))
	}
	r.Do(func(c *Cache) {
		if got, want := c.Counts(), direct.Counts(); !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%vwant\n%v", got, want)
		}
		for site := range 7 {
			if got, want := c.SiteCounts(site), direct.SiteCounts(site); !reflect.DeepEqual(got, want) {
				t.Errorf("site %d: got\n%vwant\n%v", site, got, want)
			}
		}
	})
}

func TestRecorderManyGoroutines(t *testing.T) {
	m, _ := Find("zen3")
	r := NewRecorder(New(m), 0, 0)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 5000 {
				r.Access(uintptr(1<<30+g<<20+i*8), 8, g%2 == 0, int32(g))
				if i%100 == 0 {
					r.Map(MapUse{Map: 1 << 20, Len: i, Hash: uint64(i) * 0x9e3779b97f4a7c15, Hashed: true, Key: 8, Elem: 8, Site: 9})
				}
			}
		})
	}
	wg.Wait()
	r.Do(func(c *Cache) {
		for g := range 8 {
			if n := c.SiteCounts(g).Accesses(); n != 5000 {
				t.Errorf("goroutine %d: %d accesses counted, want 5000", g, n)
			}
		}
	})
	if !r.Modelled(9) || r.Modelled(1) || r.Modelled(1000) {
		t.Error("only site 9 is of a map")
	}
}

func TestRecorderSamples(t *testing.T) {
	m, _ := Find("zen3")
	r := NewRecorder(New(m), 1000, 8)
	for i := range uintptr(100_000) {
		r.Access(1<<30+i*64, 8, false, 0)
	}
	r.Do(func(c *Cache) {
		n := c.Counts()
		if n.Sampling == nil || n.Sampling.Whole < 999 || n.Sampling.Whole > 1000 {
			t.Fatalf("sampling is %+v", n.Sampling)
		}
		if n.Levels[0].Misses < 99_000 {
			t.Errorf("%d misses, want all 100000", n.Levels[0].Misses)
		}
	})
}

// A map of many entries must miss where a small one hits, and the same key must
// be found at the same place.
func TestMapModel(t *testing.T) {
	m, _ := Find("zen3")
	misses := func(entries, lookups int) uint64 {
		r := NewRecorder(New(m), 0, 0)
		for pass := range 2 {
			if pass == 1 {
				r.Do((*Cache).Reset)
			}
			for i := range lookups {
				r.Map(MapUse{Map: 4096, Len: entries, Hash: uint64(i%entries+1) * 0x9e3779b97f4a7c15, Hashed: true, Key: 8, Elem: 8})
			}
		}
		var n uint64
		r.Do(func(c *Cache) { n = c.Counts().Levels[0].Misses })
		return n
	}
	if n := misses(1, 10_000); n != 0 {
		t.Errorf("a key that was there before: %d misses, want 0", n)
	}
	if n := misses(500, 500); n > 5 {
		t.Errorf("500 entries of 16 bytes fit in 32 KiB: %d misses", n)
	}
	if n := misses(1_000_000, 10_000); n < 9_000 {
		t.Errorf("10,000 keys of a million: %d misses, want nearly one for each", n)
	}
	r := NewRecorder(New(m), 0, 0)
	r.Map(MapUse{}) // a nil map
	r.Do(func(c *Cache) {
		if n := c.Counts().Accesses(); n != 0 {
			t.Errorf("a nil map: %d accesses", n)
		}
	})
}

func TestResultText(t *testing.T) {
	m, _ := Find("skylake")
	c := New(m)
	c.Runs(1000, []Stream{{Addr: 1 << 30, Stride: 64, Size: 8, Site: 1}, {Addr: 1 << 31, Stride: 8, Size: 8, Write: true}})
	r := NewResult(c, "f()\ng()", "compiled", "", func(site int) Line {
		return Line{Place: "cell[1]:2", Text: []string{"b[i]", "a[8*i]"}[site], Modelled: site == 0}
	})
	if r.Lines[0].Text != "a[8*i]" || r.Lines[0].Counts.Levels[0].Misses != 1000 {
		t.Errorf("the first line is %+v", r.Lines[0])
	}
	text := r.String()
	for _, want := range []string{
		"simulated, skylake geometry: f() …",
		"L1                  2,000          1,125   56.250%",
		"cell[1]:2  a[8*i]",
		"cell[1]:2  b[i] (map: a model)",
		"MPKI       n/a",
		"lines fetched",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	empty := NewResult(New(m), "f()", "", "", nil).String()
	if !strings.Contains(empty, "no access") {
		t.Errorf("of nothing it says\n%s", empty)
	}
}
