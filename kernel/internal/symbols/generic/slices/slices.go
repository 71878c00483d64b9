// Package slices is the interpreter's form of the standard package slices.
// Where that has a type parameter for the slice type, this one has []E, for
// yaegi does not infer one parameter from another's constraint; so results are
// []E where the argument had a named type. Concat takes its first argument by
// itself, for the like reason. Iterators are plain functions.
// Elements that a shortened slice leaves behind are set to zero, as there.
package slices

import (
	"cmp"
	"sort"

	"github.com/weft-go/weft/kernel/internal/symbols/generic/compiled"
)

// Sort is slices.Sort. The work is done by compiled code.
func Sort[E cmp.Ordered](x []E) {
	compiled.Sort(x)
}

// SortFunc is slices.SortFunc.
func SortFunc[E any](x []E, cmp func(a, b E) int) {
	sort.Slice(x, func(i, j int) bool { return cmp(x[i], x[j]) < 0 })
}

// SortStableFunc is slices.SortStableFunc.
func SortStableFunc[E any](x []E, cmp func(a, b E) int) {
	sort.SliceStable(x, func(i, j int) bool { return cmp(x[i], x[j]) < 0 })
}

// IsSorted is slices.IsSorted.
func IsSorted[E cmp.Ordered](x []E) bool {
	for i := len(x) - 1; i > 0; i-- {
		if x[i] < x[i-1] || (x[i] != x[i] && x[i-1] == x[i-1]) {
			return false
		}
	}
	return true
}

// IsSortedFunc is slices.IsSortedFunc.
func IsSortedFunc[E any](x []E, cmp func(a, b E) int) bool {
	for i := len(x) - 1; i > 0; i-- {
		if cmp(x[i], x[i-1]) < 0 {
			return false
		}
	}
	return true
}

// Min is slices.Min.
func Min[E cmp.Ordered](x []E) E {
	if len(x) < 1 {
		panic("slices.Min: empty list")
	}
	m := x[0]
	for _, v := range x {
		if v < m || v != v {
			m = v
		}
	}
	return m
}

// MinFunc is slices.MinFunc.
func MinFunc[E any](x []E, cmp func(a, b E) int) E {
	if len(x) < 1 {
		panic("slices.MinFunc: empty list")
	}
	m := x[0]
	for i := 1; i < len(x); i++ {
		if cmp(x[i], m) < 0 {
			m = x[i]
		}
	}
	return m
}

// Max is slices.Max.
func Max[E cmp.Ordered](x []E) E {
	if len(x) < 1 {
		panic("slices.Max: empty list")
	}
	m := x[0]
	for _, v := range x {
		if v > m || v != v {
			m = v
		}
	}
	return m
}

// MaxFunc is slices.MaxFunc.
func MaxFunc[E any](x []E, cmp func(a, b E) int) E {
	if len(x) < 1 {
		panic("slices.MaxFunc: empty list")
	}
	m := x[0]
	for i := 1; i < len(x); i++ {
		if cmp(x[i], m) > 0 {
			m = x[i]
		}
	}
	return m
}

// BinarySearch is slices.BinarySearch.
func BinarySearch[E cmp.Ordered](x []E, target E) (int, bool) {
	i, j := 0, len(x)
	for i < j {
		h := (i + j) / 2
		if x[h] < target || (x[h] != x[h] && target == target) {
			i = h + 1
		} else {
			j = h
		}
	}
	return i, i < len(x) && (x[i] == target || (x[i] != x[i] && target != target))
}

// BinarySearchFunc is slices.BinarySearchFunc.
func BinarySearchFunc[E, T any](x []E, target T, cmp func(E, T) int) (int, bool) {
	i, j := 0, len(x)
	for i < j {
		h := (i + j) / 2
		if cmp(x[h], target) < 0 {
			i = h + 1
		} else {
			j = h
		}
	}
	return i, i < len(x) && cmp(x[i], target) == 0
}

