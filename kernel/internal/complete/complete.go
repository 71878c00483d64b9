// Package complete answers what could be typed next in a cell and what a name
// in it means, from types alone: no code runs, and both answers come while a
// cell runs. Text that does not parse yet is mended around the cursor first.
//
// A completion takes about 2 ms with a thousand names declared; the first one
// that needs a big package reads its types, up to 30 ms.
package complete

import (
	"cmp"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weft-go/weft/kernel/internal/check"
)

// A Notebook is what the answers are made from. World is required; every
// function may be nil and must be safe for concurrent use. Its methods are
// safe for concurrent use.
type Notebook struct {
	World  *check.World
	Magics []Magic

	Pieces  func(src string) []Piece       // finds the magics of a cell
	Dir     func() string                  // the folder in which cells run
	Environ func() []string                // the environment of cells, "NAME=value"
	Source  func(cell string) string       // the text of a cell that has run, "" if it is not known
	Value   func(name string) string       // a variable's value in a line, "" if it can't be had at once
	Code    func(path, name string) string // the source of a package's declaration, "" if there is none
}

// A Magic is a command that can stand in a cell, as magic.Magic describes it.
type Magic struct {
	Name       string // without signs: "time"
	Usage      string // "%time statement  %%time"
	Short, Doc string
	Line, Cell bool // can be written %name, %%name
}

// A Piece is a magic in a cell's text.
type Piece struct {
	Start, End int    // byte offsets of its lines
	Name       string // "time", "!", "?"
	Cell       bool   // %%name: the lines below the first are its body
}

// A Match is one text that may stand in place of what was typed.
type Match struct {
	Text      string
	Type      string // function, variable, type, package, constant, field, method, keyword, label, magic, option, file or folder
	Signature string // of functions and methods "(n int) error", else the type; may be empty
	tier      int    // how well it fits what was typed; lower comes first
	other     bool   // it is not of the type that is expected
	rank      int    // how near it is; lower comes first
}

// How a text fits what was typed.
const (
	tierPrefix = iota // begins so
	tierFold          // begins so, but for upper and lower case
	tierParts         // has the letters in this order
)

// Ranks of matches, nearest first.
const (
	rankLocal = iota * 1000 // room for an order of fields
	rankSession
	rankBuiltin
	rankPackage
	rankFar
	rankKeyword
)

// Complete lists what may replace src[start:end], the name that ends or goes on
// at byte offset pos (which is clamped): members after a dot, the fields that
// a literal lacks, else the names that are visible there, packages and the
// keywords that can stand there; labels, import paths, names of files in
// strings, magics and what they take. What begins exactly as typed comes
// first, then what differs in case, then what has the letters in this order;
// within these what has the type that is expected, then what is nearest.
func (n *Notebook) Complete(src string, pos int) (matches []Match, start, end int) {
	pos = clamp(src, pos)
	pieces := n.pieces(src)
	if matches, start, end, done := n.magic(src, pos, pieces); done {
		return matches, start, end
	}
	return n.golang(n.blank(src, pieces), pos)
}

// golang completes Go text.
func (n *Notebook) golang(src string, pos int) ([]Match, int, int) {
	start, end := word(src, pos)
	at := scan(src, start, pos)
	switch at.in {
	case inImport:
		return n.paths(src, at, pos)
	case inText:
		return n.text(src, at, pos)
	case inNothing:
		return nil, pos, pos
	}
	prefix := src[start:pos]
	if r, _ := utf8.DecodeRuneInString(prefix); unicode.IsDigit(r) || at.point {
		return nil, pos, pos // a number
	}
	c := &collector{n: n, prefix: prefix, at: at, seen: map[string]bool{}}
	m := mend(src, start, end)
	n.World.Look(m.text, m.at, func(g *check.Glance) {
		c.g = g
		c.spot = m.spot(g)
		c.gather(src[:start])
	})
	return c.sorted(), start, end
}

func (c *collector) sorted() []Match {
	slices.SortFunc(c.out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), compareBool(a.other, b.other), cmp.Compare(a.rank, b.rank), cmp.Compare(a.Text, b.Text))
	})
	return c.out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// clamp moves an offset into the text and to the beginning of a rune.
func clamp(src string, pos int) int {
	pos = max(0, min(pos, len(src)))
	for pos > 0 && pos < len(src) && !utf8.RuneStart(src[pos]) {
		pos--
	}
	return pos
}

func letter(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// word is the range of the name around an offset.
func word(src string, pos int) (start, end int) {
	start, end = pos, pos
	for start > 0 {
		r, n := utf8.DecodeLastRuneInString(src[:start])
		if !letter(r) {
			break
		}
		start -= n
	}
	for end < len(src) {
		r, n := utf8.DecodeRuneInString(src[end:])
		if !letter(r) {
			break
		}
		end += n
	}
	return start, end
}

// tier says how a text fits what was typed.
func tier(text, prefix string) (int, bool) {
	if strings.HasPrefix(text, prefix) {
		return tierPrefix, true
	}
	rest := text
	for i, p := range prefix {
		q, size := utf8.DecodeRuneInString(rest)
		if rest == "" || !sameFold(p, q) {
			if i == 0 || utf8.RuneCountInString(prefix) < 2 {
				return 0, false
			}
			return tierParts, parts(rest, prefix[i:])
		}
		rest = rest[size:]
	}
	return tierFold, true
}

// parts says whether a text has the letters in this order.
func parts(text, letters string) bool {
	for _, p := range letters {
		i := strings.IndexFunc(text, func(q rune) bool { return sameFold(p, q) })
		if i < 0 {
			return false
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		text = text[i+size:]
	}
	return true
}

func sameFold(a, b rune) bool {
	return a == b || unicode.ToLower(a) == unicode.ToLower(b)
}

// name qualifies a package by its name, as one writes it; the session's own
// not at all.
func name(own *types.Package) types.Qualifier {
	return func(p *types.Package) string {
		if p == own {
			return ""
		}
		return p.Name()
	}
}
