// Package cachesim counts what a program's memory accesses would do in the
// caches of a given machine: L1, L2, L3 and the TLB, set-associative, with true
// LRU replacement and allocation on writes. It needs no hardware counters and
// gives the same figures on every machine.
//
//	c := cachesim.New(machine)
//	c.Load(addr, 8)                    // event by event
//	c.Run(addr, 8, 1<<20, 8, false)    // 2²⁰ loads, 8 bytes apart
//	fmt.Println(c.Counts())
//
// What it is: each level sees what the one before it missed and keeps its own
// order, as in cachegrind (Nethercote, "Dynamic Binary Analysis and
// Instrumentation", 2004, section 3.3), with which it agrees; see the test in
// package twins. A dirty line that is evicted is written back to the next level
// that has it, which changes no order and counts as no access.
//
// What it is not: there is no prefetcher, no overlap of misses, one core only,
// virtual addresses in all levels, and a modulo instead of the hash that spreads
// lines over slices of a last level. It ranks ways of walking through memory; it
// does not predict time. Whatever is printed of it says "simulated".
package cachesim

import "math/bits"

// A Cache is the simulated memory hierarchy of one core. It is used by one
// goroutine at a time.
//
// What is not surely a hit is collected and goes through the levels some hundred
// accesses at a time, one level after the other: each sees the same lines in the
// same order as if it were asked at once, in a shorter loop.
type Cache struct {
	machine   Machine
	lineShift uint
	pageShift uint // from a line to its page
	levels    []level
	tlbs      []tlb
	safe      int // so many different lines and pages never displace one another

	page  uint64 // of the last access: the most recent in all tables
	lines []op   // collected, fewer than batch
	pages []op
	// window has the pages used last, the newest first, with valid, near of them:
	// what the first TLB holds for sure. Where stale is set, it does not have them in
	// this order.
	window [near]uint64
	near   int
	stale  bool
	next   [maxLevels][]op // what the levels make of them
	// recent has for each set of the first level the line collected last, as
	// line<<1 | dirty | valid: using it again changes nothing. Only zeros where it is
	// not kept: while sampling, and where the number of sets is no power of two.
	recent     []uint64
	recentMask uint64

	tallies []tally // by site
	exact   []total // what was counted before sampling began, by site
	groups  uint64  // lines of equal number modulo this share sets in no level with others; a power of two
	pick    uint64  // bit line%64: the line is simulated
	group   *[64]groupTally
	cursors []cursor
}

// batch is how many accesses are collected: their ops fit in a first-level
// cache beside what they need there.
const batch = 512

// A tally is what one site has done, by its own accesses.
type tally struct {
	reads, writes uint64 // lines used, all of them
	seen          uint64 // of these were simulated, when sampling
}

