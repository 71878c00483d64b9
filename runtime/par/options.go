package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// An Option changes one call: [Workers], [Context], a [Schedule], or a pointer
// to [Stats] that the call shall fill in. The last of a kind counts.
type Option interface {
	apply(*config) error
}

// config is what the options of one call say.
type config struct {
	workers  int // 0: GOMAXPROCS
	schedule Schedule
	ctx      context.Context // nil: only interrupts stop the loop
	stats    *Stats          // nil: nobody asked
}

// An option is an Option made of a function.
type option func(*config) error

func (o option) apply(c *config) error { return o(c) }

// Workers sets the number of workers. It may exceed the number of cores, as is
// useful for bodies that wait. 0 means GOMAXPROCS, the default. A loop with
// fewer blocks than workers uses one worker per block.
func Workers(n int) Option { return workers(n) }

type workers int

func (w workers) apply(c *config) error {
	if w < 0 {
		return fmt.Errorf("negative number of workers %d", int(w))
	}
	c.workers = int(w)
	return nil
}

// Context makes the loop stop between blocks when ctx ends, in addition to the
// cell's interrupt.
func Context(ctx context.Context) Option {
	return option(func(c *config) error {
		if ctx == nil {
			return errors.New("nil context")
		}
		c.ctx = ctx
		return nil
	})
}

// set applies opts to an empty config and fills in the defaults.
func (c *config) set(opts []Option) error {
	for _, o := range opts {
		if o == nil {
			return errors.New("nil option")
		}
		if err := o.apply(c); err != nil {
			return err
		}
	}
	if c.workers == 0 {
		c.workers = runtime.GOMAXPROCS(0)
	}
	return nil
}
