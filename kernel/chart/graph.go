package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// GraphData is what Graph draws.
type GraphData struct {
	Title, Note string
	Nodes       []GraphNode // may be nil: then those that the edges name
	Edges       []GraphEdge
	Directed    bool
	Circle      bool // nodes on a circle; else placed by forces, always the same way
}

// A GraphNode is a node. Nodes of a group have a colour in common.
type GraphNode struct {
	Name, Group string
	Value       float64 // gives the size; 0 for all alike
}

// A GraphEdge joins two nodes.
type GraphEdge struct {
	From, To string
	Label    string
	Weight   float64 // gives the width; 0 for all alike
	Strong   bool    // drawn stronger, such as the edges of a shortest path
}

// Limits of a graph, and the room around it, in pixels.
const (
	graphLeft   = 40
	graphRight  = 110
	graphBottom = 30

	graphNodes = 150
	graphEdges = 300
)

// Graph draws nodes and edges.
func Graph(d GraphData) *Chart {
	p := begin(d.Title, d.Note)
	nodes, edges := p.graph(d)
	if len(nodes) == 0 {
		return p.empty()
	}
	index := map[string]int{}
	for i, n := range nodes {
		index[n.Name] = i
	}
	var xy [][2]float64
	if d.Circle {
		xy = circle(len(nodes))
	} else {
		xy = forces(len(nodes), edges, index)
	}
	most, heaviest := 0.0, 0.0
	var groups []string
	for _, n := range nodes {
		if !math.IsInf(n.Value, 0) {
			most = max(most, n.Value)
		}
		if !slices.Contains(groups, n.Group) {
			groups = append(groups, n.Group)
		}
	}
	for _, e := range edges {
		if !math.IsInf(e.Weight, 0) {
			heaviest = max(heaviest, e.Weight)
		}
	}
	longest := 0
	for _, n := range nodes {
		longest = max(longest, len([]rune(n.Name)))
	}
	inside := longest <= 3 && len(nodes) <= 60
	var data, links list
	for _, n := range nodes {
		size := 14.0
		if inside {
			size = 28
		}
		if most > 0 && n.Value > 0 {
			size = 10 + 30*math.Sqrt(min(n.Value/most, 1))
		}
		item := obj{"name": plain(n.Name), "symbolSize": significant(size, 3), "symbol": symbols[slices.Index(groups, n.Group)%4], "category": slices.Index(groups, n.Group)}
		if n.Value != 0 {
			item["value"] = significant(n.Value, 5)
		}
		data = append(data, item)
	}
	straight := 0.0
	if d.Directed {
		straight = 0.12 // both directions are seen
	}
	beside := map[[2]int]int{}
	for _, e := range edges {
		style := obj{"width": 1.2, "opacity": 0.75}
		if heaviest > 0 && e.Weight > 0 {
			style["width"] = significant(0.8+3.2*min(e.Weight/heaviest, 1), 2)
		}
		if e.Strong {
			style["width"], style["opacity"], style["color"] = 4, 1, "@3"
		}
		from, to := index[e.From], index[e.To]
		pair := [2]int{from, to}
		if !d.Directed {
			pair = [2]int{min(from, to), max(from, to)}
		}
		if n := beside[pair]; n > 0 { // edges between the same nodes side by side
			style["curveness"] = significant(straight+0.2*float64(n), 2)
		}
		beside[pair]++
		link := obj{"source": from, "target": to, "lineStyle": style}
		if text := or(e.Label, weight(e.Weight)); text != "" && len(edges) <= 80 {
			link["label"] = obj{"show": true, "formatter": fn("always", shorten(plain(text), 16)), "fontSize": 11, "color": "@muted"}
		}
		links = append(links, link)
	}
	categories := list{}
	for i, g := range groups {
		categories = append(categories, obj{"name": g, "itemStyle": obj{"color": "@" + strconv.Itoa(i%8)}})
		if len(groups) > 1 {
			p.legend = append(p.legend, or(g, "others"))
			categories[i].(obj)["name"] = or(g, "others")
		}
	}
	label := obj{"show": len(nodes) <= 80, "position": "right", "fontSize": 11, "color": "@text"}
	if inside {
		label["position"], label["color"] = "inside", "#ffffff"
	}
	s := obj{
		"type": "graph", "layout": "none", "data": data, "links": orEmpty(links), "categories": categories, "roam": false,
		"label": label, "emphasis": obj{"focus": "adjacency"}, "lineStyle": obj{"curveness": straight},
		"left": graphLeft, "right": graphRight, "bottom": graphBottom, "preserveAspect": "contain",
	}
	if d.Directed {
		s["edgeSymbol"], s["edgeSymbolSize"] = list{"none", "arrow"}, 8
	}
	p.series = append(p.series, s)
	p.c.Height = 440
	top := p.top() + 24
	s["top"] = top
	stretch(xy, float64(p.c.Width-graphLeft-graphRight), float64(p.c.Height-top-graphBottom))
	for i := range data {
		data[i].(obj)["x"], data[i].(obj)["y"] = xy[i][0], xy[i][1]
	}
	p.c.Table = graphTable(edges, d.Directed)
	p.text.table(p.c.Table)
	return p.chart()
}