// New returns an empty hierarchy. It takes an eighth of the caches' sizes in
// memory, and panics on a geometry for which Check returns an error.
func New(m Machine) *Cache {
	if err := m.Check(); err != nil {
		panic("BUG: " + err.Error())
	}
	c := &Cache{
		machine:   m,
		lineShift: uint(bits.TrailingZeros(uint(m.Line))),
		pageShift: uint(bits.TrailingZeros(uint(m.Page / m.Line))),
		page:      ^uint64(0),
		safe:      m.ways(m.Levels[0]),
		groups:    64,
		pick:      ^uint64(0),
		near:      near,
	}
	for _, l := range m.Levels {
		c.levels = append(c.levels, newLevel(m.sets(l), m.ways(l)))
		c.groups = gcd(c.groups, uint64(m.sets(l)))
	}
	for i, t := range m.TLBs {
		ways := t.Ways
		if ways == 0 {
			ways = t.Entries
		}
		c.tlbs = append(c.tlbs, newTLB(t.Entries, ways))
		if i == 0 {
			c.safe = min(c.safe, ways)
			c.near = min(near, ways)
		}
	}
	if len(c.tlbs) == 0 {
		c.pageShift, c.page = 63, 0 // all lines are in one page
	}
	c.recent = make([]uint64, 1)
	if sets := m.sets(m.Levels[0]); sets&(sets-1) == 0 {
		c.recent = make([]uint64, sets)
		c.recentMask = uint64(sets - 1)
	}
	c.lines = make([]op, 0, batch)
	c.pages = make([]op, 0, batch)
	for i := range c.levels {
		c.next[i] = make([]op, batch<<(i+1)) // each op may write back another line
	}
	for i := len(c.levels); i < len(c.tlbs); i++ {
		c.next[i] = make([]op, batch)
	}
	c.grow(0)
	return c
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Machine returns the geometry.
func (c *Cache) Machine() Machine { return c.machine }

// Load reads size bytes at addr. An access that touches several lines counts
// as one for each; one of no bytes does not count.
func (c *Cache) Load(addr uint64, size int) {
	if c.again(addr, size, 0) {
		c.tallies[0].reads++
		return
	}
	c.At(addr, size, false, 0)
}

// Store writes size bytes at addr; it counts as [Cache.Load] does. A line that
// is not there is fetched first.
func (c *Cache) Store(addr uint64, size int) {
	if c.again(addr, size, 1) {
		c.tallies[0].writes++
		return
	}
	c.At(addr, size, true, 0)
}

// At is a Load or a Store that is counted for a site, a number below 1<<30; 0 is
// that of Load and Store.
func (c *Cache) At(addr uint64, size int, write bool, site int) {
	if site >= len(c.tallies) {
		c.grow(site)
	}
	if size <= 0 {
		return
	}
	line := addr >> c.lineShift
	n := (addr+uint64(size)-1)>>c.lineShift - line + 1
	var dirty uint64
	if write {
		dirty = 1
		c.tallies[site].writes += n
	} else {
		c.tallies[site].reads += n
	}
	for ; n > 0; n-- {
		c.touch(line, dirty, 1, site)
		line++
	}
}

// grow makes room for counts of a site.
func (c *Cache) grow(site int) {
	for site >= len(c.tallies) {
		c.tallies = append(c.tallies, tally{})
		for i := range c.levels {
			c.levels[i].misses = append(c.levels[i].misses, 0)
		}
		for i := range c.tlbs {
			c.tlbs[i].misses = append(c.tlbs[i].misses, 0)
		}
	}
}

// again reports whether an access is within the line that its set used last and
// the page used last, so that it hits everywhere and changes nothing but counts.
// dirty is 1 for a write, which has to find the line dirty.
func (c *Cache) again(addr uint64, size int, dirty uint64) bool {
	line := addr >> (c.lineShift & 63)
	return size > 0 && (addr+uint64(size)-1)>>(c.lineShift&63) == line &&
		line>>(c.pageShift&63) == c.page &&
		c.recent[line&c.recentMask]|(dirty^1) == line<<1|valid|1
}

// touch uses a line once; times is how often that happens in a row.
func (c *Cache) touch(line, dirty, times uint64, site int) {
	if page := line >> (c.pageShift & 63); page != c.page {
		c.turn(page, site)
	}
	if c.recentMask != 0 {
		r := &c.recent[line&c.recentMask]
		if *r|1 == line<<1|valid|1 && *r&1 >= dirty {
			return
		}
		*r = line<<1 | valid | dirty
	} else if c.group != nil {
		if c.pick>>(line&63)&1 == 0 {
			return
		}
		c.tallies[site].seen += times
		c.group[line&63].seen += times
	}
	if c.lines = append(c.lines, op{line | valid, uint32(site) | uint32(dirty)<<31}); len(c.lines) == batch {
		c.fetch()
	}
}

// turn comes to another page than that of the access before.
//
// The last few pages are in the first TLB for sure. Using one of them again
// changes their order only, which matters when another page comes: until then
// it is kept here.
func (c *Cache) turn(page uint64, site int) {
	c.page = page
	w, key := &c.window, page|valid
	switch key {
	case w[1]:
		w[0], w[1] = key, w[0]
		c.stale = true
		return
	case w[2]:
		w[0], w[1], w[2] = key, w[0], w[1]
		c.stale = true
		return
	case w[3]:
		w[0], w[1], w[2], w[3] = key, w[0], w[1], w[2]
		c.stale = true
		return
	}
	if c.stale {
		for i := len(w) - 1; i >= 0; i-- {
			if w[i] != 0 {
				c.pages = append(c.pages, op{w[i], uint32(site)})
			}
		}
		c.stale = false
	}
	c.pages = append(c.pages, op{key, uint32(site)})
	w[0], w[1], w[2], w[3] = key, w[0], w[1], w[2]
	for i := c.near; i < len(w); i++ {
		w[i] = 0
	}
	if len(c.pages) > batch-1-len(w) {
		c.translate()
	}
}

// fetch passes what was collected through the levels.
func (c *Cache) fetch() {
	in := c.lines
	for i := range c.levels {
		out := c.levels[i].pass(in, c.next[i])
		if c.group != nil {
			c.countGroups(out, i)
		}
		in = out
	}
	c.lines = c.lines[:0]
}

// translate passes the pages that were collected through the TLBs.
func (c *Cache) translate() {
	in := c.pages
	for i := range c.tlbs {
		in = c.tlbs[i].pass(in, c.next[i])
	}
	c.pages = c.pages[:0]
}

// flush leaves nothing collected.
func (c *Cache) flush() {
	c.fetch()
	c.translate()
}
