package notebook

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// A Page says how a notebook becomes a page.
type Page struct {
	Title string // "" for the notebook's own
	Files fs.FS  // where Markdown's pictures with a relative path are; nil: they are named, not shown
	// Pages are where the text's links to files lead instead, by file: to the
	// pages of other notebooks.
	Pages map[string]string
	Home  string // the page of all of them, for a link at the top; "" for none
}

//go:embed page.css
var css string

//go:embed page.js
var script string

// policy keeps the page from loading anything: what is not in it is not shown.
// It binds text/html outputs, too; their own scripts and styles work.
const policy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: data:; style-src 'unsafe-inline' data:; " +
	"img-src data: blob:; font-src data:; media-src data: blob:; connect-src data: blob:; frame-src 'self' data: blob:; worker-src blob: data:; form-action 'none'; base-uri 'none'"

// WriteHTML writes nb as one page that needs nothing else: style, pictures and
// the charts' library, which is there once, are in it, and a policy in its head
// forbids requests. It follows the reader's choice of light or dark, or that of
// the button, has a table of contents when it is long, and prints. Without
// scripts charts are pictures.
//
// text/html outputs are in it as they are, scripts included; everything else
// that comes from the notebook is escaped.
func WriteHTML(w io.Writer, nb *Notebook, page Page) error {
	title := page.Title
	if title == "" {
		title = nb.Title()
	}
	if title == "" {
		title = "Notebook"
	}
	// The table of contents and the library depend on what is in the cells.
	var cells bytes.Buffer
	p := newPage(bufio.NewWriter(&cells), nb, page)
	for _, c := range nb.Cells {
		p.cell(c)
	}
	p.w.Flush()

	b := bufio.NewWriterSize(w, 64<<10)
	contents := contentsOf(p.markdown.headings)
	class := ""
	if contents != "" {
		class = ` class="long"`
	}
	writeHead(b, title, class)
	if page.Home != "" {
		fmt.Fprintf(b, "<a class=\"home\" href=\"%s\">All notebooks</a>\n", html.EscapeString(page.Home))
	}
	b.WriteString(contents + "<main id=\"weft-cells\">\n")
	b.Write(cells.Bytes())
	b.WriteString("</main>\n")
	b.WriteString(p.charts.library())
	b.WriteString("</body>\n</html>\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// writeHead writes a page up to its text. class is an attribute of the body with
// a blank in front, or "".
func writeHead(b *bufio.Writer, title, class string) {
	fmt.Fprintf(b, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%s">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Weft">
<title>%s</title>
<style>
%s</style>
<script>
%s</script>
</head>
<body%s>
<a class="skip" href="#weft-cells">Skip to the text</a>
<button class="theme" type="button" hidden></button>
`, html.EscapeString(policy), html.EscapeString(title), css, script, class)
}

// A page is one being written.
type page struct {
	w        *bufio.Writer // keeps the first error
	golang   bool          // code cells are Go
	markdown *markdown
	charts   charts
	folds    int            // folded outputs so far
	data     map[string]any // the bundle being shown
	alt      string         // what its picture shows, in words
}

func newPage(w *bufio.Writer, nb *Notebook, o Page) *page {
	return &page{
		w:        w,
		golang:   nb.language() == "go",
		markdown: &markdown{files: o.Files, pages: o.Pages, ids: newAnchors()},
	}
}

// cell writes one cell.
func (p *page) cell(c *Cell) {
	switch c.Kind {
	case Markdown:
		fmt.Fprintf(p.w, "<section class=\"cell text\">\n<div class=\"md\">%s</div>\n</section>\n", p.markdown.render(c.Source, c.Attachments))
	case Code:
		p.code(c)
	default:
		fmt.Fprintf(p.w, "<section class=\"cell text\">\n<pre class=\"raw\">%s</pre>\n</section>\n", html.EscapeString(c.Source))
	}
}

func (p *page) code(c *Cell) {
	if strings.TrimSpace(c.Source) == "" && len(c.Outputs) == 0 {
		return
	}
	text := strings.Trim(c.Source, "\n")
	if p.golang {
		text = highlight(text)
	} else {
		text = html.EscapeString(text)
	}
	input := `<pre class="go"><code>` + text + `</code></pre>`
	if hidden(c, "source_hidden", "hide-input") {
		input = `<details class="hidden"><summary>Code</summary>` + input + `</details>`
	}
	p.w.WriteString("<section class=\"cell code\">\n")
	p.row("in", "In", c.Count, input)
	if len(c.Outputs) > 0 && hidden(c, "outputs_hidden", "hide-output") {
		p.w.WriteString("<details class=\"hidden outputs\"><summary>Output</summary>\n")
		defer p.w.WriteString("</details>\n</section>\n")
	} else {
		defer p.w.WriteString("</section>\n")
	}
	for _, o := range c.Outputs {
		p.output(o)
	}
}

// hidden tells whether a part of a cell is folded in the notebook.
func hidden(c *Cell, flag, tag string) bool {
	j, _ := c.Metadata["jupyter"].(map[string]any)
	on, _ := j[flag].(bool)
	return on || c.Tagged(tag)
}

// row writes a prompt and what stands at its right. A count of nil is that of a
// cell that was not run; word "" is for no prompt.
func (p *page) row(class, word string, count *int, body string) {
	prompt := ""
	if word != "" {
		n := " "
		if count != nil {
			n = strconv.Itoa(*count)
		}
		prompt = word + "&nbsp;[" + n + "]:"
	}
	fmt.Fprintf(p.w, "<div class=\"row %s\"><div class=\"prompt\">%s</div><div class=\"body\">%s</div></div>\n", class, prompt, body)
}

func (p *page) output(o *Output) {
	switch o.Type {
	case Stream:
		class := "out"
		if o.Name == "stderr" {
			class = "out err"
		}
		p.row(class, "", nil, p.long(o.Text, "text"))
	case DisplayData:
		p.show("out", "", o)
	case ExecuteResult:
		p.show("out", "Out", o)
	case Error:
		text := strings.Join(o.Traceback, "\n")
		if strings.TrimSpace(text) == "" {
			text = o.EName + ": " + o.EValue
		}
		p.row("out error", "", nil, p.long(text, "text"))
	}
}

func (p *page) show(class, word string, o *Output) {
	if body := p.bundle(o.Data, o.Metadata); body != "" {
		p.row(class, word, o.Count, body)
	}
}
