package shm

import "unsafe"

// The types below are one, for each type of element: interpreted cells have no
// generic types.

// A slice is what they have in common.
type slice[T any] struct {
	seg  *segment
	kind string
}

// newSlice returns the memory of a new slice.
func newSlice[T any](kind string, n int) ([]T, slice[T], error) {
	var t T
	seg, err := create(kind, n, int(unsafe.Sizeof(t)))
	if err != nil {
		return nil, slice[T]{}, err
	}
	return view[T](seg, n), slice[T]{seg, kind}, nil
}

// attachSlice returns the memory that h names.
func attachSlice[T any](kind string, h Handle) ([]T, slice[T], error) {
	var t T
	seg, err := attach(h, kind, int(unsafe.Sizeof(t)))
	if err != nil {
		return nil, slice[T]{}, err
	}
	return view[T](seg, h.Len), slice[T]{seg, kind}, nil
}

// handle returns the handle of n elements; of the zero slice, one that names
// nothing.
func (s slice[T]) handle(n int) Handle {
	if s.seg == nil {
		return Handle{Kind: s.kind}
	}
	return s.seg.handle(s.kind, n)
}

func (s slice[T]) close() error {
	if s.seg == nil {
		return nil
	}
	return s.seg.close()
}

// Float64s are float64s in shared memory.
type Float64s struct {
	Data []float64 // nil after Close
	s    slice[float64]
}

// NewFloat64s makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewFloat64s(n int) (*Float64s, error) {
	data, s, err := newSlice[float64]("float64", n)
	if err != nil {
		return nil, err
	}
	return &Float64s{data, s}, nil
}

// AttachFloat64s returns the memory that h names, made by NewFloat64s in this process
// or another, without copying it.
func AttachFloat64s(h Handle) (*Float64s, error) {
	data, s, err := attachSlice[float64]("float64", h)
	if err != nil {
		return nil, err
	}
	return &Float64s{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Float64s) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Float64s part of a task's input: the handle travels.
func (s *Float64s) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Float64s) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachFloat64s(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Float64s) Close() error {
	s.Data = nil
	return s.s.close()
}

// Float32s are float32s in shared memory.
type Float32s struct {
	Data []float32 // nil after Close
	s    slice[float32]
}

// NewFloat32s makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewFloat32s(n int) (*Float32s, error) {
	data, s, err := newSlice[float32]("float32", n)
	if err != nil {
		return nil, err
	}
	return &Float32s{data, s}, nil
}

// AttachFloat32s returns the memory that h names, made by NewFloat32s in this process
// or another, without copying it.
func AttachFloat32s(h Handle) (*Float32s, error) {
	data, s, err := attachSlice[float32]("float32", h)
	if err != nil {
		return nil, err
	}
	return &Float32s{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Float32s) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Float32s part of a task's input: the handle travels.
func (s *Float32s) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Float32s) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachFloat32s(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Float32s) Close() error {
	s.Data = nil
	return s.s.close()
}

// Ints are ints in shared memory.
type Ints struct {
	Data []int // nil after Close
	s    slice[int]
}

// NewInts makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewInts(n int) (*Ints, error) {
	data, s, err := newSlice[int]("int", n)
	if err != nil {
		return nil, err
	}
	return &Ints{data, s}, nil
}

// AttachInts returns the memory that h names, made by NewInts in this process
// or another, without copying it.
func AttachInts(h Handle) (*Ints, error) {
	data, s, err := attachSlice[int]("int", h)
	if err != nil {
		return nil, err
	}
	return &Ints{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Ints) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Ints part of a task's input: the handle travels.
func (s *Ints) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Ints) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachInts(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Ints) Close() error {
	s.Data = nil
	return s.s.close()
}

// Int64s are int64s in shared memory.
type Int64s struct {
	Data []int64 // nil after Close
	s    slice[int64]
}

// NewInt64s makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewInt64s(n int) (*Int64s, error) {
	data, s, err := newSlice[int64]("int64", n)
	if err != nil {
		return nil, err
	}
	return &Int64s{data, s}, nil
}

// AttachInt64s returns the memory that h names, made by NewInt64s in this process
// or another, without copying it.
func AttachInt64s(h Handle) (*Int64s, error) {
	data, s, err := attachSlice[int64]("int64", h)
	if err != nil {
		return nil, err
	}
	return &Int64s{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Int64s) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Int64s part of a task's input: the handle travels.
func (s *Int64s) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Int64s) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachInt64s(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Int64s) Close() error {
	s.Data = nil
	return s.s.close()
}

