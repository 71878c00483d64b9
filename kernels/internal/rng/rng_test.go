package rng

import (
	"math/bits"
	"testing"
)

// The first numbers of splitmix64.c for the seed 1234567, as printed in the
// task "Pseudo-random numbers/Splitmix64" of rosettacode.org.
func TestAgainstTheOriginal(t *testing.T) {
	want := []uint64{
		6457827717110365317, 3203168211198807973, 9817491932198370423,
		4593380528125082431, 16408922859458223821,
	}
	for i, w := range want {
		if got := At(1234567, uint64(i)); got != w {
			t.Errorf("number %d: %d, want %d", i, got, w)
		}
	}
}

func TestStepping(t *testing.T) {
	state := Start(42, 1000)
	for i := uint64(1000); i < 1100; i++ {
		if got, want := Mix(state), At(42, i); got != want {
			t.Fatalf("number %d: %d by stepping, %d by At", i, got, want)
		}
		state += Step
	}
}

// Every bit of the output is set in half of the numbers, within five standard
// deviations.
func TestBitsAreBalanced(t *testing.T) {
	const n = 1 << 16
	var ones [64]int
	for i := uint64(0); i < n; i++ {
		for v := At(7, i); v != 0; v &= v - 1 {
			ones[bits.TrailingZeros64(v)]++
		}
	}
	const sigma = 128 // √n/2
	for bit, got := range ones {
		if d := got - n/2; d < -5*sigma || d > 5*sigma {
			t.Errorf("bit %d is set %d times in %d", bit, got, n)
		}
	}
}

func BenchmarkMix(b *testing.B) {
	state, sum := Start(1, 0), uint64(0)
	for b.Loop() {
		sum += Mix(state)
		state += Step
	}
	_ = sum
}
