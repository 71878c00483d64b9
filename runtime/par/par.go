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
// Made of such loops are [Sort] and [Scan] with their relatives. For tasks
// rather than loops there are an [Executor] with [Future] values, Python's
// concurrent.futures, and a bounded [Queue] between producers and consumers.
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
// Goroutines that helped once stay for the next loop. They look out for work
// for 0.1 ms after a loop, or for 1 ms while loops keep coming within about
// that time, and then sleep. While they look out they use a processor that
// nobody else wants: they sleep at once when other goroutines wait for one or
// the system gave theirs to another program. A call allocates nothing but what
// its closures need.
//
// What a Range over two iterations on two workers takes, on a 2-core AMD EPYC
// virtual machine (medians of BenchmarkForkJoin; libgomp in brackets, of the
// same loop in C on the same machine):
//
//	pause before    empty body          each worker waits for the other to begin
//	none            0.30 µs  (0.64)     0.4 µs  (0.6 to 0.8)
//	0.1 ms          0.3 µs   (1.2)      0.5 µs  (1.7)
//	1 ms            1.8 µs   (2.2)      1.7 µs  (2.0)
//	10 ms           15 µs    (60)       70 to 100 µs  (63)
//
// libgomp's threads look out for nearly 8 ms, these for 1. With a goroutine and a
// WaitGroup it is 0.1 ms and more whenever the other core really takes part.
//
// So blocks should last some microseconds in the midst of other loops and a
// tenth of a millisecond otherwise, or the loop is better serial. An index costs
// For about 10 ns, a block costs Range 11 ns under Static and 22 ns under Dynamic.
//
// In interpreted cells a call of a body costs about 0.4 µs, so use Range there
// with blocks rather than For, whose body is called once per index.
package par
