package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// An Option changes a pool: [Threads], [Retries], [Env].
type Option interface {
	apply(*config) error
}

// config is what the options of a pool say.
type config struct {
	threads int // GOMAXPROCS of a worker
	retries int
	env     []string
	single  bool // a worker that dies is not replaced
}

type option func(*config) error

func (o option) apply(c *config) error { return o(c) }

// Threads sets GOMAXPROCS of each worker: on how many cores its goroutines may
// run. The default is 1, since the workers themselves stand for the cores.
func Threads(n int) Option {
	return option(func(c *config) error {
		if n < 1 {
			return fmt.Errorf("%d threads in a worker", n)
		}
		c.threads = n
		return nil
	})
}

// Retries sets how often a task is begun again after its worker died. The
// default is 3.
func Retries(n int) Option {
	return option(func(c *config) error {
		if n < 0 {
			return fmt.Errorf("negative number of retries %d", n)
		}
		c.retries = n
		return nil
	})
}

// Env adds variables, "NAME=value", to the environment of the workers, which
// otherwise is this program's.
func Env(variables ...string) Option {
	return option(func(c *config) error {
		for _, v := range variables {
			if name, _, ok := strings.Cut(v, "="); !ok || name == "" {
				return fmt.Errorf("environment variable %q is not NAME=value", v)
			}
		}
		c.env = append(c.env, variables...)
		return nil
	})
}

func newConfig(opts []Option) (*config, error) {
	c := &config{threads: 1, retries: 3}
	for _, o := range opts {
		if o == nil {
			return nil, errors.New("nil option")
		}
		if err := o.apply(c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// environ returns the environment of a worker.
func (c *config) environ(kind string) []string {
	env := append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(c.threads))
	if os.Getenv("GORACE") == "" {
		env = append(env, "GORACE=atexit_sleep_ms=0") // the race detector's second at the end of every process
	}
	return append(append(env, c.env...), environment+"="+kind)
}

// A MapOption changes one call: [Chunk], [Context].
type MapOption interface {
	change(*calling) error
}

// calling is what the options of one call say.
type calling struct {
	chunk int             // 0: the default
	ctx   context.Context // nil: only the cell's
}

type mapOption func(*calling) error

func (o mapOption) change(c *calling) error { return o(c) }

// Chunk sets how many inputs travel to a worker at a time. Many at a time
// cost less, few deal the work more evenly. The default for Map is Python's: a
// quarter of what each worker gets if all get the same, rounded up.
func Chunk(k int) MapOption {
	return mapOption(func(c *calling) error {
		if k < 1 {
			return fmt.Errorf("a chunk of %d inputs", k)
		}
		c.chunk = k
		return nil
	})
}

func newCalling(opts []MapOption) (calling, error) {
	var c calling
	for _, o := range opts {
		if o == nil {
			return c, errors.New("nil option")
		}
		if err := o.change(&c); err != nil {
			return c, err
		}
	}
	return c, nil
}

// pythonChunk is multiprocessing's default: divmod(n, 4·workers), rounded up.
func pythonChunk(n, workers int) int {
	return max(1, (n+4*workers-1)/(4*workers))
}
