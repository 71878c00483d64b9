package dedupe

import (
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . dedupe

// SIMD is [SerialDense] in assembly: the ends of the numbers of 64 bytes are
// found by a few comparisons, the numbers, of at most four digits, are put
// together eight (AVX-512: sixteen) at a time, and the cells, of two bytes, are
// fetched 32 lines ahead. A text with larger numbers is left to SerialDense.
func SIMD(text []byte) ([]Road, error) {
	ctx := background()
	p := newPlan(text, 1, true)
	on := func() bool { return !ctx.Stopped() }
	if !p.parts[0].reduceSIMD(on) {
		return nil, p.cause(ctx)
	}
	p.place()
	return p.roads(), nil
}

// GoroutineSIMD is [SIMD] on several workers, as [Goroutine] is SerialDense.
func GoroutineSIMD(text []byte, workers int, opts ...par.Option) ([]Road, error) {
	return parallel(text, workers, true, opts)
}

// The assembly's limits, see kernels/_asm/dedupe.go.
const (
	parseBytes  = 4096 // it reads so many bytes at a time
	parseTokens = parseBytes / 2
	batchRoads  = 704 // lines in them, rounded up
	ahead       = 32
	largest     = 9999 // four digits
)

// vectors is what the assembly works in.
type vectors struct {
	scratch [16 + 2*(parseTokens+80)]uint32
	slots   [2 * (batchRoads + ahead)]uint32
	roads   [batchRoads]Road
}

// chunks is after how many chunks of text it is asked whether to stop: 30 µs.
const chunks = 16

// reduceSIMD is reduce for small numbers; from the first large one on reduce does it.
func (p *part) reduceSIMD(on pace) bool {
	tier := cpu.Best()
	if tier == cpu.Generic {
		return p.reduce(on, wide)
	}
	p.bad, p.kept, p.table = -1, 0, narrow
	p.narrow.begin(min(p.places, largest+1))
	v := p.simd
	for at, turn := 0, 0; at < len(p.text); turn++ {
		if turn%chunks == 0 && !on() {
			return false
		}
		rest := p.text[at:]
		lines, used := 0, 0
		// The bytes before the first line may not be ours to read.
		if at > 0 && len(rest) >= 64 {
			lines, used = v.parse(tier, rest[:min(len(rest), parseBytes)&^63])
		}
		if lines == 0 {
			some := v.roads[:1]
			if at > 0 && len(rest) < 64 {
				some = v.roads[:batch]
			}
			var err error
			if lines, used, err = parse(some, rest); err != nil {
				return p.reduce(on, wide) // it finds the place
			}
		}
		if lines < 0 {
			return p.reduce(on, wide)
		}
		roads := v.roads[:lines]
		if len(rest) < 64 || at == 0 {
			for _, r := range roads {
				if max(r.Origin, r.Destination, r.Distance) > largest {
					return p.reduce(on, wide)
				}
			}
		}
		if most := v.prepare(tier, roads); !p.narrow.reach(int(most)) {
			return p.reduce(on, wide)
		}
		p.kept += v.update(p.dst[p.kept:], roads, p.narrow.cells)
		at += used
	}
	return true
}

// filter is dense.filter, for roads between places below side.
func (v *vectors) filter(t *dense[uint16], roads []Road) (kept int) {
	tier := cpu.Best()
	if tier == cpu.Generic || len(t.cells) == 0 {
		return t.filter(roads)
	}
	for lo := 0; lo < len(roads); lo += batchRoads {
		part := roads[lo:min(lo+batchRoads, len(roads))]
		v.prepare(tier, part)
		kept += v.keep(roads[kept:], part, t.cells)
	}
	return kept
}

// ints is a pointer for assembly to the first field of the first road.
func ints(roads []Road) *int32 { return (*int32)(unsafe.Pointer(unsafe.SliceData(roads))) }
