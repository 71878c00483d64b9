package notebook

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A markdown makes HTML of the Markdown texts of one page.
type markdown struct {
	files    fs.FS             // for pictures with a relative path; nil for none
	pages    map[string]string // where links to files lead instead
	ids      *anchors
	headings []heading // of all texts so far
}

// render returns Markdown as HTML. Pictures come from the cell's attachments,
// data addresses and the page's files; one from elsewhere becomes a link, since
// the page loads nothing. Of HTML in the text, harmless tags stay tags and all
// else is shown as text.
func (m *markdown) render(source string, attachments map[string]any) string {
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM, mathExtension{}),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(
			util.Prioritized(&nodes{files: m.files, attachments: attachments}, 100))),
	)
	src := []byte(source)
	doc := md.Parser().Parse(text.NewReader(src), parser.WithContext(parser.NewContext(parser.WithIDs(m.ids))))
	m.headings = append(m.headings, headingsOf(doc, src)...)
	m.relink(doc)
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, src, doc); err != nil {
		return `<pre>` + html.EscapeString(source) + `</pre>`
	}
	return balance(b.String())
}

// relink has links to files lead to their pages.
func (m *markdown) relink(doc ast.Node) {
	if len(m.pages) == 0 {
		return
	}
	ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && in {
			file, anchor, _ := strings.Cut(string(l.Destination), "#")
			if page := m.pages[file]; page != "" && anchor != "" {
				l.Destination = []byte(page + "#" + anchor)
			} else if page != "" {
				l.Destination = []byte(page)
			}
		}
		return ast.WalkContinue, nil
	})
}

// anchors gives headings the names that Jupyter gives them, so that links
// within the notebook work: the text with hyphens for blanks. A name is given
// once on a page.
type anchors struct {
	used map[string]int // how often a name was wanted
}

func newAnchors() *anchors { return &anchors{used: map[string]int{}} }

// marks are what Markdown makes of a heading's text and is not shown.
var marks = strings.NewReplacer("*", "", "`", "")

// Generate implements parser.IDs.
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	name := strings.Join(strings.Fields(marks.Replace(string(value))), "-")
	if name == "" {
		name = "heading"
	}
	try := name
	for a.used[try] > 0 {
		a.used[name]++
		try = name + "-" + strconv.Itoa(a.used[name])
	}
	a.used[try]++
	return []byte(try)
}

// Put implements parser.IDs.
func (a *anchors) Put(value []byte) { a.used[string(value)]++ }

// nodes renders what goldmark's own renderer would drop or load from outside.
type nodes struct {
	files       fs.FS
	attachments map[string]any
}

// RegisterFuncs implements renderer.NodeRenderer.
func (n *nodes) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindImage, n.image)
	reg.Register(ast.KindRawHTML, n.rawHTML)
	reg.Register(ast.KindHTMLBlock, n.htmlBlock)
	reg.Register(ast.KindFencedCodeBlock, n.code)
}

func (n *nodes) image(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	img := node.(*ast.Image)
	w.WriteString(n.picture(string(img.Destination), plainText(img, src), string(img.Title), ""))
	return ast.WalkSkipChildren, nil
}

// plainText returns a node's text without its marks.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	ast.Walk(n, func(c ast.Node, in bool) (ast.WalkStatus, error) {
		switch c := c.(type) {
		case *ast.Text:
			if in {
				b.Write(c.Segment.Value(src))
				if c.SoftLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if in {
				b.Write(c.Value)
			}
		case *mathInline:
			if in {
				b.Write(c.tex)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// picture returns an img element, or a link when the picture is elsewhere.
// attrs are more attributes, with a blank in front.
func (n *nodes) picture(dest, alt, title, attrs string) string {
	if title != "" {
		attrs += ` title="` + html.EscapeString(title) + `"`
	}
	if src := n.data(dest); src != "" {
		return `<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(alt) + `"` + attrs + `>`
	}
	if alt == "" {
		alt = dest
	}
	text := `<span class="picture">` + html.EscapeString(alt) + `</span>`
	if u, err := url.Parse(dest); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return `<a href="` + html.EscapeString(dest) + `">` + text + `</a>`
	}
	return text
}

var dataImage = regexp.MustCompile(`^(?i:data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,])`)

// data returns a picture's address as data, "" when it can't be had.
func (n *nodes) data(dest string) string {
	if dataImage.MatchString(dest) {
		return dest
	}
	if name, ok := strings.CutPrefix(dest, "attachment:"); ok {
		bundle, ok := n.attachments[name].(map[string]any)
		if plain, err := url.PathUnescape(name); !ok && err == nil {
			bundle, _ = n.attachments[plain].(map[string]any)
		}
		for _, mime := range pictures {
			if s, ok := bundle[mime].(string); ok {
				return dataAddress(mime, s)
			}
		}
		return ""
	}
	u, err := url.Parse(dest)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || n.files == nil {
		return ""
	}
	raw, err := fs.ReadFile(n.files, path.Clean(u.Path))
	if err != nil {
		return ""
	}
	mime := http.DetectContentType(raw)
	if strings.HasSuffix(strings.ToLower(u.Path), ".svg") {
		mime = "image/svg+xml"
	}
	if !strings.HasPrefix(mime, "image/") {
		return ""
	}
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(raw)
}

func (n *nodes) rawHTML(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(n.harmless(string(node.(*ast.RawHTML).Segments.Value(src))))
	}
	return ast.WalkSkipChildren, nil
}

func (n *nodes) htmlBlock(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		b := node.(*ast.HTMLBlock)
		text := string(b.Lines().Value(src))
		if b.HasClosure() {
			text += string(b.ClosureLine.Value(src))
		}
		w.WriteString(n.harmless(text))
	}
	return ast.WalkContinue, nil
}

