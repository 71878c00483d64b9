package fib

import "context"

// Serial returns the Fibonacci numbers of all arguments, one after the other. An
// argument that is negative or above 60 is a panic. Interrupted, it returns -1
// or 0 for what it has not computed; so do the others.
func Serial(args []int) []int {
	mustBeFine(args, 0)
	r := newRun(args, 1)
	_ = r.serial()(context.Background())
	return r.results
}

func (r *run) serial() func(context.Context) error {
	going := r.going
	return func(ctx context.Context) error {
		r.begin(ctx)
		for i, n := range r.args {
			r.results[i] = number(n, going)
		}
		return r.p.Err()
	}
}
