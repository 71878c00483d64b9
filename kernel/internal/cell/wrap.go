package cell

import (
	"go/scanner"
	"sort"
	"strings"
)

// A Wrapped is a cell's Go text made into one file that go/parser takes, on
// the same lines: a package clause before it, and every run of statements
// inside a function of its own.
type Wrapped struct {
	Text string
	// Runs are the offsets in Text of the "func" of each function around a run
	// of statements, ascending.
	Runs []int

	src     string
	inserts []insert
}

// An insert is text that is in Wrapped.Text but not in the source.
type insert struct{ at, length int } // at: offset in Text

// Texts put around the cell.
const (
	clause = "package main;"
	before = "func _(){"
)

// Wrap makes a file of the chunks of src. A package clause in the text is
// blanked out.
func Wrap(src string, chunks []Chunk) *Wrapped {
	w := &Wrapped{src: src}
	var b strings.Builder
	b.Grow(len(src) + 64)
	put := func(s string) {
		w.inserts = append(w.inserts, insert{b.Len(), len(s)})
		b.WriteString(s)
	}
	put(clause)
	from := 0
	gap := func(i, to int) {
		// Of the semicolons between chunks only the one that ends the chunk
		// before may stay: between declarations empty statements are errors.
		for at := from; at < to; at++ {
			if src[at] == ';' && !(i >= 0 && chunks[i].Semi && chunks[i].semi == at) {
				b.WriteByte(' ')
			} else {
				b.WriteByte(src[at])
			}
		}
	}
	for i, c := range chunks {
		gap(i-1, c.Start)
		from = c.Start
		switch {
		case c.Form == Package:
			b.WriteString(blank(src[c.Start:c.End]))
			from = c.End
			continue
		case c.Form != Statement:
		case i == 0 || chunks[i-1].Form != Statement:
			w.Runs = append(w.Runs, b.Len())
			put(before)
		}
		b.WriteString(src[from:c.End])
		from = c.End
		if c.Form == Statement && (i == len(chunks)-1 || chunks[i+1].Form != Statement) {
			put("}")
		}
	}
	gap(len(chunks)-1, len(src))
	w.Text = b.String()
	return w
}

// blank replaces everything but line ends by spaces.
func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, s)
}

// Offset returns the offset in the source of an offset in Text; one inside an
// insertion is moved to where it was inserted.
func (w *Wrapped) Offset(off int) int {
	moved := 0
	for _, in := range w.inserts {
		if off < in.at {
			break
		}
		if off < in.at+in.length {
			off = in.at
			break
		}
		moved += in.length
	}
	return max(0, min(off-moved, len(w.src)))
}

// IsRun says whether a function that begins at this offset of Text is one that
// Wrap put around statements.
func (w *Wrapped) IsRun(off int) bool {
	i := sort.SearchInts(w.Runs, off)
	return i < len(w.Runs) && w.Runs[i] == off
}

// errorList returns the parser's errors one by one.
func errorList(err error) scanner.ErrorList {
	if list, ok := err.(scanner.ErrorList); ok {
		return list
	}
	return nil
}

// Place returns the offset in Text of an offset in the source: the inverse of
// Offset. Between what was inserted around a run and the run it is inside.
func (w *Wrapped) Place(off int) int {
	moved := 0
	for _, in := range w.inserts {
		if off < in.at-moved || off == in.at-moved && in.length == len("}") {
			break
		}
		moved += in.length
	}
	return min(off+moved, len(w.Text))
}
