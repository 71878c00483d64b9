package cachesim

import (
	"fmt"
	"strings"
)

// Counts is what has happened since New or Reset.
type Counts struct {
	Machine  string
	Reads    uint64
	Writes   uint64
	Levels   []LevelCounts // nearest first
	TLB      []LevelCounts // nearest first; nil if none is simulated
	Sampling *Sampling     // nil if every access was simulated
}

// LevelCounts are the accesses that reached one level. A first level of TLB is
// asked by every access, each further level by the misses of the one before.
type LevelCounts struct {
	Name       string
	Accesses   uint64
	Hits       uint64
	Misses     uint64
	WriteBacks uint64 // dirty lines that went from this level towards memory
	// Error is the half width of the 95 % confidence interval of Misses, as far
	// as sampling widens it: 0 where every access was simulated.
	Error float64
}

// MissRate returns the part of the level's accesses that missed, 0 for none.
func (l LevelCounts) MissRate() float64 {
	if l.Accesses == 0 {
		return 0
	}
	return float64(l.Misses) / float64(l.Accesses)
}

// Accesses returns how many lines were read or written.
func (c Counts) Accesses() uint64 { return c.Reads + c.Writes }

// Counts returns what has happened since New or Reset. While sampling, misses
// and write-backs are estimates and the number of accesses to the first level
// is not.
func (c *Cache) Counts() Counts {
	c.flush()
	var all, exact total
	for i := range c.tallies {
		all.add(c.now(i))
	}
	for i := range c.exact {
		exact.add(c.exact[i])
	}
	return c.counts(all, exact, true)
}

// SiteCounts returns Counts of the accesses of one site, without write-backs
// and errors.
func (c *Cache) SiteCounts(site int) Counts {
	c.flush()
	var all, exact total
	if site >= 0 && site < len(c.tallies) {
		all = c.now(site)
	}
	if site >= 0 && site < len(c.exact) {
		exact = c.exact[site]
	}
	return c.counts(all, exact, false)
}

// Sites returns how many sites have been named: the largest and all below it.
func (c *Cache) Sites() int { return len(c.tallies) }

// Reset sets all counts to 0 and leaves what is in the caches, so that what comes
// next is counted for itself.
func (c *Cache) Reset() {
	c.flush()
	clear(c.tallies)
	clear(c.exact)
	if c.group != nil {
		c.exact = c.exact[:0]
		*c.group = [64]groupTally{}
	}
	for i := range c.levels {
		clear(c.levels[i].misses)
		c.levels[i].writeBacks = [64]uint64{}
	}
	for i := range c.tlbs {
		clear(c.tlbs[i].misses)
	}
}

// A total is all that was counted of a site, or of several.
type total struct {
	tally
	misses [maxLevels]uint64
	tlb    [maxTLBs]uint64
}

// now returns what was counted of a site: since sampling began, or without
// sampling.
func (c *Cache) now(site int) total {
	t := total{tally: c.tallies[site]}
	for i := range c.levels {
		t.misses[i] = c.levels[i].misses[site]
	}
	for i := range c.tlbs {
		t.tlb[i] = c.tlbs[i].misses[site]
	}
	return t
}

func (t *total) add(o total) {
	t.reads += o.reads
	t.writes += o.writes
	t.seen += o.seen
	for i := range t.misses {
		t.misses[i] += o.misses[i]
	}
	for i := range t.tlb {
		t.tlb[i] += o.tlb[i]
	}
}

// counts makes Counts of what was counted since sampling began, or without
// sampling, and of what was before.
func (c *Cache) counts(t, exact total, whole bool) Counts {
	r := Counts{Machine: c.machine.Name, Reads: t.reads + exact.reads, Writes: t.writes + exact.writes}
	scale := 1.0
	if c.group != nil {
		if scale = 0; t.seen > 0 {
			scale = float64(t.reads+t.writes) / float64(t.seen)
		}
		r.Sampling = c.sampling(exact)
	}
	reach := r.Reads + r.Writes
	for i, l := range c.machine.Levels {
		misses := min(exact.misses[i]+round(float64(t.misses[i])*scale), reach)
		n := LevelCounts{Name: l.Name, Accesses: reach, Hits: reach - misses, Misses: misses}
		if whole {
			n.WriteBacks = c.writeBacksOf(i, scale)
			n.Error = c.errorOf(i, t)
		}
		r.Levels = append(r.Levels, n)
		reach = misses
	}
	reach = r.Reads + r.Writes
	for i, l := range c.machine.TLBs {
		misses := t.tlb[i] + exact.tlb[i]
		r.TLB = append(r.TLB, LevelCounts{Name: l.Name, Accesses: reach, Hits: reach - misses, Misses: misses})
		reach = misses
	}
	return r
}

func round(x float64) uint64 { return uint64(x + 0.5) }

// String is a table with one row for each level.
func (c Counts) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %14s %14s %9s %14s\n", "", "accesses", "misses", "miss %", "write-backs")
	row := func(l LevelCounts, back string) {
		fmt.Fprintf(&b, "%-10s %14s %14s %8.3f%% %14s\n", l.Name, grouped(l.Accesses), grouped(l.Misses), 100*l.MissRate(), back)
	}
	for _, l := range c.Levels {
		row(l, grouped(l.WriteBacks))
	}
	for _, l := range c.TLB {
		row(l, "")
	}
	return b.String()
}

// grouped writes a number with commas between thousands.
func grouped(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
