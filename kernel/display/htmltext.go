package display

import (
	"html"
	"strings"
)

// maxPlain bounds the text that stands beside HTML, bytes: it is for terminals
// and searches, and must not double what is sent.
const maxPlain = 2000

// unseen are the elements whose content is not text for readers.
var unseen = map[string]bool{"script": true, "style": true, "head": true, "template": true}

// breaks are the elements that begin or end a line.
var breaks = map[string]bool{
	"p": true, "div": true, "br": true, "tr": true, "table": true, "li": true, "ul": true, "ol": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "pre": true, "hr": true,
	"section": true, "article": true, "blockquote": true, "details": true, "summary": true,
}

// htmlText returns the words of HTML without its tags, at most maxPlain bytes;
// "HTML (n bytes)" where there are none. It reads no more of s than it needs.
func htmlText(s string) string {
	var b strings.Builder
	rest := s
	for rest != "" && b.Len() < maxPlain+8 {
		text, tag, found := strings.Cut(rest, "<")
		words(&b, text)
		if !found {
			break
		}
		if strings.HasPrefix(tag, "!--") {
			_, rest, _ = strings.Cut(tag, "-->")
			continue
		}
		if tag == "" || !isTag(tag[0]) { // a lone "<", which browsers show
			b.WriteByte('<')
			rest = tag
			continue
		}
		inside, after, _ := strings.Cut(tag, ">")
		name := strings.ToLower(strings.TrimPrefix(inside, "/"))
		if end := strings.IndexAny(name, " \t\n/"); end >= 0 {
			name = name[:end]
		}
		rest = after
		switch {
		case unseen[name] && inside[0] != '/':
			_, rest = cutFold(after, "</"+name)
			_, rest, _ = strings.Cut(rest, ">")
		case breaks[name]:
			b.WriteByte('\n')
		case name == "td" || name == "th":
			b.WriteByte(' ')
		}
	}
	var lines []string
	for line := range strings.Lines(html.UnescapeString(b.String())) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return "HTML (" + bytesText(len(s)) + ")"
	}
	return cut(strings.Join(lines, "\n"), maxPlain)
}

// words adds text to b with its line breaks turned into blanks.
func words(b *strings.Builder, text string) {
	if len(text) > maxPlain+8 {
		text = text[:maxPlain+8]
	}
	b.WriteString(strings.ReplaceAll(text, "\n", " "))
}

func isTag(c byte) bool {
	return c == '/' || c == '!' || c == '?' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// cutFold is strings.Cut for an ASCII sep in lower case that may be written in
// any case.
func cutFold(s, sep string) (before, after string) {
	for i := 0; i+len(sep) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sep)], sep) {
			return s[:i], s[i+len(sep):]
		}
	}
	return s, ""
}
