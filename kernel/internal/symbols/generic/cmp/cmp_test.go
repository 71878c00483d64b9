package cmp_test

import (
	std "cmp"
	"math"
	"testing"

	"github.com/weft-go/weft/kernel/internal/symbols/generic/cmp"
)

// Every function answers as the standard library's does.
func TestLikeStandard(t *testing.T) {
	values := []float64{math.NaN(), math.Inf(-1), -1, math.Copysign(0, -1), 0, 1, math.Inf(1)}
	for _, x := range values {
		for _, y := range values {
			if got, want := cmp.Compare(x, y), std.Compare(x, y); got != want {
				t.Errorf("Compare(%v, %v) = %v, want %v", x, y, got, want)
			}
			if got, want := cmp.Less(x, y), std.Less(x, y); got != want {
				t.Errorf("Less(%v, %v) = %v, want %v", x, y, got, want)
			}
		}
	}
	for _, s := range [][]string{{""}, {"a"}, {"", "", "b", "c"}, {"", ""}} {
		if got, want := cmp.Or(s...), std.Or(s...); got != want {
			t.Errorf("Or(%q) = %q, want %q", s, got, want)
		}
	}
}
