package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A batch is what one writev takes at most.
const (
	batchPieces = 64
	batchBytes  = 256 << 10
)

// An outbox holds what is to be written to one connection. Adding never waits
// for the peer; a goroutine that exists only while there is something to write
// sends it in batches. All methods may be called from any goroutine.
type outbox struct {
	nc       net.Conn
	stall    time.Duration // a peer that takes nothing for so long has failed
	patience time.Duration // and after so long it counts as stalled
	failed   func(error)   // called once, by the writing goroutine, without locks
	changed  func()        // called after bytes were taken or the outbox died; may be nil

	size atomic.Int64 // bytes queued that the operating system has not taken
	last atomic.Int64 // when it last took some, or the first was queued; see now

	mu      sync.Mutex
	cond    sync.Cond // size fell, writing ended, or dead
	list    [][]byte  // the queued bytes, in order
	ready   int64     // how many of them, from the front, are of complete messages
	slab    slab
	writing bool // the writing goroutine exists
	dead    bool // nothing is taken or written any more
}

func (o *outbox) init() { o.cond.L = &o.mu }

// start is the origin of outbox.last.
var start = time.Now()

func now() int64 { return int64(time.Since(start)) }

// put queues the pieces of whole messages and starts writing. They must never
// change afterwards.
func (o *outbox) put(pieces [][]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range pieces {
		o.add(p)
	}
	o.flush()
}

// add queues p by reference. The caller holds o.mu.
func (o *outbox) add(p []byte) {
	if o.dead || len(p) == 0 {
		return
	}
	if o.size.Load() == 0 {
		o.last.Store(now())
	}
	o.size.Add(int64(len(p)))
	o.list = join(o.list, p)
}

// copy queues a copy of p. The caller holds o.mu.
func (o *outbox) copy(p []byte) {
	if !o.dead {
		o.add(o.slab.add(p))
	}
}

// flush says that what is queued are complete messages, and sees to it that they
// are written. The caller holds o.mu.
func (o *outbox) flush() {
	o.ready = o.size.Load()
	if o.writing || o.dead || o.ready == 0 {
		return
	}
	o.writing = true
	go o.write()
}

// stalled reports whether the peer has taken nothing for o.patience although
// there was something for it.
func (o *outbox) stalled() bool {
	return o.size.Load() > 0 && now()-o.last.Load() > int64(o.patience)
}

// write sends until no complete message is left or the peer has failed.
func (o *outbox) write() {
	var room [batchPieces][]byte
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.ready > 0 && !o.dead {
		batch := o.batch(room[:0])
		o.mu.Unlock()
		o.nc.SetWriteDeadline(time.Now().Add(o.patience))
		n, err := batch.WriteTo(o.nc)
		o.mu.Lock()
		o.taken(int(n))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
			if idle := now() - o.last.Load(); idle > int64(o.stall) {
				err = fmt.Errorf("has read nothing for %v, %d bytes are waiting", time.Duration(idle).Round(time.Millisecond), o.size.Load())
			}
		}
		if err != nil && !o.dead {
			o.mu.Unlock()
			o.failed(err)
			o.mu.Lock()
		}
	}
	if o.writing = false; len(o.list) == 0 {
		o.slab.b = o.slab.b[:0] // nothing refers to it any more
	}
	o.cond.Broadcast()
}

// batch gives the first bytes of the queue that are ready. The caller holds o.mu.
func (o *outbox) batch(room net.Buffers) net.Buffers {
	left := int(min(batchBytes, o.ready))
	for _, p := range o.list {
		if len(room) == cap(room) || left == 0 {
			break
		}
		p = p[:min(len(p), left)]
		left -= len(p)
		room = append(room, p)
	}
	return room
}

// taken removes the first n bytes of the queue. The caller holds o.mu.
func (o *outbox) taken(n int) {
	if n == 0 || o.dead {
		return
	}
	o.size.Add(-int64(n))
	o.ready -= int64(n)
	o.last.Store(now())
	i := 0
	for ; n > 0 && n >= len(o.list[i]); i++ {
		n -= len(o.list[i])
		o.list[i] = nil
	}
	if o.list = o.list[i:]; n > 0 {
		o.list[0] = o.list[0][n:]
	}
	o.tell()
}

// tell wakes those who wait for room. The caller holds o.mu.
func (o *outbox) tell() {
	o.cond.Broadcast()
	if o.changed != nil {
		o.changed()
	}
}

// await returns when at most limit bytes are queued or the outbox is dead.
func (o *outbox) await(limit int64) {
	if o.size.Load() <= limit {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.size.Load() > limit && !o.dead {
		o.cond.Wait()
	}
}

// kill throws away what is queued and takes no more. The connection should be
// closed before, so that a write in progress ends.
func (o *outbox) kill() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.dead, o.list, o.slab = true, nil, slab{}
	o.ready = 0
	o.size.Store(0)
	o.tell()
}

// end returns when the writing goroutine of a dead outbox has ended.
func (o *outbox) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.writing {
		o.cond.Wait()
	}
}
