package julia

import (
	"testing"

	"github.com/weft-go/weft/kernels/internal/cpu"
)

// Every pixel, not only the sum, on every tier: widths around the groups of
// vectors and the bands, and limits around the rounds.
func TestSIMD(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			for _, c := range []struct{ width, height, limit int }{
				{0, 0, 300}, {1, 1, 300}, {0, 5, 10}, {5, 0, 10}, {7, 5, 0}, {7, 5, 1}, {7, 5, 3},
				{15, 16, 4}, {16, 15, 5}, {17, 9, 8}, {31, 31, 9}, {32, 33, 16}, {33, 32, 17},
				{64, 64, 33}, {100, 60, 300}, {333, 77, 1000}, {500, 500, 300},
				{4095, 3, 100}, {4096, 3, 100}, {4097, 3, 100}, {9000, 2, 50}, {1, 3000, 70},
			} {
				want := Serial(c.width, c.height, c.limit)
				for name, got := range map[string]*Set{
					"SIMD":          SIMD(c.width, c.height, c.limit),
					"GoroutineSIMD": GoroutineSIMD(c.width, c.height, c.limit, 3),
				} {
					for i, n := range want.Counts {
						if got.Counts[i] != n {
							t.Errorf("%s %+v: pixel (%d, %d) has %d, want %d", name, c, i%c.width, i/c.width, got.Counts[i], n)
							break
						}
					}
				}
			}
			if got := SIMD(1000, 1000, 300).Sum(); got != 33219980 {
				t.Errorf("1000×1000: sum %d, want 33219980", got)
			}
		})
	}
}
