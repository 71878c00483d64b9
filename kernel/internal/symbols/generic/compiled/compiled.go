// Package compiled is what lowered cells and the generic packages beside it leave
// to compiled code: deferred calls and recover, select statements, comparisons of
// interfaces, sorting, and what needs package reflect.
package compiled

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
)

// Sort sorts a slice of any type that cmp.Ordered admits, and panics for
// others. It is as fast as slices.Sort but for elements of a compiled named
// type, such as time.Duration, where it takes some ten times longer; the
// interpreter's own named types are to compiled code what they are named after.
func Sort(slice any) {
	switch x := slice.(type) {
	case []int:
		slices.Sort(x)
	case []int8:
		slices.Sort(x)
	case []int16:
		slices.Sort(x)
	case []int32:
		slices.Sort(x)
	case []int64:
		slices.Sort(x)
	case []uint:
		slices.Sort(x)
	case []uint8:
		slices.Sort(x)
	case []uint16:
		slices.Sort(x)
	case []uint32:
		slices.Sort(x)
	case []uint64:
		slices.Sort(x)
	case []uintptr:
		slices.Sort(x)
	case []float32:
		slices.Sort(x)
	case []float64:
		slices.Sort(x)
	case []string:
		slices.Sort(x)
	default:
		sort.Sort(newByKind(reflect.ValueOf(slice)))
	}
}

// byKind sorts a slice of a type that is not known here.
type byKind struct {
	slice   reflect.Value
	swap    func(i, j int)
	compare func(x, y reflect.Value) int
}

func newByKind(slice reflect.Value) byKind {
	b := byKind{slice: slice, swap: reflect.Swapper(slice.Interface())}
	switch e := slice.Type().Elem(); {
	case reflect.Zero(e).CanInt():
		b.compare = func(x, y reflect.Value) int { return cmp.Compare(x.Int(), y.Int()) }
	case reflect.Zero(e).CanUint():
		b.compare = func(x, y reflect.Value) int { return cmp.Compare(x.Uint(), y.Uint()) }
	case reflect.Zero(e).CanFloat():
		b.compare = func(x, y reflect.Value) int { return cmp.Compare(x.Float(), y.Float()) }
	case e.Kind() == reflect.String:
		b.compare = func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) }
	default:
		panic(fmt.Sprintf("slices.Sort: cannot sort a %v", slice.Type()))
	}
	return b
}

func (b byKind) Len() int           { return b.slice.Len() }
func (b byKind) Less(i, j int) bool { return b.compare(b.slice.Index(i), b.slice.Index(j)) < 0 }
func (b byKind) Swap(i, j int)      { b.swap(i, j) }
