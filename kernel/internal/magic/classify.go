package magic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/measure"
)

var classifyMagic = &Magic{
	Name:  "classify",
	Usage: "%classify [-r N] [-n N] expression  %%classify",
	Short: "tell whether code is CPU-, I/O- or memory-bound or all overhead, with the evidence",
	Doc: `Runs the expression again and again, for about a second, and tells what bounds
it, with the figures that say so and the limits they are held against: idle
time, goroutines, allocations, system time, page faults, cache misses, counted where
the processor's counters can be read and simulated in two further runs where the
code can be compiled, and how much slower it gets beside a neighbour that streams
through memory.

    %classify julia.Serial(200, 200, 300)
    %classify http.Get(url)

    -r N           runs (default 9)
    -n N           calls in one run (default: so many that it lasts 20 ms)
    -engine E      interp or native (default: compiled where there is a toolchain)`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var o measure.ClassifyOptions
		var engine string
		rest, err := cutFlags(call.Args, perfFlags(&o.PerfOptions, &engine)...)
		if err != nil {
			return fmt.Errorf("%s: %w", call, err)
		}
		if !call.Cell && rest == "" {
			return errors.New("%classify needs an expression, such as %classify f(10)")
		}
		code, err := call.ranText(rest)
		if err != nil {
			return err
		}
		bodies := []Body{{Code: code}}
		if o.Misses, err = simulatedMisses(ctx, env, bodies, engine); err != nil {
			return err
		}
		_, err = env.Measure(ctx, Measurement{Kind: "classify", Options: o, Bodies: bodies, Engine: engine})
		return err
	},
}

// simulatedMisses has the code run twice with its accesses reported to a
// simulator of this machine's caches, or says in the figure why it could not. The
// error is one of the code itself, or that the cell was stopped.
func simulatedMisses(ctx context.Context, env Env, bodies []Body, engine string) (f measure.Figure, err error) {
	if engine == "interp" {
		return measure.Figure{Unavailable: "interpreted code does not report its accesses"}, nil
	}
	report, err := env.Measure(ctx, Measurement{Kind: "misses", Bodies: bodies, Engine: "native", Instrument: "access"})
	var wrong *cell.Diagnostics
	switch {
	case ctx.Err() != nil || errors.As(err, &wrong):
		return f, err
	case err != nil:
		first, _, _ := strings.Cut(err.Error(), "\n")
		return measure.Figure{Unavailable: "not simulated: " + first}, nil
	case json.Unmarshal(report, &f) != nil:
		return measure.Figure{Unavailable: "not simulated: nothing was reported"}, nil
	}
	return f, nil
}
