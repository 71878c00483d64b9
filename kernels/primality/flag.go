package primality

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// A Flag is a way in which workers tell each other that a divisor has been
// found.
type Flag string

// The flags, from the cheapest to the dearest. Goroutines know None, Atomic and
// Mutex and TCP, processes all.
const (
	None    Flag = "none"    // nobody is told: all search to the end
	Atomic  Flag = "atomic"  // a word in memory, for processes in shared memory, as the book's RawValue and mmap
	Mutex   Flag = "mutex"   // the same under a lock, as the book's Value
	Pipe    Flag = "pipe"    // a message from the parent process
	TCP     Flag = "tcp"     // a key of a server that speaks Redis's protocol
	Manager Flag = "manager" // a value in a manager process
)

// DefaultEvery is after how many divisions a worker asks by default, as in the
// book.
const DefaultEvery = 1000

// A signal is a flag in use. Its methods may be called by several goroutines at
// the same time.
type signal interface {
	raise() error
	raised() (bool, error)
}

type noSignal struct{}

func (noSignal) raise() error          { return nil }
func (noSignal) raised() (bool, error) { return false, nil }

type atomicSignal struct{ up atomic.Bool }

func (s *atomicSignal) raise() error          { s.up.Store(true); return nil }
func (s *atomicSignal) raised() (bool, error) { return s.up.Load(), nil }

type mutexSignal struct {
	mu sync.Mutex
	up bool // guarded by mu
}

func (s *mutexSignal) raise() error {
	s.mu.Lock()
	s.up = true
	s.mu.Unlock()
	return nil
}

func (s *mutexSignal) raised() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up, nil
}

// inMemory makes the signals that need nothing but memory.
func inMemory(f Flag) (signal, error) {
	switch f {
	case None:
		return noSignal{}, nil
	case Atomic:
		return new(atomicSignal), nil
	case Mutex:
		return new(mutexSignal), nil
	}
	return nil, fmt.Errorf("goroutines have no flag %q, only %q, %q, %q and %q", f, None, Atomic, Mutex, TCP)
}

// hunt searches the turns [lo, hi) and asks every so many of them, before it
// begins with them, whether to stop. It returns a divisor or 0.
func hunt(n uint64, lo, hi, every int, find finder, s signal, stopped func() bool) (uint64, error) {
	for lo < hi {
		up, err := s.raised()
		if err != nil || up || stopped() {
			return 0, err
		}
		to := min(lo+every, hi)
		if d := find(n, lo, to); d != 0 {
			return d, s.raise()
		}
		lo = to
	}
	return 0, nil
}

// everyTurns is the interval in turns, of which one is 15 odd divisors.
func everyTurns(every int) int { return max(1, every/15) }
