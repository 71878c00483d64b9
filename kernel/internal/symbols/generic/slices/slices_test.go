package slices_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	std "slices"
	"testing"

	"github.com/weft-go/weft/kernel/internal/symbols/generic/slices"
)

// floats makes a slice with repetitions, zeros and values that are no numbers.
func floats(r *rand.Rand, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		switch s[i] = float64(r.IntN(5)); r.IntN(9) {
		case 0:
			s[i] = math.NaN()
		case 1:
			s[i] = math.Inf(-1)
		}
	}
	return s
}

// Every function answers as the standard library's does.
func TestLikeStandard(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	byInt := func(a, b float64) int { return cmp.Compare(math.Floor(a/2), math.Floor(b/2)) }
	equal := func(a, b float64) bool { return a == b }
	positive := func(a float64) bool { return a > 0 }
	for n := range 200 {
		a, b := floats(r, n%13), floats(r, r.IntN(13))
		i := r.IntN(len(a) + 1)
		j := i + r.IntN(len(a)-i+1)
		target := float64(r.IntN(6))
		sorted := std.Sorted(std.Values(a))
		dup := func() []float64 { return std.Clone(a) }
		in := func(f func([]float64)) []float64 { s := dup(); f(s); return s }
		less := func(v, target float64) int { return cmp.Compare(v, target) }
		tests := []struct {
			name      string
			got, want []any
		}{
			{"Sort", all(in(slices.Sort[[]float64])), all(in(std.Sort[[]float64]))},
			{"SortStableFunc", all(in(func(s []float64) { slices.SortStableFunc(s, byInt) })), all(in(func(s []float64) { std.SortStableFunc(s, byInt) }))},
			{"SortFunc", all(in(func(s []float64) { slices.SortFunc(s, cmp.Compare[float64]) })), all(in(func(s []float64) { std.SortFunc(s, cmp.Compare[float64]) }))},
			{"IsSorted", all(slices.IsSorted(a), slices.IsSorted(sorted)), all(std.IsSorted(a), std.IsSorted(sorted))},
			{"IsSortedFunc", all(slices.IsSortedFunc(a, byInt)), all(std.IsSortedFunc(a, byInt))},
			{"BinarySearch", all(slices.BinarySearch(sorted, target)), all(std.BinarySearch(sorted, target))},
			{"BinarySearch NaN", all(slices.BinarySearch(sorted, math.NaN())), all(std.BinarySearch(sorted, math.NaN()))},
			{"BinarySearchFunc", all(slices.BinarySearchFunc(sorted, target, less)), all(std.BinarySearchFunc(sorted, target, less))},
			{"Equal", all(slices.Equal(a, b), slices.Equal(a, dup())), all(std.Equal(a, b), std.Equal(a, dup()))},
			{"EqualFunc", all(slices.EqualFunc(a, dup(), equal)), all(std.EqualFunc(a, dup(), equal))},
			{"Compare", all(slices.Compare(a, b), slices.Compare(a, a[:i])), all(std.Compare(a, b), std.Compare(a, a[:i]))},
			{"CompareFunc", all(slices.CompareFunc(a, b, byInt)), all(std.CompareFunc(a, b, byInt))},
			{"Index", all(slices.Index(a, target)), all(std.Index(a, target))},
			{"IndexFunc", all(slices.IndexFunc(a, positive)), all(std.IndexFunc(a, positive))},
			{"Contains", all(slices.Contains(a, target)), all(std.Contains(a, target))},
			{"ContainsFunc", all(slices.ContainsFunc(a, positive)), all(std.ContainsFunc(a, positive))},
			{"Insert", all(slices.Insert(dup(), i, b...)), all(std.Insert(dup(), i, b...))},
			{"Delete", all(in(func(s []float64) { _ = slices.Delete(s, i, j) }), slices.Delete(dup(), i, j)), all(in(func(s []float64) { _ = std.Delete(s, i, j) }), std.Delete(dup(), i, j))},
			{"DeleteFunc", all(in(func(s []float64) { _ = slices.DeleteFunc(s, positive) }), slices.DeleteFunc(dup(), positive)), all(in(func(s []float64) { _ = std.DeleteFunc(s, positive) }), std.DeleteFunc(dup(), positive))},
			{"Replace", all(slices.Replace(dup(), i, j, b...)), all(std.Replace(dup(), i, j, b...))},
			{"Compact", all(in(func(s []float64) { _ = slices.Compact(s) }), slices.Compact(dup())), all(in(func(s []float64) { _ = std.Compact(s) }), std.Compact(dup()))},
			{"CompactFunc", all(slices.CompactFunc(dup(), equal)), all(std.CompactFunc(dup(), equal))},
			{"Clone", all(slices.Clone(a), slices.Clone([]int(nil)) == nil), all(std.Clone(a), true)},
			{"Clip", all(cap(slices.Clip(a[:i]))), all(cap(std.Clip(a[:i])))},
			{"Grow", all(cap(slices.Grow(dup(), 9)) >= len(a)+9, slices.Grow(dup(), 9)), all(true, a)},
			{"Concat", all(slices.Concat(a, b, a)), all(std.Concat(a, b, a))},
			{"Repeat", all(slices.Repeat(a, 3)), all(std.Repeat(a, 3))},
			{"Reverse", all(in(slices.Reverse[[]float64])), all(in(std.Reverse[[]float64]))},
			{"Values", all(std.Collect(slices.Values(a))), all(std.Collect(std.Values(a)))},
			{"Chunk", all(fmt.Sprint(slices.Collect(slices.Chunk(a, 4)))), all(fmt.Sprint(std.Collect(std.Chunk(a, 4))))},
			{"Collect", all(slices.Collect(std.Values(a))), all(std.Collect(std.Values(a)))},
			{"AppendSeq", all(slices.AppendSeq(dup(), std.Values(b))), all(std.AppendSeq(dup(), std.Values(b)))},
			{"Sorted", all(slices.Sorted(std.Values(a))), all(sorted)},
			{"SortedFunc", all(slices.SortedFunc(std.Values(a), cmp.Compare[float64])), all(sorted)},
			{"SortedStableFunc", all(slices.SortedStableFunc(std.Values(a), byInt)), all(std.SortedStableFunc(std.Values(a), byInt))},
		}
		if len(a) > 0 {
			tests = append(tests, []struct {
				name      string
				got, want []any
			}{
				{"Min", all(slices.Min(a)), all(std.Min(a))},
				{"Max", all(slices.Max(a)), all(std.Max(a))},
				{"MinFunc", all(slices.MinFunc(a, byInt)), all(std.MinFunc(a, byInt))},
				{"MaxFunc", all(slices.MaxFunc(a, byInt)), all(std.MaxFunc(a, byInt))},
			}...)
		}
		for _, tt := range tests {
			if got, want := fmt.Sprint(tt.got...), fmt.Sprint(tt.want...); got != want {
				t.Fatalf("%s of %v, %v (i %d, j %d, target %v): got %s, want %s", tt.name, a, b, i, j, target, got, want)
			}
		}
	}
}

