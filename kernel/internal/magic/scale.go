package magic

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/weft-go/weft/kernel/measure"
)

var scaleMagic = &Magic{
	Name:  "scale",
	Usage: "%scale [-w 1,2,4,8] [-procs] expression of w",
	Short: "measure with more and more workers: speed-up, efficiency, serial fraction",
	Doc: `Measures an expression with different numbers of workers, which it finds in w
(or workers), and shows speed-up and efficiency beside the ideal, what the
machine gives to independent work at the same time, and the laws of Amdahl and
of Gunther (USL) fitted to them with their intervals.

    %scale julia.Goroutine(1000, 1000, 300, w)
    %scale f -w 1,2,4,8      f is a function of the notebook that takes an int

If the expression gives a slice with a number for each worker, the chart shows
how the work was shared.

    -w LIST        numbers of workers, 1,2,4 or 1..8 (default: up to all cores)
    -procs         set GOMAXPROCS to w, for code that takes as many as there are` + measuringDoc,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var m measuring
		var o measure.ScaleOptions
		flags := append(m.flags(),
			lineFlag{"-w", `[\d,.]+`, func(v string) (err error) {
				o.Workers, err = measure.ParseWorkers(v)
				return err
			}},
			lineFlag{"-procs", "", func(string) error { o.Procs = true; return nil }})
		args := call.Args
		if t := behind.FindStringSubmatch(args); t != nil { // f -w 1,2,4
			args = t[2] + " " + t[1]
		}
		rest, err := cutFlags(args, flags...)
		if err != nil {
			return fmt.Errorf("%%scale %w", err)
		}
		o.Options = m.Options
		param := "w"
		if mentions(rest, "workers") && !mentions(rest, "w") {
			param = "workers"
		}
		list, err := variants(rest)
		switch {
		case err != nil:
			return fmt.Errorf("%%scale: %w", err)
		case len(list) != 1 || list[0].stored != "":
			return errors.New("%scale takes one expression of the number of workers, such as %scale f(w): %compare takes several")
		}
		body := list[0].body(env, call, param)
		if !mentions(body.Code, param) && !o.Procs {
			return fmt.Errorf("%%scale: %s does not say where the number of workers goes: write w there, as in %%scale f(w), or give -procs for code that uses as many cores as GOMAXPROCS says", list[0].code)
		}
		body.Value = true
		_, err = env.Measure(ctx, Measurement{Kind: "scale", Options: o, Bodies: []Body{body}, Engine: m.engine})
		return err
	},
}

// behind matches the numbers of workers, and flags behind them, at the end of a
// line.
var behind = regexp.MustCompile(`^(.*\S)\s+(-w[\s=]+\d[\d,.]*(?:\s+-.*)?)$`)
