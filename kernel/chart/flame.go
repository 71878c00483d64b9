package chart

import (
	"fmt"
	"slices"
	"strings"
)

// FlameData is what Flame draws.
type FlameData struct {
	Title, Note string
	Unit        string // of the values: "s", "B", "samples"; "" is "samples"
	Stacks      []Stack
}

// A Stack is a call stack, outermost function first, and what it cost. Stacks
// may repeat; their values are added.
type Stack struct {
	Frames []string
	Value  float64
}

// Limits of a flame graph: frames drawn, the most that deep recursion adds, and
// the share of the width below which a frame cannot be seen.
const (
	flameFrames = 420
	flameDepth  = 60
	flameShare  = 1.0 / 1400
)

// Flame shows call stacks as a flame graph (Gregg, CACM 59(6), 2016): width is
// share of the cost, the callers are below. A click on a frame zooms into it,
// one on the lowest frame back. Frames too narrow to be seen are left out.
func Flame(d FlameData) *Chart {
	unit := or(d.Unit, "samples")
	p := begin(d.Title, "")
	root, lost := merge(d.Stacks)
	if root.value > 0 {
		p.note("width: share of " + quantity(root.value, unit) + "; click to zoom")
	}
	p.note(d.Note)
	p.lost(lost)
	if root.value <= 0 {
		return p.empty()
	}
	boxes, deeper := flatten(root)
	if deeper > 0 {
		p.note(fmt.Sprintf("%d frames too narrow or too deep left out", deeper))
	}
	var names []string
	index := map[string]int{}
	var data list
	depth := 0
	for _, b := range boxes {
		n, ok := index[b.name]
		if !ok {
			n = len(names)
			index[b.name] = n
			names = append(names, shorten(plain(b.name), 80))
		}
		own := 0
		if runtimeFrame(b.name) {
			own = 1
		}
		data = append(data, list{significant(b.start, 6), significant(b.start+b.value, 6), b.depth, n, own})
		depth = max(depth, b.depth+1)
	}
	p.series = append(p.series, obj{
		"type": "custom", "renderItem": fn("flame", names), "encode": obj{"x": list{0, 1}, "y": 2}, "data": data, "clip": true,
		"tooltip": obj{"formatter": fn("flameTip", names, significant(root.value, 6), unit)},
	})
	top := p.top()
	p.c.Height = top + 14 + depth*24
	if depth < 6 {
		p.c.Height = top + 14 + depth*32
	}
	p.c.Option["grid"] = obj{"left": 10, "right": 10, "top": top, "bottom": 12}
	p.c.Option["xAxis"] = obj{"type": "value", "min": 0, "max": significant(root.value, 6), "show": false}
	p.c.Option["yAxis"] = obj{"type": "value", "min": 0, "max": depth, "show": false}
	p.c.Option["weft"] = list{"flame"}
	p.flameTable(root, unit)
	return p.chart()
}

// runtimeFrame says whether a function belongs to Go's runtime.
func runtimeFrame(name string) bool {
	return strings.HasPrefix(name, "runtime.") || strings.HasPrefix(name, "runtime/internal/") ||
		strings.HasPrefix(name, "internal/runtime/") || strings.HasPrefix(name, "sync.") || strings.HasPrefix(name, "gc")
}

// A frame is a node of the tree of calls.
type frame struct {
	name        string
	value, self float64
	children    []*frame
	byName      map[string]*frame
	start       float64 // set by flatten
	depth       int
}

func (f *frame) child(name string) *frame {
	if c, ok := f.byName[name]; ok {
		return c
	}
	c := &frame{name: name}
	if f.byName == nil {
		f.byName = map[string]*frame{}
	}
	f.byName[name] = c
	f.children = append(f.children, c)
	return c
}

// merge makes a tree of stacks. A stack without a positive value counts as lost.
func merge(stacks []Stack) (root *frame, lost int) {
	root = &frame{name: "all"}
	for _, s := range stacks {
		if !(s.Value > 0) || s.Value > 1e300 || len(s.Frames) == 0 {
			if s.Value != 0 || len(s.Frames) == 0 {
				lost++
			}
			continue
		}
		root.value += s.Value
		f := root
		for _, name := range s.Frames {
			f = f.child(name)
			f.value += s.Value
		}
		f.self += s.Value
	}
	if len(root.children) == 1 { // a common root, such as main.main, is the lowest frame
		root = root.children[0]
	}
	return root, lost
}

// flatten places the frames, the costliest first where there are too many;
// siblings are in the order of their names, as flame graphs have it.
func flatten(root *frame) (boxes []*frame, left int) {
	var walk func(f *frame, start float64, depth int)
	walk = func(f *frame, start float64, depth int) {
		f.start, f.depth = start, depth
		if f.value < root.value*flameShare || depth >= flameDepth {
			left++
			return
		}
		boxes = append(boxes, f)
		slices.SortFunc(f.children, func(a, b *frame) int { return strings.Compare(a.name, b.name) })
		for _, c := range f.children {
			walk(c, start, depth+1)
			start += c.value
		}
	}
	walk(root, 0, 0)
	if len(boxes) > flameFrames {
		// A caller costs at least what its callees do, so none stays without it.
		slices.SortStableFunc(boxes, func(a, b *frame) int {
			if c := cmpFloat(b.value, a.value); c != 0 {
				return c
			}
			return a.depth - b.depth
		})
		left += len(boxes) - flameFrames
		boxes = boxes[:flameFrames]
		slices.SortStableFunc(boxes, func(a, b *frame) int {
			if a.depth != b.depth {
				return a.depth - b.depth
			}
			return cmpFloat(a.start, b.start)
		})
	}
	return boxes, left
}

// flameTable lists functions by what they cost themselves.
func (p *plot) flameTable(root *frame, unit string) {
	type cost struct {
		name       string
		self, with float64
	}
	costs := map[string]*cost{}
	var walk func(f *frame, above map[string]bool)
	walk = func(f *frame, above map[string]bool) {
		c := costs[f.name]
		if c == nil {
			c = &cost{name: f.name}
			costs[f.name] = c
		}
		c.self += f.self
		recursive := above[f.name]
		if !recursive { // recursion counts once
			c.with += f.value
			above[f.name] = true
		}
		for _, child := range f.children {
			walk(child, above)
		}
		if !recursive {
			delete(above, f.name)
		}
	}
	walk(root, map[string]bool{})
	var all []*cost
	for _, c := range costs {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *cost) int {
		if c := cmpFloat(b.self, a.self); c != 0 {
			return c
		}
		if c := cmpFloat(b.with, a.with); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	var rows [][]string
	percent := func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v/root.value) }
	for _, c := range all {
		rows = append(rows, []string{shorten(plain(c.name), 70), quantity(c.self, unit), percent(c.self), quantity(c.with, unit), percent(c.with)})
	}
	columns := []string{"function", "self", "", "with callees", ""}
	p.c.Table = limited(columns, rows)
	p.text.table(p.c.Table)
}
