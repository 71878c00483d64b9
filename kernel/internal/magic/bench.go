package magic

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

var benchMagic = &Magic{
	Name:  "bench",
	Usage: "%bench [-variant RE] [-n SIZES] [-workers W] [-count R] [-time D] [-list] kernel …",
	Short: "measure the compiled kernels, variant by variant, in turns",
	Doc: `Measures the kernels' variants as "weft bench" does on the command line, with a
chart. %bench -list names them, with their sizes.

    %bench julia
    %bench -variant 'serial|simd' -n small,middle sum stream
    %bench -workers 1,2,4 -time 1s pi

    -variant RE    only variants whose name matches the regular expression
    -n SIZES       small, middle, large or numbers, with commas between (default: middle)
    -workers W     numbers with commas between (default: 1 and as many as cores)
    -count R       rounds (default: so many that they last -time, 3 to 25)
    -time D        how long the rounds of one kernel and size may last (default: 3s)
    -list          list kernels, sizes and variants, and measure nothing`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var o benchOptions
		rest, err := cutFlags(call.Args, o.flags()...)
		if err != nil {
			return fmt.Errorf("%s: %w", call, err)
		}
		o.Kernels = strings.Fields(rest)
		if len(o.Kernels) == 0 && !o.List {
			return errors.New("%bench needs kernels to measure, such as %bench julia; %bench -list lists them")
		}
		if err := o.check(); err != nil {
			return fmt.Errorf("%s: %w", call, err)
		}
		_, err = env.Measure(ctx, Measurement{Kind: "bench", Options: o})
		return err
	},
}

// benchOptions are what %bench and %roofline send, as written.
type benchOptions struct {
	Kernels []string      `json:"kernels,omitempty"`
	Variant string        `json:"variant,omitempty"`
	Sizes   string        `json:"sizes,omitempty"`
	Workers string        `json:"workers,omitempty"`
	Count   int           `json:"count,omitempty"`
	Time    time.Duration `json:"time_ns,omitempty"`
	List    bool          `json:"list,omitempty"`
	Flops   float64       `json:"flops,omitempty"`
	Bytes   float64       `json:"bytes,omitempty"`
	Again   bool          `json:"again,omitempty"`
}

func (o *benchOptions) flags() []lineFlag {
	word := func(name string, to *string) lineFlag {
		return lineFlag{name, `'[^']*'|"[^"]*"|\S+`, func(v string) error { *to = strings.Trim(v, `'"`); return nil }}
	}
	return []lineFlag{
		word("-variant", &o.Variant), word("-n", &o.Sizes), word("-workers", &o.Workers),
		numberFlag("-count", 1, 1_000_000, &o.Count),
		{"-time", anyWord, func(v string) (err error) {
			if o.Time, err = time.ParseDuration(v); err != nil || o.Time <= 0 {
				return fmt.Errorf("%s is not a length of time such as 1s", v)
			}
			return nil
		}},
		{"-list", "", func(string) error { o.List = true; return nil }},
	}
}

// check finds words that look like options behind the names of kernels.
func (o *benchOptions) check() error {
	for _, k := range o.Kernels {
		if strings.HasPrefix(k, "-") {
			return fmt.Errorf("%s is no option, or stands behind a kernel's name: options come first", k)
		}
	}
	return nil
}
