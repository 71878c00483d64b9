// Package packages says which packages cells can import without a Go
// toolchain: the one list behind the embedded export data (kernel/internal/export)
// and the binding tables (kernel/internal/symbols). Only generators and tests
// import it.
package packages

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// Weft lists our own packages that cells may import, by import path. A new
// public package gets a line here and then `make generate`.
var Weft = []string{
	"github.com/weft-go/weft/kernel/chart",
	"github.com/weft-go/weft/kernel/display",
	"github.com/weft-go/weft/kernel/measure",
	"github.com/weft-go/weft/kernels",
	"github.com/weft-go/weft/kernels/counter",
	"github.com/weft-go/weft/kernels/dedupe",
	"github.com/weft-go/weft/kernels/diffusion",
	"github.com/weft-go/weft/kernels/falsesharing",
	"github.com/weft-go/weft/kernels/fanout",
	"github.com/weft-go/weft/kernels/fib",
	"github.com/weft-go/weft/kernels/filelock",
	"github.com/weft-go/weft/kernels/histogram",
	"github.com/weft-go/weft/kernels/julia",
	"github.com/weft-go/weft/kernels/kmeans",
	"github.com/weft-go/weft/kernels/matmul",
	"github.com/weft-go/weft/kernels/nbody",
	"github.com/weft-go/weft/kernels/nearest",
	"github.com/weft-go/weft/kernels/normsq",
	"github.com/weft-go/weft/kernels/pi",
	"github.com/weft-go/weft/kernels/pointerchase",
	"github.com/weft-go/weft/kernels/primality",
	"github.com/weft-go/weft/kernels/primes",
	"github.com/weft-go/weft/kernels/sharray",
	"github.com/weft-go/weft/kernels/sort",
	"github.com/weft-go/weft/kernels/stream",
	"github.com/weft-go/weft/kernels/sum",
	"github.com/weft-go/weft/kernels/wordcount",
	"github.com/weft-go/weft/runtime/counters",
	"github.com/weft-go/weft/runtime/gil",
	"github.com/weft-go/weft/runtime/par",
	"github.com/weft-go/weft/runtime/proc",
	"github.com/weft-go/weft/runtime/shm",
}

// Echarts lists the packages of go-echarts that cells may import: the session
// links them, so that charts need neither network nor compiler.
var Echarts = []string{
	"github.com/go-echarts/go-echarts/v2/charts",
	"github.com/go-echarts/go-echarts/v2/components",
	"github.com/go-echarts/go-echarts/v2/event",
	"github.com/go-echarts/go-echarts/v2/opts",
	"github.com/go-echarts/go-echarts/v2/render",
	"github.com/go-echarts/go-echarts/v2/types",
}

// LeftOut holds the public packages of the standard library that cells cannot
// import, each with the reason. Everything else that `go list std` names and
// that is not internal or vendored is in.
var LeftOut = map[string]string{
	"embed":            "its directives need the compiler",
	"expvar":           "linking it publishes /debug/vars on http.DefaultServeMux in every session",
	"net/http/pprof":   "linking it publishes /debug/pprof on http.DefaultServeMux in every session; runtime/pprof is in",
	"plugin":           "linking it makes the linker keep all code of the session, about 15 MB",
	"runtime/cgo":      "linking it makes every session a cgo program",
	"runtime/coverage": "works only in programs built with -cover",
	"runtime/race":     "has no names of its own",
	"time/tzdata":      "has no names; it would add 450 kB of time zones to every session",
}

// Std lists the public packages of the standard library without those of
// LeftOut, sorted. It runs the go command.
func Std(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "std").Output()
	if err != nil {
		return nil, fmt.Errorf("list the standard library: %w", err)
	}
	var paths []string
	for _, path := range strings.Fields(string(out)) {
		if LeftOut[path] == "" && !hidden(path) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// All lists Std, Weft and Echarts together, sorted.
func All(ctx context.Context) ([]string, error) {
	paths, err := Std(ctx)
	if err != nil {
		return nil, err
	}
	paths = append(paths, Weft...)
	paths = append(paths, Echarts...)
	slices.Sort(paths)
	return paths, nil
}

// hidden reports whether programs cannot import path.
func hidden(path string) bool {
	for elem := range strings.SplitSeq(path, "/") {
		if elem == "internal" || elem == "vendor" {
			return true
		}
	}
	return false
}
