package maps_test

import (
	"fmt"
	std "maps"
	"slices"
	"testing"

	"github.com/weft-go/weft/kernel/internal/symbols/generic/maps"
)

// Every function answers as the standard library's does.
func TestLikeStandard(t *testing.T) {
	odd := func(k string, v int) bool { return v%2 == 1 }
	equal := func(v, w int) bool { return v == w }
	for _, m := range []map[string]int{nil, {}, {"a": 1}, {"a": 1, "b": 2, "c": 3}} {
		other := map[string]int{"b": 2, "z": 9}
		changed := func(f func(map[string]int)) string {
			c := std.Clone(other)
			std.Copy(c, m)
			f(c)
			return fmt.Sprint(c)
		}
		tests := []struct{ name, got, want string }{
			{"Clone", fmt.Sprintf("%#v", maps.Clone(m)), fmt.Sprintf("%#v", std.Clone(m))},
			{"Copy", changed(func(c map[string]int) { maps.Copy(c, map[string]int{"q": 1}) }), changed(func(c map[string]int) { std.Copy(c, map[string]int{"q": 1}) })},
			{"DeleteFunc", changed(func(c map[string]int) { maps.DeleteFunc(c, odd) }), changed(func(c map[string]int) { std.DeleteFunc(c, odd) })},
			{"Insert", changed(func(c map[string]int) { maps.Insert(c, std.All(m)) }), changed(func(c map[string]int) { std.Insert(c, std.All(m)) })},
			{"Equal", fmt.Sprint(maps.Equal(m, other), maps.Equal(m, std.Clone(m))), fmt.Sprint(std.Equal(m, other), std.Equal(m, std.Clone(m)))},
			{"EqualFunc", fmt.Sprint(maps.EqualFunc(m, other, equal)), fmt.Sprint(std.EqualFunc(m, other, equal))},
			{"All, Collect", fmt.Sprint(maps.Collect(maps.All(m))), fmt.Sprint(std.Collect(std.All(m)))},
			{"Keys", fmt.Sprint(slices.Sorted(maps.Keys(m))), fmt.Sprint(slices.Sorted(std.Keys(m)))},
			{"Values", fmt.Sprint(slices.Sorted(maps.Values(m))), fmt.Sprint(slices.Sorted(std.Values(m)))},
		}
		for _, tt := range tests {
			if tt.got != tt.want {
				t.Errorf("%s of %v: got %s, want %s", tt.name, m, tt.got, tt.want)
			}
		}
	}
}

// An iterator stops when it is told to.
func TestStop(t *testing.T) {
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	n := 0
	maps.All(m)(func(string, int) bool { n++; return false })
	maps.Keys(m)(func(string) bool { n++; return false })
	maps.Values(m)(func(int) bool { n++; return false })
	if n != 3 {
		t.Errorf("%d values from three iterators that were stopped after one, want 3", n)
	}
}
