// Package kernelstest checks and measures any kernel through its description,
// so that a kernel's own tests are two calls.
package kernelstest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/runtime/proc"
)

// An Option changes what [Check] does, each with its reason in the test that
// passes it.
type Option func(*plan)

type plan struct {
	sizes     []int
	allocates map[string]bool
}

// Sizes replaces the sizes that variants are compared at: nothing, one, odd,
// and around a block.
func Sizes(n ...int) Option { return func(p *plan) { p.sizes = n } }

// Allocates names variants whose Run allocates although they start no worker
// processes, whose runs all may: those of a network server, for example.
func Allocates(variants ...string) Option {
	return func(p *plan) {
		for _, name := range variants {
			p.allocates[name] = true
		}
	}
}

// Main is a kernel's TestMain: in a worker process it serves the kernels' tasks
// and does not return.
func Main(m *testing.M, ks ...*kernels.Kernel) {
	var tasks []proc.Task
	for _, k := range ks {
		tasks = append(tasks, k.Tasks...)
	}
	if raceDetector {
		// Else each worker waits a second before it ends, for other
		// threads' reports.
		os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	}
	proc.Main(tasks...)
	os.Exit(m.Run())
}

// Check runs every variant of k that this machine can run, on every tier of
// vector instructions that it has, and compares it with the reference: sizes
// around 0, 1 and a block, several numbers of workers, two runs of each job. It
// checks that a run ends with its context, that arguments out of range are
// refused, and that the second run and later ones allocate nothing.
func Check(t *testing.T, k *kernels.Kernel, opts ...Option) {
	t.Helper()
	p := plan{sizes: []int{0, 1, 2, 7, 64, 65}, allocates: make(map[string]bool)}
	for _, o := range opts {
		o(&p)
	}
	describe(t, k)
	if t.Failed() {
		return
	}
	want := make(map[int]float64)
	for _, n := range p.sizes {
		want[n], _ = twice(t, &k.Variants[0], n, 0)
	}
	for i := range k.Variants {
		v := &k.Variants[i]
		t.Run(v.Name, func(t *testing.T) {
			need(t, v)
			if strings.Contains(v.Approach(), "simd") {
				for _, tier := range cpu.Tiers() {
					t.Run("tier="+tier.String(), func(t *testing.T) {
						defer cpu.Use(tier)()
						agrees(t, k, v, &p, want)
					})
				}
			} else {
				agrees(t, k, v, &p, want)
			}
			refuses(t, v)
			stops(t, k, v)
			if !p.allocates[v.Name] && !processes(v) {
				steady(t, v, k.Sizes.Small)
			}
		})
	}
}

// processes reports whether v's workers are processes.
func processes(v *kernels.Variant) bool {
	return v.Approach() == "process" || v.Approach() == "manager"
}

// workers are tried for every size: the default, one, odd, more than cores.
// Processes take their time to start, so fewer.
func workers(v *kernels.Variant) []int {
	switch {
	case !v.Parallel():
		return []int{0}
	case processes(v):
		return []int{1, 3}
	}
	return []int{0, 1, 3, 8}
}

// agrees compares v with the reference's checksums.
func agrees(t *testing.T, k *kernels.Kernel, v *kernels.Variant, p *plan, want map[int]float64) {
	for _, n := range p.sizes {
		for _, w := range workers(v) {
			first, second := twice(t, v, n, w)
			for run, got := range []float64{first, second} {
				if !close(got, want[n], k.Tol) {
					t.Errorf("n=%d workers=%d run %d: checksum %v, reference has %v", n, w, run+1, got, want[n])
				}
			}
		}
	}
}

// steady checks that runs after the first allocate nothing. What is counted is the
// whole process, in which other goroutines may still be at their end: one of three
// looks must see nothing.
func steady(t *testing.T, v *kernels.Variant, n int) {
	t.Helper()
	job := setUp(t, v, n, 2)
	ctx := context.Background()
	var got float64
	for look := 0; look == 0 || look < 3 && got > 0; look++ {
		got = testing.AllocsPerRun(10, func() {
			if err := job.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	if got > 0 && !raceDetector {
		t.Errorf("n=%d: a run allocates %v times", n, got)
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
	seen := make(map[string]bool)
	for _, v := range k.Variants {
		at := place[v.Approach()]
		if at == 0 || at < last || seen[v.Name] {
			t.Errorf("variant %q is unknown, twice or out of the order of kernels.Names", v.Name)
		}
		last, seen[v.Name] = at, true
		if _, err := os.Stat(v.File); err != nil {
			t.Errorf("variant %q: %v", v.Name, err)
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
	tb.Cleanup(func() { tearDown(tb, job) })
	return job
}

func tearDown(tb testing.TB, job *kernels.Job) {
	if job.Close == nil {
		return
	}
	if err := job.Close(); err != nil {
		tb.Errorf("close: %v", err)
	}
}

func twice(t *testing.T, v *kernels.Variant, n, workers int) (first, second float64) {
	t.Helper()
	job, err := v.Setup(context.Background(), n, workers)
	if err != nil {
		t.Fatalf("set up n=%d workers=%d: %v", n, workers, err)
	}
	defer tearDown(t, job)
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
		if !v.Parallel() && bad.workers < 0 {
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

// stops checks that a run ends with its context, before it begins and in its
// midst, and that the job works afterwards.
func stops(t *testing.T, k *kernels.Kernel, v *kernels.Variant) {
	t.Helper()
	soon := 100 * time.Millisecond
	if raceDetector {
		soon *= 5 // it makes code some five to ten times slower
	}
	job := setUp(t, v, k.Sizes.Middle, 2)
	why := errors.New("enough")
	late := time.Duration(0)
	for try := range 5 { // other programs may hold this one up
		ctx, cancel := context.WithCancelCause(context.Background())
		ended := make(chan time.Time, 1)
		time.AfterFunc(time.Duration(try)*5*time.Millisecond, func() { ended <- time.Now(); cancel(why) })
		if try == 0 {
			<-ctx.Done()
		}
		err := job.Run(ctx)
		returned := time.Now()
		if err == nil { // it was done first
			if try == 0 && k.Sizes.Middle > 0 {
				t.Errorf("n=%d under an ended context: no error", k.Sizes.Middle)
			}
			continue
		}
		if !errors.Is(err, why) {
			t.Errorf("n=%d, stopped: %v, want %v", k.Sizes.Middle, err, why)
		}
		if late = returned.Sub(<-ended); late <= soon && try > 0 {
			break
		}
	}
	if late > soon {
		t.Errorf("n=%d came back %v after its context had ended, want %v", k.Sizes.Middle, late, soon)
	}
	if err := job.Run(context.Background()); err != nil {
		t.Errorf("n=%d after a run that was stopped: %v", k.Sizes.Middle, err)
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
	if !v.Parallel() || all == 1 {
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
