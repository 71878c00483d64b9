package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/weft-go/weft/kernel/internal/bench"
	"github.com/weft-go/weft/kernels/all"
	"github.com/weft-go/weft/runtime/proc"
)

const benchUsage = "bench [-peers] [-variant RE] [-n SIZES] [-workers W] [-count R] [-time D] [-format F] [-o FILE] [-q] [-list] [KERNEL]..."

var benchCommand = &command{
	name:  "bench",
	usage: benchUsage,
	short: "measure kernels, variant by variant, and beside other systems",
	run:   func(args []string) error { return runBench(args, os.Stdout, os.Stderr) },
}

// benchFlags are the flags of weft bench.
type benchFlags struct {
	variant, sizes, workers, format, out string
	count                                int
	time                                 time.Duration
	peers, list, quiet                   bool
}

func (b *benchFlags) define(fs *flag.FlagSet) {
	var formats []string
	for _, f := range bench.Formats {
		formats = append(formats, f.Name)
	}
	fs.StringVar(&b.variant, "variant", "", "only variants whose name matches this regular `expression`")
	fs.StringVar(&b.sizes, "n", "", "`sizes` with commas between: small, middle, large or numbers (default: middle; with -peers those that are compared)")
	fs.StringVar(&b.workers, "workers", "", "`numbers` of workers with commas between (default: 1 and as many as cores)")
	fs.IntVar(&b.count, "count", 0, "`rounds`, in each of which everything has one turn (default: so many that they last -time, 3 to 25)")
	fs.DurationVar(&b.time, "time", 0, "how long the rounds of one kernel and size may last (default: 3s)")
	fs.StringVar(&b.format, "format", formats[0], "`form` of the figures: "+strings.Join(formats, ", "))
	fs.StringVar(&b.out, "o", "", "write the figures to `FILE`, when all are there")
	fs.BoolVar(&b.peers, "peers", false, "also measure C, NumPy, Numba and others doing the same work, as far as they are installed, and the machine's limits")
	fs.BoolVar(&b.list, "list", false, "list kernels, variants, sizes and peers, and measure nothing")
	fs.BoolVar(&b.quiet, "q", false, "show no progress on the terminal")
}

// options makes options of flags and names of kernels.
func (b *benchFlags) options(names []string) (bench.Options, *bench.Format, error) {
	o := bench.Options{Count: b.count, Time: b.time, Peers: b.peers}
	format, err := bench.FormatNamed(b.format)
	if err != nil {
		return o, nil, err
	}
	if o.Kernels, err = bench.Select(names, b.peers); err != nil {
		return o, nil, err
	}
	if b.variant != "" {
		if o.Variants, err = regexp.Compile(b.variant); err != nil {
			return o, nil, fmt.Errorf("variant: %w", err)
		}
	}
	if b.sizes != "" {
		if o.Sizes, err = bench.ParseSizes(b.sizes); err != nil {
			return o, nil, err
		}
	}
	if b.workers != "" {
		if o.Workers, err = bench.ParseWorkers(b.workers); err != nil {
			return o, nil, err
		}
	}
	return o, format, o.Check()
}

func runBench(args []string, stdout io.Writer, stderr *os.File) error {
	var b benchFlags
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	b.define(fs)
	names, err := benchNames(fs, args, stdout)
	if err != nil {
		return err
	}
	o, format, err := b.options(names)
	if err != nil {
		return usageError{fmt.Errorf("bench: %w; weft bench -h lists the flags", err)}
	}
	if b.list {
		return bench.List(stdout, o)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()

	show := func(string) {}
	if !b.quiet && isTerminal(stderr) {
		show = progressLine(stderr)
	}
	out := stdout
	var file bytes.Buffer
	if b.out != "" {
		out = &file
	}
	show("measure the cores")
	machine := bench.ReadMachine()
	show("")
	errs := []error{format.Head(out, &machine)}
	o.Progress = show
	o.Done = func(block *bench.Block) {
		show("")
		errs = append(errs, format.Block(out, &machine, block))
	}
	report, err := bench.Run(ctx, machine, o)
	show("")
	if err != nil {
		return err
	}
	errs = append(errs, format.End(out, report))
	if b.out != "" {
		errs = append(errs, replaceFile(b.out, file.Bytes()))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	switch {
	case report.Interrupted:
		return exitError{130}
	case report.Wrong():
		return errors.New("bench: results differ or runs failed: see the lines with ERROR")
	}
	return nil
}

// benchNames parses flags before and behind the names of kernels.
func benchNames(fs *flag.FlagSet, args []string, stdout io.Writer) ([]string, error) {
	return parseAround(fs, benchUsage, args, stdout)
}

// progressLine returns a function that shows a text in place of the one
// before, ten times a second at most; "" clears the line.
func progressLine(w io.Writer) func(text string) {
	var last time.Time
	return func(text string) {
		if text != "" && time.Since(last) < 100*time.Millisecond {
			return
		}
		last = time.Now()
		fmt.Fprint(w, "\r\x1b[K"+text)
	}
}

// replaceFile writes a file under another name and renames it, so that the old
// one stays if that goes wrong.
func replaceFile(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".weft-bench-")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// serveTasks makes this process a worker of kernels' process variants, if it
// was started as one; then it does not return.
func serveTasks() {
	proc.Main(all.Tasks()...)
}
