package magic

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/measure"
)

var sweepMagic = &Magic{
	Name:  "sweep",
	Usage: "%sweep [-bytes B] n=1e3,1e4,… expression of n …",
	Short: "measure with many values of a parameter: growth, and where caches end",
	Doc: `Measures expressions with different values of a parameter, in rounds, and shows
a chart with logarithmic axes where the values span much, the exponent by which
the time grows, and where the machine's caches are full.

    %sweep n=1e3..1e6 sort.Ints(random(n))
    %sweep n=100,200,400 rows(n) columns(n)
    %sweep size=1Ki..64Mi touch(size)

A range takes 1, 2 and 5 times each power of ten, or powers of two; 0..100:25
takes steps of 25, 1..1e6*10 factors of 10.

    -bytes B       memory that one of n takes, for the marks of the caches (default 8; 0: none)` + measuringDoc,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var m measuring
		var o measure.SweepOptions
		rest, err := cutFlags(call.Args, append(m.flags(), lineFlag{"-bytes", wholeNumber, func(v string) (err error) {
			if o.ElementBytes, err = strconv.Atoi(v); o.ElementBytes == 0 {
				o.ElementBytes = -1
			}
			return err
		}})...)
		if err != nil {
			return fmt.Errorf("%%sweep %w", err)
		}
		o.Options = m.Options
		points, code, _ := strings.Cut(rest, " ")
		if o.Param, o.Values, err = measure.ParsePoints(points); err != nil {
			return fmt.Errorf("%%sweep: %w", err)
		}
		list, err := variants(code)
		if err != nil {
			return fmt.Errorf("%%sweep: %w", err)
		}
		var bodies []Body
		for _, v := range list {
			if v.stored != "" {
				return fmt.Errorf("%%sweep measures expressions, not the stored result %s", v.name)
			}
			b := v.body(env, call, o.Param)
			if !mentions(b.Code, o.Param) {
				return fmt.Errorf("%%sweep: %s does not depend on %s", v.code, o.Param)
			}
			bodies = append(bodies, b)
		}
		if len(bodies) == 0 {
			return errors.New("%sweep needs an expression behind the values, such as %sweep n=1e3..1e6 f(n)")
		}
		_, err = env.Measure(ctx, Measurement{Kind: "sweep", Options: o, Bodies: bodies, Engine: m.engine})
		return err
	},
}
