// Package shm gives slices whose memory several processes share, as Python's
// multiprocessing.shared_memory and RawArray do:
//
//	s, err := shm.NewFloat64s(1_000_000)   // zeroed
//	defer s.Close()
//	s.Data[3] = 1.5
//	task.In = s.Handle()                   // some bytes, however long s is
//
//	s, err := shm.AttachFloat64s(in)       // in the other process: the same memory
//	defer s.Close()
//
// Nothing is copied and nothing has a name in the file system: the memory is a
// memfd (memfd_create(2)) that is mapped, and it is gone when the last process
// that has it open closes it or ends, in whatever way.
//
// A [Handle] names the descriptor of the process that made it. It can be used
// by processes of the same user, as long as that process has not closed its
// slice.
//
// The memory is shared as memory between goroutines is: processes that write
// to the same element need a lock or atomic operations on it. Slices here may
// be used by several goroutines at the same time; Close must come after all
// other use.
//
// After Close the Data field is nil, so that an index is out of range. Copies
// of Data that a program kept point to memory that is gone: using one ends the
// program with an unexpected fault address, it never reads another's memory
// while fewer than 64 further slices have been closed.
//
// Sharing between processes needs Linux. Elsewhere on Unix slices can be made
// and attached within one process, and attaching another's is an error that
// says so.
package shm

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"unsafe"
)

// ErrTooLarge is wrapped by the error for sizes that this machine's memory, or
// the limit that is set for this process, can't hold.
var ErrTooLarge = errors.New("more than there is memory")

// ErrClosed is wrapped by the error for a handle of a slice that was closed.
var ErrClosed = errors.New("closed")

// A Handle says where to find the memory of a slice. It is some words in size
// and can be sent to another process in any encoding.
type Handle struct {
	PID   int    // the process that made the handle
	FD    int    // its descriptor
	Inode uint64 // of the memory, so that another file under this number is noticed
	Kind  string // what the elements are, as Go's types are called
	Len   int    // their number
}

// String tells what a handle is of.
func (h Handle) String() string {
	return fmt.Sprintf("shm: %d × %s of process %d", h.Len, h.Kind, h.PID)
}

// encode writes a handle as GobEncode methods do.
func (h Handle) encode() ([]byte, error) {
	if h.Len == 0 && h.Kind != "" {
		return nil, fmt.Errorf("a slice of shared memory that was %w", ErrClosed)
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(h)
	return b.Bytes(), err
}

func decode(b []byte) (h Handle, err error) {
	err = gob.NewDecoder(bytes.NewReader(b)).Decode(&h)
	return h, err
}

// A segment is memory that is mapped. Its owner is one slice.
type segment struct {
	mu    sync.Mutex
	file  *os.File // nil after close
	bytes []byte
	inode uint64
}

// create makes a segment of n elements of size bytes.
func create(kind string, n, size int) (*segment, error) {
	bytes, err := length(n, size)
	if err == nil {
		err = fits(bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("shared memory for %d × %s: %w", n, kind, err)
	}
	file, err := open(bytes)
	if err != nil {
		return nil, fmt.Errorf("shared memory for %d × %s: %w", n, kind, err)
	}
	s, err := newSegment(file, bytes)
	if err != nil {
		return nil, fmt.Errorf("shared memory for %d × %s: %w", n, kind, err)
	}
	return s, nil
}

// length returns n elements of size in bytes.
func length(n, size int) (int, error) {
	switch {
	case n < 0:
		return 0, errors.New("a negative number of elements")
	case n == 0:
		return 0, errors.New("no elements")
	case n > math.MaxInt/size:
		return 0, fmt.Errorf("%d × %d bytes overflow int: %w", n, size, ErrTooLarge)
	}
	return n * size, nil
}

// attach maps the memory that h names.
func attach(h Handle, kind string, size int) (*segment, error) {
	if h.Kind != kind {
		return nil, fmt.Errorf("attach %s as %s: the elements have another type", h, kind)
	}
	bytes, err := length(h.Len, size)
	if err != nil {
		return nil, fmt.Errorf("attach %s: %w", h, err)
	}
	file, err := reopen(h)
	if err != nil {
		return nil, fmt.Errorf("attach %s: %w", h, err)
	}
	inode, held, err := identify(file)
	if err == nil && (inode != h.Inode || held != bytes) {
		err = fmt.Errorf("the slice was %w there", ErrClosed)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("attach %s: %w", h, err)
	}
	s, err := newSegment(file, bytes)
	if err != nil {
		return nil, fmt.Errorf("attach %s: %w", h, err)
	}
	return s, nil
}

// newSegment maps a file, which it owns from then on.
func newSegment(file *os.File, bytes int) (*segment, error) {
	inode, _, err := identify(file)
	if err != nil {
		file.Close()
		return nil, err
	}
	mapped, err := mapFile(file, bytes)
	if err != nil {
		file.Close()
		return nil, err
	}
	return &segment{file: file, bytes: mapped, inode: inode}, nil
}

func (s *segment) handle(kind string, n int) Handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return Handle{Kind: kind} // attaching it fails: no elements
	}
	h := Handle{PID: os.Getpid(), FD: int(s.file.Fd()), Inode: s.inode, Kind: kind, Len: n}
	runtime.KeepAlive(s.file)
	return h
}

func (s *segment) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	err := errors.Join(retire(s.bytes), s.file.Close())
	s.file, s.bytes = nil, nil
	if err != nil {
		return fmt.Errorf("close shared memory: %w", err)
	}
	return nil
}

// view sees a segment's bytes as elements. A mapping begins at a page, so any
// element is aligned.
func view[T any](s *segment, n int) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(&s.bytes[0])), n)
}
