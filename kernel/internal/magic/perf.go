package magic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/runtime/counters"
)

var perfMagic = &Magic{
	Name:  "perf",
	Usage: "%perf stat [-r N] [-n N] [-e events] expression  %%perf stat [-e events]  %perf diff [a -- b]  %perf list",
	Short: "count what code costs: events of kernel and processor, times, allocations",
	Doc: `Runs the expression and tells, in the layout of Linux's perf stat, what it cost:
events, user, system and children's time, cores used, what the collector and the
scheduler did, and for each figure a sentence on how to read it. What this
machine can't count is n/a with the reason.

    %perf stat julia.Serial(500, 500, 300)
    %perf stat -r 5 -e cache,tlb matmul.Serial(a, b)
    %perf diff -r 10 f(1000) -- g(1000)    two expressions, in turns
    %perf diff                             the last two results of %perf stat
    %perf list                             sets and events, and which of them count here

    %%perf stat -e default,stalls
    total := 0
    for _, x := range xs { total += x }

A cell runs once, and what it defines stays defined. An expression is repeated
until a run lasts 20 ms; figures are then for one call.

    -r N           runs (default: 1, with diff 5); with several come deviations
    -n N           calls in one run
    -e list        events and sets, with commas between: default cache branch tlb
                   stalls software, or names from %perf list
    -engine E      interp or native (default: compiled where there is a toolchain)`,
	Line: true,
	Cell: true,
	Run:  runPerf,
}

// perfRequest is what %perf sends to the session.
type perfRequest struct {
	measure.PerfOptions
	Do string `json:"do"`
}

// perfElsewhere are subcommands of Linux's perf and what does their work here.
var perfElsewhere = map[string]string{
	"record": "%prun", "report": "%prun", "top": "%prun", "annotate": "%annotate", "trace": "%trace", "mem": "%cachesim", "c2c": "%cachesim", "bench": "%bench", "sched": "%trace",
}

func runPerf(ctx context.Context, env Env, call Call) error {
	do, rest := "stat", call.Args
	word, after, _ := strings.Cut(rest, " ")
	switch {
	case slices.Contains([]string{"stat", "diff", "list"}, word):
		do, rest = word, strings.TrimSpace(after)
	case perfElsewhere[word] != "" && after == "":
		return fmt.Errorf("%%perf has no %s: here it is %s; %%perf stat, diff and list are there", word, perfElsewhere[word])
	}
	var o measure.PerfOptions
	var engine string
	rest, err := cutFlags(rest, perfFlags(&o, &engine)...)
	if err != nil {
		return fmt.Errorf("%%perf %s: %w", do, err)
	}
	want := Measurement{Kind: "perf", Options: perfRequest{o, do}, Engine: engine}
	switch do {
	case "list":
		if rest != "" || call.Cell {
			return errors.New("%perf list takes nothing behind it")
		}
	case "diff":
		if call.Cell {
			return errors.New("%%perf diff works on no cell: write %perf diff a -- b")
		}
		if rest != "" {
			if want.Bodies, err = perfPair(env, call, rest); err != nil {
				return err
			}
		}
	case "stat":
		if call.Cell {
			want.Cell, err = call.ranText(rest)
			if err == nil && (o.Runs > 1 || o.Loops > 1) {
				err = errors.New("%%perf runs a cell once, as it defines names: for several runs write %perf stat -r 5 f()")
			}
		} else if rest == "" {
			err = errors.New("%perf stat needs an expression, such as %perf stat f(10); %perf list tells what can be counted")
		} else {
			want.Bodies = []Body{{Code: call.placed(rest)}}
		}
		if err != nil {
			return err
		}
	}
	_, err = env.Measure(ctx, want)
	return err
}

// perfFlags are the options of %perf.
func perfFlags(o *measure.PerfOptions, engine *string) []lineFlag {
	return []lineFlag{
		numberFlag("-r", 1, 1_000_000, &o.Runs), numberFlag("-n", 1, 1_000_000_000, &o.Loops), engineFlag(engine),
		{"-e", anyWord, func(v string) error {
			o.Events = append(o.Events, strings.FieldsFunc(v, func(r rune) bool { return r == ',' })...)
			if _, err := counters.Expand(o.Events...); err != nil {
				return fmt.Errorf("%w (%%perf list shows all)", err)
			}
			return nil
		}},
	}
}

// perfPair splits "a -- b".
func perfPair(env Env, call Call, text string) ([]Body, error) {
	a, b, ok := strings.Cut(text, " -- ")
	if a, b = strings.TrimSpace(a), strings.TrimSpace(b); !ok || a == "" || b == "" || strings.Contains(b, " -- ") {
		return nil, errors.New("%perf diff takes two expressions with two dashes between, %perf diff f(10) -- g(10), or none for the last two results")
	}
	list := make([]Body, 2)
	for i, code := range []string{a, b} {
		list[i] = variant{name: code, code: code}.body(env, call, "")
	}
	return list, nil
}