// Equal is slices.Equal.
func Equal[E comparable](s1, s2 []E) bool {
	if len(s1) != len(s2) {
		return false
	}
	for i := range s1 {
		if s1[i] != s2[i] {
			return false
		}
	}
	return true
}

// EqualFunc is slices.EqualFunc.
func EqualFunc[E1, E2 any](s1 []E1, s2 []E2, eq func(E1, E2) bool) bool {
	if len(s1) != len(s2) {
		return false
	}
	for i := range s1 {
		if !eq(s1[i], s2[i]) {
			return false
		}
	}
	return true
}

// Compare is slices.Compare.
func Compare[E cmp.Ordered](s1, s2 []E) int {
	for i, a := range s1 {
		if i >= len(s2) {
			return 1
		}
		b := s2[i]
		if a < b || (a != a && b == b) {
			return -1
		}
		if a > b || (b != b && a == a) {
			return 1
		}
	}
	if len(s1) < len(s2) {
		return -1
	}
	return 0
}

// CompareFunc is slices.CompareFunc.
func CompareFunc[E1, E2 any](s1 []E1, s2 []E2, cmp func(E1, E2) int) int {
	for i := range s1 {
		if i >= len(s2) {
			return 1
		}
		if c := cmp(s1[i], s2[i]); c != 0 {
			return c
		}
	}
	if len(s1) < len(s2) {
		return -1
	}
	return 0
}

// Index is slices.Index.
func Index[E comparable](s []E, v E) int {
	for i := range s {
		if s[i] == v {
			return i
		}
	}
	return -1
}

// IndexFunc is slices.IndexFunc.
func IndexFunc[E any](s []E, f func(E) bool) int {
	for i := range s {
		if f(s[i]) {
			return i
		}
	}
	return -1
}

// Contains is slices.Contains.
func Contains[E comparable](s []E, v E) bool {
	for i := range s {
		if s[i] == v {
			return true
		}
	}
	return false
}

// ContainsFunc is slices.ContainsFunc.
func ContainsFunc[E any](s []E, f func(E) bool) bool {
	for i := range s {
		if f(s[i]) {
			return true
		}
	}
	return false
}

// Insert is slices.Insert.
func Insert[E any](s []E, i int, v ...E) []E {
	_ = s[i:] // as there: out of range even if v is empty
	r := make([]E, 0, len(s)+len(v))
	r = append(r, s[:i]...)
	r = append(r, v...)
	return append(r, s[i:]...)
}

// Delete is slices.Delete.
func Delete[E any](s []E, i, j int) []E {
	_ = s[i:j:len(s)] // as there: out of range even if i == j
	if i == j {
		return s
	}
	n := i + copy(s[i:], s[j:])
	var zero E
	for k := n; k < len(s); k++ {
		s[k] = zero
	}
	return s[:n]
}

// DeleteFunc is slices.DeleteFunc.
func DeleteFunc[E any](s []E, del func(E) bool) []E {
	n := 0
	for i := range s {
		if v := s[i]; !del(v) {
			s[n] = v
			n++
		}
	}
	var zero E
	for k := n; k < len(s); k++ {
		s[k] = zero
	}
	return s[:n]
}

// Replace is slices.Replace.
func Replace[E any](s []E, i, j int, v ...E) []E {
	_ = s[i:j]
	r := make([]E, 0, len(s)-(j-i)+len(v))
	r = append(r, s[:i]...)
	r = append(r, v...)
	return append(r, s[j:]...)
}

// Clone is slices.Clone.
func Clone[E any](s []E) []E {
	if s == nil {
		return nil
	}
	r := make([]E, len(s))
	copy(r, s)
	return r
}

// Compact is slices.Compact.
func Compact[E comparable](s []E) []E {
	if len(s) < 2 {
		return s
	}
	n := 1
	for i := 1; i < len(s); i++ {
		if s[i] != s[i-1] {
			s[n] = s[i]
			n++
		}
	}
	var zero E
	for k := n; k < len(s); k++ {
		s[k] = zero
	}
	return s[:n]
}

