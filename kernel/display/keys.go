package display

import (
	"cmp"
	"math"
	"reflect"
	"slices"
)

// firstKeys returns the first limit keys of map v in their order: numbers by
// value, everything else by its text. Of a very large map only some keys are
// looked at, and those returned are not the first ones.
func firstKeys(v reflect.Value, limit int) []reflect.Value {
	look := v.Len()
	if look > maxSortedKeys {
		look = limit
	}
	keys := make([]reflect.Value, 0, look)
	for it := v.MapRange(); len(keys) < look && it.Next(); {
		keys = append(keys, it.Key())
	}
	sortKeys(keys)
	if len(keys) > limit {
		keys = keys[:limit]
	}
	return keys
}

// A sortKey orders keys: by kind, then as a number, then by text.
type sortKey struct {
	kind   int
	signed int64
	number uint64
	float  float64
	text   string
	value  reflect.Value
}

func sortKeys(keys []reflect.Value) {
	sorted := make([]sortKey, len(keys))
	for i, k := range keys {
		sorted[i] = newSortKey(k)
	}
	slices.SortStableFunc(sorted, func(a, b sortKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.signed, b.signed), cmp.Compare(a.number, b.number),
			cmp.Compare(a.float, b.float), cmp.Compare(a.text, b.text))
	})
	for i, k := range sorted {
		keys[i] = k.value
	}
}

func newSortKey(k reflect.Value) sortKey {
	s := sortKey{value: k}
	c := concrete(k)
	if !c.IsValid() {
		return s
	}
	switch {
	case c.CanInt():
		s.kind, s.signed = 1, c.Int()
	case c.CanUint():
		s.kind, s.number = 2, c.Uint()
	case c.CanFloat():
		s.kind, s.float = 3, c.Float()
		if math.IsNaN(s.float) {
			s.float = math.Inf(-1)
		}
	case c.Kind() == reflect.String:
		s.kind, s.text = 4, c.String()
	default:
		f := formatter{limit: 200}
		f.value(c, 1)
		s.kind, s.text = 5, string(f.b)
	}
	return s
}
