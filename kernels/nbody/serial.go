package nbody

import "context"

// Serial moves s by so many steps of length dt on one core, 3 to 5 ns for each
// pair of bodies and step.
func Serial(s *System, steps int, dt float64) {
	mustBeFine(s, steps, dt, 0)
	r := newRun(s, dt)
	_ = r.advance(context.Background(), steps, r.serial()) // only an interrupt
}

func (r *run) serial() func(context.Context) error {
	return func(context.Context) error {
		r.pullPlain(0, r.Len())
		return nil
	}
}
