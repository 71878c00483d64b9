// Package all is the list of kernels. Whoever wants to walk them or find one by
// name imports it; a kernel's own package does not, so that a program that
// needs one kernel links one.
package all

import (
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/counter"
	"github.com/weft-go/weft/kernels/dedupe"
	"github.com/weft-go/weft/kernels/diffusion"
	"github.com/weft-go/weft/kernels/falsesharing"
	"github.com/weft-go/weft/kernels/fanout"
	"github.com/weft-go/weft/kernels/fib"
	"github.com/weft-go/weft/kernels/filelock"
	"github.com/weft-go/weft/kernels/histogram"
	"github.com/weft-go/weft/kernels/julia"
	"github.com/weft-go/weft/kernels/kmeans"
	"github.com/weft-go/weft/kernels/matmul"
	"github.com/weft-go/weft/kernels/nbody"
	"github.com/weft-go/weft/kernels/nearest"
	"github.com/weft-go/weft/kernels/normsq"
	"github.com/weft-go/weft/kernels/pi"
	"github.com/weft-go/weft/kernels/pointerchase"
	"github.com/weft-go/weft/kernels/primality"
	"github.com/weft-go/weft/kernels/primes"
	"github.com/weft-go/weft/kernels/sharray"
	"github.com/weft-go/weft/kernels/sort"
	"github.com/weft-go/weft/kernels/stream"
	"github.com/weft-go/weft/kernels/sum"
	"github.com/weft-go/weft/kernels/wordcount"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernels are all kernels in reading order: the four groups of An's paper, what
// High Performance Python computes, the memory, the classics. Do not change the
// slice.
var Kernels = []*kernels.Kernel{
	&dedupe.Kernel,
	&fanout.Kernel,
	&matmul.Kernel,
	&nearest.Kernel,
	&julia.Kernel,
	&diffusion.Kernel,
	&pi.Kernel,
	&primes.Kernel,
	&primality.Kernel,
	&normsq.Kernel,
	&sharray.Kernel,
	&counter.Kernel,
	&filelock.Kernel,
	&stream.Kernel,
	&pointerchase.Kernel,
	&falsesharing.Kernel,
	&sum.Kernel,
	&sort.Kernel,
	&histogram.Kernel,
	&nbody.Kernel,
	&kmeans.Kernel,
	&wordcount.Kernel,
	&fib.Kernel,
}

// Tasks are the tasks of all kernels' worker processes, for proc.Main.
func Tasks() []proc.Task {
	var tasks []proc.Task
	for _, k := range Kernels {
		tasks = append(tasks, k.Tasks...)
	}
	return tasks
}

// Lookup returns the kernel of that name, or an error that lists the names.
func Lookup(name string) (*kernels.Kernel, error) {
	names := make([]string, len(Kernels))
	for i, k := range Kernels {
		if k.Name == name {
			return k, nil
		}
		names[i] = k.Name
	}
	return nil, fmt.Errorf("no kernel %q, only %s", name, strings.Join(names, " "))
}
