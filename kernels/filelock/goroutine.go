package filelock

import (
	"context"
	"errors"
	"sync"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// Goroutine counts to n in a file by that many goroutines (0: GOMAXPROCS), each
// of which has opened the file and locks it by flock(2) for each step. It
// returns what is in the file in the end: n. Errors are as for [Serial], or
// about a number of workers that is negative or above 1000.
//
// The more workers, the longer it takes: only one can count at a time.
func Goroutine(n, workers int) (int, error) { return once(n, workers, flocked, newTeam) }

// Unlocked is [Goroutine] without a lock. It returns what is in the file in the
// end, which is less than n if updates got lost: two workers read the same
// number, and both write the next one.
func Unlocked(n, workers int) (int, error) { return once(n, workers, unlocked, newTeam) }

// A team is goroutines with a counter each.
type team struct {
	n     int
	place *place
	hands []hand
	wg    sync.WaitGroup
	poll  poll.Poll // of the run
}

// A hand is one goroutine's part of a team.
type hand struct {
	c    *counter
	lock lock
	run  func() // so that starting it allocates nothing
	err  error
}

func newTeam(at *place, n, workers int, k kind) (job, error) {
	t := &team{n: n, place: at, hands: make([]hand, number(workers))}
	for i := range t.hands {
		c, err := open(at.file)
		if err != nil {
			return nil, errors.Join(err, t.close())
		}
		h := &t.hands[i]
		h.c, h.lock = c, k.of(c)
		h.run = func() {
			defer t.wg.Done()
			h.err = h.c.count(t.poll, h.lock, share(t.n, i, len(t.hands)))
		}
	}
	return t, nil
}

func (t *team) run(ctx context.Context) error {
	t.poll = poll.New(ctx)
	if err := t.hands[0].c.write(0); err != nil {
		return err
	}
	t.wg.Add(len(t.hands))
	for i := range t.hands[1:] {
		go t.hands[i+1].run()
	}
	t.hands[0].run()
	t.wg.Wait()
	for i := range t.hands {
		if err := t.hands[i].err; err != nil {
			return err
		}
	}
	return nil
}

func (t *team) close() error {
	var errs []error
	for _, h := range t.hands {
		if h.c != nil {
			errs = append(errs, h.c.close())
		}
	}
	return errors.Join(errs...)
}
