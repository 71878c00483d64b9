package magic

import (
	"context"
	"errors"
	"strings"
)

var timeMagic = &Magic{
	Name:  "time",
	Usage: "%time statement  %%time",
	Short: "run once and show wall, user and system time and the cores used",
	Doc: `Runs the statement, or the whole cell, as it would run without %time: names
it defines stay defined and its value is shown. Then come wall time, user and
system time, and cores used (user + system, divided by wall).

    %time sum := julia.Serial(1000, 1000, 300)

    %%time
    for i := range 8 {
        work(i)
    }`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Cell {
			if call.Args != "" {
				return errors.New("%%time takes nothing on its line: put the code below, or write %time " + call.Args)
			}
			return once(ctx, env, "time", nil, call.placed(call.Body))
		}
		if strings.TrimSpace(call.Args) == "" {
			return errors.New("%time needs a statement to run, such as %time f(10)")
		}
		return once(ctx, env, "time", nil, call.placed(call.Args))
	},
}

// once has Go text run once and measured by a kind that returns no report.
func once(ctx context.Context, env Env, kind string, options any, code string) error {
	_, err := env.Measure(ctx, Measurement{Kind: kind, Options: options, Cell: code})
	return err
}
