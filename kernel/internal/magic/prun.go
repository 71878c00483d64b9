package magic

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernel/internal/profile"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
)

// rowsShown are the rows of %prun's table when nothing else is asked for.
const rowsShown = 20

var prunMagic = &Magic{
	Name:  "prun",
	Usage: "%prun [-s cum|self] [-n ROWS] [-r RATE] [-engine E] statement  %%prun [options]",
	Short: "profile: which functions the processor time goes to, as a table and a flame graph",
	Doc: `Runs the statement, or the whole cell, once, looks many times per second what it
is doing, and shows the functions with the most processor time: their own (self)
and with all that they called (cumulative).

    -s cum      sort by cumulative time (default: self)
    -n ROWS     rows of the table (default 20)
    -r RATE     looks per second (default 100, at most 1000)
    -engine E   auto, interp or native

    %prun sortAll(words)

Samples are looks, not calls: they tell shares of time, and nothing about how
often a function was called. With fewer than 50 of them shares are rough.

Compiled code is sampled by Go's profiler, per second of processor time.
Interpreted code is seen by stopping it and looking at its stacks, at most once
per 1/RATE s; the table shows the cell's functions all the same. Names that the
code defines stay defined.`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		rows, cum := rowsShown, false
		var o profiling
		rest, err := call.flagsOf(append(o.flags(), numberFlag("-n", 1, 1000, &rows), lineFlag{"-s", anyWord, func(v string) error {
			switch v {
			case "cum", "cumulative":
				cum = true
			case "self", "tottime":
				cum = false
			default:
				return fmt.Errorf("%q is neither cum nor self", v)
			}
			return nil
		}})...)
		if err != nil {
			return err
		}
		code, err := call.ranText(rest)
		if err != nil {
			return err
		}
		return o.run(ctx, env, code, func(r *collect.Report, p *profile.Profile) error {
			env.Display(profile.FunctionsView(r, p, rows, cum))
			return nil
		})
	},
}

// profiling is how a profile is taken.
type profiling struct {
	rate   int
	engine string
}

func (o *profiling) flags() []lineFlag {
	return []lineFlag{numberFlag("-r", collect.MinRate, collect.MaxRate, &o.rate), engineFlag(&o.engine)}
}

// run has code run with a profile taken and shows that, also of code that fails
// or is stopped: the error is then the code's.
func (o *profiling) run(ctx context.Context, env Env, code string, show func(*collect.Report, *profile.Profile) error) error {
	report, err := env.Measure(ctx, Measurement{Kind: "prun", Options: o.rate, Cell: code, Engine: o.engine})
	if len(report) == 0 {
		return err
	}
	shown := func() error {
		r, err := collect.Decode(report)
		if err != nil {
			return err
		}
		p, err := profile.Read(r, env)
		if err != nil {
			return err
		}
		return show(r, p)
	}()
	if err != nil {
		return err
	}
	return shown
}
