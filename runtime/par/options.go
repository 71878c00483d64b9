package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// An Option changes one loop: [Workers], [Context], a [Schedule], or a pointer
// to [Stats] that the call shall fill in. An [Executor] takes Workers, Context
// and [Bound]. The last of a kind counts. Options cost no allocation.
type Option interface{ option() }

// Options are read by type, not by a method that changes the config: through a
// method the compiler can't see that they need not live on the heap. For the
// same reason a *Stats is never kept, see fill.
func (workers) option()   {}
func (inContext) option() {}
func (Schedule) option()  {}
func (*Stats) option()    {}
func (bound) option()     {}

// config is what the options of one call say.
type config struct {
	workers  int // 0: GOMAXPROCS
	schedule Schedule
	ctx      context.Context // nil: only interrupts stop the loop
	measure  bool            // there are Stats to fill in
}

// Workers sets the number of workers. It may exceed the number of cores, as is
// useful for bodies that wait. 0 means GOMAXPROCS, the default. A loop with
// fewer blocks than workers uses one worker per block.
func Workers(n int) Option { return workers(n) }

type workers int

// Context makes the loop stop between blocks when ctx ends, in addition to the
// cell's interrupt.
func Context(ctx context.Context) Option { return inContext{ctx} }

type inContext struct{ ctx context.Context }

// set applies opts to an empty config and fills in the defaults.
func (c *config) set(opts []Option) error {
	for _, o := range opts {
		switch o := o.(type) {
		case workers:
			if o < 0 {
				return fmt.Errorf("negative number of workers %d", int(o))
			}
			c.workers = int(o)
		case Schedule:
			if o.chunk < 0 {
				return fmt.Errorf("negative chunk %d of schedule %s", o.chunk, kindNames[o.kind])
			}
			c.schedule = o
		case inContext:
			if o.ctx == nil {
				return errors.New("nil context")
			}
			c.ctx = o.ctx
		case *Stats:
			c.measure = o != nil
		case bound:
			return errors.New("option Bound is for executors")
		default: // another type can't have the method
			return errors.New("nil option")
		}
	}
	if c.workers == 0 {
		c.workers = runtime.GOMAXPROCS(0)
	}
	return nil
}
