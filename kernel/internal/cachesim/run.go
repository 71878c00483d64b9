package cachesim

// A Stream is a row of accesses at a regular distance, one of those that a loop
// makes side by side.
type Stream struct {
	Addr   uint64 // of the first
	Stride int64  // bytes from one to the next, may be 0 or negative
	Size   int    // bytes of each
	Write  bool
	Site   int // see At
}

// Run makes count accesses of size bytes, the first at addr and each stride
// bytes after the one before. The counts are exactly those of Load and Store.
func (c *Cache) Run(addr uint64, stride int64, count, size int, write bool) {
	s := [1]Stream{{addr, stride, size, write, 0}}
	c.Runs(count, s[:])
}

// A cursor is where a stream is.
type cursor struct {
	line  uint64 // of the next access
	left  int    // accesses that stay within the line
	full  int    // left after coming to the next line, if always the same, else 0
	dirty uint64
	site  int

	addr, stride uint64 // addr is that of the first access within the line
	took         int    // left at that access
}

// step goes on to the next line, when none is left in this one.
func (p *cursor) step(c *Cache) {
	switch {
	case p.full > 1: // the stride divides the line
		p.line++
		p.left = p.full
	case p.full == 1:
		p.addr += p.stride
		p.line = p.addr >> (c.lineShift & 63)
		p.left = 1
	default:
		p.addr += p.stride * uint64(p.took)
		p.line = p.addr >> (c.lineShift & 63)
		p.left = c.within(p.addr, p.stride)
		p.took = p.left
	}
}

// Runs makes the accesses of a loop that goes around count times: each time one
// of every stream, in their order. The counts are exactly those of making them
// one by one. Afterwards the streams stand where a next loop would go on.
//
// While no stream comes to another line, a second round repeats the first. It
// hits everywhere if the first one's lines and pages found room side by side,
// and then changes nothing, nor do the rounds after it: these are only counted.
func (c *Cache) Runs(count int, streams []Stream) {
	if count <= 0 || len(streams) == 0 {
		return
	}
	for i := range streams {
		c.grow(streams[i].Site)
	}
	if !c.begin(streams) {
		c.oneByOne(count, streams)
		return
	}
	if c.recentMask != 0 && len(streams) <= c.safe {
		c.runsFast(count)
	} else {
		c.runs(count)
	}
	for i := range streams {
		s := &streams[i]
		s.Addr += uint64(s.Stride) * uint64(count)
		if s.Write {
			c.tallies[s.Site].writes += uint64(count)
		} else {
			c.tallies[s.Site].reads += uint64(count)
		}
	}
}

// runs is Runs for the cursors that were set.
func (c *Cache) runs(count int) {
	cur := c.cursors
	for n := 0; count > 0; count -= n {
		n = count
		for i := range cur {
			n = min(n, cur[i].left)
		}
		times := uint64(n)
		if n > 1 && len(cur) > c.safe {
			times = c.rounds(n)
		}
		for i := range cur {
			p := &cur[i]
			c.touch(p.line, p.dirty, times, p.site)
		}
		for i := range cur {
			p := &cur[i]
			if p.left -= n; p.left == 0 {
				p.step(c)
			}
		}
	}
}

// runsFast is runs where touch needs its first half only, which stands here.
func (c *Cache) runsFast(count int) {
	cur, recent, mask := c.cursors, c.recent, c.recentMask
	lines := c.lines[:cap(c.lines)]
	k := len(c.lines)
	n := count
	for i := range cur {
		n = min(n, cur[i].left)
	}
	for {
		count -= n
		next := count
		for i := range cur {
			p := &cur[i]
			line := p.line
			if page := line >> (c.pageShift & 63); page != c.page {
				c.turn(page, p.site)
			}
			r, key := &recent[line&mask], line<<1|valid
			switch {
			case *r|1 == key|1 && *r&1 >= p.dirty:
			case *r|1 == key|1 && k > 0 && lines[k-1].line == line|valid:
				*r |= 1 // read just now, and now written to
				lines[k-1].site |= isWrite
			default:
				*r = key | p.dirty
				if k == len(lines) {
					c.lines = lines
					c.fetch()
					k = 0
				}
				lines[k] = op{line | valid, uint32(p.site) | uint32(p.dirty)<<31}
				k++
			}
			if p.left -= n; p.left == 0 {
				p.step(c)
			}
			next = min(next, p.left)
		}
		if n = next; n <= 0 {
			break
		}
	}
	c.lines = lines[:k]
	if k == len(lines) {
		c.fetch()
	}
}

// rounds makes rounds without a change of lines until one has no miss. What is
// left, at least one, it returns: a round that stands for so many.
func (c *Cache) rounds(n int) uint64 {
	for ; n > 1; n-- {
		before := c.missed()
		for i := range c.cursors {
			p := &c.cursors[i]
			c.touch(p.line, p.dirty, 1, p.site)
		}
		if c.missed() == before {
			return uint64(n - 1)
		}
	}
	return 1
}

// missed counts what missed the first level or the first TLB.
func (c *Cache) missed() (n uint64) {
	c.flush()
	for i := range c.tallies {
		n += c.levels[0].misses[i]
		if len(c.tlbs) > 0 {
			n += c.tlbs[0].misses[i]
		}
	}
	return n
}

// begin sets the cursors. It reports whether no access can touch two lines.
func (c *Cache) begin(streams []Stream) bool {
	c.cursors = c.cursors[:0]
	line := int64(c.machine.Line)
	for i := range streams {
		s := &streams[i]
		size := int64(s.Size)
		off := int64(s.Addr) & (line - 1)
		switch {
		case size <= 0 || size > line:
			return false
		case size&(size-1) == 0 && off%size == 0 && s.Stride%size == 0:
		case s.Stride%line == 0 && off+size <= line:
		default:
			return false
		}
		p := cursor{line: s.Addr >> c.lineShift, site: s.Site, addr: s.Addr, stride: uint64(s.Stride)}
		if s.Write {
			p.dirty = 1
		}
		switch {
		case s.Stride >= line || s.Stride <= -line:
			p.full = 1
		case s.Stride > 0 && line%s.Stride == 0 && off%s.Stride == 0:
			p.full = int(line / s.Stride)
		}
		p.left = c.within(s.Addr, p.stride)
		p.took = p.left
		c.cursors = append(c.cursors, p)
	}
	return true
}

// within returns how many accesses from addr on begin in the same line.
func (c *Cache) within(addr, stride uint64) int {
	line := int64(c.machine.Line)
	off := int64(addr) & (line - 1)
	switch s := int64(stride); {
	case s == 0:
		return int(^uint(0) >> 1)
	case s > 0:
		return int((line-1-off)/s) + 1
	default:
		return int(off/-s) + 1
	}
}

// oneByOne is Runs for accesses that may touch two lines.
func (c *Cache) oneByOne(count int, streams []Stream) {
	for range count {
		for i := range streams {
			s := &streams[i]
			c.At(s.Addr, s.Size, s.Write, s.Site)
			s.Addr += uint64(s.Stride)
		}
	}
}
