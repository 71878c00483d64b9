package magic

import (
	"context"

	"github.com/weft-go/weft/kernel/internal/profile"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
)

var traceMagic = &Magic{
	Name:  "trace",
	Usage: "%trace [-engine E] statement  %%trace [-engine E]",
	Short: "goroutine timeline: what ran on which P when, and what goroutines waited for",
	Doc: `Runs the statement, or the whole cell, once with Go's execution trace on. It draws
the goroutines that ran on each P (a place to run: there are GOMAXPROCS of them),
the garbage collector's cycles, and the moments when the world was stopped. The
tables tell where the goroutines' time went: running, waiting for a P, for a
channel, a mutex, a timer, the network …, by the function and line that started
them.

    -engine E   auto, interp or native

    %%trace
    var wg sync.WaitGroup
    for i := range 8 {
        wg.Go(func() { work(i) })
    }
    wg.Wait()

Each event costs some 200 ns, so a cell that does little but switch goroutines runs
slower than it would. A trace is cut at 8 MiB; the cell runs on.`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		engine := ""
		rest, err := call.flagsOf(engineFlag(&engine))
		if err != nil {
			return err
		}
		code, err := call.ranText(rest)
		if err != nil {
			return err
		}
		report, err := env.Measure(ctx, Measurement{Kind: "trace", Cell: code, Engine: engine})
		if len(report) == 0 {
			return err
		}
		shown := func() error {
			r, err := collect.Decode(report)
			if err != nil {
				return err
			}
			t, err := profile.ReadTimeline(r, env)
			if err != nil {
				return err
			}
			env.Display(profile.TimelineView(r, t))
			return nil
		}()
		if err != nil {
			return err
		}
		return shown
	},
}
