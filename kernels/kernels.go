// Package kernels describes computations that exist in several
// implementations, so that tests, benchmarks, the command line and notebooks
// walk one list (package all) instead of knowing each by name.
//
// Cells and programs that want a result call a kernel's own package, such as
// julia.Serial; the types here are for whoever compares variants.
package kernels

import (
	"context"
	"fmt"
	"strings"

	"github.com/weft-go/weft/runtime/proc"
)

// A Kernel is one computation with several implementations.
type Kernel struct {
	Name     string           // a Go identifier, the package's name
	Title    string           // one line, no full stop
	Doc      string           // Markdown for %help and notebooks
	Group    Group            // what bounds it
	Sources  []string         // where the algorithm and its data come from
	Sizes    Sizes            // sizes worth running
	Work     func(n int) Work // what a run of size n amounts to
	Tol      float64          // relative difference that variants' checksums may show; 0: equal
	Variants []Variant        // the first is the reference, in plain serial Go
	Tasks    []proc.Task      // what its worker processes are asked for
}

// Variant returns the variant of that name, or an error that lists the names.
func (k *Kernel) Variant(name string) (*Variant, error) {
	names := make([]string, len(k.Variants))
	for i := range k.Variants {
		if k.Variants[i].Name == name {
			return &k.Variants[i], nil
		}
		names[i] = k.Variants[i].Name
	}
	return nil, fmt.Errorf("kernel %s has no variant %q, only %q", k.Name, name, names)
}

// A Group says what bounds a kernel's speed: the four groups of
// An, "Python and Parallel Programming", section 4.2.
type Group string

// The groups.
const (
	CPU      Group = "cpu"      // arithmetic: more cores, more speed
	IO       Group = "io"       // waiting for others
	Memory   Group = "memory"   // moving data
	Overhead Group = "overhead" // so little work that spreading it costs more
)

// Sizes are values of n by purpose. What n counts is the kernel's own matter
// and said in its Doc.
type Sizes struct {
	Small  int // a test, milliseconds
	Middle int // a notebook, tenths of a second
	Large  int // a benchmark, a second or so
}

// Work is what one run has to do, from which rates are derived. A field that
// makes no sense for a kernel is 0.
type Work struct {
	Flops float64 // floating-point operations
	Bytes float64 // bytes moved to and from memory, each counted once
	Items float64 // things done, of the kind that Unit names
	Unit  string  // "pixels", "darts": plural, lower case
}

// A Variant is one implementation of a Kernel.
type Variant struct {
	Name  string       // an approach, or approach:algorithm: see Names
	File  string       // its source file, "goroutine.go"
	Needs func() error // nil, or says why this machine can't run it
	// Setup builds the input for size n and whatever else is not to be timed.
	// It is an error, and nothing stays behind, if n or workers is out of
	// range. Variants that use one worker ignore workers; 0 means GOMAXPROCS.
	Setup func(ctx context.Context, n, workers int) (*Job, error)
}

// Approach returns the part of the Name that says how work is spread, one of
// Names.
func (v *Variant) Approach() string {
	approach, _, _ := strings.Cut(v.Name, ":")
	return approach
}

// Algorithm returns what the Name says of the algorithm: "wheel" of
// "goroutine:wheel", and "" where it is the reference's.
func (v *Variant) Algorithm() string {
	_, algorithm, _ := strings.Cut(v.Name, ":")
	return algorithm
}

// Parallel reports whether the variant spreads work over workers, as opposed
// to those that take no notice of their number.
func (v *Variant) Parallel() bool {
	switch v.Approach() {
	case "interpreted", "serial", "simd":
		return false
	}
	return true
}

// Names are the approaches in the order in which variants are shown, here and in
// help, charts and tables. Variants of one approach that differ in algorithm
// have it behind a colon, the reference's first: serial serial:blocked
// goroutine goroutine:blocked.
var Names = []string{
	"interpreted", "serial", "gil", "goroutine", "process", "manager",
	"simd", "goroutine+simd", "cluster",
}

// A Job is a Variant with its input in memory, ready to be timed. It is used
// by one goroutine at a time.
type Job struct {
	// Run is the timed part. It may be called again and again, allocates
	// nothing from the second time on but what starting workers costs, and
	// gives the same Checksum each time. If ctx ends or the cell is
	// interrupted it returns the cause within 100 ms.
	Run func(ctx context.Context) error
	// Checksum sums up the result of the last Run, to be compared with the
	// reference's.
	Checksum func() float64
	// Close gives back what Setup took beside memory; nil if there is nothing.
	Close func() error
}
