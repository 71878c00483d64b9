package toolchain

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Errors are the compiler's, in the order of their places.
type Errors struct{ List []Error }

// An Error is one of the compiler's, in its words. Line and Column count from 1;
// Column is 0 where the place has none.
type Error struct {
	File         string
	Line, Column int
	Message      string // more lines begin with a tab
}

func (e Error) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

func (e *Errors) Error() string {
	var b strings.Builder
	for i, one := range e.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(one.Error())
	}
	return b.String()
}

// place is what stands before the message: file:line:column or file:line.
var place = regexp.MustCompile(`^(.+?):([0-9]+)(?::([0-9]+))?: (.*)$`)

// parseErrors reads the compiler's output. rest is what it could not read.
func parseErrors(out string) (list []Error, rest string) {
	var other []string
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		m := place.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "\t") && len(list) > 0:
			list[len(list)-1].Message += "\n" + line
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# "):
		case m == nil:
			other = append(other, line)
		default:
			e := Error{File: m[1], Message: m[4]}
			e.Line, _ = strconv.Atoi(m[2])
			e.Column, _ = strconv.Atoi(m[3])
			list = append(list, e)
		}
	}
	// What the compiler says after a syntax error follows from it.
	slices.SortStableFunc(list, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return slices.Compact(list), strings.Join(other, "\n")
}

// importsIn returns the import paths in a Go text, as far as it can be read.
func importsIn(text string) []string {
	f, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly)
	if f == nil {
		return nil
	}
	var list []string
	for _, s := range f.Imports {
		if p, err := strconv.Unquote(s.Path.Value); err == nil {
			list = append(list, p)
		}
	}
	return list
}