func (n *nodes) code(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		b := node.(*ast.FencedCodeBlock)
		text := string(b.Lines().Value(src))
		lang := string(b.Language(src))
		if strings.EqualFold(lang, "go") || strings.EqualFold(lang, "golang") {
			text = highlight(text)
		} else {
			text = html.EscapeString(text)
		}
		fmt.Fprintf(w, "<pre class=\"go\"><code>%s</code></pre>\n", text)
	}
	return ast.WalkSkipChildren, nil
}

// Tags that Markdown texts may have, and their attributes. What is not here can
// load, run or restyle something.
var (
	tags = strings.Fields(`a abbr b big blockquote br caption center cite code col colgroup dd del details dfn div dl dt
		em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong
		sub summary sup table tbody td tfoot th thead tr tt u ul var`)
	attributes = strings.Fields(`align valign width height open colspan rowspan title alt href src start color size id name`)
	void       = strings.Fields(`br hr img col input`)

	comment   = regexp.MustCompile(`(?s)<!--.*?-->`)
	tag       = regexp.MustCompile(`<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>` + "`" + `]+))?)*)\s*(/?)>`)
	attribute = regexp.MustCompile(`([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>` + "`" + `]+)))?`)
)

// harmless returns HTML with its harmless tags; the others are shown.
func (n *nodes) harmless(text string) string {
	text = comment.ReplaceAllString(text, "")
	var b strings.Builder
	show := strings.NewReplacer("<", "&lt;", ">", "&gt;")
	at := 0
	for _, m := range tag.FindAllStringSubmatchIndex(text, -1) {
		show.WriteString(&b, text[at:m[0]])
		at = m[1]
		name := strings.ToLower(text[m[4]:m[5]])
		switch {
		case !slices.Contains(tags, name):
			show.WriteString(&b, text[m[0]:m[1]])
		case m[3] > m[2]:
			b.WriteString("</" + name + ">")
		default:
			b.WriteString(n.open(name, text[m[6]:m[7]]))
		}
	}
	show.WriteString(&b, text[at:])
	return b.String()
}

// open returns a start tag with the attributes that may stay.
func (n *nodes) open(name, text string) string {
	var attrs, src, alt string
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		key, value := strings.ToLower(m[1]), html.UnescapeString(m[2]+m[3]+m[4])
		switch {
		case !slices.Contains(attributes, key):
		case key == "src":
			src = value
		case key == "alt":
			alt = value
		case key == "href":
			if u, err := url.Parse(strings.TrimSpace(value)); err == nil && slices.Contains([]string{"", "http", "https", "mailto"}, u.Scheme) {
				attrs += ` href="` + html.EscapeString(value) + `"`
			}
		default:
			attrs += ` ` + key + `="` + html.EscapeString(value) + `"`
		}
	}
	if name == "img" {
		return n.picture(src, alt, "", attrs)
	}
	return "<" + name + attrs + ">"
}

var anyTag = regexp.MustCompile(`<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>`)

// balance removes end tags that end nothing and adds those that are missing,
// so that a cell's tags don't reach beyond it.
func balance(text string) string {
	var b strings.Builder
	var open []string
	at := 0
	for _, m := range anyTag.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[at:m[0]])
		at = m[1]
		name := strings.ToLower(text[m[4]:m[5]])
		switch {
		case slices.Contains(void, name):
		case m[3] == m[2]:
			open = append(open, name)
		default:
			i := len(open) - 1
			for i >= 0 && open[i] != name {
				i--
			}
			if i < 0 {
				continue
			}
			for _, missing := range slices.Backward(open[i+1:]) {
				b.WriteString("</" + missing + ">")
			}
			open = open[:i]
		}
		b.WriteString(text[m[0]:m[1]])
	}
	b.WriteString(text[at:])
	for _, missing := range slices.Backward(open) {
		b.WriteString("</" + missing + ">")
	}
	return b.String()
}
