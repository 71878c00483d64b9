package bench

import (
	"io"
	"strings"
	"unicode/utf8"
)

// A grid is text in columns. The first row is the header.
type grid struct {
	left int // so many columns are flush left, the others right
	rows [][]string
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// columns leaves out columns that are empty in all rows but the header.
func (g *grid) columns() []int {
	var kept []int
	for c := range g.rows[0] {
		for _, row := range g.rows[1:] {
			if c < len(row) && row[c] != "" {
				kept = append(kept, c)
				break
			}
		}
	}
	return kept
}

// text writes the grid with blanks between columns; a row's cells beyond the
// header's columns are remarks and follow without alignment.
func (g *grid) text(w io.Writer) error {
	kept := g.columns()
	width := make([]int, len(g.rows[0]))
	for _, row := range g.rows {
		for _, c := range kept {
			if c < len(row) {
				width[c] = max(width[c], utf8.RuneCountInString(row[c]))
			}
		}
	}
	var text strings.Builder
	for _, row := range g.rows {
		var line strings.Builder
		line.WriteString("  ")
		for i, c := range kept {
			cell := ""
			if c < len(row) {
				cell = row[c]
			}
			pad := strings.Repeat(" ", width[c]-utf8.RuneCountInString(cell))
			if i > 0 {
				line.WriteString("  ")
			}
			if c < g.left {
				line.WriteString(cell + pad)
			} else {
				line.WriteString(pad + cell)
			}
		}
		if g.bare(row) { // its remark says why, and need not stand far to the right
			trimmed := strings.TrimRight(line.String(), " ")
			line.Reset()
			line.WriteString(trimmed)
		}
		for _, remark := range row[min(len(row), len(g.rows[0])):] {
			if remark != "" {
				line.WriteString("  " + remark)
			}
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// bare reports whether a row has next to no figures.
func (g *grid) bare(row []string) bool {
	figures := 0
	for _, cell := range row[g.left:min(len(row), len(g.rows[0]))] {
		if cell != "" {
			figures++
		}
	}
	return figures < 2
}

// markdown writes it as a table in Markdown.
func (g *grid) markdown(w io.Writer) error {
	kept := g.columns()
	var text strings.Builder
	for i, row := range g.rows {
		for _, c := range kept {
			cell := ""
			if c < len(row) {
				cell = row[c]
			}
			text.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		text.WriteString("|\n")
		if i > 0 {
			continue
		}
		for _, c := range kept {
			if c < g.left {
				text.WriteString("|---")
			} else {
				text.WriteString("|---:")
			}
		}
		text.WriteString("|\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}
