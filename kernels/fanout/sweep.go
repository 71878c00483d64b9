package fanout

import (
	"errors"
	"time"
)

// A Point is what one number of requests at a time gave.
type Point struct {
	Concurrency int
	Wall        time.Duration // of all requests
	PerSecond   float64       // requests
}

// Sweep sends the load once with each number of requests at a time, by f: one of
// [Goroutine], [GoroutineRaw], [GoroutineBatch], … The points make the curve on which the best
// concurrency shows as a knee. It stops at the first error and returns the
// points until then.
func Sweep(l Load, concurrency []int, f func(Load) (*Result, error)) ([]Point, error) {
	if f == nil {
		return nil, errors.New("fanout: nil function to sweep with")
	}
	points := make([]Point, 0, len(concurrency))
	for _, c := range concurrency {
		l.Concurrency = c
		r, err := f(l)
		if err != nil {
			return points, err
		}
		p := Point{Concurrency: l.concurrency(), Wall: r.Wall}
		if r.Wall > 0 {
			p.PerSecond = float64(r.Requests) / r.Wall.Seconds()
		}
		points = append(points, p)
	}
	return points, nil
}
