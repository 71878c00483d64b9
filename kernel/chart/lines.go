package chart

// LinesData is what Lines draws.
type LinesData struct {
	Title, Note string
	X, XUnit    string
	Y, YUnit    string
	Series      []Series
	Marks       []Mark // on the x axis
	LogX, LogY  bool
	Points      bool // a dot at each point
	Area        bool // fill down to the axis
	Step        bool // hold each value up to the next x
}

// Lines joins the points of each series in order of x. Series with Low and High
// get error bars, or a band where there are more than forty points.
func Lines(d LinesData) *Chart {
	c := newXY(begin(d.Title, d.Note), d.Series, d.X, d.XUnit, d.LogX, d.Y, d.YUnit, d.LogY, true)
	c.dots, c.step, c.marks = d.Points, d.Step, d.Marks
	if d.Area {
		c.area = len(d.Series)
		c.y.zero = true
	}
	c.y.zero = c.y.zero || c.y.lo >= 0 && c.y.lo < c.y.hi*0.5
	return c.chart()
}
