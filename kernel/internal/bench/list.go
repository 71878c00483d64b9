package bench

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/all"
	"github.com/weft-go/weft/kernels/yardstick"
)

// Select returns the kernels of these names, or all if there are none; with
// peers that includes [ForkJoin], and without names leaves out kernels that have
// no peers.
func Select(names []string, peers bool) ([]*kernels.Kernel, error) {
	every := append(append([]*kernels.Kernel(nil), all.Kernels...), &ForkJoin)
	var list []*kernels.Kernel
	if len(names) == 0 {
		for _, k := range every {
			if peers && len(yardstick.Peers(k.Name)) > 0 || !peers && k != &ForkJoin {
				list = append(list, k)
			}
		}
		return list, nil
	}
	for _, name := range names {
		k, err := all.Lookup(name)
		if name == ForkJoin.Name {
			k, err = &ForkJoin, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w %s", err, ForkJoin.Name)
		}
		list = append(list, k)
	}
	return list, nil
}

// List writes what there is to measure: kernels with their sizes and variants,
// and with Peers the other systems and what they lack here.
func List(w io.Writer, o Options) error {
	var text strings.Builder
	var harness *yardstick.Harness
	if o.Peers {
		var err error
		if harness, err = yardstick.OpenPeers(); err != nil {
			return err
		}
	}
	for _, k := range o.Kernels {
		fmt.Fprintf(&text, "%s: %s\n", k.Name, k.Title)
		fmt.Fprintf(&text, "  sizes: small %d, middle %d, large %d\n", k.Sizes.Small, k.Sizes.Middle, k.Sizes.Large)
		if list := yardstick.Compared(k.Name).Sizes; o.Peers && len(list) > 0 {
			fmt.Fprintf(&text, "  compared at %s\n", numbers(list))
		}
		for i := range k.Variants {
			v := &k.Variants[i]
			line := "  " + v.Name
			if v.Needs != nil {
				if err := v.Needs(); err != nil {
					line += ": this machine can't run it: " + err.Error()
				}
			}
			fmt.Fprintln(&text, line)
		}
		if !o.Peers {
			continue
		}
		for _, p := range yardstick.Peers(k.Name) {
			made, err := harness.Versions(p)
			if err != nil {
				made = err.Error()
			}
			fmt.Fprintf(&text, "  peer %s, against %s (%s)\n", p.Label(), strings.Join(slices.Concat(p.Against...), ", "), made)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func numbers(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}
