package magic

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cachesim"
	"github.com/weft-go/weft/kernel/internal/cachesim/twins"
)

var cachesimMagic = &Magic{
	Name:  "cachesim",
	Usage: "%cachesim [-machine name] expression | kernel:variant n=…  %%cachesim",
	Short: "simulate the caches and show which lines of code miss them",
	Doc: `Runs the statement, or the whole cell, once with every access to slices, arrays,
maps and pointers in cells' functions reported to a simulator of L1, L2, L3 and
the TLB, and shows what missed: in all, and for each expression of the code. Code
needs a Go toolchain, kernels' variants do not; neither needs hardware counters,
and the counts are the same on every machine with the same addresses.

    %cachesim columns(a, 512)
    %cachesim -machine skylake -level TLB columns(a, 512)
    %cachesim matmul:ikj n=256,264

A kernel's variant is simulated by its address stream alone: ` + strings.Join(twins.Names(), ", ") + `.

    -machine NAME  the geometry: local (the default), ` + strings.Join(cachesim.Names(), ", ") + `
    -level NAME    order lines by the misses of this level: L1, L2, L3, TLB …
    -warm          run twice and count the second time, when the caches are warm
    -full          simulate every access; else, after some hundred million, only
                   one in eight of the sets, and the result says how exact that is

What is simulated: sets with true LRU replacement, writes that fetch their line,
dirty lines that are written back. What is not: prefetching, several misses at
once, more than one core (goroutines share one, in the order in which their
accesses come), instructions. So it tells which way of walking through memory
misses less, and not how long it takes. A map's entries are placed by a model of
Go's maps.`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var o cachesimFlags
		rest, err := call.flagsOf(o.flags()...)
		if err != nil {
			return err
		}
		if err := o.check(); err != nil {
			return fmt.Errorf("%s: %w", call, err)
		}
		if !call.Cell {
			if ok, err := o.kernel(rest); err != nil {
				return fmt.Errorf("%s: %w", call, err)
			} else if ok {
				_, err := env.Measure(ctx, Measurement{Kind: "cachesim", Options: o})
				return err
			}
		}
		code, err := call.ranText(rest)
		if err != nil {
			return err
		}
		_, err = env.Measure(ctx, Measurement{Kind: "cachesim", Options: o, Bodies: []Body{{Code: code}}, Engine: "native", Instrument: "access"})
		return err
	},
}

// cachesimFlags are the options of the gauge of that name.
type cachesimFlags struct {
	Machine string `json:"machine,omitempty"`
	Level   string `json:"level,omitempty"`
	Full    bool   `json:"full,omitempty"`
	Warm    bool   `json:"warm,omitempty"`
	Twin    string `json:"twin,omitempty"`
	N       []int  `json:"n,omitempty"`
}

func (o *cachesimFlags) flags() []lineFlag {
	return []lineFlag{
		{"-machine", anyWord, func(v string) error { o.Machine = v; return nil }},
		{"-level", anyWord, func(v string) error { o.Level = v; return nil }},
		{"-full", "", func(string) error { o.Full = true; return nil }},
		{"-warm", "", func(string) error { o.Warm = true; return nil }},
	}
}

// check says whether machine and level are known. The session may run on
// another machine than was asked here, but not under another system.
func (o *cachesimFlags) check() error {
	m, err := cachesim.Find(o.Machine)
	if err == nil && o.Level != "" {
		_, err = m.FindLevel(o.Level)
	}
	return err
}

var (
	kernelText = regexp.MustCompile(`^([a-z]+)((?::[a-z+]+)*)(?:\s+n\s*=\s*(.*))?$`)
	sizesText  = regexp.MustCompile(`\s*,\s*|\s+`)
)

// kernel reads "matmul:serial:ikj n=256,264". ok is false for what is Go text.
func (o *cachesimFlags) kernel(text string) (ok bool, err error) {
	m := kernelText.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || m[2] == "" && m[3] == "" {
		return false, nil
	}
	twin, err := twins.Find(m[1] + m[2])
	if err != nil {
		return false, err
	}
	if strings.TrimSpace(m[3]) == "" {
		return false, fmt.Errorf("%s needs a size: %%cachesim %s n=256 (%s)", twin.Name(), twin.Name(), twin.Doc)
	}
	for _, text := range sizesText.Split(strings.TrimSpace(m[3]), -1) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return false, fmt.Errorf("n=%s: %q is not a whole number", m[3], text)
		}
		if err := twin.Check(n); err != nil {
			return false, err
		}
		o.N = append(o.N, n)
	}
	if len(o.N) > 20 {
		return false, fmt.Errorf("%d sizes are too many at once: at most 20", len(o.N))
	}
	o.Twin = twin.Name()
	return true, nil
}
