package cachesim

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Streams on which sampling is tried: regular, by columns of a stride that is a
// power of two and of one that is not, random, and several of them mixed.
var sampled = map[string]func(c *Cache, r *rand.Rand){
	"row":     func(c *Cache, _ *rand.Rand) { c.Run(1<<30, 8, 1<<18, 8, false) },
	"columns": func(c *Cache, _ *rand.Rand) { columns(c, 256) },
	"odd columns": func(c *Cache, _ *rand.Rand) {
		columns(c, 261)
	},
	"random": func(c *Cache, r *rand.Rand) {
		for range 150_000 {
			c.At(1<<30+r.Uint64N(4<<20)&^7, 8, r.IntN(4) == 0, r.IntN(2))
		}
	},
	"mixed": func(c *Cache, r *rand.Rand) {
		for i := range uint64(50_000) {
			c.Load(1<<30+8*i, 8)
			c.Load(2<<30+r.Uint64N(1<<20), 1)
			c.Store(3<<30+512*(i%4096), 8)
		}
	},
}

func columns(c *Cache, n int) {
	for j := range n {
		c.Run(1<<30+8*uint64(j), int64(8*n), n, 8, false)
	}
}

// The estimate must be near the truth: within the interval that it gives for
// itself, widened by 60 %, since with sixteen groups of 64 a 95 % interval is one of
// twenty wrong, and these are a handful of cases that must hold on every run.
func TestSampleIsNear(t *testing.T) {
	for name, run := range sampled {
		for _, machine := range []string{"skylake", "icelake-server", "skylake-server", "m1"} {
			t.Run(name+"/"+machine, func(t *testing.T) {
				m, _ := Find(machine)
				whole, part := New(m), New(m)
				if !part.Sample(4) {
					t.Fatal("it is not sampled")
				}
				run(whole, rand.New(rand.NewPCG(3, 3)))
				run(part, rand.New(rand.NewPCG(3, 3)))
				want, got := whole.Counts(), part.Counts()
				if got.Sampling == nil || got.Sampling.Groups*4 != got.Sampling.Of {
					t.Fatalf("sampling is %+v", got.Sampling)
				}
				if got.Accesses() != want.Accesses() {
					t.Errorf("%d accesses, want %d: they are counted, not estimated", got.Accesses(), want.Accesses())
				}
				for i, l := range got.TLB {
					if l != want.TLB[i] {
						t.Errorf("%s is %+v, want %+v: it is simulated whole", l.Name, l, want.TLB[i])
					}
				}
				for i, l := range got.Levels {
					off := math.Abs(float64(l.Misses) - float64(want.Levels[i].Misses))
					if most := 1.6*l.Error + 0.001*float64(want.Accesses()); off > most {
						t.Errorf("%s: %d misses ± %.0f, in truth %d", l.Name, l.Misses, l.Error, want.Levels[i].Misses)
					}
				}
			})
		}
	}
}

// How often the interval holds the truth, over many random streams.
func TestSampleInterval(t *testing.T) {
	m := Machine{Name: "m", Line: 64, Page: 4096, Levels: []Level{{"L1", 64 * 64 * 4, 4}}}
	const rounds = 400
	held := 0
	for round := range rounds {
		whole, part := New(m), New(m)
		part.Sample(4)
		r := rand.New(rand.NewPCG(uint64(round), 9))
		var weight [64]int // sets are used unequally often, and missed unequally often
		for i := range weight {
			weight[i] = 1 + r.IntN(8)
		}
		for range 6000 {
			set := r.Uint64N(64)
			addr := 1<<30 + (set+64*r.Uint64N(uint64(weight[set])))*64
			for range 1 + int(set%3) {
				whole.Load(addr, 8)
				part.Load(addr, 8)
			}
		}
		truth, got := whole.Counts().Levels[0], part.Counts().Levels[0]
		if math.Abs(float64(got.Misses)-float64(truth.Misses)) <= got.Error {
			held++
		}
	}
	t.Logf("the 95 %% interval held the truth in %d of %d", held, rounds)
	if part := float64(held) / rounds; part < 0.88 || part > 0.995 {
		t.Errorf("the 95 %% interval held the truth in %.1f %% of cases", 100*part)
	}
}

// What was simulated before sampling began stays exact.
func TestSampleLater(t *testing.T) {
	m, _ := Find("zen3")
	whole, part := New(m), New(m)
	for _, c := range []*Cache{whole, part} {
		columns(c, 300)
	}
	part.Sample(8)
	if got, want := part.Counts().Levels[0], whole.Counts().Levels[0]; got != want {
		t.Errorf("at the beginning of sampling %+v, want %+v", got, want)
	}
	for _, c := range []*Cache{whole, part} {
		c.Run(5<<30, 8, 1<<18, 8, true)
		columns(c, 300)
	}
	got, want := part.Counts(), whole.Counts()
	if got.Sampling.Whole != 90_000 || !strings.Contains(got.Sampling.String(), "8 of every 64 sets simulated after the first 90,000 accesses") {
		t.Errorf("sampling is %q", got.Sampling)
	}
	for i, l := range got.Levels {
		w := want.Levels[i]
		if off := math.Abs(float64(l.Misses) - float64(w.Misses)); off > 2*l.Error+0.001*float64(want.Accesses()) {
			t.Errorf("%s: %d misses ± %.0f, in truth %d", l.Name, l.Misses, l.Error, w.Misses)
		}
		if off := math.Abs(float64(l.WriteBacks) - float64(w.WriteBacks)); off > 0.1*float64(w.WriteBacks)+100 {
			t.Errorf("%s: %d write-backs, in truth %d", l.Name, l.WriteBacks, w.WriteBacks)
		}
	}
	var sum uint64
	for site := range part.Sites() {
		sum += part.SiteCounts(site).Accesses()
	}
	if sum != got.Accesses() {
		t.Errorf("the sites have %d accesses, all together %d", sum, got.Accesses())
	}
}

func TestSampleRefuses(t *testing.T) {
	for _, m := range odd[:3] {
		c := New(m)
		if c.Sample(8) {
			t.Errorf("%s: sampled, with sets that share no factor", m.Name)
		}
		c.Load(1<<30, 8)
		if n := c.Counts(); n.Sampling != nil || n.Levels[0].Misses != 1 {
			t.Errorf("%s: %+v", m.Name, n)
		}
	}
}
