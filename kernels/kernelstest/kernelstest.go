// Package kernelstest checks and measures any kernel through its description,
// so that a kernel's own tests are two calls.
package kernelstest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels"
)

// sizes are what every variant must agree on with the reference: nothing, one,
// odd, and around a block.
var sizes = []int{0, 1, 2, 7, 64, 65}

// workers are tried for every size: the default, one, odd, more than cores.
var workers = []int{0, 1, 3, 8}

// Check runs every variant of k that this machine can run and compares it with
// the reference: sizes around 0, 1 and a block, several numbers of workers,
// two runs of each job, a context that has ended, and arguments out of range.
func Check(t *testing.T, k *kernels.Kernel) {
	t.Helper()
	describe(t, k)
	want := make(map[int]float64)
	for i := range k.Variants {
		v := &k.Variants[i]
		t.Run(v.Name, func(t *testing.T) {
			need(t, v)
			for _, n := range sizes {
				for _, w := range workers {
					if i == 0 && w != workers[0] {
						continue // the reference uses one
					}
					first, second := twice(t, v, n, w)
					if i == 0 {
						want[n] = first
					}
					for run, got := range []float64{first, second} {
						if !close(got, want[n], k.Tol) {
							t.Errorf("n=%d workers=%d run %d: checksum %v, reference has %v", n, w, run+1, got, want[n])
						}
					}
				}
			}
			refuses(t, v)
			stops(t, v, k.Sizes.Middle)
		})
	}
}

// describe checks what is written about k.
func describe(t *testing.T, k *kernels.Kernel) {
	t.Helper()
	if k.Name == "" || k.Title == "" || k.Doc == "" || len(k.Sources) == 0 {
		t.Errorf("kernel %q lacks a name, title, doc or source", k.Name)
	}
	if k.Sizes.Small < 1 || k.Sizes.Middle < k.Sizes.Small || k.Sizes.Large < k.Sizes.Middle {
		t.Errorf("sizes %+v do not rise", k.Sizes)
	}
	if w := k.Work(k.Sizes.Small); w.Items <= 0 || w.Unit == "" {
		t.Errorf("work %+v has no items or no unit", w)
	}
	if len(k.Variants) == 0 || k.Variants[0].Name != "serial" {
		t.Fatal("the first variant must be serial")
	}
	place := make(map[string]int)
	for i, name := range kernels.Names {
		place[name] = i + 1
	}
	last := 0
	for _, v := range k.Variants {
		if at := place[v.Name]; at <= last {
			t.Errorf("variant %q is unknown, twice or out of the order of kernels.Names", v.Name)
		} else {
			last = at
		}
	}
}

func need(tb testing.TB, v *kernels.Variant) {
	tb.Helper()
	if v.Needs != nil {
		if err := v.Needs(); err != nil {
			tb.Skipf("this machine can't run it: %v", err)
		}
	}
}

// setUp prepares a job and has it closed at the end of the test.
func setUp(tb testing.TB, v *kernels.Variant, n, workers int) *kernels.Job {
	tb.Helper()
	job, err := v.Setup(context.Background(), n, workers)
	if err != nil {
		tb.Fatalf("set up n=%d workers=%d: %v", n, workers, err)
	}
	tb.Cleanup(func() {
		if job.Close == nil {
			return
		}
		if err := job.Close(); err != nil {
			tb.Errorf("close n=%d workers=%d: %v", n, workers, err)
		}
	})
	return job
}

func twice(t *testing.T, v *kernels.Variant, n, workers int) (first, second float64) {
	t.Helper()
	job := setUp(t, v, n, workers)
	for _, sum := range []*float64{&first, &second} {
		if err := job.Run(context.Background()); err != nil {
			t.Fatalf("run n=%d workers=%d: %v", n, workers, err)
		}
		*sum = job.Checksum()
	}
	return first, second
}

// refuses checks that arguments out of range are errors.
func refuses(t *testing.T, v *kernels.Variant) {
	t.Helper()
	for _, bad := range []struct{ n, workers int }{{-1, 1}, {1, -1}, {math.MaxInt, 1}} {
		if v.Name == "serial" && bad.workers < 0 {
			continue // takes no notice of workers, or refuses: both are right
		}
		if job, err := v.Setup(context.Background(), bad.n, bad.workers); err == nil {
			t.Errorf("n=%d workers=%d is set up without an error", bad.n, bad.workers)
			if job.Close != nil {
				job.Close()
			}
		}
	}
}

// stops checks that a run ends with its context, and works again afterwards.
func stops(t *testing.T, v *kernels.Variant, n int) {
	t.Helper()
	job := setUp(t, v, n, 2)
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	from := time.Now()
	err := job.Run(ctx)
	if took := time.Since(from); !errors.Is(err, why) || took > time.Second {
		t.Errorf("n=%d under an ended context: %v after %v, want %v at once", n, err, took, why)
	}
	if err := job.Run(context.Background()); err != nil {
		t.Errorf("n=%d after a run that was stopped: %v", n, err)
	}
}

// close reports whether two checksums agree within a relative tolerance.
func close(a, b, tol float64) bool {
	return a == b || math.Abs(a-b) <= tol*max(math.Abs(a), math.Abs(b))
}

// Bench measures every variant of k at the given sizes (none: middle), with
// one worker and, where a variant uses workers, GOMAXPROCS. Names read
// impl=goroutine/n=500/workers=2, so that benchstat -col /impl compares.
func Bench(b *testing.B, k *kernels.Kernel, sizes ...int) {
	if len(sizes) == 0 {
		sizes = []int{k.Sizes.Middle}
	}
	for i := range k.Variants {
		v := &k.Variants[i]
		for _, n := range sizes {
			for _, w := range counts(v) {
				b.Run(fmt.Sprintf("impl=%s/n=%d/workers=%d", v.Name, n, w), func(b *testing.B) {
					need(b, v)
					bench(b, k, v, n, w)
				})
			}
		}
	}
}

// counts are the numbers of workers to measure a variant with.
func counts(v *kernels.Variant) []int {
	all := runtime.GOMAXPROCS(0)
	if v.Name == "serial" || v.Name == "simd" || all == 1 {
		return []int{1}
	}
	return []int{1, all}
}

func bench(b *testing.B, k *kernels.Kernel, v *kernels.Variant, n, workers int) {
	job := setUp(b, v, n, workers)
	ctx := context.Background()
	if err := job.Run(ctx); err != nil { // warm
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := job.Run(ctx); err != nil {
			b.Fatal(err)
		}
	}
	perRun := b.Elapsed().Seconds() / float64(b.N)
	if work := k.Work(n); perRun > 0 {
		b.ReportMetric(work.Items/perRun, work.Unit+"/s")
		if work.Flops > 0 {
			b.ReportMetric(work.Flops/perRun, "flop/s")
		}
	}
}
