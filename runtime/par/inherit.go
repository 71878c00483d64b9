package par

import "sync/atomic"

// inheritance is what Inherit set.
var inheritance atomic.Pointer[func() func(run func())]

// Inherit is for programs that keep data per goroutine, as a host of cells
// does to know whose output is whose; others never need it. Helpers of a loop
// are goroutines that live longer than the loop, so they inherit nothing by
// themselves.
//
// Once set, capture is called in the calling goroutine by every loop that asks
// for helpers. The function it returns is called by each helper, which may be
// after the loop has ended; it must call run once and may do something before
// and after. If capture returns nil, nothing is handed over. Inherit(nil) ends
// it.
func Inherit(capture func() (enter func(run func()))) {
	if capture == nil {
		inheritance.Store(nil)
		return
	}
	inheritance.Store(&capture)
}