// graph are the nodes and edges that can be drawn: nodes once each, also those
// that only edges name.
func (p *plot) graph(d GraphData) (nodes []GraphNode, edges []GraphEdge) {
	seen := map[string]bool{}
	add := func(n GraphNode) {
		if !seen[n.Name] {
			seen[n.Name] = true
			nodes = append(nodes, n)
		}
	}
	for _, n := range d.Nodes {
		add(n)
	}
	for _, e := range d.Edges {
		add(GraphNode{Name: e.From})
		add(GraphNode{Name: e.To})
	}
	if len(nodes) > graphNodes {
		p.note(fmt.Sprintf("the first %d of %d nodes", graphNodes, len(nodes)))
		for _, n := range nodes[graphNodes:] {
			delete(seen, n.Name)
		}
		nodes = nodes[:graphNodes]
	}
	for _, e := range d.Edges {
		if seen[e.From] && seen[e.To] {
			edges = append(edges, e)
		}
	}
	if len(edges) > graphEdges {
		p.note(fmt.Sprintf("the first %d of %d edges", graphEdges, len(edges)))
		edges = edges[:graphEdges]
	}
	p.note(fmt.Sprintf("%d nodes, %d edges", len(nodes), len(edges)))
	return nodes, edges
}

func weight(w float64) string {
	if w == 0 {
		return ""
	}
	return number(w)
}

func circle(n int) [][2]float64 {
	xy := make([][2]float64, n)
	for i := range xy {
		a := 2*math.Pi*float64(i)/float64(n) - math.Pi/2
		xy[i] = [2]float64{math.Cos(a), math.Sin(a)}
	}
	return xy
}

// forces places nodes as springs and repulsion have it (Fruchterman and
// Reingold, Software: Practice and Experience 21(11), 1991), from a spiral on,
// so that the same graph looks the same each time. 150 nodes take some 30 ms.
func forces(n int, edges []GraphEdge, index map[string]int) [][2]float64 {
	xy := make([][2]float64, n)
	for i := range xy {
		a, r := float64(i)*2.399963229728653, math.Sqrt(float64(i)+0.5) // the golden angle
		xy[i] = [2]float64{r * math.Cos(a), r * math.Sin(a)}
	}
	const rounds = 300
	move := make([][2]float64, n)
	for round := range rounds {
		heat := 0.12 * math.Sqrt(float64(n)) * (1 - float64(round)/rounds)
		clear(move)
		for i := range n {
			for j := range i {
				dx, dy := xy[i][0]-xy[j][0], xy[i][1]-xy[j][1]
				q := dx*dx + dy*dy + 1e-6
				move[i][0], move[i][1] = move[i][0]+dx/q, move[i][1]+dy/q
				move[j][0], move[j][1] = move[j][0]-dx/q, move[j][1]-dy/q
			}
			move[i][0] -= 0.04 * xy[i][0] // parts that nothing joins stay near, in the shape of the page
			move[i][1] -= 0.10 * xy[i][1]
		}
		for _, e := range edges {
			a, b := index[e.From], index[e.To]
			dx, dy := xy[a][0]-xy[b][0], xy[a][1]-xy[b][1]
			d := math.Sqrt(dx*dx + dy*dy)
			move[a][0], move[a][1] = move[a][0]-dx*d, move[a][1]-dy*d
			move[b][0], move[b][1] = move[b][0]+dx*d, move[b][1]+dy*d
		}
		for i := range xy {
			if d := math.Hypot(move[i][0], move[i][1]); d > 0 {
				step := min(d, heat) / d
				xy[i][0], xy[i][1] = xy[i][0]+move[i][0]*step, xy[i][1]+move[i][1]*step
			}
		}
	}
	return xy
}

// stretch moves places so that they fill a box of pixels.
func stretch(xy [][2]float64, width, height float64) {
	for k, size := range []float64{width, height} {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, p := range xy {
			lo, hi = min(lo, p[k]), max(hi, p[k])
		}
		for i := range xy {
			if hi-lo < 1e-9 {
				xy[i][k] = size / 2
			} else {
				xy[i][k] = math.Round((xy[i][k] - lo) / (hi - lo) * size)
			}
		}
	}
}

func graphTable(edges []GraphEdge, directed bool) *Table {
	between := "–"
	if directed {
		between = "→"
	}
	var rows [][]string
	for _, e := range edges {
		row := []string{e.From + " " + between + " " + e.To, or(e.Label, weight(e.Weight)), ""}
		if e.Strong {
			row[2] = "*"
		}
		rows = append(rows, row)
	}
	return limited([]string{"edge", "", ""}, rows)
}
