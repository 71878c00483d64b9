package notebook

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// An Entry is a notebook's place on the page of all of them.
type Entry struct {
	Title   string
	Text    string // what it is about; one line
	Picture string // a data address; "" for none
	Page    string // where the link leads
}

// tagCover marks the cell whose picture stands for the notebook.
const tagCover = "cover"

// NewEntry describes a notebook by its title, the first paragraph of its text
// and a picture: that of the cell tagged "cover", else the first chart or image
// that it shows.
func NewEntry(nb *Notebook, page string) Entry {
	e := Entry{Title: nb.Title(), Page: page}
	for _, c := range nb.Cells {
		if e.Text == "" && c.Kind == Markdown {
			e.Text = firstParagraph(c.Source)
		}
		if e.Picture != "" && !c.Tagged(tagCover) {
			continue
		}
		for _, o := range c.Outputs {
			if png, ok := o.Data["image/png"].(string); ok {
				e.Picture = "data:image/png;base64," + strings.Join(strings.Fields(png), "")
				break
			}
		}
		if e.Picture != "" && c.Tagged(tagCover) {
			break
		}
	}
	if e.Title == "" {
		e.Title = page
	}
	return e
}

// firstParagraph returns a text's first paragraph in one line, without marks.
func firstParagraph(source string) (line string) {
	src := []byte(source)
	ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(src)), func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if p, ok := n.(*ast.Paragraph); ok && in && line == "" {
			line = strings.Join(strings.Fields(plainText(p, src)), " ")
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return line
}

// WriteIndex writes a page with a link to each of several pages. Like them it
// needs nothing else.
func WriteIndex(w io.Writer, title string, entries []Entry) error {
	b := bufio.NewWriter(w)
	writeHead(b, title, "")
	fmt.Fprintf(b, "<main id=\"weft-cells\">\n<div class=\"md\"><h1>%s</h1></div>\n<ul class=\"index\">\n", html.EscapeString(title))
	for _, e := range entries {
		picture := `<span class="blank"></span>`
		if e.Picture != "" {
			picture = `<img src="` + html.EscapeString(e.Picture) + `" alt="">`
		}
		fmt.Fprintf(b, "<li><a href=\"%s\">%s<h2>%s</h2><p>%s</p></a></li>\n", html.EscapeString(e.Page), picture, html.EscapeString(e.Title), html.EscapeString(e.Text))
	}
	b.WriteString("</ul>\n</main>\n</body>\n</html>\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
