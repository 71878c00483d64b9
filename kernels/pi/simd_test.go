package pi

import (
	"testing"

	"github.com/weft-go/weft/kernels/internal/cpu"
)

// Every number of darts around the groups of the vector forms, from several
// places of the stream on, and the count for 10⁷ darts.
func TestSIMD(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for n := range 200 {
				for _, lo := range []int{0, 1, 77, 1 << 40} {
					if got, want := throwSIMD(uint64(n), lo, lo+n), throw(uint64(n), lo, lo+n); got != want {
						t.Errorf("%d darts from %d on: %d, want %d", n, lo, got, want)
					}
				}
			}
			want := Estimate{10_000_000, 7_855_243}
			if got := SIMD(want.Darts, 42); got != want {
				t.Errorf("SIMD: %+v, want %+v", got, want)
			}
			if got := GoroutineSIMD(want.Darts, 42, 3); got != want {
				t.Errorf("GoroutineSIMD: %+v, want %+v", got, want)
			}
		})
	}
}
