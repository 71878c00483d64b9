package bench

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels"
)

// fake returns a kernel whose variants sleep: serial for n ms, goroutine for n
// by workers.
func fake(setups *int) *kernels.Kernel {
	setup := func(sum float64, parallel bool) func(context.Context, int, int) (*kernels.Job, error) {
		return func(_ context.Context, n, workers int) (*kernels.Job, error) {
			if n > 1000 {
				return nil, errors.New("n is too large")
			}
			*setups++
			if !parallel {
				workers = 1
			}
			return &kernels.Job{
				Run: func(ctx context.Context) error {
					select {
					case <-ctx.Done():
						return context.Cause(ctx)
					case <-time.After(time.Duration(n) * time.Millisecond / time.Duration(workers)):
						return nil
					}
				},
				Checksum: func() float64 { return sum },
				Close:    func() error { *setups--; return nil },
			}, nil
		}
	}
	return &kernels.Kernel{
		Name: "fake", Title: "sleeping", Group: kernels.CPU,
		Sizes: kernels.Sizes{Small: 1, Middle: 6, Large: 12},
		Work:  func(n int) kernels.Work { return kernels.Work{Items: float64(n), Unit: "naps"} },
		Variants: []kernels.Variant{
			{Name: "serial", Setup: setup(7, false)},
			{Name: "goroutine", Setup: setup(7, true)},
			{Name: "goroutine:wrong", Setup: setup(8, true)},
			{Name: "simd", Setup: setup(7, false), Needs: func() error { return errors.New("no such instructions") }},
		},
	}
}

