package measure

import (
	"runtime"
	"sync/atomic"
	"time"
)

// A neighbour is a thread that computes, or streams through memory, beside what
// is measured.
type neighbour struct {
	mode atomic.Int32 // what it is to do
	done chan struct{}
	at   atomic.Int32 // what it does
}

const (
	neighbourComputes = iota
	neighbourStreams
	neighbourEnds
)

// neighbourBytes is what it streams through: more than the last-level cache of
// most machines has, so that its lines drive out those of others.
const neighbourBytes = 96 << 20

// startNeighbour starts one that computes. It ends by end.
func startNeighbour() *neighbour {
	n := &neighbour{done: make(chan struct{})}
	go func() {
		defer close(n.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		data := make([]int64, neighbourBytes/8)
		for i := 0; i < len(data); i += 512 {
			data[i] = 1 // its pages come to be
		}
		x := [8]float64{1, 2, 3, 4, 5, 6, 7, 8}
		at := 0
		for {
			mode := n.mode.Load()
			n.at.Store(mode)
			switch mode {
			case neighbourEnds:
				return
			case neighbourComputes:
				chains(&x)
			case neighbourStreams:
				const block = 1 << 15 // some 10 µs: changes of mode are seen soon
				for i := at; i < at+block; i += 8 {
					data[i]++
				}
				if at += block; at+block > len(data) {
					at = 0
				}
			}
		}
	}()
	return n
}

// set has it stream, or compute, from now on; it returns when it does.
func (n *neighbour) set(streams bool) {
	mode := int32(neighbourComputes)
	if streams {
		mode = neighbourStreams
	}
	n.mode.Store(mode)
	for n.at.Load() != mode {
		time.Sleep(50 * time.Microsecond)
	}
	if streams {
		time.Sleep(3 * time.Millisecond) // until the shared cache is full of its lines
	}
}

func (n *neighbour) end() {
	n.mode.Store(neighbourEnds)
	<-n.done
}
