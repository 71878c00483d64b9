package magic

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var rooflineMagic = &Magic{
	Name:  "roofline",
	Usage: "%roofline [-variant RE] [-n SIZES] [kernel …]  %roofline -flops N -bytes M expression",
	Short: "draw kernels or own code against what the machine's arithmetic and memory can do",
	Doc: `Measures the machine's limits, once in a session: floating-point operations a
second and bytes a second to and from memory, on one core and on all. Then it
measures kernels, which know how many operations and bytes they need, or your
expression, for which you say that, and shows which limit holds them back.

    %roofline stream matmul
    %roofline -variant simd julia
    %roofline -flops 2e6 -bytes 2.4e7 axpy(x, y)

    -flops N       floating-point operations of one call of the expression
    -bytes M       bytes that it moves to and from memory
    -again         measure the machine's limits anew
    -variant -n -workers -count -time   as in %bench
    -engine E      interp or native (default: compiled where there is a toolchain)`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var o benchOptions
		var engine string
		amount := func(name string, to *float64) lineFlag {
			return lineFlag{name, anyWord, func(v string) (err error) {
				if *to, err = strconv.ParseFloat(v, 64); err != nil || !(*to > 0 && *to < 1e300) {
					return fmt.Errorf("%s is not a number above 0", v)
				}
				return nil
			}}
		}
		flags := append(o.flags(), amount("-flops", &o.Flops), amount("-bytes", &o.Bytes),
			lineFlag{"-again", "", func(string) error { o.Again = true; return nil }}, engineFlag(&engine))
		rest, err := cutFlags(call.Args, flags...)
		if err != nil {
			return fmt.Errorf("%s: %w", call, err)
		}
		want := Measurement{Kind: "roofline", Engine: engine}
		switch {
		case o.List:
			return errors.New("%roofline lists nothing: %bench -list does")
		case (o.Flops > 0) != (o.Bytes > 0):
			return errors.New("%roofline needs both -flops and -bytes to place an expression")
		case o.Flops > 0 && rest == "":
			return errors.New("%roofline -flops N -bytes M needs an expression behind them, such as f(10)")
		case o.Flops > 0:
			want.Bodies = []Body{{Code: call.placed(rest)}}
		default:
			o.Kernels = strings.Fields(rest)
			if len(o.Kernels) == 0 {
				o.Kernels = rooflineKernels
			}
			if err := o.check(); err != nil {
				return fmt.Errorf("%s: %w", call, err)
			}
		}
		want.Options = o
		_, err = env.Measure(ctx, want)
		return err
	},
}

// rooflineKernels are those drawn where none is named: they do floating-point
// operations, and lie apart from each other.
var rooflineKernels = []string{"stream", "matmul", "julia"}