// Int32s are int32s in shared memory.
type Int32s struct {
	Data []int32 // nil after Close
	s    slice[int32]
}

// NewInt32s makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewInt32s(n int) (*Int32s, error) {
	data, s, err := newSlice[int32]("int32", n)
	if err != nil {
		return nil, err
	}
	return &Int32s{data, s}, nil
}

// AttachInt32s returns the memory that h names, made by NewInt32s in this process
// or another, without copying it.
func AttachInt32s(h Handle) (*Int32s, error) {
	data, s, err := attachSlice[int32]("int32", h)
	if err != nil {
		return nil, err
	}
	return &Int32s{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Int32s) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Int32s part of a task's input: the handle travels.
func (s *Int32s) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Int32s) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachInt32s(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Int32s) Close() error {
	s.Data = nil
	return s.s.close()
}

// Uint64s are uint64s in shared memory.
type Uint64s struct {
	Data []uint64 // nil after Close
	s    slice[uint64]
}

// NewUint64s makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewUint64s(n int) (*Uint64s, error) {
	data, s, err := newSlice[uint64]("uint64", n)
	if err != nil {
		return nil, err
	}
	return &Uint64s{data, s}, nil
}

// AttachUint64s returns the memory that h names, made by NewUint64s in this process
// or another, without copying it.
func AttachUint64s(h Handle) (*Uint64s, error) {
	data, s, err := attachSlice[uint64]("uint64", h)
	if err != nil {
		return nil, err
	}
	return &Uint64s{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Uint64s) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Uint64s part of a task's input: the handle travels.
func (s *Uint64s) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Uint64s) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachUint64s(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Uint64s) Close() error {
	s.Data = nil
	return s.s.close()
}

// Uint32s are uint32s in shared memory.
type Uint32s struct {
	Data []uint32 // nil after Close
	s    slice[uint32]
}

// NewUint32s makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewUint32s(n int) (*Uint32s, error) {
	data, s, err := newSlice[uint32]("uint32", n)
	if err != nil {
		return nil, err
	}
	return &Uint32s{data, s}, nil
}

// AttachUint32s returns the memory that h names, made by NewUint32s in this process
// or another, without copying it.
func AttachUint32s(h Handle) (*Uint32s, error) {
	data, s, err := attachSlice[uint32]("uint32", h)
	if err != nil {
		return nil, err
	}
	return &Uint32s{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Uint32s) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Uint32s part of a task's input: the handle travels.
func (s *Uint32s) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Uint32s) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachUint32s(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Uint32s) Close() error {
	s.Data = nil
	return s.s.close()
}

// Bytes are bytes in shared memory.
type Bytes struct {
	Data []byte // nil after Close
	s    slice[byte]
}

// NewBytes makes n of them, all 0. It is an error, and nothing is taken, if n is
// not positive or the machine has less memory than they need.
func NewBytes(n int) (*Bytes, error) {
	data, s, err := newSlice[byte]("byte", n)
	if err != nil {
		return nil, err
	}
	return &Bytes{data, s}, nil
}

// AttachBytes returns the memory that h names, made by NewBytes in this process
// or another, without copying it.
func AttachBytes(h Handle) (*Bytes, error) {
	data, s, err := attachSlice[byte]("byte", h)
	if err != nil {
		return nil, err
	}
	return &Bytes{data, s}, nil
}

// Handle returns what another process needs to attach s. It is valid until
// this process closes s.
func (s *Bytes) Handle() Handle { return s.s.handle(len(s.Data)) }

// GobEncode makes Bytes part of a task's input: the handle travels.
func (s *Bytes) GobEncode() ([]byte, error) { return s.Handle().encode() }

// GobDecode attaches the memory, for the receiver to close.
func (s *Bytes) GobDecode(b []byte) error {
	h, err := decode(b)
	if err != nil || h == (Handle{}) {
		return err // of the zero slice
	}
	attached, err := AttachBytes(h)
	if err != nil {
		return err
	}
	*s = *attached
	return nil
}

// Close lets go of the memory in this process; those that attached it keep it.
// To close twice is no error.
func (s *Bytes) Close() error {
	s.Data = nil
	return s.s.close()
}
