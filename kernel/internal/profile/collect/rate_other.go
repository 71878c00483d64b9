//go:build !linux

package collect

import (
	"io"
	"runtime/pprof"
)

// startProfiler starts the profiler at Go's own rate.
func startProfiler(r *run, out io.Writer) error {
	if r.report.Rate != DefaultRate {
		r.report.Rate = DefaultRate
		r.note("the rate is %d per second: another can be set on Linux only", DefaultRate)
	}
	return pprof.StartCPUProfile(out)
}
