// Package proc spreads work over processes, as Python's multiprocessing does,
// under its names: [Pool], [Process], [Queue], [Pipe], [Lock], [Semaphore],
// [Event], [Condition], [Value], [RawValue], [Array], [Manager].
//
//	var square = proc.NewTask("square", func(ctx context.Context, x int) (int, error) { return x * x, nil })
//
//	func main() {
//		proc.Main(square) // first: in a worker process it serves and does not return
//		pool, err := proc.NewPool(4)
//		…
//		defer pool.Close()
//		squares, err := proc.Map[int, int](ctx, pool, "square", []int{1, 2, 3})
//	}
//
// A worker is this same program, started again. It runs nothing but package
// initialization and [Main], which answers requests for tasks by name. Inputs
// and results travel as gobs (encoding/gob) over a pair of sockets: exported
// fields only, no functions, no channels. What is large belongs into package
// shm, whose handles are a few bytes, as are those of the locks and queues
// here.
//
// # When something goes wrong
//
// An error or a panic of a task ends the call with a [*TaskError]; the worker
// lives on. A worker that dies (os.Exit, a signal, a fatal error of Go's
// runtime) is replaced, and what it was doing is done again, up to [Retries]
// times; then the call ends with an [*ExitError]. So a task is done at least
// once, and possibly more than once when workers die: one that changes shared
// memory must bear that.
//
// When the context of a call or the cell ends, the task's context ends in the
// worker, and a worker that takes no notice for 70 ms is killed and replaced: a
// call returns within 100 ms. Workers end when their pool is closed, when the
// program forgets the pool, and when the program itself ends, in whatever way.
//
// # Cost
//
// On a 2-core AMD EPYC (Zen 3): an empty task takes 40 to 80 µs there and back,
// an input among many 0.2 to 0.5 µs, a pool of two workers 4 to 8 ms to start and end
// in a small program. A lock that nobody else wants takes 10 ns, an item of a
// queue 0.3 µs, an answer of a manager 40 to 80 µs. GOMAXPROCS is 1 in a worker
// unless [Threads] says otherwise.
package proc
