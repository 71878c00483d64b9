package gauge

import (
	"errors"
	"fmt"
	"sync"

	"github.com/weft-go/weft/kernel/measure"
)

// heapMark is the state of the heap that %heap diff compares with. It lives as
// long as the session, whose heap it is of.
var heapMark struct {
	sync.Mutex
	state *measure.HeapState // guarded by Mutex
}

// A marked is what %heap mark shows.
type marked struct{ state measure.HeapState }

func (m marked) String() string {
	return fmt.Sprintf("marked: %s live in %d objects; %%heap diff shows what changes from here",
		measure.FormatBytes(float64(m.state.Live), 4), m.state.Objects)
}

// heap is %heap.
func heap(r Request) (Outcome, error) {
	var what string
	if err := r.options(&what); err != nil {
		return Outcome{}, err
	}
	heapMark.Lock()
	defer heapMark.Unlock()
	switch what {
	case "mark":
		state := measure.Heap()
		heapMark.state = &state
		return Outcome{Show: marked{state}}, nil
	case "diff":
		if heapMark.state == nil {
			return Outcome{}, errors.New("nothing is marked in this session: %heap mark comes first")
		}
		return Outcome{Show: measure.HeapSince(*heapMark.state)}, nil
	}
	return Outcome{Show: measure.Heap()}, nil
}
