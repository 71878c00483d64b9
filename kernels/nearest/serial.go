package nearest

import (
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial looks at one road after the other. All origins must be in [0, places)
// and no field negative, else the error names the first road at fault; it is
// also an error if places is negative, and to be interrupted.
func Serial(roads []Road, places int) (*Result, error) {
	if err := check(places, 0); err != nil {
		return nil, fmt.Errorf("nearest: %w", err)
	}
	r := empty(places)
	if err := r.serial(background(), roads); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Result) serial(ctx poll.Poll, roads []Road) error {
	r.clear()
	all := roads
	for len(roads) > 0 {
		if ctx.Stopped() {
			return ctx.Err()
		}
		some := roads[:min(block, len(roads))]
		if !r.add(some) {
			return fault(all, len(r.Destination))
		}
		roads = roads[len(some):]
	}
	return nil
}

// add looks at roads and reports whether all are as they shall be.
func (r *Result) add(roads []Road) bool {
	for _, road := range roads {
		o, d, w := road.Origin, road.Destination, road.Distance
		if o < 0 || int(o) >= len(r.Destination) || d < 0 || w < 0 {
			return false
		}
		if r.Min < 0 || w < r.Min {
			r.Min = w
		}
		r.Max = max(r.Max, w)
		near := r.Distance[o]
		if near < 0 || w < near || w == near && d < r.Destination[o] {
			r.Distance[o], r.Destination[o] = w, d
		}
	}
	return true
}

// SerialPacked is [Serial] with distance and destination in one integer, the
// distance in the upper half: the nearest road, and of equally near ones that to
// the smallest destination, is then the minimum, without a branch.
func SerialPacked(roads []Road, places int) (*Result, error) {
	return parallel(roads, places, 1, false, nil)
}
