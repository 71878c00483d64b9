package magic

import (
	"context"
	"fmt"
	"time"
)

var mprofMagic = &Magic{
	Name:  "mprof",
	Usage: "%%mprof [-i 10ms] [-engine E]  %mprof [options] statement",
	Short: "memory over time: resident memory and Go heap while the cell runs",
	Doc: `Runs the statement, or the whole cell, and looks again and again, and where a region
begins or ends, at the process's resident memory and at the Go heap. The chart marks garbage collections, and regions that the code names:

    %%mprof -i 5ms
    end := measure.Region("load")
    data := load()
    end()
    sum(data)

    -i TIME     time between two looks (default 10ms, from 1ms to 1m)
    -engine E   auto, interp or native

In Go memory that is free again goes back to the system after a while only, so the
resident memory falls later than the heap, or not at all.`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		interval, engine := 10*time.Millisecond, ""
		rest, err := call.flagsOf(engineFlag(&engine), lineFlag{"-i", anyWord, func(v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d < time.Millisecond || d > time.Minute {
				return fmt.Errorf("%q is not a time from 1ms to 1m, such as 10ms", v)
			}
			interval = d
			return nil
		}})
		if err != nil {
			return err
		}
		code, err := call.ranText(rest)
		if err != nil {
			return err
		}
		_, err = env.Measure(ctx, Measurement{Kind: "mprof", Options: interval.Seconds(), Cell: code, Engine: engine})
		return err
	},
}
