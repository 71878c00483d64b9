package par

import "time"

// Stats tells what each worker of one loop did. A pointer to it is an
// [Option]; the loop fills it in before it returns:
//
//	var s par.Stats
//	par.Range(n, body, par.Dynamic(16), &s)
//
// It costs two readings of the clock, some 0.1 µs, per block.
type Stats struct {
	Schedule Schedule      `json:"-"`
	Wall     time.Duration `json:"wall_ns"` // from the call to its return
	Workers  []WorkerStats `json:"workers"` // indexed by worker
}

// WorkerStats is one worker's share of a loop.
type WorkerStats struct {
	Blocks int           `json:"blocks"`   // blocks begun
	Items  int           `json:"items"`    // iterations in them
	Start  time.Duration `json:"start_ns"` // when its first block began, after the call
	Busy   time.Duration `json:"busy_ns"`  // time inside the body
}

// Busy returns the sum of the workers' busy times.
func (s *Stats) Busy() time.Duration {
	var sum time.Duration
	for _, w := range s.Workers {
		sum += w.Busy
	}
	return sum
}

// Idle returns how long worker was not inside the body while the loop ran.
func (s *Stats) Idle(worker int) time.Duration {
	return s.Wall - s.Workers[worker].Busy
}

// Balance returns the workers' mean busy time divided by the longest: 1 when
// all did the same, 1/len(Workers) when one did everything, 0 when nobody did
// anything.
func (s *Stats) Balance() float64 {
	var longest time.Duration
	for _, w := range s.Workers {
		longest = max(longest, w.Busy)
	}
	if longest == 0 {
		return 0
	}
	return s.Busy().Seconds() / (longest.Seconds() * float64(len(s.Workers)))
}

// fill hands what the loop measured to the Stats among opts, the last one. It
// copies: workers write to memory of the loop, so that a Stats can lie on its
// caller's stack.
func (l *loop) fill(opts []Option) {
	if !l.measure {
		return
	}
	var s *Stats
	for _, o := range opts {
		if last, ok := o.(*Stats); ok {
			s = last
		}
	}
	s.Schedule, s.Wall = l.schedule, l.wall
	if cap(s.Workers) < len(l.measured) {
		s.Workers = make([]WorkerStats, len(l.measured))
	}
	s.Workers = s.Workers[:len(l.measured)]
	copy(s.Workers, l.measured)
}
