package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// SankeyData is what Sankey draws.
type SankeyData struct {
	Title, Note string
	Unit        string // of the flows' values
	Flows       []Flow
}

// A Flow goes from one place to another. Flows with the same ends are added.
type Flow struct {
	From, To string
	Value    float64
}

// sankeyFlows is how many flows are drawn.
const sankeyFlows = 150

// Sankey shows how a quantity is split and joined again. Flows that would
// close a circle are left out and said so.
func Sankey(d SankeyData) *Chart {
	p := begin(d.Title, d.Note)
	flows, names := p.flows(d.Flows)
	if len(flows) == 0 {
		return p.empty()
	}
	in, out := map[string]float64{}, map[string]float64{}
	most := 0.0
	for _, f := range flows {
		out[f.From] += f.Value
		in[f.To] += f.Value
		most = max(most, f.Value)
	}
	var data, links list
	var texts, tipTexts []string
	for i, n := range names {
		data = append(data, obj{"name": strconv.Itoa(i), "itemStyle": obj{"color": "@" + strconv.Itoa(i%8)}})
		through := max(in[n], out[n])
		texts = append(texts, shorten(plain(n), 28)+"\n"+quantity(through, d.Unit))
		tipTexts = append(tipTexts, n+"\n"+quantity(through, d.Unit))
	}
	id := map[string]string{}
	for i, n := range names {
		id[n] = strconv.Itoa(i)
	}
	var rows [][]string
	for _, f := range flows {
		links = append(links, obj{"source": id[f.From], "target": id[f.To], "value": significant(f.Value, 5)})
		rows = append(rows, []string{f.From, f.To, quantity(f.Value, d.Unit)})
	}
	s := obj{
		"type": "sankey", "data": data, "links": links, "nodeGap": 14, "nodeWidth": 16, "draggable": false, "emphasis": obj{"focus": "adjacency"},
		"lineStyle": obj{"color": "source", "opacity": 0.3},
		"label":     obj{"fontSize": 12, "lineHeight": 15, "color": "@text", "formatter": fn("texts", texts)}, "labelLayout": obj{"hideOverlap": true},
		"left": 16, "right": int(widest(strings.Split(strings.Join(texts, "\n"), "\n"), 220)) + 20, "bottom": 20,
		"tooltip": obj{"formatter": fn("flowTip", tipTexts, names, d.Unit)},
	}
	p.series = append(p.series, s)
	s["top"] = p.top()
	columns := []string{"from", "to", or(d.Unit, "value")}
	p.c.Table = limited(columns, rows)
	p.text.table(&Table{columns, rows})
	for _, f := range flows[:min(len(flows), 20)] {
		p.text.line("%-30s %s", shorten(plain(f.From+" → "+f.To), 30), bar(f.Value, most))
	}
	return p.chart()
}

// flows adds up, leaves circles out and lists the places.
func (p *plot) flows(all []Flow) (flows []Flow, names []string) {
	type ends struct{ from, to string }
	place := map[ends]int{}
	next := map[string][]string{}
	var reaches func(from, to string, seen map[string]bool) bool
	reaches = func(from, to string, seen map[string]bool) bool {
		if from == to {
			return true
		}
		seen[from] = true
		for _, n := range next[from] {
			if !seen[n] && reaches(n, to, seen) {
				return true
			}
		}
		return false
	}
	circles, lost, more := 0, 0, 0
	known := map[string]bool{}
	for _, f := range all {
		if !(f.Value > 0) || math.IsInf(f.Value, 0) {
			if f.Value != 0 {
				lost++
			}
			continue
		}
		if i, ok := place[ends{f.From, f.To}]; ok {
			flows[i].Value += f.Value
			continue
		}
		if len(flows) >= sankeyFlows {
			more++
			continue
		}
		if reaches(f.To, f.From, map[string]bool{}) {
			circles++
			continue
		}
		place[ends{f.From, f.To}] = len(flows)
		flows = append(flows, f)
		next[f.From] = append(next[f.From], f.To)
		for _, n := range []string{f.From, f.To} {
			if !known[n] {
				known[n] = true
				names = append(names, n)
			}
		}
	}
	if circles > 0 {
		p.note(plural(circles, "flow") + " closing a circle left out")
	}
	if more > 0 {
		p.note(fmt.Sprintf("the first %d flows, %d left out", sankeyFlows, more))
	}
	if lost > 0 {
		p.note(plural(lost, "flow") + " without a positive value left out")
	}
	return flows, names
}
