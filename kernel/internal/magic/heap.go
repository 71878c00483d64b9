package magic

import (
	"context"
	"fmt"
)

var heapMagic = &Magic{
	Name:  "heap",
	Usage: "%heap  %heap mark  %heap diff",
	Short: "what lives in the Go heap, by allocation site and size, and what changed since a mark",
	Doc: `Collects garbage and shows what is left: the lines of cells, and functions elsewhere,
that allocated it, and the sizes of the objects.

    %heap mark
    cache := build()
    %heap diff

Sites come from Go's heap profile, which samples one allocation in 512 KiB: they are
estimates, and what is small may be missing. Sizes are counted exactly. Sites of
interpreted code are not known; %%native compiles a cell.`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		switch call.Args {
		case "", "mark", "diff":
		default:
			return fmt.Errorf("%%heap takes mark or diff, or nothing, not %q", call.Args)
		}
		_, err := env.Measure(ctx, Measurement{Kind: "heap", Options: call.Args})
		return err
	},
}