func all(v ...any) []any { return v }

func TestPairs(t *testing.T) {
	collect := func(seq func(func(int, string) bool)) (got []string) {
		seq(func(i int, s string) bool {
			got = append(got, fmt.Sprint(i, s))
			return len(got) < 2
		})
		return got
	}
	s := []string{"a", "b", "c"}
	if got, want := collect(slices.All(s)), collect(std.All(s)); !reflect.DeepEqual(got, want) {
		t.Errorf("All: got %q, want %q", got, want)
	}
	if got, want := collect(slices.Backward(s)), collect(std.Backward(s)); !reflect.DeepEqual(got, want) {
		t.Errorf("Backward: got %q, want %q", got, want)
	}
}

// Where the standard library panics, so do these.
func TestPanics(t *testing.T) {
	tests := []struct {
		name      string
		ours, std func()
	}{
		{"Min", func() { _ = slices.Min([]int{}) }, func() { _ = std.Min([]int{}) }},
		{"Max", func() { _ = slices.Max([]int{}) }, func() { _ = std.Max([]int{}) }},
		{"MinFunc", func() { _ = slices.MinFunc([]int{}, cmp.Compare[int]) }, func() { _ = std.MinFunc([]int{}, cmp.Compare[int]) }},
		{"MaxFunc", func() { _ = slices.MaxFunc([]int{}, cmp.Compare[int]) }, func() { _ = std.MaxFunc([]int{}, cmp.Compare[int]) }},
		{"Insert", func() { _ = slices.Insert([]int{1}, 2) }, func() { _ = std.Insert([]int{1}, 2) }},
		{"Delete", func() { _ = slices.Delete([]int{1}, 2, 2) }, func() { _ = std.Delete([]int{1}, 2, 2) }},
		{"Delete within capacity", func() { _ = slices.Delete(make([]int, 1, 4), 0, 2) }, func() { _ = std.Delete(make([]int, 1, 4), 0, 2) }},
		{"Replace", func() { _ = slices.Replace([]int{1}, 1, 0) }, func() { _ = std.Replace([]int{1}, 1, 0) }},
		{"Grow", func() { _ = slices.Grow([]int{1}, -1) }, func() { _ = std.Grow([]int{1}, -1) }},
		{"Repeat", func() { _ = slices.Repeat([]int{1}, -1) }, func() { _ = std.Repeat([]int{1}, -1) }},
		{"Chunk", func() { _ = slices.Chunk([]int{1}, 0) }, func() { _ = std.Chunk([]int{1}, 0) }},
	}
	for _, tt := range tests {
		if got, want := panics(tt.ours), panics(tt.std); got == "" || want == "" || got != want {
			t.Errorf("%s: panic %q, want %q", tt.name, got, want)
		}
	}
}

func panics(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}