func TestRun(t *testing.T) {
	open := 0
	var done []string
	var told []string
	r, err := Run(context.Background(), Machine{}, Options{
		Kernels: []*kernels.Kernel{fake(&open)}, Sizes: []Size{{name: "small"}, {n: 6}, {n: 2000}},
		Workers: []int{1, 2}, Count: 3,
		Progress: func(text string) { told = append(told, text) },
		Done:     func(b *Block) { done = append(done, b.Kernel) },
	})
	if err != nil || r.Interrupted || open != 0 {
		t.Fatalf("%v, interrupted %v, %d jobs left open", err, r.Interrupted, open)
	}
	if len(r.Blocks) != 3 || !slices.Equal(done, []string{"fake", "fake", "fake"}) {
		t.Fatalf("%d blocks, done with %v", len(r.Blocks), done)
	}
	type line struct {
		variant string
		workers int
		samples int
		problem string
	}
	var got []line
	for _, res := range r.Blocks[1].Results {
		got = append(got, line{res.Variant, res.Workers, len(res.Samples), res.Problem})
	}
	differs := "checksum 8 differs from the 7 of serial"
	want := []line{
		{"serial", 1, 3, ""},
		{"goroutine", 1, 3, ""},
		{"goroutine", 2, 3, ""},
		{"goroutine:wrong", 1, 0, differs},
		{"goroutine:wrong", 2, 0, differs},
		{"simd", 1, 0, "this machine can't run it: no such instructions"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("n=6: got\n%+v\nwant\n%+v", got, want)
	}
	if !r.Wrong() {
		t.Error("wrong checksums make no wrong report")
	}
	for i, s := range r.Blocks[1].Results[2].Samples {
		if s.Round != i || s.Wall < 3e-3 || s.Wall > 1 || s.Checksum != 7 {
			t.Errorf("sample %d of 3 ms: %+v", i, s)
		}
	}
	if small := r.Blocks[0].Results[0]; small.wall().Median < 1e-3 {
		t.Errorf("1 ms: %d runs in a sample, median %v", small.Runs, small.wall().Median)
	}
	if p := r.Blocks[2].Results[0].Problem; p != "n is too large" {
		t.Errorf("n=2000: problem %q", p)
	}
	if text := strings.Join(told, "\n"); !strings.Contains(text, "fake n=6: set up goroutine") || !strings.Contains(text, "fake n=6: round 3 of 3, ") {
		t.Errorf("progress:\n%s", text)
	}
}

func TestRunInterrupted(t *testing.T) {
	open := 0
	ctx, cancel := context.WithCancel(context.Background())
	rounds := 0
	r, err := Run(ctx, Machine{}, Options{
		Kernels: []*kernels.Kernel{fake(&open)}, Sizes: []Size{{n: 6}, {n: 7}}, Workers: []int{1}, Count: 1000,
		Variants: regexp.MustCompile("^serial$"),
		Progress: func(text string) {
			if strings.Contains(text, "round") {
				if rounds++; rounds == 3 {
					time.AfterFunc(2*time.Millisecond, cancel)
				}
			}
		},
	})
	if err != nil || !r.Interrupted || open != 0 || r.Wrong() {
		t.Fatalf("%v, interrupted %v, %d jobs left open, wrong %v", err, r.Interrupted, open, r.Wrong())
	}
	if len(r.Blocks) != 1 || len(r.Blocks[0].Results) != 1 || len(r.Blocks[0].Results[0].Samples) != 2 {
		t.Errorf("stopped in the third round: %+v", r.Blocks[0].Results[0])
	}
}

// Peers are not started at sizes that our own variants refuse.
func TestPeersOfNothing(t *testing.T) {
	open := 0
	k := fake(&open)
	k.Name = "julia" // has peers
	r, err := Run(context.Background(), Machine{}, Options{Kernels: []*kernels.Kernel{k}, Sizes: []Size{{n: 2000}}, Workers: []int{1}, Variants: regexp.MustCompile("."), Peers: true, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range r.Blocks[0].Results {
		if res.System != ours && !strings.HasPrefix(res.Problem, "not ") {
			t.Errorf("%s: %q", res.System, res.Problem)
		}
		if len(res.Samples) > 0 {
			t.Errorf("%s is measured", res.System)
		}
	}
}

// A run that takes longer than the rounds may is measured once; the others get
// their rounds.
func TestSlowVariant(t *testing.T) {
	open := 0
	r, err := Run(context.Background(), Machine{}, Options{
		Kernels: []*kernels.Kernel{fake(&open)}, Sizes: []Size{{n: 300}}, Workers: []int{300}, Time: 150 * time.Millisecond,
		Variants: regexp.MustCompile("^(serial|goroutine)$"),
	})
	if err != nil {
		t.Fatal(err)
	}
	slow, fast := r.Blocks[0].Results[0], r.Blocks[0].Results[1]
	if len(slow.Samples) != 1 || len(fast.Samples) < fewRounds {
		t.Errorf("%d samples of the slow one, %d of the fast one", len(slow.Samples), len(fast.Samples))
	}
}

// In every round each has one turn, nobody is always first or last, and nobody
// always follows the same neighbour.
func TestOrder(t *testing.T) {
	if got := order(0, 3); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("round 1: %v", got)
	}
	if got := order(1, 3); !slices.Equal(got, []int{0, 2, 1}) {
		t.Errorf("round 2: %v", got)
	}
	const n = 5
	first, after := make(map[int]int), make(map[[2]int]int)
	for round := range 2 * n {
		list := order(round, n)
		if sorted := slices.Sorted(slices.Values(list)); !slices.Equal(sorted, []int{0, 1, 2, 3, 4}) {
			t.Fatalf("round %d: %v", round, list)
		}
		first[list[0]]++
		for i := range n - 1 {
			after[[2]int{list[i], list[i+1]}]++
		}
	}
	for i := range n {
		next := (i + 1) % n
		if first[i] != 2 || after[[2]int{i, next}] != 4 || after[[2]int{next, i}] != 4 {
			t.Errorf("%d is first %d times, before %d %d times and behind it %d times",
				i, first[i], next, after[[2]int{i, next}], after[[2]int{next, i}])
		}
	}
	if got := order(3, 0); len(got) != 0 {
		t.Errorf("nobody: %v", got)
	}
}

// The quick take part in every round, the slow in some of the same rounds.
func TestPlan(t *testing.T) {
	of := func(seconds ...float64) []*contender {
		var all []*contender
		for _, s := range seconds {
			all = append(all, &contender{result: &Result{}, seconds: s})
		}
		return all
	}
	for _, tt := range []struct {
		seconds []float64
		rounds  int
		strides []int
	}{
		{[]float64{0.01, 0.01, 0.01}, 25, []int{1, 1, 1}},
		{[]float64{0.01, 0.05, 0.1, 0.4}, 25, []int{1, 2, 4, 8}},
		{[]float64{0.2, 0.2}, 7, []int{1, 1}},
		{[]float64{2, 2, 0.3}, 3, []int{1, 1, 1}},
	} {
		all := of(tt.seconds...)
		rounds := (&Options{Time: 3 * time.Second}).plan(all)
		var strides []int
		for _, c := range all {
			strides = append(strides, c.stride)
		}
		if rounds != tt.rounds || !slices.Equal(strides, tt.strides) {
			t.Errorf("%v s: %d rounds, every %v, want %d and %v", tt.seconds, rounds, strides, tt.rounds, tt.strides)
		}
	}
	all := of(0.001, 10)
	if got := (&Options{Time: time.Second, Count: 4}).plan(all); got != 4 || all[1].stride != 1 {
		t.Errorf("-count 4: %d rounds, the slow one in every %d", got, all[1].stride)
	}
	all[0].result.Problem, all[1].slow = "none", true
	if got := (&Options{Time: time.Second}).plan(all); got != 0 {
		t.Errorf("nobody is ready: %d rounds", got)
	}
}

func TestForkJoin(t *testing.T) {
	r, err := Run(context.Background(), Machine{}, Options{
		Kernels: []*kernels.Kernel{&ForkJoin}, Sizes: []Size{{n: 3}, {n: 0}}, Workers: []int{1, 2, 3}, Count: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range r.Blocks[0].Results {
		if res.Problem != "" || len(res.Samples) != 2 || res.Samples[1].Checksum != 3 {
			t.Errorf("%s on %d workers: %+v", res.Variant, res.Workers, *res)
		}
		// The pauses of 1 ms do not count.
		if m := res.wall().Min; res.Variant == "goroutine:pause" && m > 0.9e-3 {
			t.Errorf("%s on %d workers takes %v s", res.Variant, res.Workers, m)
		}
	}
	if p := r.Blocks[1].Results[0].Problem; !strings.Contains(p, "n=0: want 1 to") {
		t.Errorf("no loops: %q", p)
	}
}
