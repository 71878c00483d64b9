package cachesim

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Sampling says which part of the accesses was simulated.
type Sampling struct {
	Whole  uint64 // accesses at the beginning that were all simulated
	Groups int    // afterwards, this many
	Of     int    // of so many groups of sets
	Seen   uint64 // accesses simulated since then
}

// String says it in words: "8 of every 64 sets simulated after the first
// 500,000,000 accesses".
func (s *Sampling) String() string {
	text := fmt.Sprintf("%d of every %d sets simulated", s.Groups, s.Of)
	if s.Whole > 0 {
		text += " after the first " + grouped(s.Whole) + " accesses"
	}
	return text
}

// A groupTally is what was simulated in one group of sets while sampling.
type groupTally struct {
	seen   uint64
	misses [maxLevels]uint64
	before [maxLevels]uint64 // write-backs when sampling began
}

// Sample simulates only about one in rate of the sets from now on, and reports
// whether it does: it needs a geometry whose levels' numbers of sets have a
// common factor of at least eight groups.
//
// Lines whose number is equal modulo the groups meet only each other, in all
// levels, so what is simulated of them is exact; the rest is left out. (Set
// sampling: Puzak, "Analysis of Cache Replacement Algorithms", 1985; Kessler, Hill
// and Wood, "A Comparison of Trace-Sampling Techniques for Multi-Megabyte
// Caches", IEEE Trans. Computers 43, 1994, which find it better than sampling
// in time, where caches of megabytes have to be filled anew for each sample.)
// One group of each stretch of rate neighbours is drawn, always the same ones:
// every eighth would be all or nothing for strides of a power of two.
//
// Misses are estimated as the simulated groups' misses for each access, times
// the accesses, which are all counted; the TLB is simulated whole.
func (c *Cache) Sample(rate int) bool {
	if c.group != nil || rate < 2 || c.groups < 8 {
		return c.group != nil
	}
	rate = min(rate, int(c.groups)/4) // the error needs some groups to compare
	c.flush()
	r := rand.New(rand.NewPCG(1, uint64(rate)))
	var pick uint64
	for from := 0; from < int(c.groups); from += rate {
		g := from + r.IntN(min(rate, int(c.groups)-from))
		for ; g < 64; g += int(c.groups) {
			pick |= 1 << g
		}
	}
	c.pick = pick
	clear(c.recent)
	c.recentMask = 0
	c.group = new([64]groupTally)
	for i := range c.levels {
		for g, n := range c.levels[i].writeBacks {
			c.group[g].before[i] = n
		}
	}
	c.exact = nil
	for i := range c.tallies {
		c.exact = append(c.exact, c.now(i))
	}
	clear(c.tallies)
	for i := range c.levels {
		clear(c.levels[i].misses)
	}
	for i := range c.tlbs {
		clear(c.tlbs[i].misses)
	}
	return true
}

// sampling describes what Sample chose; whole is what came before.
func (c *Cache) sampling(whole total) *Sampling {
	s := &Sampling{Whole: whole.reads + whole.writes, Of: int(c.groups)}
	for g := range c.groups {
		if c.pick>>g&1 == 1 {
			s.Groups++
		}
	}
	for i := range c.group {
		s.Seen += c.group[i].seen
	}
	return s
}

func (c *Cache) writeBacksOf(level int, scale float64) uint64 {
	var whole, sampled uint64
	for g, n := range c.levels[level].writeBacks {
		if c.group == nil {
			whole += n
			continue
		}
		whole += c.group[g].before[level]
		sampled += n - c.group[g].before[level]
	}
	return whole + round(float64(sampled)*scale)
}

// errorOf returns half the width of the 95 % interval of a level's misses: the
// standard error of a ratio estimated from a simple random sample of clusters
// (Cochran, Sampling Techniques, 3rd edition, section 6.4 and 9A.2), times 1.96.
// Drawing one group of each stretch makes it no larger than that.
func (c *Cache) errorOf(level int, t total) float64 {
	if c.group == nil || t.seen == 0 {
		return 0
	}
	var groups [64]groupTally // lines modulo 64 to groups
	for i := range c.group {
		g := &groups[uint64(i)&(c.groups-1)]
		g.seen += c.group[i].seen
		g.misses[level] += c.group[i].misses[level]
	}
	n, all, sum := 0.0, float64(c.groups), 0.0
	for i := range c.groups {
		if c.pick>>i&1 == 1 {
			n++
			sum += float64(groups[i].misses[level])
		}
	}
	ratio := sum / float64(t.seen)
	square := 0.0
	for i := range c.groups {
		if c.pick>>i&1 == 1 {
			d := float64(groups[i].misses[level]) - ratio*float64(groups[i].seen)
			square += d * d
		}
	}
	mean := float64(t.seen) / n // accesses of a simulated group
	se := math.Sqrt((1-n/all)*square/(n-1)/n) / mean
	return 1.96 * se * float64(t.reads+t.writes)
}

// countGroups counts for each group what missed a level.
func (c *Cache) countGroups(out []op, level int) {
	for i := range out {
		if o := &out[i]; o.site&isSoil == 0 {
			c.group[o.line&63].misses[level]++
		}
	}
}
