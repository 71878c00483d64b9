package proc

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/shm"
)

// A Queue carries values between processes, first in, first out. Any number of
// processes and goroutines may put and get at the same time. It is a ring of
// bytes in shared memory under a lock, where Python has a pipe: a number put
// and gotten costs below a microsecond when nobody has to wait.
//
// A process that dies while it puts or gets leaves the queue whole: its item is
// there or not; if it died while getting, the item may be gotten again.
type Queue struct{ *ring }

// ring is what this process has of a queue. Copies of a Queue share it.
type ring struct {
	seg    *shm.Bytes
	w      []uint32
	ring   []byte
	users  atomic.Int32 // calls under way, and 1 until Close
	closed atomic.Bool
}

// The words at the front of a queue's memory.
const (
	qLock    = 0
	qPuts    = 1  // changes with every item put
	qGets    = 2  // changes with every item gotten
	qGetters = 3  // sleepers on qPuts
	qPutters = 4  // sleepers on qGets
	qClosed  = 5  // nothing more is put
	qMost    = 6  // items, 0: no bound
	qCount   = 7  // items
	qHead    = 8  // two words: bytes ever gotten
	qTail    = 10 // two words: bytes ever put
	qSource  = 12 // who puts last, of a pipe
	qSink    = 13 // who gets last, of a pipe
	qWords   = 16
)

// QueueBytes is the size of a queue's ring. An item must fit into it.
const QueueBytes = 1 << 20

// ErrTooLong is wrapped by the error for an item that no queue can hold.
var ErrTooLong = errors.New("longer than a queue holds: put large data into shared memory (package shm)")

// NewQueue makes a queue for maxsize items at most; 0 means as many as fit into
// its memory of 1 MiB. Putting waits while it is full.
func NewQueue(maxsize int) (*Queue, error) {
	if maxsize < 0 || maxsize > 1<<30 {
		return nil, fmt.Errorf("proc.NewQueue: maxsize %d", maxsize)
	}
	seg, err := shm.NewBytes(4*qWords + QueueBytes)
	if err != nil {
		return nil, fmt.Errorf("proc.NewQueue: %w", err)
	}
	q := queueOf(seg)
	q.w[qMost] = uint32(maxsize)
	queues.mu.Lock()
	defer queues.mu.Unlock()
	queues.keep(seg.Handle(), q)
	return q, nil
}

func queueOf(seg *shm.Bytes) *Queue {
	w := unsafe.Slice((*uint32)(unsafe.Pointer(&seg.Data[0])), qWords)
	data := seg.Data[4*qWords:]
	q := &Queue{&ring{seg: seg, w: w, ring: data[:1<<(bits.Len(uint(len(data)))-1)]}}
	q.users.Store(1)
	return q
}

// enter begins a call; each that is begun leaves.
func (q *Queue) enter() error {
	if q.ring == nil {
		return errors.New("a Queue that was not made by proc.NewQueue")
	}
	if q.users.Add(1) == 1 || q.closed.Load() {
		q.leave()
		return fmt.Errorf("the queue was %w", ErrClosed)
	}
	return nil
}

// leave ends a call. The last one after Close lets go of the memory.
func (q *Queue) leave() {
	if q.users.Add(-1) == 0 {
		q.seg.Close()
	}
}

// queues are those that this process has, so that a queue that comes again
// with the next task is not mapped again.
var queues queueTable

type queueTable struct {
	mu   sync.Mutex
	have map[shm.Handle]*Queue
}

func (t *queueTable) keep(h shm.Handle, q *Queue) {
	if t.have == nil {
		t.have = make(map[shm.Handle]*Queue)
	}
	t.have[h] = q
}

// Close lets go of the queue in this process; others keep it. Calls that wait
// go on until they are done. To close twice is no error.
func (q *Queue) Close() error {
	if q.ring == nil || q.closed.Swap(true) {
		return nil
	}
	queues.mu.Lock()
	for h, have := range queues.have {
		if have.ring == q.ring {
			delete(queues.have, h)
		}
	}
	queues.mu.Unlock()
	q.leave()
	return nil
}

func (q *Queue) uint64(i int) *uint64 { return (*uint64)(unsafe.Pointer(&q.w[i])) }

// lock takes the queue's lock. What a process that died left is put right.
func (q *Queue) lock(ctx context.Context) error {
	err := acquire(ctx, &q.w[qLock])
	if !errors.Is(err, ErrOwnerDied) {
		return err
	}
	count := uint32(0)
	for at, tail := *q.uint64(qHead), *q.uint64(qTail); at < tail; count++ {
		at += q.length(at)
	}
	q.w[qCount] = count
	return nil
}

// length returns how long the item at that place is, with its length.
func (q *Queue) length(at uint64) uint64 {
	var b [4]byte
	q.read(at, b[:])
	return 4 + uint64(binary.LittleEndian.Uint32(b[:]))
}

// read and write copy from and to the ring.
func (q *Queue) read(at uint64, b []byte) {
	i := int(at & uint64(len(q.ring.ring)-1))
	copy(b[copy(b, q.ring.ring[i:]):], q.ring.ring)
}

func (q *Queue) write(at uint64, b []byte) {
	i := int(at & uint64(len(q.ring.ring)-1))
	copy(q.ring.ring, b[copy(q.ring.ring[i:], b):])
}

// Put appends a value, and waits while the queue is full. The error is the
// cause if the cell or the task ends first, and one that names the type if the
// value can't be sent.
func (q *Queue) Put(v any) error { return q.put(interrupt.Context(), v) }

