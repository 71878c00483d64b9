package chart

import (
	"fmt"
	"math"
)

// SweepData is what Sweep draws.
type SweepData struct {
	Title, Note string
	X, XUnit    string // name and unit of the parameter; a unit "B" gives ticks at powers of two
	Y, YUnit    string // name and unit of what was measured; both "": "time" in "s"
	Series      []Series
	Marks       []Mark // on the x axis, such as cache sizes
	LinearX     bool   // else logarithmic
	LinearY     bool
}

// Sweep shows how a cost depends on a parameter, on logarithmic axes, so that
// a power law is a straight line. The slope of each, by least squares of the
// logarithms, stands in the subtitle.
func Sweep(d SweepData) *Chart {
	if d.Y == "" && d.YUnit == "" {
		d.Y, d.YUnit = "time", "s"
	}
	p := begin(d.Title, d.Note)
	c := newXY(p, d.Series, or(d.X, "n"), d.XUnit, !d.LinearX, d.Y, d.YUnit, !d.LinearY, true)
	c.dots, c.marks = true, d.Marks
	if c.x.log && c.y.log {
		for i, s := range c.whole {
			if k, ok := slope(s); ok && i < 4 {
				name := ""
				if len(c.whole) > 1 {
					name = shorten(nameOf(s.Name, i), 24) + " "
				}
				p.note(fmt.Sprintf("%sgrows as %s^%s", name, shorten(c.x.name, 12), number(significant(k, 2))))
			}
		}
	}
	return c.chart()
}

// slope is that of a series on two logarithmic axes; not ok with fewer than
// three points.
func slope(s Series) (k float64, ok bool) {
	if len(s.X) < 3 {
		return 0, false
	}
	var mx, my float64
	for i := range s.X {
		mx += math.Log(s.X[i]) / float64(len(s.X))
		my += math.Log(s.Y[i]) / float64(len(s.X))
	}
	var num, den float64
	for i := range s.X {
		dx := math.Log(s.X[i]) - mx
		num += dx * (math.Log(s.Y[i]) - my)
		den += dx * dx
	}
	return num / den, den > 1e-12
}
