// Package par runs loops on several cores.
//
//	par.For(n, func(i int) { … })               // once per index
//	par.Range(n, func(lo, hi int) { … })        // once per block [lo, hi)
//	sum := par.ReduceFloat64(n, 0, part, add)   // blocks with a result
//
// The iterations are cut into blocks and dealt to workers under a [Schedule]
// with OpenMP's names and meanings: [Static] (the default), [Dynamic] and
// [Guided]. [Workers] sets how many, GOMAXPROCS unless told. A worker is a
// share of the loop, numbered from 0; the caller's goroutine takes the first
// share and, while helpers are still on their way, further ones. Every share
// is done exactly once, and a body may block: there are as many goroutines as
// workers if the others are needed.
//
// # When something goes wrong
//
// A panic of a body reaches the caller as a [*Panic] with the first value and
// the stack of the goroutine it happened on; the other workers finish the block
// they are in. The forms with Err return a body's first error in the same way.
// A negative n, worker count or chunk is a panic (an error in the forms with
// Err) before any body has run.
//
// # Stopping early
//
// Every loop stops between blocks, [For] between indexes, when the cell is
// interrupted (see package interrupt) or its own [Context] ends. Range and For
// then return with the rest undone; [RangeErr] and [ForErr] tell.
//
// # Nesting and concurrent use
//
// Every function may be called by any number of goroutines at once, and from
// bodies of other loops.
//
// # Cost
//
// Goroutines that helped once stay for the next loop. For 100 µs after a loop
// they look out for work, letting every other goroutine go first; then they
// sleep. On a 2-core AMD EPYC virtual machine a Range over two iterations on
// two workers, each of which waits for the other to begin, takes 0.4 to 0.7 µs
// (medians) when calls follow within that time, and 95 µs, the time it takes to
// wake the second core, after a longer pause. With a goroutine and a WaitGroup
// it is 70 to 95 µs always. A call allocates nothing but what its closures need.
//
// So blocks should last some microseconds in the midst of other loops and a
// tenth of a millisecond otherwise, or the loop is better serial. An index costs
// For about 4 ns, a block costs Range 4 ns under Static and 13 ns under Dynamic.
//
// In interpreted cells a call of a body costs about 0.4 µs, so use Range there
// with blocks rather than For, whose body is called once per index.
package par
