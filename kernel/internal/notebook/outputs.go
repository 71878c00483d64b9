package notebook

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A form shows data of one MIME type. html is "" when the data is not what the
// type says; the next form is tried then.
type form struct {
	mime string
	html func(p *page, data any, hints map[string]any) string
}

// forms are in the order of preference.
var forms = []form{
	{"text/html", textHTML},
	{"text/markdown", textMarkdown},
	{"image/svg+xml", picture("image/svg+xml")},
	{"image/png", picture("image/png")},
	{"image/jpeg", picture("image/jpeg")},
	{"image/webp", picture("image/webp")},
	{"image/gif", picture("image/gif")},
	{"text/latex", textLatex},
	{"text/plain", textPlain},
	{"application/json", indentedJSON},
}

// pictures are the types of pictures that a browser shows, best first.
var pictures = []string{"image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/gif"}

func textHTML(p *page, data any, _ map[string]any) string {
	s, _ := data.(string)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return `<div class="rich">` + p.charts.part(s, p.data) + `</div>`
}

func textMarkdown(p *page, data any, _ map[string]any) string {
	s, _ := data.(string)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return `<div class="md">` + p.markdown.render(s, nil) + `</div>`
}

func textLatex(_ *page, data any, _ map[string]any) string {
	s, _ := data.(string)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return `<div class="math math-block">` + html.EscapeString(strings.TrimSpace(s)) + `</div>`
}

func textPlain(p *page, data any, _ map[string]any) string {
	s, ok := data.(string)
	if !ok {
		return ""
	}
	return p.long(s, "text")
}

func indentedJSON(p *page, data any, _ map[string]any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if e.Encode(data) != nil {
		return ""
	}
	return p.long(strings.TrimSpace(b.String()), "text")
}

// picture shows a picture as an img element, in which nothing runs, SVG's
// scripts included.
func picture(mime string) func(*page, any, map[string]any) string {
	return func(p *page, data any, hints map[string]any) string {
		s, _ := data.(string)
		src := dataAddress(mime, s)
		if src == "" {
			return ""
		}
		attrs := ""
		for _, side := range []string{"width", "height"} {
			if n, ok := hints[side].(json.Number); ok {
				attrs += ` ` + side + `="` + html.EscapeString(n.String()) + `"`
			}
		}
		return `<img src="` + src + `" alt="` + html.EscapeString(p.alt) + `"` + attrs + `>`
	}
}

var notBase64 = regexp.MustCompile(`[^A-Za-z0-9+/=]`)

// dataAddress returns a picture as a data: address, "" when data is none.
func dataAddress(mime, data string) string {
	if mime == "image/svg+xml" {
		if strings.TrimSpace(data) == "" {
			return ""
		}
		return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString([]byte(data))
	}
	data = strings.Join(strings.Fields(data), "")
	if data == "" || notBase64.MatchString(data) {
		return ""
	}
	return "data:" + mime + ";base64," + data
}

// altLength is how much of a bundle's plain text stands for its picture, in
// characters: a screen reader reads all of it, without a way to skip.
const altLength = 150

// altText returns what is read in the place of a picture: the beginning of the
// plain text that came with it.
func altText(data map[string]any) string {
	s, _ := data["text/plain"].(string)
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "picture without a description"
	}
	if r := []rune(s); len(r) > altLength {
		s = string(r[:altLength]) + "…"
	}
	return s
}

// bundle shows the best form of an output's data.
func (p *page) bundle(data, metadata map[string]any) string {
	p.data, p.alt = data, altText(data)
	for _, f := range forms {
		v, ok := data[f.mime]
		if !ok {
			continue
		}
		hints, _ := metadata[f.mime].(map[string]any)
		if s := f.html(p, v, hints); s != "" {
			return s
		}
	}
	if len(data) == 0 {
		return ""
	}
	types := slices.Sorted(maps.Keys(data))
	return `<p class="none">This page can't show ` + html.EscapeString(strings.Join(types, ", ")) + `.</p>`
}

// longLines is from how many lines on text is folded.
const longLines = 40

// long shows text for a terminal, folded when it is long. Without style
// sheets, and on paper, all of it is there.
func (p *page) long(text, class string) string {
	body := `<pre class="` + class + `">` + ansi(strings.TrimSuffix(text, "\n")) + `</pre>`
	lines := strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1
	if lines <= longLines && len(text) <= 200*longLines {
		return body
	}
	p.folds++
	what := fmt.Sprintf("%d lines", lines)
	if lines <= longLines {
		what = fmt.Sprintf("%d kB", len(text)/1000)
	}
	return fmt.Sprintf(`<div class="fold"><input type="checkbox" id="fold-%d" aria-label="Show all %s">%s<label for="fold-%d"><span class="more">Show all %s</span><span class="less">Show less</span></label></div>`,
		p.folds, what, body, p.folds, what)
}
