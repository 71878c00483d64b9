package magic

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var timeitMagic = &Magic{
	Name:  "timeit",
	Usage: "%timeit [-n N] [-r R] statement  %%timeit [-n N] [-r R]",
	Short: "run many times and show how long one run takes",
	Doc: `Runs the statement, or the whole cell, again and again and shows the time of
one run: the median of the samples and how far they spread.

    -n N   runs in one sample (default: enough for a sample to last a while)
    -r R   samples (default 7)

    %timeit sort.Ints(slices.Clone(xs))`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		opts, rest := cutOptions(call.Args)
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
		return env.Measure(ctx, "timeit", opts, call.placed(code))
	},
}

// option is one option with its number. What does not look like that is Go:
// "-n" alone is the negative of a variable.
var option = regexp.MustCompile(`^\s*(-[nr]\s*=?\s*\d+)(?:\s+|$)`)

// cutOptions takes the options in front of a statement off.
func cutOptions(args string) (opts, rest string) {
	for {
		m := option.FindStringSubmatchIndex(args)
		if m == nil {
			return strings.TrimSpace(opts), strings.TrimSpace(args)
		}
		name, value := args[m[2]:m[2]+2], strings.TrimLeft(args[m[2]+2:m[3]], " \t=")
		opts += " " + name + " " + value
		args = args[m[1]:]
	}
}
