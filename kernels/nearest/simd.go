package nearest

import (
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/runtime/par"
)

//go:generate go -C ../_asm run . nearest

// SIMD is [SerialPacked] in assembly: for 64 roads at a time the largest of each
// field is found with vectors, which also tells whether all origins are in range;
// then the roads are compared one by one, four instructions each.
func SIMD(roads []Road, places int) (*Result, error) {
	return parallel(roads, places, 1, true, nil)
}

// GoroutineSIMD is [SIMD] on several workers, as [Goroutine] is SerialPacked.
func GoroutineSIMD(roads []Road, places, workers int, opts ...par.Option) (*Result, error) {
	return parallel(roads, places, workers, true, opts)
}

// group is how many roads the assembly does at a time.
const group = 64

// addSIMD is add.
func (t *table) addSIMD(roads []Road) {
	tier := cpu.Best()
	whole := len(roads) &^ (group - 1)
	if tier == cpu.Generic || whole == 0 || len(t.best) == 0 {
		t.add(roads)
		return
	}
	lanes := 16
	if tier == cpu.AVX2 {
		lanes = 8
	}
	// A sign bit in a lane is a negative number, larger than all others.
	done := scan(tier, (*int32)(unsafe.Pointer(&roads[0])), whole, t.best, &t.lanes[0])
	for i, m := range t.lanes[:3*lanes] {
		if m < 0 {
			t.wrong = true
			return
		}
		if i%3 == 2 {
			t.most = max(t.most, m)
		}
	}
	t.add(roads[done:]) // the rest, or from the group that is at fault
}
