// Package rng is a random generator without a state: number i of a stream is
// computed from the stream's seed and i alone. So any number of workers can
// share a stream, each taking a range of it, and together draw the same
// numbers as one worker would.
//
// It is SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
// Generators", OOPSLA 2014, with the constants of Sebastiano Vigna's
// splitmix64.c (https://prng.di.unimi.it/splitmix64.c, 2015). Its state after i
// steps is seed + i·gamma, which is what makes jumping free. It passes BigCrush
// and is not for secrets.
package rng

// gamma is the odd number nearest to 2^64 divided by the golden ratio.
const gamma = 0x9e3779b97f4a7c15

// At returns number i, counting from 0, of the stream that seed begins: what
// the i+1st call of splitmix64.c's next returns after x = seed. All 2^64
// streams are parts of one cycle; streams of seeds that differ by k·gamma
// overlap, which seeds chosen by people do not.
func At(seed, i uint64) uint64 { return Mix(Start(seed, i)) }

// Start returns the state at which number i is drawn: Mix(Start(seed, i)) is
// number i, Mix(Start(seed, i) + Step) number i+1. Loops use it to spare the
// multiplication.
func Start(seed, i uint64) uint64 { return seed + (i+1)*gamma }

// Step is the difference between the states of neighbours.
const Step uint64 = gamma

// Mix turns a state into a random number; it is a bijection of uint64.
func Mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
