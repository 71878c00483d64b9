package magic

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

var timeitMagic = &Magic{
	Name:  "timeit",
	Usage: "%timeit [options] statement  %%timeit [options]",
	Short: "run many times and show how long one run takes, with all samples",
	Doc: `Runs the statement, or the whole cell, again and again and shows the time of
one run: the median of the samples with the interval in which it lies, the
fastest, the 95th percentile, user and system time, allocations, and a chart of
all samples in the order taken. Samples during which other programs took the
processor are marked, outliers are kept and marked.

    %timeit sort.Ints(slices.Clone(xs))
    %timeit -r 100 -gc off f(1000)
` + measuringDoc + `

What is measured is compiled if it can be; the result says what ran it. In Go:
measure.Timeit(measure.Options{}, func() { … }).`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var m measuring
		rest, err := cutFlags(call.Args, m.flags()...)
		if err != nil {
			return fmt.Errorf("%s %w", call, err)
		}
		code := rest
		if call.Cell {
			if rest != "" {
				return fmt.Errorf("%%%%timeit takes only options on its line, not %q: put the code below", rest)
			}
			code = call.Body
		}
		if strings.TrimSpace(code) == "" {
			return errors.New("%timeit needs a statement to run, such as %timeit f(10)")
		}
		_, err = env.Measure(ctx, Measurement{Kind: "timeit", Options: m.Options, Bodies: []Body{{Code: call.placed(code)}}, Engine: m.engine})
		return err
	},
}
