//go:build !noasm

package dedupe

import "github.com/weft-go/weft/kernels/internal/cpu"

// parse reads the lines that end in text into v.roads, if all numbers have one
// to four digits; else lines is -1.
func (v *vectors) parse(tier cpu.Tier, text []byte) (lines, used int) {
	if tier == cpu.AVX512 {
		return parseAVX512(&v.roads[0].Origin, text, &v.scratch[0])
	}
	return parseAVX2(&v.roads[0].Origin, text, &v.scratch[0])
}

// prepare computes cells, and what to write into them, for update and keep. It
// may read 15 roads more, and returns the largest place of those it read.
func (v *vectors) prepare(tier cpu.Tier, roads []Road) (most uint32) {
	if tier == cpu.AVX512 {
		return slotsAVX512(ints(roads), len(roads), &v.slots[0])
	}
	return slotsAVX2(ints(roads), len(roads), &v.slots[0])
}

// update enters roads and writes those that are new to dst.
func (v *vectors) update(dst, roads []Road, cells []uint16) (kept int) {
	return updateAVX2(ints(dst), ints(roads), len(roads), &v.slots[0], &cells[0])
}

// keep writes those roads to dst that the cells don't know.
func (v *vectors) keep(dst, roads []Road, cells []uint16) (kept int) {
	return filterAVX2(ints(dst), ints(roads), len(roads), &v.slots[0], &cells[0])
}
