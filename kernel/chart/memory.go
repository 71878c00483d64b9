package chart

import "fmt"

// MemoryData is what Memory draws.
type MemoryData struct {
	Title, Note string
	Series      []Series // X in seconds, Y in bytes; the first is filled
	Regions     []Region
	Marks       []Mark // moments, such as garbage collections
}

// A Region is a span of time that has a name.
type Region struct {
	Name     string
	From, To float64 // seconds
}

// memoryMarks is how many moments are marked.
const memoryMarks = 40

// Memory shows memory over time.
func Memory(d MemoryData) *Chart {
	c := newXY(begin(d.Title, d.Note), d.Series, "time", "s", false, "memory", "B", false, true)
	c.area, c.y.zero = 1, true
	c.marks, c.regions = d.Marks, d.Regions
	if len(c.marks) > memoryMarks {
		c.p.note(fmt.Sprintf("the first %d of %d moments marked", memoryMarks, len(c.marks)))
		c.marks = c.marks[:memoryMarks]
	}
	for _, s := range c.whole {
		if n := len(s.Y); n > 0 && len(c.whole) == 1 {
			most := s.Y[0]
			for _, y := range s.Y {
				most = max(most, y)
			}
			c.p.note("peak " + quantity(most, "B"))
		}
	}
	return c.chart()
}
