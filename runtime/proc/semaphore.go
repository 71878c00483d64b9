package proc

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Semaphore counts permits across processes. Any process may release, also
// one that has not acquired, so it can be used to signal: what a process that
// died had acquired stays taken. Where permits stand for something that is held
// use a [BoundedSemaphore].
type Semaphore struct{ place } // words: permits, sleepers

// NewSemaphore makes a semaphore with n permits.
func NewSemaphore(n int) (*Semaphore, error) {
	if n < 0 || n > math.MaxInt32 {
		return nil, fmt.Errorf("proc.NewSemaphore: %d permits", n)
	}
	p, err := newPlace(2)
	if err != nil {
		return nil, fmt.Errorf("proc.NewSemaphore: %w", err)
	}
	p.words[0] = uint32(n)
	return &Semaphore{p}, nil
}

// Acquire waits for a permit and takes it. The error is the cause if the cell
// or the task ends first.
func (s *Semaphore) Acquire() error { return s.acquire(interrupt.Context()) }

// AcquireContext is Acquire that also gives up when ctx ends.
func (s *Semaphore) AcquireContext(ctx context.Context) error {
	ctx, end := withCell(ctx)
	defer end()
	return s.acquire(ctx)
}

func (s *Semaphore) acquire(ctx context.Context) error {
	return await(ctx, &s.words[0], &s.words[1], s.TryAcquire)
}

// TryAcquire takes a permit if there is one, and reports whether it did.
func (s *Semaphore) TryAcquire() bool {
	for {
		v := atomic.LoadUint32(&s.words[0])
		if v == 0 {
			return false
		}
		if atomic.CompareAndSwapUint32(&s.words[0], v, v-1) {
			return true
		}
	}
}

// Release gives one permit. It is an error if there are 2³¹-1 already.
func (s *Semaphore) Release() error {
	for {
		v := atomic.LoadUint32(&s.words[0])
		if v == math.MaxInt32 {
			return errors.New("release of a semaphore that has 2147483647 permits")
		}
		if atomic.CompareAndSwapUint32(&s.words[0], v, v+1) {
			break
		}
	}
	if atomic.LoadUint32(&s.words[1]) > 0 {
		futexWake(&s.words[0], 1)
	}
	return nil
}

// Value returns how many permits there are at this moment.
func (s *Semaphore) Value() int { return int(atomic.LoadUint32(&s.words[0])) }

// GobEncode makes a Semaphore part of a task's input.
func (s *Semaphore) GobEncode() ([]byte, error) { return s.encode() }

// GobDecode attaches the semaphore.
func (s *Semaphore) GobDecode(b []byte) error { return s.decode("Semaphore", b) }

// A BoundedSemaphore has permits that processes hold: it knows who has each, so
// that only a holder can release and what a process that died had held goes to
// the next that waits.
type BoundedSemaphore struct{ place } // words: changes, sleepers, then who has each permit

// mostPermits bounds what is searched for a free one.
const mostPermits = 4096

// NewBoundedSemaphore makes a semaphore with n permits, 1 to 4096.
func NewBoundedSemaphore(n int) (*BoundedSemaphore, error) {
	if n < 1 || n > mostPermits {
		return nil, fmt.Errorf("proc.NewBoundedSemaphore: %d permits, want 1 to %d", n, mostPermits)
	}
	p, err := newPlace(3 + n)
	if err != nil {
		return nil, fmt.Errorf("proc.NewBoundedSemaphore: %w", err)
	}
	p.words[2] = uint32(n)
	return &BoundedSemaphore{p}, nil
}

// holders has who holds each permit, 0 for nobody.
func (s *BoundedSemaphore) holders() []uint32 {
	return s.words[3 : 3+min(int(s.words[2]), len(s.words)-3)]
}

// Acquire waits for a permit and takes it. The error wraps [ErrOwnerDied] if it
// was taken over from a process that has ended: the caller has it then. After
// any other error, the end of the cell or the task, it has none.
func (s *BoundedSemaphore) Acquire() error { return s.acquire(interrupt.Context()) }

// AcquireContext is Acquire that also gives up when ctx ends.
func (s *BoundedSemaphore) AcquireContext(ctx context.Context) error {
	ctx, end := withCell(ctx)
	defer end()
	return s.acquire(ctx)
}

func (s *BoundedSemaphore) acquire(ctx context.Context) error {
	var died uint32
	err := await(ctx, &s.words[0], &s.words[1], func() bool {
		if s.TryAcquire() {
			return true
		}
		died = s.inherit()
		return died != 0
	})
	if died != 0 {
		return fmt.Errorf("process %d: %w", died, ErrOwnerDied)
	}
	return err
}

// inherit takes the permit of a process that has ended, and returns which.
func (s *BoundedSemaphore) inherit() uint32 {
	known := uint32(0) // to be alive
	h := s.holders()
	for i := range h {
		if v := atomic.LoadUint32(&h[i]); v != 0 && v != known && v != self {
			if alive(int(v)) {
				known = v
			} else if atomic.CompareAndSwapUint32(&h[i], v, self) {
				return v
			}
		}
	}
	return 0
}

// TryAcquire takes a permit if one is free, and reports whether it did.
func (s *BoundedSemaphore) TryAcquire() bool {
	h := s.holders()
	for i := range h {
		if atomic.CompareAndSwapUint32(&h[i], 0, self) {
			return true
		}
	}
	return false
}

// Release gives a permit back. It is an error if this process has none.
func (s *BoundedSemaphore) Release() error {
	h := s.holders()
	for i := range h {
		if atomic.CompareAndSwapUint32(&h[i], self, 0) {
			atomic.AddUint32(&s.words[0], 1)
			if atomic.LoadUint32(&s.words[1]) > 0 {
				futexWake(&s.words[0], 1)
			}
			return nil
		}
	}
	return errors.New("release of a semaphore of which this process holds nothing")
}

// GobEncode makes a BoundedSemaphore part of a task's input.
func (s *BoundedSemaphore) GobEncode() ([]byte, error) { return s.encode() }

// GobDecode attaches the semaphore.
func (s *BoundedSemaphore) GobDecode(b []byte) error { return s.decode("BoundedSemaphore", b) }
