package notebook

import (
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A heading is one of a Markdown text.
type heading struct {
	level    int
	id, text string
}

func headingsOf(doc ast.Node, src []byte) []heading {
	var list []heading
	ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !ok || !in {
			return ast.WalkContinue, nil
		}
		id, _ := h.AttributeString("id")
		name, _ := id.([]byte)
		if text := strings.TrimSpace(plainText(h, src)); text != "" && len(name) > 0 {
			list = append(list, heading{h.Level, string(name), text})
		}
		return ast.WalkSkipChildren, nil
	})
	return list
}

// A table of contents has headings of these levels and is made from so many
// entries on: a page with fewer is soon looked through.
const (
	contentsDepth = 3
	contentsFrom  = 5
)

// contentsOf returns a table of contents, "" when the page is short. A single
// heading of the first level that everything else stands below is the page's
// title and left out.
func contentsOf(all []heading) string {
	var list []heading
	first, firsts := 7, 0
	for _, h := range all {
		if h.level <= contentsDepth {
			list = append(list, h)
		}
		if h.level == 1 {
			firsts++
		}
	}
	if firsts == 1 && list[0].level == 1 {
		list = list[1:]
	}
	if len(list) < contentsFrom {
		return ""
	}
	for _, h := range list {
		first = min(first, h.level)
	}
	var b strings.Builder
	b.WriteString("<nav class=\"toc\" aria-label=\"Contents\"><details><summary>Contents</summary>\n<ol>\n")
	for _, h := range list {
		fmt.Fprintf(&b, "<li class=\"l%d\"><a href=\"#%s\">%s</a></li>\n", h.level-first+1, html.EscapeString(h.id), html.EscapeString(h.text))
	}
	b.WriteString("</ol>\n</details></nav>\n")
	return b.String()
}
