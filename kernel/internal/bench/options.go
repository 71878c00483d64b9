package bench

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/yardstick"
)

// Options say what to measure. The zero value measures nothing: Kernels is
// empty.
type Options struct {
	Kernels  []*kernels.Kernel
	Variants *regexp.Regexp // of ours; nil: all, with Peers those that peers are compared with
	Sizes    []Size         // none: the middle one, with Peers those of the comparison
	Workers  []int          // none: one and GOMAXPROCS
	Count    int            // rounds; 0: so many that they last Time
	Time     time.Duration  // of the rounds of one kernel and size; 0: 3 s
	Peers    bool           // also measure other systems and the machine's limits

	// Progress is told now and then what is being done; nil: nobody.
	Progress func(text string)
	// Done is given each block when it is measured; nil: nobody.
	Done func(*Block)
}

const (
	defaultTime = 3 * time.Second
	mostTime    = 24 * time.Hour
	mostWorkers = 4096
	mostRounds  = 1_000_000
)

// A Size is one of a kernel's sizes by name, or a number.
type Size struct {
	name string
	n    int
}

// ParseSizes reads "small,large,512".
func ParseSizes(text string) ([]Size, error) {
	return parseList(text, func(word string) (Size, error) {
		switch word {
		case "small", "middle", "large":
			return Size{name: word}, nil
		}
		n, err := strconv.Atoi(strings.ReplaceAll(word, "_", ""))
		if err != nil || n < 0 {
			return Size{}, fmt.Errorf("size %q: want small, middle, large or a number", word)
		}
		return Size{n: n}, nil
	})
}

// ParseWorkers reads "1,2".
func ParseWorkers(text string) ([]int, error) {
	return parseList(text, func(word string) (int, error) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > mostWorkers {
			return 0, fmt.Errorf("workers %q: want numbers from 1 to %d", word, mostWorkers)
		}
		return n, nil
	})
}

// parseList reads words with commas between; one that stands twice counts once.
func parseList[T comparable](text string, parse func(string) (T, error)) ([]T, error) {
	var list []T
	for word := range strings.SplitSeq(text, ",") {
		v, err := parse(strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list, nil
}

// of returns the kernel's n for a size.
func (s Size) of(k *kernels.Kernel) int {
	switch s.name {
	case "small":
		return k.Sizes.Small
	case "middle":
		return k.Sizes.Middle
	case "large":
		return k.Sizes.Large
	}
	return s.n
}

// Check says what is wrong with options.
func (o *Options) Check() error {
	switch {
	case len(o.Kernels) == 0:
		return errors.New("no kernel to measure")
	case o.Count < 0 || o.Count > mostRounds:
		return fmt.Errorf("count %d: want 0 to %d rounds", o.Count, mostRounds)
	case o.Time < 0 || o.Time > mostTime:
		return fmt.Errorf("time %v: want 0 to %v", o.Time, mostTime)
	}
	return nil
}

// sizes returns the values of n to measure k at.
func (o *Options) sizes(k *kernels.Kernel) []int {
	if len(o.Sizes) == 0 {
		if list := yardstick.Compared(k.Name).Sizes; o.Peers && len(list) > 0 {
			return list
		}
		return []int{k.Sizes.Middle}
	}
	var list []int
	for _, s := range o.Sizes {
		if n := s.of(k); !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// workers returns the numbers of workers to measure parallel variants of k with.
func (o *Options) workers(k *kernels.Kernel) []int {
	if len(o.Workers) > 0 {
		return o.Workers
	}
	if list := yardstick.Compared(k.Name).Workers; o.Peers && len(list) > 0 {
		return list
	}
	if n := runtime.GOMAXPROCS(0); n > 1 {
		return []int{1, n}
	}
	return []int{1}
}

// variants returns those of k to measure at size n.
func (o *Options) variants(k *kernels.Kernel, n int) []*kernels.Variant {
	rivals := yardstick.Rivals(k.Name, n)
	var list []*kernels.Variant
	for i := range k.Variants {
		v := &k.Variants[i]
		switch {
		case o.Variants != nil:
			if o.Variants.MatchString(v.Name) {
				list = append(list, v)
			}
		case o.Peers && len(rivals) > 0:
			if slices.Contains(rivals, v.Name) {
				list = append(list, v)
			}
		default:
			list = append(list, v)
		}
	}
	return list
}
