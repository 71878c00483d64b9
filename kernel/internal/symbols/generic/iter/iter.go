// Package iter is the interpreter's form of the standard package iter: its
// types. Pull needs coroutines and is left out.
package iter

// Seq is iter.Seq.
type Seq[V any] func(yield func(V) bool)

// Seq2 is iter.Seq2.
type Seq2[K, V any] func(yield func(K, V) bool)
