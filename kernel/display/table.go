package display

import (
	"fmt"
	"html"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// How much of a table is shown.
const (
	wholeRows  = 60 // rows of a table that is shown whole
	headRows   = 10 // rows shown of a longer one
	maxColumns = 30
	maxCell    = 100      // bytes
	maxTable   = 48 << 10 // bytes of all cells, after which no further row is shown
)

// A cell is one place of a table.
type cell struct {
	text   string
	number bool
}

// A grid is a table on its way to a bundle.
type grid struct {
	head []string
	rows [][]cell
	// how many rows and columns there are beyond those shown
	moreRows, moreColumns int
}

// tableBundle is v as a table in HTML and as text. A value that cannot be a
// table is shown as it is.
func tableBundle(v any, columns []string) sink.Bundle {
	c := concrete(reflect.ValueOf(v))
	for c.IsValid() && c.Kind() == reflect.Pointer && !c.IsNil() && !hasText(c) {
		c = concrete(c.Elem())
	}
	if !c.IsValid() || isScalar(c) && c.Kind() != reflect.Map && c.Kind() != reflect.Slice {
		return Bundle(v, "")
	}
	g := newGrid(c, columns)
	return with(mimeHTML, g.html(), g.text())
}

// isScalar says whether v fills one cell.
func isScalar(v reflect.Value) bool {
	if !v.IsValid() || hasText(v) {
		return true
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		return false
	}
	return true
}

// A row is an element of what is shown as a table: its name, where it has one,
// and its value.
type row struct {
	name  reflect.Value
	value reflect.Value
}

// newGrid makes a grid of a slice, array, map or struct.
func newGrid(v reflect.Value, columns []string) *grid {
	rows, total, first := rowsOf(v)
	g := &grid{moreRows: total - len(rows)}
	names, get, fromValue := columnsOf(rows, v)
	switch {
	case len(columns) > 0 && fromValue:
		get = choose(names, columns, get)
		names = columns
	case len(columns) > 0:
		all := names
		if first != "" {
			all = append([]string{first}, names...)
		}
		for i := range all {
			if i < len(columns) {
				all[i] = columns[i]
			}
		}
		if first != "" {
			first, names = all[0], all[1:]
		}
	}
	if len(names) > maxColumns {
		g.moreColumns = len(names) - maxColumns
		names = names[:maxColumns]
	}
	named := len(rows) > 0 && rows[0].name.IsValid()
	if named || first != "" {
		g.head = append(g.head, first)
	}
	g.head = append(g.head, names...)
	size := 0
	for i, r := range rows {
		if size > maxTable {
			g.moreRows += len(rows) - i
			break
		}
		var cells []cell
		if named {
			cells = append(cells, newCell(r.name))
		}
		for j := range names {
			cells = append(cells, get(r.value, j))
		}
		for _, c := range cells {
			size += len(c.text)
		}
		g.rows = append(g.rows, cells)
	}
	return g
}

// rowsOf returns the rows to show, how many there are in all, and the heading
// of their names, empty if they have none or it is not to be read.
func rowsOf(v reflect.Value) (rows []row, total int, heading string) {
	switch v.Kind() {
	case reflect.Struct:
		for _, i := range fieldsOf(v.Type()) {
			rows = append(rows, row{reflect.ValueOf(v.Type().Field(i).Name), v.Field(i)})
		}
		return rows, len(rows), "field"
	case reflect.Map:
		for _, e := range firstEntries(v, shownRows(v.Len())) {
			rows = append(rows, row{e.key, e.value})
		}
		return rows, v.Len(), "key"
	}
	plain := true
	for i := range shownRows(v.Len()) {
		e := deref(v.Index(i))
		plain = plain && isScalar(e)
		rows = append(rows, row{value: e})
	}
	if plain && len(rows) > 0 {
		for i := range rows {
			rows[i].name = reflect.ValueOf(i)
		}
		heading = "index"
	}
	return rows, v.Len(), heading
}

func shownRows(n int) int {
	if n > wholeRows {
		return headRows
	}
	return n
}

// deref returns what v points to, unless the pointer itself has a text.
func deref(v reflect.Value) reflect.Value {
	v = concrete(v)
	for range maxDepth {
		if !v.IsValid() || v.Kind() != reflect.Pointer || v.IsNil() || hasText(v) || opaque(v.Type().Elem()) {
			break
		}
		v = concrete(v.Elem())
	}
	return v
}

// columnsOf finds the columns: their names, the cell of a row in the i-th
// one, and whether the names come from the values and can be chosen from. The
// first row that is not a single value decides.
func columnsOf(rows []row, v reflect.Value) (names []string, get func(reflect.Value, int) cell, chosen bool) {
	kind, shape := reflect.Invalid, reflect.Type(nil)
	for _, r := range rows {
		if e := deref(r.value); !isScalar(e) {
			kind, shape = e.Kind(), e.Type()
			break
		}
	}
	if len(rows) == 0 && v.Kind() != reflect.Struct { // an empty table still has its columns
		t := v.Type().Elem()
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() == reflect.Struct {
			kind, shape = t.Kind(), t
		}
	}
	if v.Kind() == reflect.Struct { // its fields are rows; they are not spread
		kind = reflect.Invalid
	}
	switch kind {
	case reflect.Struct:
		fields := fieldsOf(shape)
		for _, i := range fields {
			names = append(names, shape.Field(i).Name)
		}
		return names, func(v reflect.Value, i int) cell {
			if v = deref(v); v.IsValid() && v.Type() == shape {
				return newCell(v.Field(fields[i]))
			}
			return alone(v, i)
		}, true
	case reflect.Map:
		keys := unionOfKeys(rows)
		for _, k := range keys {
			names = append(names, newCell(k).text)
		}
		return names, func(v reflect.Value, i int) cell {
			v = deref(v)
			if !v.IsValid() || v.Kind() != reflect.Map || !keys[i].Type().AssignableTo(v.Type().Key()) {
				return alone(v, i)
			}
			if e := v.MapIndex(keys[i]); e.IsValid() {
				return newCell(e)
			}
			return cell{}
		}, true
	case reflect.Slice, reflect.Array:
		most := 0
		for _, r := range rows {
			if e := deref(r.value); !isScalar(e) && (e.Kind() == reflect.Slice || e.Kind() == reflect.Array) {
				most = max(most, e.Len())
			}
		}
		for i := range most {
			names = append(names, strconv.Itoa(i))
		}
		return names, func(v reflect.Value, i int) cell {
			v = deref(v)
			if isScalar(v) || v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
				return alone(v, i)
			}
			if i < v.Len() {
				return newCell(v.Index(i))
			}
			return cell{}
		}, false
	}
	return []string{"value"}, func(v reflect.Value, _ int) cell { return newCell(v) }, false
}

