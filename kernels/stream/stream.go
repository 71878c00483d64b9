// Package stream measures how fast memory is: four loops that do next to
// nothing with each number that they fetch and store.
//
//	for _, r := range stream.Rates(1<<24, 2) {
//		fmt.Println(r) // triad 29.8 GB/s
//	}
//
// The loops and the way of counting are those of STREAM (McCalpin, "Memory
// Bandwidth and Machine Balance in Current High Performance Computers", 1995,
// and stream.c, version 5.10): Copy counts 16 bytes an element, Scale 16, Add 24
// and Triad 24. An ordinary store fetches what was there before, which STREAM does
// not count. Arrays that leave no trace in a cache anyway are stored past it
// ("non-temporal"), which saves the fetch.
//
// STREAM's rule for the size: each array at least four times the size of the last cache.
package stream

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// An op is one of the four loops.
type op int

const (
	opCopy op = iota
	opScale
	opAdd
	opTriad
)

var names = [...]string{"copy", "scale", "add", "triad"}

// bytes returns what an element of the loop counts.
func (o op) bytes() int {
	if o <= opScale {
		return 16
	}
	return 24
}

// A task is a loop with its arrays, all of one length. Loops with one source
// have it in x only.
type task struct {
	op       op
	to, x, y []float64
	q        float64
}

// part returns the loop over the elements [lo, hi).
func (t *task) part(lo, hi int) task {
	p := task{t.op, t.to[lo:hi], t.x[lo:hi], nil, t.q}
	if t.op >= opAdd {
		p.y = t.y[lo:hi]
	}
	return p
}

// plain does the loop in plain Go.
func (t task) plain() {
	to := t.to
	x := t.x[:len(to)]
	switch t.op {
	case opCopy:
		copy(to, x)
	case opScale:
		for i := range to {
			to[i] = t.q * x[i]
		}
	case opAdd:
		y := t.y[:len(to)]
		for i := range to {
			to[i] = x[i] + y[i]
		}
	case opTriad:
		y := t.y[:len(to)]
		for i := range to {
			// The conversion forbids fused multiply-add, so that all
			// variants give the same bits.
			to[i] = x[i] + float64(t.q*y[i])
		}
	}
}

// block is after how many elements a loop asks whether to stop: some hundred
// microseconds.
const block = 1 << 18

// run does the loop over [lo, hi) with do, block by block.
func (t *task) run(p poll.Poll, lo, hi int, do func(task)) error {
	for ; lo < hi; lo += block {
		if p.Stopped() {
			return p.Err()
		}
		do(t.part(lo, min(hi, lo+block)))
	}
	return nil
}

// check says what is wrong with the arrays of a loop.
func (t *task) check(workers int) error {
	sources := [][]float64{t.x}
	if t.op >= opAdd {
		sources = append(sources, t.y)
	}
	for _, s := range sources {
		if len(s) != len(t.to) {
			return fmt.Errorf("arrays of %d and %d elements", len(t.to), len(s))
		}
		if overlaps(t.to, s) {
			return errors.New("the array to store in overlaps another without being the same")
		}
	}
	if workers < 0 {
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

// overlaps reports whether a and b, of equal length, share some elements under
// different indexes.
func overlaps(a, b []float64) bool {
	if len(a) == 0 {
		return false
	}
	from, other := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	size := uintptr(len(a)) * 8
	return from != other && from < other+size && other < from+size
}

func (t *task) mustBeFine(workers int) {
	if err := t.check(workers); err != nil {
		panic(fmt.Errorf("stream: %w", err))
	}
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