// CompactFunc is slices.CompactFunc.
func CompactFunc[E any](s []E, eq func(E, E) bool) []E {
	if len(s) < 2 {
		return s
	}
	n := 1
	for i := 1; i < len(s); i++ {
		if !eq(s[n-1], s[i]) {
			s[n] = s[i]
			n++
		}
	}
	var zero E
	for k := n; k < len(s); k++ {
		s[k] = zero
	}
	return s[:n]
}

// Grow is slices.Grow.
func Grow[E any](s []E, n int) []E {
	if n < 0 {
		panic("cannot be negative")
	}
	if n <= cap(s)-len(s) {
		return s
	}
	r := make([]E, len(s), len(s)+n)
	copy(r, s)
	return r
}

// Clip is slices.Clip.
func Clip[E any](s []E) []E {
	return s[:len(s):len(s)]
}

// Concat is slices.Concat.
func Concat[E any](first []E, more ...[]E) []E {
	var r []E
	r = append(r, first...)
	for _, s := range more {
		r = append(r, s...)
	}
	return r
}

// Repeat is slices.Repeat.
func Repeat[E any](x []E, count int) []E {
	if count < 0 {
		panic("cannot be negative")
	}
	r := make([]E, 0, len(x)*count)
	for i := 0; i < count; i++ {
		r = append(r, x...)
	}
	return r
}

// Reverse is slices.Reverse.
func Reverse[E any](s []E) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		v := s[i]
		s[i] = s[j]
		s[j] = v
	}
}

// All is slices.All.
func All[E any](s []E) func(yield func(int, E) bool) {
	return func(yield func(int, E) bool) {
		for i := range s {
			if !yield(i, s[i]) {
				return
			}
		}
	}
}

// Backward is slices.Backward.
func Backward[E any](s []E) func(yield func(int, E) bool) {
	return func(yield func(int, E) bool) {
		for i := len(s) - 1; i >= 0; i-- {
			if !yield(i, s[i]) {
				return
			}
		}
	}
}

// Values is slices.Values.
func Values[E any](s []E) func(yield func(E) bool) {
	return func(yield func(E) bool) {
		for i := range s {
			if !yield(s[i]) {
				return
			}
		}
	}
}

// Chunk is slices.Chunk.
func Chunk[E any](s []E, n int) func(yield func([]E) bool) {
	if n < 1 {
		panic("cannot be less than 1")
	}
	return func(yield func([]E) bool) {
		for i := 0; i < len(s); i += n {
			end := i + n
			if end > len(s) {
				end = len(s)
			}
			if !yield(s[i:end:end]) {
				return
			}
		}
	}
}

// AppendSeq is slices.AppendSeq.
func AppendSeq[E any](s []E, seq func(yield func(E) bool)) []E {
	seq(func(v E) bool {
		s = append(s, v)
		return true
	})
	return s
}

// Collect is slices.Collect.
func Collect[E any](seq func(yield func(E) bool)) []E {
	var r []E
	seq(func(v E) bool {
		r = append(r, v)
		return true
	})
	return r
}

// Sorted is slices.Sorted.
func Sorted[E cmp.Ordered](seq func(yield func(E) bool)) []E {
	var r []E
	seq(func(v E) bool {
		r = append(r, v)
		return true
	})
	compiled.Sort(r)
	return r
}

// SortedFunc is slices.SortedFunc.
func SortedFunc[E any](seq func(yield func(E) bool), cmp func(E, E) int) []E {
	var r []E
	seq(func(v E) bool {
		r = append(r, v)
		return true
	})
	sort.Slice(r, func(i, j int) bool { return cmp(r[i], r[j]) < 0 })
	return r
}

// SortedStableFunc is slices.SortedStableFunc.
func SortedStableFunc[E any](seq func(yield func(E) bool), cmp func(E, E) int) []E {
	var r []E
	seq(func(v E) bool {
		r = append(r, v)
		return true
	})
	sort.SliceStable(r, func(i, j int) bool { return cmp(r[i], r[j]) < 0 })
	return r
}