// alone is the i-th cell of a row that does not fit the columns: its value
// stands in the first.
func alone(v reflect.Value, i int) cell {
	if i == 0 {
		return newCell(v)
	}
	return cell{}
}

// choose returns get for the columns that are asked for; one that is not there
// is empty.
func choose(names, columns []string, get func(reflect.Value, int) cell) func(reflect.Value, int) cell {
	at := make([]int, len(columns))
	for i, c := range columns {
		at[i] = slices.Index(names, c)
	}
	return func(v reflect.Value, i int) cell {
		if at[i] < 0 {
			return cell{}
		}
		return get(v, at[i])
	}
}

// fieldsOf returns the exported fields of a struct type, or all if there are
// none.
func fieldsOf(t reflect.Type) []int {
	var exported, all []int
	for i := range t.NumField() {
		all = append(all, i)
		if t.Field(i).IsExported() {
			exported = append(exported, i)
		}
	}
	if len(exported) == 0 {
		return all
	}
	return exported
}

// unionOfKeys returns the keys of all rows that are maps, sorted, at most some
// more than there can be columns.
func unionOfKeys(rows []row) []reflect.Value {
	var union []entry
	seen := map[any]bool{}
	for _, r := range rows {
		m := deref(r.value)
		if !m.IsValid() || m.Kind() != reflect.Map {
			continue
		}
		for _, e := range firstEntries(m, maxSortedKeys) {
			if !e.key.CanInterface() {
				continue
			}
			if i := e.key.Interface(); !seen[i] && len(seen) < maxSortedKeys {
				seen[i] = true
				union = append(union, e)
			}
		}
	}
	sortEntries(union)
	keys := make([]reflect.Value, len(union))
	for i, e := range union {
		keys[i] = e.key
	}
	return keys
}

