// Package atomic is the interpreter's form of what is generic in the standard
// package sync/atomic.
package atomic

import (
	"sync/atomic"
	"unsafe"
)

// Pointer is atomic.Pointer.
type Pointer[T any] struct {
	p unsafe.Pointer
}

// Load is its method.
func (x *Pointer[T]) Load() *T { return (*T)(atomic.LoadPointer(&x.p)) }

// Store is its method.
func (x *Pointer[T]) Store(val *T) { atomic.StorePointer(&x.p, unsafe.Pointer(val)) }

// Swap is its method.
func (x *Pointer[T]) Swap(new *T) (old *T) {
	return (*T)(atomic.SwapPointer(&x.p, unsafe.Pointer(new)))
}

// CompareAndSwap is its method.
func (x *Pointer[T]) CompareAndSwap(old, new *T) (swapped bool) {
	return atomic.CompareAndSwapPointer(&x.p, unsafe.Pointer(old), unsafe.Pointer(new))
}
