package chart

import (
	"fmt"
	"strconv"
)

// From how many points on those of a foreign chart are thinned, and to how many.
const (
	foreignPoints = 4000
	foreignKept   = 1200
)

// thinOption thins the points of series that have very many, in place, and says
// so. Series over a common category axis lose the same places.
func thinOption(option obj) (note string) {
	total, kept := 0, 0
	series := objects(option["series"])
	shared := -1
	categories, _ := option["xAxis"]
	axes := objects(categories)
	if len(axes) == 1 {
		if names, ok := axes[0]["data"].(list); ok {
			shared = len(names)
			for _, s := range series {
				if d, ok := s["data"].(list); !ok || len(d) != shared {
					shared = -1
					break
				}
			}
		}
	}
	if shared > foreignPoints && len(series) > 0 {
		x, y := make([]float64, shared), make([]float64, shared)
		for i, e := range series[0]["data"].(list) {
			x[i] = float64(i)
			y[i], _ = figureOf(valueOf(e))
		}
		keep := thin(x, y, foreignKept)
		for _, s := range series {
			s["data"] = choose(s["data"].(list), keep)
		}
		axes[0]["data"] = choose(axes[0]["data"].(list), keep)
		return fmt.Sprintf("%d of %d points drawn", len(keep), shared)
	}
	for _, s := range series {
		data, ok := s["data"].(list)
		if !ok || len(data) <= foreignPoints || s["type"] != "line" && s["type"] != "scatter" && s["type"] != "effectScatter" {
			continue
		}
		x, y := make([]float64, len(data)), make([]float64, len(data))
		pairs := true
		for i, e := range data {
			p, ok := valueOf(e).(list)
			if !ok || len(p) < 2 {
				pairs = false
				break
			}
			x[i], _ = figureOf(p[0])
			y[i], _ = figureOf(p[1])
		}
		if !pairs {
			continue
		}
		keep := thin(x, y, foreignKept)
		if s["type"] != "line" {
			keep = spread(len(data), foreignKept, append(extremes(x), extremes(y)...)...)
		}
		total, kept = total+len(data), kept+len(keep)
		s["data"] = choose(data, keep)
	}
	if total > kept {
		return fmt.Sprintf("%d of %d points drawn", kept, total)
	}
	return ""
}

func choose(l list, keep []int) list {
	out := make(list, 0, len(keep))
	for _, i := range keep {
		out = append(out, l[i])
	}
	return out
}

// valueOf is the value of an item of data, which may stand in an object.
func valueOf(item any) any {
	if o, ok := item.(obj); ok {
		return o["value"]
	}
	return item
}

// figureOf is a cleaned figure as a float64.
func figureOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case int:
		return float64(v), true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

// cellText writes an item of data.
func cellText(v any) string {
	switch v := valueOf(v).(type) {
	case nil:
		return "–"
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case list:
		text := ""
		for i, e := range v {
			if i > 0 {
				text += ", "
			}
			if i == 6 {
				return text + "…"
			}
			text += cellText(e)
		}
		return text
	default:
		if f, ok := figureOf(v); ok {
			return number(f)
		}
	}
	return "…"
}

// optionTable reads a table from an option: a row for each category, or for
// each named item, or for each series.
func optionTable(option obj) *Table {
	series := objects(option["series"])
	var names list
	for _, part := range []string{"xAxis", "yAxis"} {
		for _, a := range objects(option[part]) {
			if d, ok := a["data"].(list); ok && names == nil {
				names = d
			}
		}
	}
	if names != nil {
		t := &Table{Columns: []string{""}}
		for i, s := range series {
			name, _ := s["name"].(string)
			t.Columns = append(t.Columns, nameOf(name, i))
		}
		var rows [][]string
		for i := range names {
			row := []string{cellText(names[i])}
			for _, s := range series {
				cell := "–"
				if d, ok := s["data"].(list); ok && i < len(d) {
					cell = cellText(d[i])
				}
				row = append(row, cell)
			}
			rows = append(rows, row)
		}
		if len(t.Columns) > 9 {
			t.Columns = append(t.Columns[:8:8], "…")
			for i := range rows {
				rows[i] = rows[i][:8]
			}
		}
		return limited(t.Columns, rows)
	}
	var rows [][]string
	for i, s := range series {
		name, _ := s["name"].(string)
		data, _ := s["data"].(list)
		if links, ok := s["links"].(list); ok {
			for _, l := range objects(links) {
				rows = append(rows, []string{cellText(l["source"]) + " → " + cellText(l["target"]), cellText(l["value"])})
			}
			continue
		}
		for k, e := range data {
			label := nameOf(name, i)
			if o, ok := e.(obj); ok {
				if n, ok := o["name"].(string); ok && n != "" {
					label = n
				}
			}
			rows = append(rows, []string{label, cellText(e)})
			if k > 4*tableRows {
				rows = append(rows, []string{nameOf(name, i), fmt.Sprintf("%d items in all", len(data))})
				break
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return limited([]string{"", "value"}, rows)
}
