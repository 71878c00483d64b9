package bench

import (
	"math"
	"slices"
	"testing"
)

// result makes a Result whose samples, one in each round, take these seconds.
func result(system, variant string, workers int, seconds ...float64) *Result {
	r := &Result{System: system, Variant: variant, Workers: workers, Runs: 1, Samples: []Sample{}, label: variant}
	for round, s := range seconds {
		r.Samples = append(r.Samples, Sample{
			Round: round, Wall: s, User: s * float64(workers) * 0.9, System: s * 0.05, Checksum: 42,
		})
	}
	return r
}

// Quotients are taken round by round: what slows a round down slows both.
func TestOver(t *testing.T) {
	mine := result(ours, "simd", 1, 1, 1, 10, 1, 1, 1, 1)
	theirs := result("C", "", 1, 2, 2, 20, 2, 2, 2.2, 1.8)
	got := theirs.over(mine)
	if got.N != 7 || got.Median != 2 || math.Abs(got.Interval.Low-1.8) > 1e-12 || math.Abs(got.Interval.High-2.2) > 1e-12 {
		t.Errorf("%+v, want 2 in [1.8, 2.2]", got)
	}
	// A round that only one of them has does not count.
	mine.Samples = mine.Samples[1:]
	if got := theirs.over(mine); got.N != 6 || got.Median != 2 {
		t.Errorf("%+v, want six rounds", got)
	}
	mine.Samples = nil
	if got := theirs.over(mine); got.N != 0 {
		t.Errorf("%+v of nothing", got)
	}
}

func TestDisturbed(t *testing.T) {
	r := result(ours, "goroutine", 2, 1, 1, 1)
	r.Samples[0].Wait = 0.09 // of two workers
	r.Samples[1].Wait = 0.11
	if got := r.disturbed(2); got != 1 {
		t.Errorf("%d samples disturbed, want 1", got)
	}
	if got := r.disturbed(1); got != 0 {
		t.Errorf("%d samples disturbed by their own other workers, want 0", got)
	}
}

func TestMatches(t *testing.T) {
	vectors, plain := []string{"simd", "goroutine+simd"}, []string{"serial"}
	peer := func(system string, workers int, anyhow bool, against []string, seconds ...float64) *Result {
		r := result(system, "", workers, seconds...)
		r.Against, r.Anyhow = [][]string{against}, anyhow
		return r
	}
	b := &Block{Results: []*Result{
		result(ours, "serial", 1, 5),
		result(ours, "simd", 1, 1),
		result(ours, "goroutine+simd", 1, 1.1),
		result(ours, "goroutine+simd", 2, 0.6),
		peer("C", 1, false, vectors, 2),
		peer("C", 2, false, vectors, 1.2),
		peer("Numba", 1, false, vectors, 1.5),
		peer("missing", 1, false, vectors),
		peer("plain C", 1, true, plain, 4),
		peer("dense C", 1, true, vectors, 1.3),
	}}
	type line struct {
		workers     int
		best, rival string
		ours, peers int
	}
	var got []line
	for _, m := range b.matches() {
		got = append(got, line{m.workers, m.best.Variant, m.rival.System, len(m.ours), len(m.peers)})
	}
	want := []line{
		{1, "simd", "dense C", 2, 4},
		{1, "serial", "plain C", 1, 1},
		{2, "goroutine+simd", "C", 1, 2}, // with dense C on its one thread
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestCompare(t *testing.T) {
	results := func() ([]*contender, *Block) {
		a, b, c := result(ours, "serial", 1, 1, 1), result(ours, "simd", 1, 1, 1), result("C", "", 1, 1, 1)
		return []*contender{{result: a}, {result: b}, {result: c}}, &Block{Results: []*Result{a, b, c}}
	}
	all, b := results()
	if b.compare(all); (&Report{Blocks: []*Block{b}}).Wrong() {
		t.Errorf("equal checksums are wrong: %+v", b.Results[2])
	}
	all, b = results()
	b.Results[2].Samples[1].Checksum = 43
	b.compare(all)
	if got, want := b.Results[2].Problem, "checksum 43 differs from the 42 of serial"; got != want || len(b.Results[2].Samples) != 0 {
		t.Errorf("problem %q and %d samples, want %q and none", got, len(b.Results[2].Samples), want)
	}
	if !(&Report{Blocks: []*Block{b}}).Wrong() || b.Results[1].Problem != "" {
		t.Error("the report is not wrong, or the others are")
	}
	all, b = results()
	b.Results[2].Samples[1].Checksum, all[2].tol = 43, 0.05
	if b.compare(all); b.Results[2].Problem != "" {
		t.Errorf("within its tolerance: %s", b.Results[2].Problem)
	}
	all, b = results()
	b.Results[1].Samples[0].Checksum, b.tol = math.NaN(), 0.5
	if b.compare(all); b.Results[1].Problem == "" {
		t.Error("NaN agrees")
	}
}
