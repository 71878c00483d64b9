package fanout

import "context"

// Serial sends one request after the other, so that all delays add up. It
// takes no notice of the load's Concurrency.
//
// The error is about a wrong field of the load, or about the first request that
// failed, with its URL; the Result then has what was answered until then. An
// interrupt of the cell is such an error.
func Serial(l Load) (*Result, error) {
	return once(l, newWeb, serial)
}

func serial(ctx context.Context, l Load, w *web) (*Result, error) {
	r := start(ctx, l)
	r.take(w, 0, r.live)
	return r.finish()
}
