package cachesim

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A Machine is the geometry of a machine's data caches.
type Machine struct {
	Name   string
	Source string  // where the figures come from
	Note   string  // what is not known for sure, "" for nothing
	Line   int     // bytes of a cache line, a power of two
	Levels []Level // nearest first, L1d
	Page   int     // bytes of a page, a power of two
	TLBs   []TLB   // nearest first; none is no TLB simulated
}

// A Level is one cache. The number of its sets, Size/(Line·Ways), need not be a
// power of two.
type Level struct {
	Name string // "L1"
	Size int    // bytes
	Ways int    // 0: fully associative
}

// A TLB keeps where recent pages are.
type TLB struct {
	Name    string // "L1 TLB"
	Entries int
	Ways    int // 0: fully associative
}

const (
	maxLevels = 4
	maxTLBs   = 2
	maxSize   = 4 << 30 // bytes of a cache: its model takes an eighth of that
)

// Check returns what is wrong with the geometry: a figure that is not positive,
// a size that the ways and lines don't divide, more than four levels.
func (m Machine) Check() error {
	switch {
	case m.Line < 8 || m.Line > 4096 || bits.OnesCount(uint(m.Line)) != 1:
		return fmt.Errorf("geometry %s: a line of %d bytes is no power of two from 8 to 4096", m.Name, m.Line)
	case m.Page < m.Line || m.Page > 1<<30 || bits.OnesCount(uint(m.Page)) != 1:
		return fmt.Errorf("geometry %s: a page of %d bytes is no power of two from the line's %d to 2^30", m.Name, m.Page, m.Line)
	case len(m.Levels) == 0 || len(m.Levels) > maxLevels:
		return fmt.Errorf("geometry %s: %d levels of cache, can have 1 to %d", m.Name, len(m.Levels), maxLevels)
	case len(m.TLBs) > maxTLBs:
		return fmt.Errorf("geometry %s: %d levels of TLB, can have none to %d", m.Name, len(m.TLBs), maxTLBs)
	}
	for _, l := range m.Levels {
		ways := m.ways(l)
		switch {
		case l.Size <= 0 || l.Size > maxSize || l.Ways < 0 || ways == 0:
			return fmt.Errorf("geometry %s: %s of %d bytes in %d ways can't be", m.Name, l.Name, l.Size, l.Ways)
		case l.Size%(m.Line*ways) != 0:
			return fmt.Errorf("geometry %s: %s of %d bytes does not divide into %d ways of lines of %d bytes", m.Name, l.Name, l.Size, ways, m.Line)
		}
	}
	for _, t := range m.TLBs {
		if t.Entries <= 0 || t.Entries > 1<<20 || t.Ways < 0 || t.Ways > t.Entries || t.Ways > 0 && t.Entries%t.Ways != 0 {
			return fmt.Errorf("geometry %s: %s of %d entries in %d ways can't be", m.Name, t.Name, t.Entries, t.Ways)
		}
	}
	return nil
}

func (m Machine) ways(l Level) int {
	if l.Ways == 0 {
		return l.Size / m.Line
	}
	return l.Ways
}

func (m Machine) sets(l Level) int { return l.Size / (m.Line * m.ways(l)) }

// String describes it in a line: "zen3: L1 32K/8, L2 512K/8, L3 32M/16, lines of
// 64 bytes; TLB 64/full, 2048/8, pages of 4K".
func (m Machine) String() string {
	var b strings.Builder
	b.WriteString(m.Name + ":")
	for i, l := range m.Levels {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %s %s/%s", l.Name, bytesText(l.Size), waysText(l.Ways))
	}
	fmt.Fprintf(&b, ", lines of %d bytes", m.Line)
	for i, t := range m.TLBs {
		if i == 0 {
			b.WriteString("; TLB ")
		} else {
			b.WriteString(", ")
		}
		ways := t.Ways
		if ways == t.Entries {
			ways = 0
		}
		fmt.Fprintf(&b, "%d/%s", t.Entries, waysText(ways))
	}
	if len(m.TLBs) > 0 {
		fmt.Fprintf(&b, ", pages of %s", bytesText(m.Page))
	}
	return b.String()
}

func waysText(ways int) string {
	if ways == 0 {
		return "full"
	}
	return fmt.Sprint(ways)
}

// bytesText writes a size with a binary prefix where it is a whole number, or
// nearly: "32K", "1.25M".
func bytesText(n int) string {
	for _, u := range []struct {
		size int
		unit string
	}{{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "K"}} {
		if n >= u.size && n*8%u.size == 0 {
			return fmt.Sprintf("%.4g%s", float64(n)/float64(u.size), u.unit)
		}
	}
	return fmt.Sprint(n)
}

// Names returns the names of the known machines, in alphabetical order.
func Names() []string {
	names := make([]string, len(machines))
	for i, m := range machines {
		names[i] = m.Name
	}
	slices.Sort(names)
	return names
}

// Find returns the machine of a name; "" and "local" are this one, as the
// operating system describes it. The error names the known ones.
func Find(name string) (Machine, error) {
	if name == "" || name == "local" {
		return Local(), nil
	}
	for _, m := range machines {
		if m.Name == name {
			return m, nil
		}
	}
	return Machine{}, fmt.Errorf("no geometry %q is known: choose one of local, %s", name, strings.Join(Names(), ", "))
}
