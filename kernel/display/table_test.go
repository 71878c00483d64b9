package display

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

type city struct {
	Name   string
	People int
	Area   float64
	secret int
}

func TestTable(t *testing.T) {
	cities := []city{{"Helsinki", 684_018, 715.5, 1}, {"Quito", 1_763_275, 372.4, 2}}
	tests := []struct {
		name    string
		v       any
		columns []string
		want    string
	}{
		{"structs", cities, nil, `
Name       People   Area
────────  ───────  ─────
Helsinki   684018  715.5
Quito     1763275  372.4`},
		{"pointers to structs", []*city{&cities[0], nil}, nil, `
Name      People   Area
────────  ──────  ─────
Helsinki  684018  715.5
<nil>`},
		{"columns of structs", cities, []string{"Area", "Name", "Mayor"}, `
 Area  Name      Mayor
─────  ────────  ─────
715.5  Helsinki
372.4  Quito`},
		{"no structs", []city{}, nil, `
Name  People  Area
────  ──────  ────`},
		{"maps", []map[string]any{{"a": 1, "b": "x"}, {"b": "y", "c": nil}, nil}, nil, `
a  b  c
─  ─  ─────
1  x
   y  <nil>
`},
		{"columns of maps", []map[string]int{{"a": 1, "b": 2}}, []string{"b"}, `
b
─
2`},
		{"maps by number", []map[int]int{{10: 1, 9: 2}}, nil, `
9  10
─  ──
2   1`},
		{"map", map[string]int{"b": 2, "a": 1}, nil, `
key  value
───  ─────
a        1
b        2`},
		{"map with headings", map[string]int{"a": 1}, []string{"letter", "number"}, `
letter  number
──────  ──────
a            1`},
		{"map of structs", map[int]city{7: cities[0]}, []string{"Name"}, `
key  Name
───  ────────
  7  Helsinki`},
		{"map of slices", map[string][]int{"x": {1, 2}, "y": {3}}, nil, `
key  0  1
───  ─  ─
x    1  2
y    3`},
		{"slices", [][]float64{{1, 2.5}, {-3}}, nil, `
 0    1
──  ───
 1  2.5
-3`},
		{"slices with headings", [][]int{{1, 2}}, []string{"from", "to"}, `
from  to
────  ──
   1   2`},
		{"arrays", [2][2]string{{"a", "b"}, {"c", "d"}}, nil, `
0  1
─  ─
a  b
c  d`},
		{"single values", []string{"a", "b"}, nil, `
index  value
─────  ─────
    0  a
    1  b`},
		{"single values with a heading", []int{5}, []string{"", "n"}, `
   n
─  ─
0  5`},
		{"values with texts", []time.Duration{time.Second, time.Minute}, nil, `
index  value
─────  ─────
    0     1s
    1   1m0s`},
		{"errors", []error{errors.New("no"), nil}, nil, `
index  value
─────  ─────
    0  no
    1  <nil>`},
		{"times", []time.Time{time.Unix(0, 0).UTC()}, nil, `
index  value
─────  ─────────────────────────────
    0  1970-01-01 00:00:00 +0000 UTC`},
		{"mixed", []any{1, cities[0], []int{1}}, []string{"Name", "People"}, `
Name      People
────────  ──────
1
Helsinki  684018
[1]`},
		{"empty", []int{}, nil, `
value
─────`},
		{"empty map", map[string]int{}, nil, `
key  value
───  ─────`},
		{"struct", cities[0], nil, `
field   value
──────  ────────
Name    Helsinki
People  684018
Area    715.5`},
		{"pointer to slice", &[]int{1}, nil, `
index  value
─────  ─────
    0      1`},
		{"no lines in a cell", []string{"a\nb\tc"}, nil, `
index  value
─────  ─────
    0  a↵b c`},
		{"wide runes", []map[string]string{{"a": "漢字", "b": "x"}, {"a": "é", "b": "y"}}, nil, `
a     b
────  ─
漢字  x
é     y`},
		{"numbers that are none", []any{math.NaN(), nil, 1}, nil, `
index  value
─────  ─────
    0    NaN
    1  <nil>
    2      1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := tableBundle(tt.v, tt.columns)
			want := strings.TrimPrefix(tt.want, "\n")
			if got := b.Data[mimeText]; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			wellFormed(t, b.Data[mimeHTML].(string))
		})
	}
}

// wellFormed fails the test if markup is not balanced.
func wellFormed(t *testing.T, markup string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader("<x>" + markup + "</x>"))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, markup)
		}
	}
}

func TestTableHTML(t *testing.T) {
	got := tableBundle([]map[string]any{{"a<": "<b>", "n": 1}}, nil).Data[mimeHTML]
	want := `<table style="border-collapse:collapse"><thead><tr>` +
		`<th style="text-align:left;padding:0.2em 0.6em">a&lt;</th><th style="text-align:right;padding:0.2em 0.6em">n</th></tr></thead><tbody>
<tr><td style="text-align:left;padding:0.2em 0.6em">&lt;b&gt;</td><td style="text-align:right;padding:0.2em 0.6em">1</td></tr>
</tbody></table>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLongTables(t *testing.T) {
	wideRow := map[string]int{}
	for i := range 1000 {
		wideRow[fmt.Sprintf("c%03d", i)] = i
	}
	large := map[int]int{}
	for i := range 100_000 {
		large[i] = i
	}
	tall := make([][]string, 60)
	for i := range tall {
		for range 30 {
			tall[i] = append(tall[i], strings.Repeat("é", 5000))
		}
	}
	for name, tt := range map[string]struct {
		v     any
		lines int
		end   string
	}{
		"60 rows":   {make([]city, 60), 62, "0     0"},
		"61 rows":   {make([]city, 61), 13, "… 51 more rows"},
		"1000 rows": {make([]int, 1000), 13, "… 990 more rows"},
		"1e8 rows":  {make([]byte, 1e8), 13, "… 99999990 more rows"},
		"large map": {large, 13, "… 99990 more rows"},
		"columns":   {[]map[string]int{wideRow}, 4, "… 970 more columns"},
		"31":        {[][]int{make([]int, 31)}, 4, "… 1 more column"},
		"both":      {append(make([]map[string]int, 100), wideRow)[40:], 13, "… 51 more rows"},
		"much text": {tall, 0, " more rows"},
	} {
		start := time.Now()
		b := tableBundle(tt.v, nil)
		if d := time.Since(start); d > 200*time.Millisecond {
			t.Errorf("%s: took %v", name, d)
		}
		text := b.Data[mimeText].(string)
		if n := strings.Count(text, "\n") + 1; tt.lines > 0 && n != tt.lines || !strings.HasSuffix(text, tt.end) || len(text) > 100_000 {
			t.Errorf("%s: %d lines, %d bytes, ending %q; want %d, %q", name, n, len(text), text[max(0, len(text)-40):], tt.lines, tt.end)
		}
		wellFormed(t, b.Data[mimeHTML].(string))
	}
}

func TestTableOfWhatIsNone(t *testing.T) {
	for _, v := range []any{nil, 3, "abc", errors.New("x"), time.Second, (*city)(nil), func() {}} {
		if got, want := tableBundle(v, []string{"a"}), Bundle(v, ""); got.Data[mimeText] != want.Data[mimeText] || len(got.Data) != 1 {
			t.Errorf("table of %v: %v, want %v", v, got.Data, want.Data)
		}
	}
}

func TestTableWithHostileValues(t *testing.T) {
	self := []any{}
	self = append(self, 1, &self)
	self[1] = self
	for _, v := range []any{
		[]error{broken{"x"}}, self, []any{self, map[string]any{"x": self}}, []broken{{"y"}}, []hidden{{}}, []any{nil, nil},
		[]struct{}{{}, {}}, map[any]any{1: 2, "a": nil, point{}: point{}}, []map[any]int{{1: 1, "a": 2, nil: 3, math.NaN(): 4}},
		[][]any{{}, nil}, [0]int{},
	} {
		b := tableBundle(v, nil)
		wellFormed(t, b.Data[mimeHTML].(string))
	}
}

func BenchmarkTable(b *testing.B) {
	for _, n := range []int{10, 60, 1_000_000} {
		rows := make([]city, n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tableBundle(rows, nil)
			}
		})
	}
}

func BenchmarkHTML(b *testing.B) {
	record := &discard{}
	setSink(b, record)
	page := strings.Repeat("x", 10_000)
	for b.Loop() {
		HTML(page)
	}
}
