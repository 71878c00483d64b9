package proc

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/shm"
)

// A Value is a whole number in shared memory with a lock beside it: Python's
// Value('q'). Each method is one step for all processes; for several in a row
// take the lock. A [RawValue] is the number without the lock.
type Value struct{ place } // words: the lock, -, the number

// NewValue makes a value.
func NewValue(x int) (*Value, error) {
	p, err := newPlace(4)
	if err != nil {
		return nil, fmt.Errorf("proc.NewValue: %w", err)
	}
	*p.uint64At(2) = uint64(x)
	return &Value{p}, nil
}

// Get returns the number.
func (v *Value) Get() int { return int(atomic.LoadUint64(v.uint64At(2))) }

// Set changes the number. It does not take the lock: whoever holds it may call
// Set.
func (v *Value) Set(x int) { atomic.StoreUint64(v.uint64At(2), uint64(x)) }

// Add adds d under the lock. The error is the cause if the cell or the task
// ends before it has the lock; nothing was added then.
func (v *Value) Add(d int) error {
	if err := v.Lock(); err != nil && !errors.Is(err, ErrOwnerDied) {
		return err
	}
	v.Set(v.Get() + d)
	return v.Unlock()
}

// Lock and Unlock are those of a [Lock].
func (v *Value) Lock() error { return acquire(interrupt.Context(), &v.words[0]) }

// Unlock lets the lock go.
func (v *Value) Unlock() error { return release(&v.words[0]) }

// GobEncode makes a Value part of a task's input.
func (v *Value) GobEncode() ([]byte, error) { return v.encode() }

// GobDecode attaches the value.
func (v *Value) GobDecode(b []byte) error { return v.decode("Value", b) }

// A FloatValue is a [Value] with a fraction: Python's Value('d').
type FloatValue struct{ place }

// NewFloatValue makes a value.
func NewFloatValue(x float64) (*FloatValue, error) {
	p, err := newPlace(4)
	if err != nil {
		return nil, fmt.Errorf("proc.NewFloatValue: %w", err)
	}
	*p.uint64At(2) = math.Float64bits(x)
	return &FloatValue{p}, nil
}

// Get returns the number.
func (v *FloatValue) Get() float64 { return math.Float64frombits(atomic.LoadUint64(v.uint64At(2))) }

// Set changes the number, as [Value.Set] does.
func (v *FloatValue) Set(x float64) { atomic.StoreUint64(v.uint64At(2), math.Float64bits(x)) }

// Add adds d, as [Value.Add] does.
func (v *FloatValue) Add(d float64) error {
	if err := v.Lock(); err != nil && !errors.Is(err, ErrOwnerDied) {
		return err
	}
	v.Set(v.Get() + d)
	return v.Unlock()
}

// Lock and Unlock are those of a [Lock].
func (v *FloatValue) Lock() error { return acquire(interrupt.Context(), &v.words[0]) }

// Unlock lets the lock go.
func (v *FloatValue) Unlock() error { return release(&v.words[0]) }

// GobEncode makes a FloatValue part of a task's input.
func (v *FloatValue) GobEncode() ([]byte, error) { return v.encode() }

// GobDecode attaches the value.
func (v *FloatValue) GobDecode(b []byte) error { return v.decode("FloatValue", b) }

// A RawValue is a whole number in shared memory, without a lock. Get and Set
// are one step each; v.Set(v.Get()+1) is two, between which others may come,
// and loses updates, as in Python. Add and CompareAndSwap, which Python lacks,
// are one step of the processor.
type RawValue struct{ place }

// NewRawValue makes a value.
func NewRawValue(x int) (*RawValue, error) {
	p, err := newPlace(2)
	if err != nil {
		return nil, fmt.Errorf("proc.NewRawValue: %w", err)
	}
	*p.uint64At(0) = uint64(x)
	return &RawValue{p}, nil
}

// Get returns the number: one atomic load.
func (v *RawValue) Get() int { return int(atomic.LoadUint64(v.uint64At(0))) }

// Set changes the number: one atomic store.
func (v *RawValue) Set(x int) { atomic.StoreUint64(v.uint64At(0), uint64(x)) }

// Add adds d in one step and returns the sum.
func (v *RawValue) Add(d int) int { return int(atomic.AddUint64(v.uint64At(0), uint64(d))) }

// CompareAndSwap sets the number to x if it is old, in one step, and reports
// whether it did.
func (v *RawValue) CompareAndSwap(old, x int) bool {
	return atomic.CompareAndSwapUint64(v.uint64At(0), uint64(old), uint64(x))
}

// GobEncode makes a RawValue part of a task's input.
func (v *RawValue) GobEncode() ([]byte, error) { return v.encode() }

// GobDecode attaches the value.
func (v *RawValue) GobDecode(b []byte) error { return v.decode("RawValue", b) }

// An Array is numbers in shared memory with a lock beside them: Python's
// Array('d', n). Without the lock it is a slice of package shm.
type Array struct {
	*Lock
	Data []float64 // nil after Close
	s    *shm.Float64s
}

// NewArray makes n zeros. Close it when it is no longer needed, also in the
// workers.
func NewArray(n int) (*Array, error) {
	s, err := shm.NewFloat64s(n)
	if err != nil {
		return nil, fmt.Errorf("proc.NewArray: %w", err)
	}
	l, err := NewLock()
	if err != nil {
		s.Close()
		return nil, err
	}
	return &Array{l, s.Data, s}, nil
}

// Close lets go of the memory in this process.
func (a *Array) Close() error {
	a.Data = nil
	if a.s == nil {
		return nil
	}
	return a.s.Close()
}

// sharedArray is how arrays travel.
type sharedArray struct {
	Lock *Lock
	Data shm.Handle
}

// GobEncode makes an Array part of a task's input.
func (a *Array) GobEncode() ([]byte, error) {
	if a.s == nil {
		return nil, nil
	}
	return pack(sharedArray{a.Lock, a.s.Handle()})
}

// GobDecode attaches the array.
func (a *Array) GobDecode(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	var w sharedArray
	if err := unpack(b, &w); err != nil {
		return err
	}
	s, err := shm.AttachFloat64s(w.Data)
	if err != nil {
		return err
	}
	*a = Array{w.Lock, s.Data, s}
	return nil
}

// An IntArray is an [Array] of whole numbers: Python's Array('q', n).
type IntArray struct {
	*Lock
	Data []int // nil after Close
	s    *shm.Ints
}

// NewIntArray makes n zeros. Close it when it is no longer needed, also in the
// workers.
func NewIntArray(n int) (*IntArray, error) {
	s, err := shm.NewInts(n)
	if err != nil {
		return nil, fmt.Errorf("proc.NewIntArray: %w", err)
	}
	l, err := NewLock()
	if err != nil {
		s.Close()
		return nil, err
	}
	return &IntArray{l, s.Data, s}, nil
}

// Close lets go of the memory in this process.
func (a *IntArray) Close() error {
	a.Data = nil
	if a.s == nil {
		return nil
	}
	return a.s.Close()
}

// GobEncode makes an IntArray part of a task's input.
func (a *IntArray) GobEncode() ([]byte, error) {
	if a.s == nil {
		return nil, nil
	}
	return pack(sharedArray{a.Lock, a.s.Handle()})
}

// GobDecode attaches the array.
func (a *IntArray) GobDecode(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	var w sharedArray
	if err := unpack(b, &w); err != nil {
		return err
	}
	s, err := shm.AttachInts(w.Data)
	if err != nil {
		return err
	}
	*a = IntArray{w.Lock, s.Data, s}
	return nil
}
