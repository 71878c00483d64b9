// Package errtree writes errors that wrap others.
package errtree

import (
	"fmt"
	"reflect"
	"strings"
)

// Bounds of what Text writes.
const (
	maxDepth = 16  // of wrapped errors
	maxNodes = 64  // lines
	maxWidth = 200 // bytes of one error's line
)

// Text returns an error's text and, below it when it wraps others
// (fmt.Errorf with %w, errors.Join, Unwrap methods), the tree of these with
// their types:
//
//	load: open x: no such file or directory
//	└─ open x: no such file or directory  (*fs.PathError)
//	   └─ no such file or directory  (syscall.Errno)
//
// Texts are asked for while a panic unwinds: a method that panics is the
// caller's to recover.
func Text(err error) string {
	var b strings.Builder
	b.WriteString(err.Error())
	t := tree{out: &b}
	t.below(err, "", 0)
	return b.String()
}

type tree struct {
	out   *strings.Builder
	nodes int
}

// below writes what an error wraps.
func (t *tree) below(err error, lead string, depth int) {
	list := wrapped(err)
	for i, e := range list {
		if depth == maxDepth || t.nodes == maxNodes {
			t.out.WriteString("\n" + lead + "└─ ...")
			return
		}
		t.nodes++
		branch, next := "├─ ", "│  "
		if i == len(list)-1 {
			branch, next = "└─ ", "   "
		}
		text, _, cut := strings.Cut(e.Error(), "\n")
		if len(text) > maxWidth {
			text, cut = strings.ToValidUTF8(text[:maxWidth], ""), true
		}
		if cut {
			text += " ..."
		}
		t.out.WriteString("\n" + lead + branch + text + typeNote(e))
		t.below(e, lead+next, depth+1)
	}
}

// wrapped returns the errors that an error wraps, without nils.
func wrapped(err error) (list []error) {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		list = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		list = e.Unwrap()
	}
	var out []error
	for _, e := range list {
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}

// typeNote names an error's type where that tells something: not for those of
// fmt and errors, and not for what the interpreter makes of its types.
func typeNote(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := fmt.Sprintf("%T", err)
	if t.Name() == "" || t.PkgPath() == "" || t.PkgPath() == "fmt" || t.PkgPath() == "errors" ||
		strings.Contains(t.PkgPath(), "yaegi") || strings.Contains(t.PkgPath(), "weft/kernel/internal") {
		return ""
	}
	return "  (" + name + ")"
}
