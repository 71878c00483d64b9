package chart

import (
	"fmt"
	"math"
)

// TimesData is what Times draws.
type TimesData struct {
	Title, Note string
	Rows        []TimesRow
}

// A TimesRow holds times of one run in seconds. What could not be read is NaN.
type TimesRow struct {
	Name         string
	Wall         float64
	User, System float64 // of this process
	// ChildUser and ChildSystem are those of the processes it waited for.
	ChildUser, ChildSystem float64
}

// timesRows is how many runs are drawn.
const timesRows = 40

// Times shows processor time, stacked by kind, beside wall time. Where the
// stack is longer than the wall time several cores worked; where it is shorter
// the program waited. The text beside wall time is processor time over wall time.
func Times(d TimesData) *Chart {
	p := begin(d.Title, "above: processor time by kind; below: wall time and how many cores were busy")
	p.note(d.Note)
	rows := d.Rows
	if len(rows) > timesRows {
		p.note(fmt.Sprintf("the first %d of %d rows", timesRows, len(rows)))
		rows = rows[:timesRows]
	}
	kinds := []struct {
		name, color string
		of          func(TimesRow) float64
	}{
		{"user", "@0", func(r TimesRow) float64 { return r.User }},
		{"system", "@3", func(r TimesRow) float64 { return r.System }},
		{"children, user", "@5", func(r TimesRow) float64 { return r.ChildUser }},
		{"children, system", "@1", func(r TimesRow) float64 { return r.ChildSystem }},
	}
	x := newAxis("time", "s", false)
	x.zero = true
	lost := 0
	var labels, names []string
	var cells [][]string
	for _, r := range rows {
		sum, known := 0.0, true
		row := []string{r.Name, quantity(r.Wall, "s")}
		for _, k := range kinds {
			v := k.of(r)
			row = append(row, quantity(v, "s"))
			if !x.drawable(v) || v < 0 {
				known = false
				lost++
				continue
			}
			sum += v
		}
		busy := "n/a"
		if known && r.Wall > 0 && x.drawable(r.Wall) {
			busy = number(significant(sum/r.Wall, 3))
		}
		text := quantity(r.Wall, "s")
		if busy != "n/a" {
			text += " · " + busy + " cores"
		}
		if !x.drawable(r.Wall) {
			lost++
		}
		x.extend([]float64{sum, r.Wall})
		labels, names = append(labels, text), append(names, r.Name)
		cells = append(cells, append(row, busy))
	}
	p.lost(lost)
	if len(rows) == 0 || x.blank() {
		return p.empty()
	}
	x.fit()
	for i, k := range kinds {
		data, any := make(list, len(rows)), false
		for n, r := range rows {
			v := k.of(r)
			if v >= 0 {
				data[n] = x.at(v)
			}
			any = any || v > 0
		}
		if any || i < 2 {
			p.add(obj{"name": k.name, "type": "bar", "stack": "cpu", "barMaxWidth": 15, "data": data, "itemStyle": obj{"color": k.color},
				"tooltip": obj{"formatter": fn("tip", list{list{0, k.name, "s", x.back()}}, names)}})
		}
	}
	wall := make(list, len(rows))
	for n, r := range rows {
		wall[n] = x.at(r.Wall)
	}
	p.add(obj{"name": "wall", "type": "bar", "stack": "wall", "barMaxWidth": 15, "barGap": "8%", "data": wall, "itemStyle": obj{"color": "@7"},
		"tooltip": obj{"formatter": fn("tip", list{list{0, "wall", "s", x.back()}}, names)},
		"label":   obj{"show": true, "position": "right", "fontSize": 11, "color": "@text", "formatter": fn("texts", labels)}})
	top := p.top()
	p.c.Height = top + nameHeight + tickHeight + max(46*len(rows), 70)
	p.c.Option["grid"] = obj{"left": int(widest(names, 200)) + 24, "right": int(widest(labels, 200)) + 20, "top": top, "bottom": nameHeight + tickHeight}
	xo := x.option()
	xo["nameGap"] = 28
	p.c.Option["xAxis"], p.c.Option["yAxis"] = xo, lying(names, 200)
	columns := []string{"", "wall", "user", "system", "children user", "children system", "cores busy"}
	p.c.Table = limited(columns, cells)
	p.text.table(&Table{columns, cells})
	for _, r := range rows {
		if name := shorten(plain(r.Name), 20); !math.IsNaN(r.Wall) {
			p.text.line("%-20s wall %s", name, bar(r.Wall*x.scale.factor, x.max))
			p.text.line("%-20s cpu  %s", "", bar((r.User+r.System+r.ChildUser+r.ChildSystem)*x.scale.factor, x.max))
		}
	}
	return p.chart()
}
