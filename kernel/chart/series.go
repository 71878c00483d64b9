package chart

// A Series is a row of points, in charts whose axes both carry figures. Slices
// that are shorter than X and Y, or nil, stand for points that lack the value.
type Series struct {
	Name string
	X, Y []float64
	// Low and High are the ends of each point's interval, in Y's unit.
	Low, High []float64
	// Labels are written beside the points.
	Labels []string
}

// Samples are values measured again and again under the same name.
type Samples struct {
	Name   string
	Values []float64
}

// A Mark is a place on an axis that has a name, such as the size of a cache.
type Mark struct {
	Name string
	At   float64
}
