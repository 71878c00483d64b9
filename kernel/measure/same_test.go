package measure

import (
	"errors"
	"math"
	"strings"
	"testing"
)

type point struct {
	X, Y  float64
	label string
}

type ring struct {
	Value int
	Next  *ring
}

func TestSameValues(t *testing.T) {
	next := math.Nextafter(1, 2)
	nan := math.NaN()
	a, b := &ring{Value: 1}, &ring{Value: 1}
	a.Next, b.Next = a, b
	deep := func(n int, end any) any {
		v := end
		for range n {
			v = []any{v}
		}
		return v
	}
	var endless []any
	endless = append(endless, nil)
	endless[0] = endless
	tests := []struct {
		name string
		a, b []any
		same bool
		text string // a part of it
	}{
		{"equal", []any{1, "x", true}, []any{1, "x", true}, true, "equal"},
		{"whole numbers", []any{1}, []any{2}, false, "differ: 1 and 2"},
		{"which", []any{0, []int{1, 2, 3}}, []any{0, []int{1, 9, 3}}, false, "result 2, [1]: 2 and 9"},
		{"an ulp", []any{1.0}, []any{next}, true, "1 unit in the last place"},
		{"rounding", []any{1.0}, []any{1 + 1e-12}, true, "rounding"},
		{"too much for rounding", []any{1.0}, []any{1 + 1e-6}, false, "differ: 1 and 1.00000"},
		{"single precision", []any{float32(1)}, []any{math.Nextafter32(1, 2)}, true, "1 unit"},
		{"NaN", []any{nan}, []any{nan}, true, "NaN in both"},
		{"NaN and a number", []any{nan}, []any{1.0}, false, "NaN and 1"},
		{"infinite", []any{math.Inf(1)}, []any{math.Inf(1)}, true, "equal"},
		{"infinite both ways", []any{math.Inf(1)}, []any{math.Inf(-1)}, false, "+Inf and -Inf"},
		{"zeros", []any{0.0}, []any{math.Copysign(0, -1)}, true, "equal"},
		{"complex", []any{complex(1, 2)}, []any{complex(1, 3)}, false, "(1+2i) and (1+3i)"},
		{"types of integers", []any{int8(3)}, []any{uint64(3)}, true, "equal"},
		{"sign", []any{-1}, []any{uint(math.MaxUint)}, false, "differ"},
		{"kinds", []any{1}, []any{1.0}, false, "int and float64"},
		{"lengths", []any{[]int{1}}, []any{[]int{1, 2}}, false, "1 and 2 elements"},
		{"slice and array", []any{[]int{1, 2}}, []any{[2]int{1, 2}}, true, "equal"},
		{"nil slice", []any{[]int(nil)}, []any{[]int{}}, true, "equal"},
		{"nil", []any{nil}, []any{(*int)(nil)}, true, "equal"},
		{"nil and not", []any{nil}, []any{3}, false, "nil and 3"},
		{"errors", []any{errors.New("no")}, []any{errors.New("no")}, true, "equal"},
		{"other errors", []any{errors.New("no")}, []any{errors.New("yes")}, false, "no and yes"},
		{"error and none", []any{errors.New("no")}, []any{nil}, false, "no and nil"},
		{"structs", []any{point{1, 2, "p"}}, []any{point{1, 2, "p"}}, true, "equal"},
		{"fields", []any{point{1, 2, "p"}}, []any{point{1, 5, "p"}}, false, "Y: 2 and 5"},
		{"private fields", []any{point{1, 2, "p"}}, []any{point{1, 2, "q"}}, false, `label: "p" and "q"`},
		{"maps", []any{map[string]int{"a": 1}}, []any{map[string]int{"a": 2}}, false, `["a"]: 1 and 2`},
		{"keys", []any{map[string]int{"a": 1}}, []any{map[string]int{"b": 1}}, false, `key "a"`},
		{"kinds of keys", []any{map[string]int{"a": 1}}, []any{map[int]int{1: 1}}, false, "map[string]int and map[int]int"},
		{"rings", []any{a}, []any{b}, true, "equal"},
		{"endless", []any{endless}, []any{endless}, true, "equal"},
		{"deep", []any{deep(100, 1)}, []any{deep(100, 2)}, false, "1 and 2"},
		{"numbers of results", []any{1}, []any{1, 2}, false, "1 result and 2 results"},
		{"functions", []any{func() {}}, []any{func() {}}, true, "equal"},
	}
	for _, tt := range tests {
		same, text := SameValues(tt.a, tt.b, defaultTolerance)
		if same != tt.same || !strings.Contains(text, tt.text) {
			t.Errorf("%s: %v, %q, want %v, %q", tt.name, same, text, tt.same, tt.text)
		}
	}
	if same, text := SameValues([]any{make([]int, 1000)}, []any{nil}, 0); same || len(text) > 200 {
		t.Errorf("%v, %q", same, text)
	}
}

func TestCompareChecks(t *testing.T) {
	variant := func(name string, values func(int) []any) Variant {
		return Variant{Name: name, Body: func(int, int) {}, Values: values}
	}
	calls := 0
	one := func(int) []any { return []any{1} }
	c := Compare(CompareOptions{Options: Options{Runs: 3, Loops: 1}},
		variant("a", one), variant("b", func(int) []any { return []any{2} }), variant("c", one), variant("d", nil))
	text := c.String()
	for _, want := range []string{"ATTENTION: results of a and b: differ: 1 and 2", "results of a and c: equal", "results: d has no value to compare"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	random := variant("a", func(int) []any { calls++; return []any{calls} })
	c = Compare(CompareOptions{Options: Options{Runs: 3, Loops: 1}}, random, variant("b", one))
	if text := c.String(); !strings.Contains(text, "note: a gives another result each time (differ: 1 and 2)") {
		t.Errorf("not told that results are random:\n%s", text)
	}
	c = Compare(CompareOptions{Options: Options{Runs: 3, Loops: 1}, NoCheck: true}, random, variant("b", one))
	if len(c.Checks) != 0 || calls != 2 {
		t.Errorf("checked all the same: %+v", c.Checks)
	}
}
