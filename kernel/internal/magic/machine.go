package magic

import (
	"context"
	"fmt"
)

var machineMagic = &Magic{
	Name:  "machine",
	Usage: "%machine [-calibrate]",
	Short: "describe this machine and its state, as it is stored with every result",
	Doc: `Processor, cores, caches, clock, container's limit, load, virtual machine, system,
Go's settings, and whether the processor's counters can be read; then what of it
makes figures less than they seem.

    -calibrate   also measure how many cores' work 1, 2 … threads do together now`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		options := struct {
			Calibrate bool `json:"calibrate"`
		}{}
		rest, err := cutFlags(call.Args, lineFlag{"-calibrate", "", func(string) error { options.Calibrate = true; return nil }})
		if err != nil {
			return err
		}
		if rest != "" {
			return fmt.Errorf("%%machine takes -calibrate or nothing, not %q", rest)
		}
		_, err = env.Measure(ctx, Measurement{Kind: "machine", Options: options})
		return err
	},
}
