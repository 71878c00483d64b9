package pointerchase

import (
	"context"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Serial goes once around the ring in one chain and returns the sum of the
// places it came to, n·(n-1)/2 of n. Interrupted, it returns 0, as the other
// functions do.
func Serial(r *Ring) int {
	sum, _ := r.follow(poll.New(background), span{0, r.Len()})
	return int(sum)
}

// SerialChains is [Serial] with eight chains at once, on one core. Where Serial
// waits for memory it has eight times the accesses under way.
func SerialChains(r *Ring) int {
	sum, _ := newTour(poll.New(background), r, 1, chains).serial(background)
	return int(sum)
}

// A tour is one way around a ring: its chains and their sums.
type tour struct {
	*Ring
	each  int // chains of a worker: 1 or chains
	spans []span
	sums  []sum // of each worker
}

// A sum has a cache line, and the one fetched with it, for itself.
type sum struct {
	value uint64
	_     [15]uint64
}

func newTour(p poll.Poll, r *Ring, workers, each int) *tour {
	return &tour{r, each, r.spans(p, workers*each), make([]sum, workers)}
}

// worker goes along a worker's chains.
func (t *tour) worker(p poll.Poll, worker int) (err error) {
	s := &t.sums[worker]
	if t.each == chains {
		s.value, err = t.followAll(p, (*[chains]span)(t.spans[worker*chains:]))
	} else {
		s.value, err = t.follow(p, t.spans[worker])
	}
	return err
}

func (t *tour) serial(ctx context.Context) (uint64, error) {
	if err := t.worker(poll.New(ctx), 0); err != nil {
		return 0, err
	}
	return t.total(), nil
}

func (t *tour) total() uint64 {
	total := uint64(0)
	for i := range t.sums {
		total += t.sums[i].value
	}
	return total
}
