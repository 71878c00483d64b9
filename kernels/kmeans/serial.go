package kmeans

import "context"

// Serial groups points of d coordinates into k clusters in at most so many
// rounds. The first centres are points drawn by the seed. It takes about 1 ns for each
// point, centre, coordinate and round.
func Serial(points []float64, d, k, rounds int, seed uint64) *Result {
	mustBeFine(points, d, k, rounds, 0)
	r := newRun(points, d, k, rounds, seed)
	return r.result(r.do(context.Background(), r.serial()))
}

func (r *run) serial() func(context.Context) error {
	return func(context.Context) error {
		r.plain(0, r.blocks())
		return nil
	}
}