func newCell(v reflect.Value) cell {
	f := &formatter{limit: maxCell}
	f.value(v, 1)
	c := cell{text: strings.Map(onOneLine, cut(string(f.b), maxCell))}
	if v = concrete(v); v.IsValid() {
		c.number = v.CanInt() || v.CanUint() || v.CanFloat() || v.CanComplex()
	}
	return c
}

// onOneLine replaces what would break a row of text.
func onOneLine(r rune) rune {
	switch {
	case r == '\n':
		return '↵'
	case unicode.IsControl(r):
		return ' '
	}
	return r
}

// right says which columns are aligned to the right: those of numbers.
func (g *grid) right() []bool {
	right := make([]bool, len(g.head))
	for j := range g.head {
		numbers := 0
		for _, r := range g.rows {
			if j < len(r) && r[j].number {
				numbers++
			} else if j < len(r) && r[j].text != "" && r[j].text != "<nil>" {
				numbers = -len(g.rows)
			}
		}
		right[j] = numbers > 0
	}
	return right
}

// more says what is not shown, empty if all is.
func (g *grid) more() string {
	var parts []string
	for _, m := range []struct {
		n    int
		what string
	}{{g.moreRows, "row"}, {g.moreColumns, "column"}} {
		if m.n == 1 {
			parts = append(parts, "1 more "+m.what)
		} else if m.n > 1 {
			parts = append(parts, fmt.Sprintf("%d more %ss", m.n, m.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "… " + strings.Join(parts, ", ")
}

// html has its styles in the elements: Jupyter takes <style> out of what it
// does not trust.
func (g *grid) html() string {
	right := g.right()
	var b strings.Builder
	b.WriteString(`<table style="border-collapse:collapse"><thead><tr>`)
	put := func(tag, text string, right bool) {
		align := "left"
		if right {
			align = "right"
		}
		fmt.Fprintf(&b, `<%s style="text-align:%s;padding:0.2em 0.6em">%s</%s>`, tag, align, html.EscapeString(text), tag)
	}
	for j, h := range g.head {
		put("th", h, right[j])
	}
	b.WriteString("</tr></thead><tbody>\n")
	for _, r := range g.rows {
		b.WriteString("<tr>")
		for j, c := range r {
			put("td", c.text, right[j])
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table>")
	if more := g.more(); more != "" {
		b.WriteString(`<div style="opacity:0.7">` + more + "</div>")
	}
	return b.String()
}

func (g *grid) text() string {
	right := g.right()
	widths := make([]int, len(g.head))
	for j, h := range g.head {
		widths[j] = width(h)
		for _, r := range g.rows {
			widths[j] = max(widths[j], width(r[j].text))
		}
	}
	var b strings.Builder
	line := func(text func(j int) string) {
		var l strings.Builder
		for j := range g.head {
			if j > 0 {
				l.WriteString("  ")
			}
			t := text(j)
			pad := strings.Repeat(" ", widths[j]-width(t))
			if right[j] {
				l.WriteString(pad + t)
			} else {
				l.WriteString(t + pad)
			}
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	line(func(j int) string { return g.head[j] })
	line(func(j int) string { return strings.Repeat("─", widths[j]) })
	for _, r := range g.rows {
		line(func(j int) string { return r[j].text })
	}
	b.WriteString(g.more())
	return strings.TrimSuffix(b.String(), "\n")
}

// wide are the runes that terminals draw two columns wide, the large blocks of
// Unicode's East Asian Width (UAX #11) and its emoji.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0xa4cf, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1},
		{0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{{0x1f300, 0x1f64f, 1}, {0x1f900, 0x1f9ff, 1}, {0x20000, 0x3fffd, 1}},
}

// width is how many columns of a terminal s takes.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case unicode.Is(unicode.Mn, r) || r == 0x200d:
		case unicode.Is(wide, r):
			n += 2
		default:
			n++
		}
	}
	return n
}
