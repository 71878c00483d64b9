package magic

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/measure"
)

var compareMagic = &Magic{
	Name:  "compare",
	Usage: "%compare [-nocheck] [-tol T] a b …  %%compare",
	Short: "measure variants side by side and say which is faster, or that it can't be told",
	Doc: `Measures the expressions in rounds, one sample of each in an order drawn anew,
and compares each with the first: faster, slower or can't tell, with the
interval of the ratio, and how many samples it would take. It also compares what
they compute, and says if that differs.

    %compare f(1000) g(1000)
    %compare serial=julia.Serial(500, 500, 300) par=julia.Goroutine(500, 500, 300, 2)
    %compare @before f(1000)             with a result kept by %save
    %compare monday.ipynb#2 f(1000)      with the second result in another notebook

    %%compare
    --- with a map
    for _, w := range words { m[w]++ }
    --- with a slice
    for _, w := range words { s[id(w)]++ }

    -nocheck       don't compare what they compute
    -tol T         how much floating-point results may differ (default 1e-9 of them)` + measuringDoc,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var m measuring
		var o measure.CompareOptions
		flags := append(m.flags(),
			lineFlag{"-nocheck", "", func(string) error { o.NoCheck = true; return nil }},
			lineFlag{"-check", "", func(string) error { o.NoCheck = false; return nil }},
			lineFlag{"-tol", anyWord, func(v string) (err error) {
				o.Tolerance, err = strconv.ParseFloat(v, 64)
				if err != nil || !(o.Tolerance > 0 && o.Tolerance < 1) {
					return fmt.Errorf("%s is not a number between 0 and 1", v)
				}
				return nil
			}})
		rest, err := cutFlags(call.Args, flags...)
		if err != nil {
			return fmt.Errorf("%s %w", call, err)
		}
		o.Options = m.Options
		var bodies []Body
		if call.Cell {
			if rest != "" {
				return fmt.Errorf("%%%%compare takes only options on its line, not %q: put the variants below, each behind a line --- name", rest)
			}
			bodies = sections(call)
		} else {
			list, err := variants(rest)
			if err != nil {
				return fmt.Errorf("%s: %w", call, err)
			}
			for _, v := range list {
				if v.stored != "" {
					o.Saved = append(o.Saved, v.stored)
					continue
				}
				bodies = append(bodies, v.body(env, call, ""))
			}
		}
		if len(bodies)+len(o.Saved) < 2 {
			return errors.New("%compare needs two expressions or more, such as %compare f(10) g(10)")
		}
		for i := range bodies {
			bodies[i].Value = !o.NoCheck
		}
		_, err = env.Measure(ctx, Measurement{Kind: "compare", Options: o, Bodies: bodies, Engine: m.engine})
		return err
	},
}

// body is a variant as it is measured; param is the name of its parameter.
func (v variant) body(env Env, call Call, param string) Body {
	code := called(env, v.code, param)
	placed := call.placed(v.code)
	return Body{Name: v.name, Code: placed[:len(placed)-len(v.code)] + code, Param: param}
}

// sections cuts a cell at lines that begin with three dashes and name what
// follows. Text above the first such line is a section, too.
func sections(call Call) []Body {
	var bodies []Body
	name, from := "", 0
	lines := strings.SplitAfter(call.Body, "\n")
	add := func(to int) {
		if code := strings.Join(lines[from:to], ""); strings.TrimSpace(code) != "" {
			bodies = append(bodies, Body{Name: name, Code: strings.Repeat("\n", call.Line+from) + code})
		}
	}
	for i, line := range lines {
		if title, ok := strings.CutPrefix(line, "---"); ok {
			add(i)
			name, from = strings.TrimSpace(title), i+1
		}
	}
	add(len(lines))
	return bodies
}
