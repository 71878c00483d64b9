package magic

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/profile"
	"github.com/weft-go/weft/kernel/internal/profile/collect"
)

var lprunMagic = &Magic{
	Name:  "lprun",
	Usage: "%lprun [-r RATE] [-engine E] f[,g…] statement  %%lprun [options] f[,g…]",
	Short: "profile line by line: which lines of a function the time goes to",
	Doc: `Runs the statement, or the whole cell, once and shows the lines of the functions
named first, each with the time of the samples that fell on it or on what it
called. Methods are written (*T).M or T.M.

    -r RATE     looks per second (default 100, at most 1000)
    -engine E   auto, interp or native

    %lprun step,norm simulate(1000)

It rests on samples, as %prun does: there are no counts of how often a line ran,
and a line without a time had no sample. The compiler moves and merges what
stands on neighbouring lines, so a line's figure is good for finding the costly
one, not for comparing two that stand side by side.`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var o profiling
		rest, err := call.flagsOf(o.flags()...)
		if err != nil {
			return err
		}
		m := functionList.FindStringSubmatch(rest)
		if m == nil {
			return fmt.Errorf("%s needs the functions to show, and then a statement: %s f,g run(10)", call, call)
		}
		functions := strings.Split(strings.Join(strings.Fields(m[1]), ""), ",")
		code, err := call.ranText(strings.TrimSpace(rest[len(m[0]):]))
		if err != nil {
			return err
		}
		for _, f := range functions {
			if err := knownFunction(env, f); err != nil {
				return fmt.Errorf("%s: %w", call, err)
			}
		}
		return o.run(ctx, env, code, func(r *collect.Report, p *profile.Profile) error {
			var list []*profile.Lines
			for _, f := range functions {
				l, err := linesOf(env, p, f)
				if err != nil {
					return err
				}
				list = append(list, l)
			}
			env.Display(profile.LinesView(r, p, list))
			return nil
		})
	},
}

const functionName = `(?:\pL[\pL\d_]*|\(\*\pL[\pL\d_]*\)\.\pL[\pL\d_]*|\pL[\pL\d_]*\.\pL[\pL\d_]*)`

// functionList matches "f", "f,g", "(*T).M, f" with a blank or the end behind.
var functionList = regexp.MustCompile(`^(` + functionName + `(?:\s*,\s*` + functionName + `)*)(?:\s+|$)`)

// knownFunction says what is wrong with the name of a function to be shown.
func knownFunction(env Env, function string) error {
	if strings.Contains(function, ".") {
		return nil // a method: found by its text
	}
	for _, n := range env.Names() {
		if n.Name != function {
			continue
		}
		if n.Kind != "func" {
			return fmt.Errorf("%s is a %s, not a function of a cell", function, n.Kind)
		}
		return nil
	}
	return fmt.Errorf("no cell defines a function %s", function)
}

// linesOf finds a function's text: in the cell that its samples come from, or
// in the one that defines it.
func linesOf(env Env, p *profile.Profile, function string) (*profile.Lines, error) {
	var cells []string
	for _, s := range p.Samples {
		for _, f := range s.Stack {
			if f.Func == function && f.Cell() && !slices.Contains(cells, f.File) {
				cells = append(cells, f.File)
			}
		}
	}
	for _, n := range slices.Backward(env.Names()) {
		if n.Name == function {
			cells = append([]string{n.Cell}, cells...)
		} else if strings.Contains(function, ".") && !slices.Contains(cells, n.Cell) {
			cells = append(cells, n.Cell)
		}
	}
	err := errors.New("no cell has a method " + function)
	for _, c := range cells {
		l, e := p.LinesOf(function, c, env)
		if e == nil {
			return l, nil
		}
		if !strings.Contains(function, ".") {
			err = e
		}
	}
	return nil, err
}
