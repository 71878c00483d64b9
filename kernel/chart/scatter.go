package chart

// ScatterData is what Scatter draws.
type ScatterData struct {
	Title, Note string
	X, XUnit    string
	Y, YUnit    string
	Series      []Series // their Labels are written beside the points
	LogX, LogY  bool
	Diagonal    bool // a line where x = y, for comparing two measurements of the same
}

// Scatter draws points.
func Scatter(d ScatterData) *Chart {
	c := newXY(begin(d.Title, d.Note), d.Series, d.X, d.XUnit, d.LogX, d.Y, d.YUnit, d.LogY, false)
	c.diagonal = d.Diagonal
	return c.chart()
}
