//go:build goexperiment.simd && amd64

package julia

import (
	"slices"
	"testing"
)

func TestArchSIMD(t *testing.T) {
	for _, size := range []int{0, 1, 3, 4, 5, 64, 201} {
		if got, want := ArchSIMD(size, size, 300), Serial(size, size, 300); !slices.Equal(got.Counts, want.Counts) {
			t.Errorf("size %d: sum %d, want %d", size, got.Sum(), want.Sum())
		}
	}
}

func BenchmarkArchSIMD(b *testing.B) {
	for name, f := range map[string]func(width, height, limit int) *Set{"serial": Serial, "archsimd": ArchSIMD, "simd": SIMD} {
		b.Run("impl="+name+"/n=1000", func(b *testing.B) {
			for b.Loop() {
				f(1000, 1000, 300)
			}
		})
	}
}
