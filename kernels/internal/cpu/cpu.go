// Package cpu says which vector instructions kernels may use.
//
// A kernel with assembly has up to three forms, one per [Tier], and asks
// [Best] at each call. All give the same answer; the plain Go form is what
// assembly is compared with, and all there is on other processors and with the
// build tag noasm.
//
// The environment variable WEFT_CPU = generic, avx2 or avx512 limits what is
// used, for trying the lower tiers on a better machine.
package cpu

import (
	"fmt"
	"os"
	"sync/atomic"
)

// A Tier is a set of instructions; a higher one includes the lower.
type Tier int32

// The tiers.
const (
	Generic Tier = iota // what the Go compiler emits
	AVX2                // AVX2, FMA and BMI2: x86-64-v3
	AVX512              // also AVX-512 F, CD, BW, DQ and VL: x86-64-v4
)

var names = [...]string{"generic", "avx2", "avx512"}

// String returns the tier's name as WEFT_CPU has it.
func (t Tier) String() string { return names[t] }

var best atomic.Int32

func init() { best.Store(int32(min(detect(), limit(os.Getenv(variable))))) }

const variable = "WEFT_CPU"

// limit reads WEFT_CPU. A word that is no tier must not pass for one: whoever
// sets the variable compares.
func limit(word string) Tier {
	if word == "" {
		return AVX512
	}
	for t, name := range names {
		if name == word {
			return Tier(t)
		}
	}
	panic(fmt.Sprintf("%s=%s: want generic, avx2 or avx512", variable, word))
}

// Best returns the highest tier that this machine and WEFT_CPU allow.
func Best() Tier { return Tier(best.Load()) }

// Tiers lists the tiers up to Best, lowest first.
func Tiers() []Tier { return []Tier{Generic, AVX2, AVX512}[:Best()+1] }

// Use makes t the best tier until the returned function is called, for tests
// that go through the tiers; it panics if the machine hasn't t.
func Use(t Tier) (restore func()) {
	was := Best()
	if t > was {
		panic(fmt.Sprintf("cpu.Use(%v): this machine has %v", t, was))
	}
	best.Store(int32(t))
	return func() { best.Store(int32(was)) }
}
