package dedupe

import (
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial is what one writes first: a map from the two places to the distance.
// About 130 ns per line. It returns the roads that remain in the order of the
// text, or an error that names the first wrong line, or why it was interrupted.
func Serial(text []byte) ([]Road, error) {
	var s serialRun
	if err := s.run(background(), text); err != nil {
		return nil, err
	}
	return s.roads, nil
}

// between is a road's key in the map.
type between struct{ origin, destination int32 }

// A serialRun is Serial with what the next run can use again.
type serialRun struct {
	seen  map[between]int32
	roads []Road
	lines [batch]Road
}

func (s *serialRun) run(ctx poll.Poll, text []byte) error {
	if s.seen == nil {
		s.seen = make(map[between]int32)
	}
	clear(s.seen)
	s.roads = s.roads[:0]
	for at, turn := 0, 0; at < len(text); turn++ {
		if turn%(pollEvery/8/batch) == 0 && ctx.Stopped() {
			return ctx.Err()
		}
		lines, used, err := parse(s.lines[:], text[at:])
		if err != nil {
			return syntaxError(text, at+used)
		}
		at += used
		for _, r := range s.lines[:lines] {
			if _, known := s.seen[between{r.Origin, r.Destination}]; known {
				continue
			}
			if back, known := s.seen[between{r.Destination, r.Origin}]; known {
				r.Distance = back
			}
			s.seen[between{r.Origin, r.Destination}] = r.Distance
			s.roads = append(s.roads, r)
		}
	}
	return nil
}

// SerialDense is [Serial] with a cell for each pair of places instead of the
// map, half the square of the largest place + 1 in number. If the text has less
// than a line for every eight cells of the square, it is SerialHash.
func SerialDense(text []byte) ([]Road, error) {
	return alone(background(), newPlan(text, 1, false), wide)
}

// SerialHash is [Serial] with an open-addressing hash table of our own, which
// needs no function calls and fetches the slots of 64 lines at once.
func SerialHash(text []byte) ([]Road, error) {
	return alone(background(), newPlan(text, 1, false), hashed)
}

// alone runs a plan of one part.
func alone(ctx poll.Poll, p *plan, first table) ([]Road, error) {
	on := func() bool { return !ctx.Stopped() }
	if !p.parts[0].reduce(on, first) {
		return nil, p.cause(ctx)
	}
	p.place()
	return p.roads(), nil
}

// cause tells why a run did not come to its end.
func (p *plan) cause(ctx poll.Poll) error {
	if err := p.wrong(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fmt.Errorf("BUG: dedupe: stopped without a reason")
}
