package engine

import (
	"fmt"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/measure"
)

// timed executes a file inside %time and prints what it took.
func (s *session) timed(m *link.Measure, execute func() error) error {
	var err error
	t := measure.Time(m.Text, m.Engine, func() { err = execute() })
	if err == nil {
		fmt.Fprintln(&stream{s, link.Stdout}, t)
	}
	return err
}

// timeit measures f as the run's Measure asks and prints the result; empty
// tells what a call costs by itself. The last file of such a run calls it from
// interpreted code, so that an interrupt stops f.
func (s *session) timeit(f, empty func()) {
	s.mu.Lock()
	m := s.current.measure
	s.mu.Unlock()
	opts, err := measure.ParseTimeit(m.Args)
	if err != nil {
		panic(err)
	}
	opts.Text, opts.Engine, opts.Empty = m.Text, m.Engine, empty
	if r := measure.Timeit(opts, f); !opts.Quiet {
		fmt.Fprintln(&stream{s, link.Stdout}, r)
	}
}