// PutContext is Put that also gives up when ctx ends.
func (q *Queue) PutContext(ctx context.Context, v any) error {
	ctx, end := withCell(ctx)
	defer end()
	return q.put(ctx, v)
}

// scratch are buffers for items.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

func (q *Queue) put(ctx context.Context, v any) error {
	if err := q.enter(); err != nil {
		return err
	}
	defer q.leave()
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
	item, err := appendAny(append((*buf)[:0], 0, 0, 0, 0), v)
	if err != nil {
		return err
	}
	*buf = item
	if len(item) > len(q.ring.ring) {
		return fmt.Errorf("an item of %d bytes: %w", len(item), ErrTooLong)
	}
	binary.LittleEndian.PutUint32(item, uint32(len(item)-4))
	if err := q.lock(ctx); err != nil {
		return err
	}
	for {
		if q.w[qClosed] != 0 {
			release(&q.w[qLock])
			return fmt.Errorf("the other end was %w", ErrClosed)
		}
		tail := *q.uint64(qTail)
		most := q.w[qMost]
		if int(tail-*q.uint64(qHead))+len(item) <= len(q.ring.ring) && (most == 0 || q.w[qCount] < most) {
			q.write(tail, item)
			atomic.StoreUint64(q.uint64(qTail), tail+uint64(len(item))) // now it is there
			q.w[qCount]++
			break
		}
		if err := q.sleep(ctx, qGets, qPutters); err != nil {
			return err
		}
	}
	q.wake(qPuts, qGetters)
	return nil
}

// sleep waits for a word to change, without the lock meanwhile. After an error
// it is not held.
func (q *Queue) sleep(ctx context.Context, word, sleepers int) error {
	v := atomic.LoadUint32(&q.w[word])
	release(&q.w[qLock])
	atomic.AddUint32(&q.w[sleepers], 1)
	futexWait(&q.w[word], v, look)
	atomic.AddUint32(&q.w[sleepers], ^uint32(0))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return q.lock(ctx)
}

// wake unlocks and wakes one that waits for the word to change.
func (q *Queue) wake(word, sleepers int) {
	atomic.AddUint32(&q.w[word], 1)
	release(&q.w[qLock])
	if atomic.LoadUint32(&q.w[sleepers]) > 0 {
		futexWake(&q.w[word], 1)
	}
}

// Get takes the first value, and waits while there is none. The error is the
// cause if the cell or the task ends first.
func (q *Queue) Get() (any, error) { return q.get(interrupt.Context(), nil) }

// GetContext is Get that also gives up when ctx ends.
func (q *Queue) GetContext(ctx context.Context) (any, error) {
	ctx, end := withCell(ctx)
	defer end()
	return q.get(ctx, nil)
}

// ErrEmpty is what TryGet returns when there is nothing.
var ErrEmpty = errors.New("the queue is empty")

// TryGet is Get that returns [ErrEmpty] instead of waiting.
func (q *Queue) TryGet() (any, error) {
	return q.get(interrupt.Context(), func() error { return ErrEmpty })
}

// get takes an item. While there is none it asks idle whether to go on.
func (q *Queue) get(ctx context.Context, idle func() error) (any, error) {
	if err := q.enter(); err != nil {
		return nil, err
	}
	defer q.leave()
	if err := q.lock(ctx); err != nil {
		return nil, err
	}
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
	for {
		if head := *q.uint64(qHead); head < *q.uint64(qTail) {
			n := q.length(head)
			if uint64(cap(*buf)) < n {
				*buf = make([]byte, n)
			}
			*buf = (*buf)[:n]
			q.read(head, *buf)
			atomic.StoreUint64(q.uint64(qHead), head+n) // now it is gone
			q.w[qCount]--
			break
		}
		var err error
		if q.w[qClosed] != 0 {
			err = io.EOF
		} else if idle != nil {
			err = idle()
		}
		if err != nil {
			release(&q.w[qLock])
			return nil, err
		}
		if err := q.sleep(ctx, qPuts, qGetters); err != nil {
			return nil, err
		}
	}
	q.wake(qGets, qPutters)
	return parseAny((*buf)[4:])
}

// Len returns how many items there are at this moment.
func (q *Queue) Len() int {
	if q.enter() != nil {
		return 0
	}
	defer q.leave()
	return int(atomic.LoadUint32(&q.w[qCount]))
}

// GobEncode makes a Queue part of a task's input.
func (q *Queue) GobEncode() ([]byte, error) {
	if q.ring == nil {
		return nil, nil
	}
	if err := q.enter(); err != nil {
		return nil, err
	}
	defer q.leave()
	return pack(q.seg.Handle())
}

// GobDecode attaches the queue.
func (q *Queue) GobDecode(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	var h shm.Handle
	if err := unpack(b, &h); err != nil {
		return err
	}
	queues.mu.Lock()
	defer queues.mu.Unlock()
	have := queues.have[h]
	if have == nil {
		seg, err := shm.AttachBytes(h)
		if err != nil {
			return fmt.Errorf("attach a Queue: %w", err)
		}
		if len(seg.Data) < 4*qWords+1 {
			seg.Close()
			return fmt.Errorf("attach a Queue: its memory has %d bytes", len(seg.Data))
		}
		have = queueOf(seg)
		queues.keep(h, have)
	}
	*q = *have
	return nil
}
