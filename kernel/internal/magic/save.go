package magic

import (
	"context"
	"errors"
	"strings"
)

var saveMagic = &Magic{
	Name:  "save",
	Usage: "%save name",
	Short: "keep the last result under a name, for %load and %compare @name",
	Doc: `Writes what the last magic measured, with all samples, counters, source text and
machine, to weft-results/name.json in the session's folder.

    %timeit f(1000)
    %save before
    %compare @before f(1000)`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args == "" || strings.ContainsAny(call.Args, " \t") {
			return errors.New("%save needs one name, such as %save before")
		}
		_, err := env.Measure(ctx, Measurement{Kind: "save", Options: map[string]string{"name": call.Args}})
		return err
	},
}

var loadMagic = &Magic{
	Name:  "load",
	Usage: "%load name  %load notebook.ipynb#name",
	Short: "show a result that was kept by %save, or is in a notebook",
	Doc: `    %load before              from weft-results/before.json
    %load other.ipynb         the last result in a notebook's outputs
    %load other.ipynb#2       its second
    %load other.ipynb#f(10)   the one of this text`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args == "" {
			return errors.New("%load needs a name, such as %load before, or a notebook, such as %load other.ipynb#2")
		}
		_, err := env.Measure(ctx, Measurement{Kind: "load", Options: map[string]string{"name": call.Args}})
		return err
	},
}
