// Package peers runs the kernels' computations in other systems: C, NumPy,
// Numba, Cython, Pythran, PyPy and others, so that "weft bench -peers" can set
// their times beside ours.
//
// The sources lie in src, one per kernel and system, and do the same work on
// the same input with the same checksum, as well as the system can: best flags,
// compiled and warm before the clock starts. Each runs in a process that stays
// ([Worker]) and speaks lines on its standard input and output; src/peer.h and
// src/peer.py say which. [Table] lists them.
//
// What a peer needs is looked for on this machine ([Harness.Missing]); nothing
// is installed, and what is compiled lies in the user's cache folder.
package peers

import (
	"fmt"
	"slices"
	"strings"
)

// A Peer is one kernel's computation in another system.
type Peer struct {
	Kernel  string // "julia"
	System  string // what does it, as shown in tables: "C/OpenMP", "NumPy (OpenBLAS)"
	Variant string // what the source is asked for: its algorithm
	Source  string // in src; the ending says what runs it: .c, .py or .pyx

	// Against names the kernel's variants whose time the peer's is compared with,
	// in groups: with the fastest of each. A group is one algorithm, which need
	// not be the peer's own.
	Against [][]string
	// Serial says that it has one thread, so that it is compared with variants
	// on one worker only.
	Serial bool
	// Anyhow says that it is compared with variants on any number of workers,
	// although it has one thread: where one thread is hard to beat.
	Anyhow bool
	// PyPy says that PyPy runs the source, else CPython does.
	PyPy bool
	// Modules are the Python modules it imports: "numpy", "numba".
	Modules []string
	// Env holds further environment variables, "NAME=value".
	Env []string
	// Most is the largest size that ends in reasonable time; 0: any.
	Most int
	// Tol is how far the checksum may be off, relatively, where that is more
	// than what the kernel itself allows, with the reason beside it.
	Tol float64
}

// Of returns the peers of a kernel, in the order of the Table.
func Of(kernel string) []*Peer {
	var found []*Peer
	for i := range Table {
		if Table[i].Kernel == kernel {
			found = append(found, &Table[i])
		}
	}
	return found
}

// Rivals returns the variants of a kernel that some peer is compared with at
// size n.
func Rivals(kernel string, n int) []string {
	var names []string
	for _, p := range Of(kernel) {
		if !p.Does(n) {
			continue
		}
		for _, v := range slices.Concat(p.Against...) {
			if !slices.Contains(names, v) {
				names = append(names, v)
			}
		}
	}
	return names
}

// Does reports whether p ends in reasonable time at size n.
func (p *Peer) Does(n int) bool { return p.Most == 0 || n <= p.Most }

// Label is the peer's name where spaces and slashes are not wanted:
// "C-OpenMP:wheel". The part behind the colon is the Variant.
func (p *Peer) Label() string {
	name := strings.NewReplacer("/", "-", " (", "-", ")", "", " ", "-").Replace(p.System)
	if p.Variant == "" {
		return name
	}
	return name + ":" + p.Variant
}

func (p *Peer) String() string { return fmt.Sprintf("%s in %s (%s)", p.Kernel, p.System, p.Source) }
