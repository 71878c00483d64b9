package chart

import (
	"fmt"
	"strings"
)

// TreeData is what Tree draws.
type TreeData struct {
	Title, Note string
	Root        TreeNode
}

// A TreeNode is a node of a tree and what hangs from it.
type TreeNode struct {
	Name     string
	Note     string // shown after the name
	Children []TreeNode
}

// Limits of a tree.
const (
	treeNodes = 250
	treeDepth = 24
	treeLines = 60 // of the text
)

// Tree draws a tree from left to right, such as the calls of a recursion. A
// click on a node folds what hangs from it.
func Tree(d TreeData) *Chart {
	p := begin(d.Title, d.Note)
	if d.Root.Name == "" && d.Root.Note == "" && len(d.Root.Children) == 0 {
		return p.empty()
	}
	t := treeMaker{left: treeNodes}
	root := t.node(d.Root, 0)
	if t.cut > 0 {
		p.note(fmt.Sprintf("%d nodes drawn, the others left out at …", treeNodes-t.left))
	}
	room := func(limit float64) int { return int(min(t.widest*12*0.58+24, limit)) }
	s := obj{
		"type": "tree", "data": list{root}, "orient": "LR", "symbol": "circle", "symbolSize": 8, "initialTreeDepth": -1,
		"edgeShape": "curve", "itemStyle": obj{"color": "@0", "borderColor": "@0"},
		"label":  obj{"position": "top", "verticalAlign": "middle", "align": "center", "distance": 8, "fontSize": 11, "color": "@text"},
		"leaves": obj{"label": obj{"position": "right", "align": "left", "distance": 6}},
		"left":   room(90), "right": room(180), "bottom": 16, "emphasis": obj{"focus": "none"},
	}
	p.series = append(p.series, s)
	top := p.top() + 6
	s["top"] = top
	p.c.Height = top + 16 + min(max(t.leaves*24, 90), 900)
	p.outline(d.Root)
	return p.chart()
}

type treeMaker struct {
	left   int // nodes that may still be drawn
	cut    int
	leaves int
	widest float64
}

func (t *treeMaker) node(n TreeNode, depth int) obj {
	t.left--
	name := shorten(plain(strings.TrimSpace(n.Name+"  "+n.Note)), 40)
	t.widest = max(t.widest, float64(len([]rune(name))))
	o := obj{"name": name}
	var children list
	for _, c := range n.Children {
		if t.left <= 0 || depth >= treeDepth {
			t.cut++
			if len(children) == 0 || children[len(children)-1].(obj)["name"] != "…" {
				children = append(children, obj{"name": "…"})
				t.leaves++
			}
			continue
		}
		children = append(children, t.node(c, depth+1))
	}
	if children == nil {
		t.leaves++
		return o
	}
	o["children"] = children
	return o
}

// outline is the tree in lines, for the text and the table.
func (p *plot) outline(root TreeNode) {
	var rows [][]string
	more := 0
	var walk func(n TreeNode, depth int)
	walk = func(n TreeNode, depth int) {
		if len(rows) >= treeLines || depth > treeDepth {
			more++
			return
		}
		rows = append(rows, []string{strings.Repeat("  ", depth) + plain(n.Name), n.Note})
		for _, c := range n.Children {
			walk(c, depth+1)
		}
	}
	walk(root, 0)
	for _, r := range rows {
		p.text.line("%s", strings.TrimRight(shorten(r[0], 70)+"  "+plain(r[1]), " "))
	}
	if more > 0 {
		p.text.line("… %d more branches", more)
	}
	for _, r := range rows { // HTML drops spaces at the beginning
		depth := (len(r[0]) - len(strings.TrimLeft(r[0], " "))) / 2
		r[0] = strings.Repeat("· ", depth) + strings.TrimLeft(r[0], " ")
	}
	p.c.Table = limited([]string{"node", ""}, rows)
}
