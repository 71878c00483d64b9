// Package yardstick has what kernels are measured against: the limits of the
// machine, and the same computations in other systems (C, NumPy, Numba and so
// on). "weft bench -peers" sets both beside our own figures.
package yardstick

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/peers"
)

// Tier names the vector instructions that kernels use: "generic", "avx2" or
// "avx512"; the environment's WEFT_CPU may lower it.
func Tier() string { return cpu.Best().String() }

// A Limit is a speed that no kernel exceeds on this machine.
type Limit struct {
	Name string // "FMA peak"
	Unit string // of what is counted: "flop" or "B", as in kernels.Work's Flops and Bytes
	// Measure takes some milliseconds and returns how many there are per second
	// on a number of workers. An error says why it can't be measured here.
	Measure func(ctx context.Context, workers int) (perSecond float64, err error)
}

// Other systems; see package peers, which is internal as it starts processes.
type (
	Peer       = peers.Peer
	Harness    = peers.Harness
	Worker     = peers.Worker
	Sample     = peers.Sample
	Comparison = peers.Comparison
)

// Peers lists a kernel's peers, and Rivals the variants that they are compared
// with at size n.
func Peers(kernel string) []*Peer          { return peers.Of(kernel) }
func Rivals(kernel string, n int) []string { return peers.Rivals(kernel, n) }

// Compared says at which sizes and on how many workers a kernel is compared
// with its peers; a field is empty where the usual ones are right.
func Compared(kernel string) Comparison { return peers.Comparisons[kernel] }

// OpenPeers returns a harness that starts peers; it compiles them as need be and
// keeps what is compiled in the user's cache folder.
func OpenPeers() (*Harness, error) { return peers.Open() }
