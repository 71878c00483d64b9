package collect

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"syscall"
)

// startProfiler starts the profiler at the run's rate. Package pprof sets 100
// per second whatever was set before, and the runtime, which keeps the first,
// says so on file descriptor 2 with a line that is meant for nobody here.
func startProfiler(r *run, out io.Writer) error {
	if r.report.Rate == DefaultRate {
		return pprof.StartCPUProfile(out)
	}
	var err error
	without := withoutLines([]byte("cannot set cpu profile rate until previous"), func() {
		runtime.SetCPUProfileRate(int(r.report.Rate))
		err = pprof.StartCPUProfile(out)
	})
	if !without {
		r.report.Rate = DefaultRate
		r.note("the rate is %d per second: another could not be set", DefaultRate)
		return pprof.StartCPUProfile(out)
	}
	return err
}

// withoutLines calls f, and passes what is written to file descriptor 2
// meanwhile on without the lines that contain text. It returns false, without
// having called f, if the descriptor can't be turned.
func withoutLines(text []byte, f func()) bool {
	old, err := syscall.Dup(2)
	if err != nil {
		return false
	}
	defer syscall.Close(old)
	syscall.CloseOnExec(old)
	r, w, err := os.Pipe()
	if err != nil {
		return false
	}
	defer r.Close()
	if err := syscall.Dup3(int(w.Fd()), 2, 0); err != nil {
		w.Close()
		return false
	}
	f() // writes a line or two: less than a pipe holds
	_ = syscall.Dup3(old, 2, 0)
	w.Close()
	rest, _ := io.ReadAll(r)
	for line := range bytes.Lines(rest) {
		if !bytes.Contains(line, text) {
			_, _ = syscall.Write(2, line)
		}
	}
	return true
}
