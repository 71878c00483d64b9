package display

import (
	"cmp"
	"math"
	"reflect"
	"slices"
)

// An entry is one of a map.
type entry struct{ key, value reflect.Value }

// firstEntries returns the first limit entries of map v in the order of their
// keys: numbers by value, everything else by its text. Of a very large map only
// some entries are looked at, and those returned are not the first ones.
func firstEntries(v reflect.Value, limit int) []entry {
	look := v.Len()
	if look > maxSortedKeys {
		look = limit
	}
	// A key with a NaN in it is found by no look-up: its value is taken on the
	// way. The others are copied only if they are shown.
	unequal := mayHoldNaN[v.Type().Key().Kind()]
	entries := make([]entry, 0, look)
	for it := v.MapRange(); len(entries) < look && it.Next(); {
		e := entry{key: it.Key()}
		if unequal {
			e.value = it.Value()
		}
		entries = append(entries, e)
	}
	sortEntries(entries)
	entries = entries[:min(len(entries), limit)]
	for i, e := range entries {
		if !unequal {
			entries[i].value = v.MapIndex(e.key)
		}
	}
	return entries
}

// mayHoldNaN are the kinds of keys that can differ from themselves.
var mayHoldNaN = map[reflect.Kind]bool{
	reflect.Float32: true, reflect.Float64: true, reflect.Complex64: true, reflect.Complex128: true,
	reflect.Interface: true, reflect.Struct: true, reflect.Array: true,
}

// A sortKey orders keys: by kind, then as a number, then by text.
type sortKey struct {
	kind   int
	signed int64
	number uint64
	float  float64
	text   string
	entry  entry
}

func sortEntries(entries []entry) {
	sorted := make([]sortKey, len(entries))
	for i, e := range entries {
		sorted[i] = newSortKey(e.key)
		sorted[i].entry = e
	}
	slices.SortStableFunc(sorted, func(a, b sortKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.signed, b.signed), cmp.Compare(a.number, b.number),
			cmp.Compare(a.float, b.float), cmp.Compare(a.text, b.text))
	})
	for i, k := range sorted {
		entries[i] = k.entry
	}
}

func newSortKey(k reflect.Value) sortKey {
	var s sortKey
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
