// Package profile reads what a session took of a cell (package collect) and
// shows it in the learner's terms: functions and lines of cells, whichever
// engine ran them, and goroutines by the lines that started them.
//
// It is the front's half. Everything here works on a Report that has arrived:
// no call waits for anything, and damaged data gives an error.
package profile

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/native"
)

// Places knows the cells' texts. The front has them.
type Places interface {
	// Place names the place of interpreted code; ok is false when it is not
	// known any more.
	Place(at link.Step) (p link.Position, ok bool)
	// SourceLine returns a line of a cell as typed; ok is false past its end.
	SourceLine(cell string, line int) (text, function string, ok bool)
}

// A Frame is one call on a sample's stack.
type Frame struct {
	Func string // as in the cell: "f", "(*T).M", "f.func1"; "sort.Ints" elsewhere
	File string // "cell[3]", or a file's path
	Line int    // 0 if not known
}

// Cell says whether the frame is a cell's.
func (f Frame) Cell() bool { return strings.HasPrefix(f.File, "cell[") }

// A Sample is a stack that was seen.
type Sample struct {
	Stack  []Frame // innermost first, at least one
	Weight float64 // how often; shares of a look where one is shared out
}

// A Profile is all samples of a cell.
type Profile struct {
	Samples []Sample
	Total   float64 // their weights' sum
	Count   int     // samples as taken
	Seconds float64 // processor time that one stands for
	// Left are samples that are not the cell's, by whose they are.
	Left map[string]int
	// Shared is how many samples lay between two places of interpreted code
	// and were shared out among the places of the same function.
	Shared int
	// Slow is how many samples came per second of processor time, if that was
	// clearly less than asked for; else 0. Seconds allows for it.
	Slow float64
}

// A Function is one row of the table of functions.
type Function struct {
	Func  string
	Where string  // "cell[3]:7", its line with most samples, or ""
	Self  float64 // samples in the function itself
	Cum   float64 // samples in it or in what it called
}

// Functions returns the functions by self, the most first; by cum if cum is set.
func (p *Profile) Functions(cum bool) []Function {
	type key struct{ fn, file string }
	type row struct {
		Function
		lines map[int]float64 // Cum by line
		depth int             // of the shortest way to it
	}
	rows := map[key]*row{}
	at := func(f Frame) *row {
		k := key{f.Func, f.File}
		r := rows[k]
		if r == nil {
			r = &row{Function{Func: f.Func}, map[int]float64{}, math.MaxInt}
			rows[k] = r
		}
		return r
	}
	for _, s := range p.Samples {
		at(s.Stack[0]).Self += s.Weight
		seen := map[key]bool{}
		for i, f := range s.Stack {
			r, k := at(f), key{f.Func, f.File}
			r.depth = min(r.depth, len(s.Stack)-i)
			if seen[k] {
				continue // recursion counts once
			}
			seen[k] = true
			r.Cum += s.Weight
			r.lines[f.Line] += s.Weight
		}
	}
	var list []*row
	for k, r := range rows {
		if best := most(r.lines); best > 0 && (Frame{File: k.file}).Cell() {
			r.Where = place(k.file, best)
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *row) int {
		first, second := cmp.Compare(b.Self, a.Self), cmp.Compare(b.Cum, a.Cum)
		if cum { // of equals those that call come before those that are called
			first, second = second, cmp.Compare(a.depth, b.depth)
		}
		return cmp.Or(first, second, cmp.Compare(a.Func, b.Func), cmp.Compare(a.Where, b.Where))
	})
	functions := make([]Function, len(list))
	for i, r := range list {
		functions[i] = r.Function
	}
	return functions
}

// most returns the line with the largest weight, the first of equals.
func most(lines map[int]float64) int {
	best := 0
	for line, w := range lines {
		if line > 0 && (best == 0 || w > lines[best] || w == lines[best] && line < best) {
			best = line
		}
	}
	return best
}

// cellFunction gives a function of a cell its name for tables: what Go calls
// main.f is f there, and a cell's own statements are named after the cell.
func cellFunction(name, file string) string {
	if strings.HasPrefix(name, "nb/") {
		name = native.Demangle(name)
	}
	switch {
	case name == "main", name == "":
		return "statements of " + file
	case strings.HasPrefix(name, "main.func"): // a function literal among them
		return "statements of " + file + name[len("main"):]
	}
	return strings.TrimPrefix(name, "main.")
}

// A Node is a function in a tree of calls.
type Node struct {
	Func     string
	Cell     bool // its text is in a cell
	Weight   float64
	Self     float64
	Children []*Node // the largest first
}

// Tree joins all samples into a tree of calls from the outside in.
func (p *Profile) Tree() *Node {
	root := &Node{Func: "all"}
	index := map[*Node]map[string]*Node{}
	for _, s := range p.Samples {
		n := root
		n.Weight += s.Weight
		for i := len(s.Stack) - 1; i >= 0; i-- {
			f := s.Stack[i]
			if index[n] == nil {
				index[n] = map[string]*Node{}
			}
			child := index[n][f.Func]
			if child == nil {
				child = &Node{Func: f.Func, Cell: f.Cell()}
				index[n][f.Func] = child
				n.Children = append(n.Children, child)
			}
			child.Weight += s.Weight
			n = child
		}
		n.Self += s.Weight
	}
	var order func(n *Node)
	order = func(n *Node) {
		slices.SortFunc(n.Children, func(a, b *Node) int {
			return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Func, b.Func))
		})
		for _, c := range n.Children {
			order(c)
		}
	}
	order(root)
	return root
}
