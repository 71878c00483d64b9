package notebook

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
)

func htmlOf(t *testing.T, nb *Notebook, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, nb, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPage(t *testing.T) {
	page := htmlOf(t, load(t, "everything.ipynb"), Page{})
	// Style sheet and script are files of their own, the pictures say nothing.
	page = strings.Replace(page, css, "STYLE\n", 1)
	page = strings.Replace(page, script, "SCRIPT\n", 1)
	page = regexp.MustCompile(`base64,[A-Za-z0-9+/=]+`).ReplaceAllString(page, "base64,…")
	golden(t, "everything.html", page)
}

var outside = regexp.MustCompile(`(?i)<(?:link|script[^>]*\ssrc|iframe|object|embed|base)\b|(?:src|srcset|data|poster|action)\s*=\s*["']?(?:https?:|//)|url\(|@import`)

// The page loads nothing.
func TestPageIsAlone(t *testing.T) {
	page := htmlOf(t, load(t, "everything.ipynb"), Page{})
	if found := outside.FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	if !strings.Contains(page, `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;`) {
		t.Error("nothing forbids requests")
	}
}

func TestPageTitle(t *testing.T) {
	for _, test := range []struct {
		nb   *Notebook
		page Page
		want string
	}{
		{&Notebook{}, Page{}, "Notebook"},
		{&Notebook{}, Page{Title: "a <b>"}, "a &lt;b&gt;"},
		{&Notebook{Metadata: map[string]any{"title": "meta"}}, Page{}, "meta"},
		{&Notebook{Cells: []*Cell{{Kind: Code, Source: "# no"}, {Kind: Markdown, Source: "text\n## Two #\n"}}}, Page{}, "Two"},
	} {
		if got := htmlOf(t, test.nb, test.page); !strings.Contains(got, "<title>"+test.want+"</title>") {
			t.Errorf("no title %s in %.400s", test.want, got)
		}
	}
}

func TestOutputForms(t *testing.T) {
	type m = map[string]any
	for _, test := range []struct {
		name string
		data m
		want string
	}{
		{"html first", m{"text/html": "<b onclick=x>b</b>", "image/png": "QUJD", "text/plain": "p"}, `<div class="rich"><b onclick=x>b</b></div>`},
		{"markdown", m{"text/markdown": "*a*", "image/svg+xml": "<svg/>"}, "<div class=\"md\"><p><em>a</em></p>\n</div>"},
		{"svg", m{"image/svg+xml": "<svg onload=x/>", "image/png": "QUJD"}, `<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9eC8+" alt="picture without a description">`},
		{"png", m{"image/png": "QU\nJD", "image/jpeg": "x", "text/plain": "a \"b\"\n  c"}, `<img src="data:image/png;base64,QUJD" alt="a &#34;b&#34; c" width="20">`},
		{"png that is none", m{"image/png": "\"><script>", "text/plain": "p"}, `<pre class="text">p</pre>`},
		{"jpeg", m{"image/jpeg": "QUJD", "text/latex": "x"}, `<img src="data:image/jpeg;base64,QUJD" alt="picture without a description">`},
		{"latex", m{"text/latex": "$a<b$", "text/plain": "p"}, `<div class="math math-block">$a&lt;b$</div>`},
		{"plain", m{"text/plain": "<p>\n", "application/json": m{}}, `<pre class="text">&lt;p&gt;</pre>`},
		{"json", m{"application/json": m{"a": "<"}}, "<pre class=\"text\">{\n  &#34;a&#34;: &#34;&lt;&#34;\n}</pre>"},
		{"javascript", m{"application/javascript": "alert(1)"}, `<p class="none">This page can't show application/javascript.</p>`},
		{"nothing", m{}, ``},
		{"not text", m{"text/html": m{}, "text/plain": "p"}, `<pre class="text">p</pre>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			nb := read(t, `{"nbformat":4,"cells":[],"metadata":{"image/png":{"width":20}}}`)
			p := newPage(nil, nb, Page{})
			if got := p.bundle(test.data, nb.Metadata); got != test.want {
				t.Errorf("\ngot:  %s\nwant: %s", got, test.want)
			}
		})
	}
}

func TestLongOutputIsFolded(t *testing.T) {
	p := newPage(nil, &Notebook{}, Page{})
	for _, test := range []struct{ text, want string }{
		{strings.Repeat("x\n", longLines), ""},
		{strings.Repeat("x\n", longLines+1), "Show all 41 lines"},
		{strings.Repeat("x", 9000), "Show all 9 kB"},
	} {
		got := p.long(test.text, "text")
		if folded := strings.Contains(got, "<label"); folded != (test.want != "") || !strings.Contains(got, test.want) {
			t.Errorf("want %q in %.300s", test.want, got)
		}
		if n := strings.Count(got, "x"); n < strings.Count(test.text, "x") {
			t.Errorf("%d of the text's x are there", n)
		}
	}
}

// Cells of other languages are left plain.
func TestPageOtherLanguage(t *testing.T) {
	nb := read(t, `{"nbformat":4,"metadata":{"kernelspec":{"language":"python"}},"cells":[{"cell_type":"code","source":"if a < 1:","outputs":[]}]}`)
	if got := htmlOf(t, nb, Page{}); !strings.Contains(got, "<code>if a &lt; 1:</code>") {
		t.Errorf("got %s", got)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

var errBroken = errors.New("broken")

func TestWriteErrors(t *testing.T) {
	nb := load(t, "everything.ipynb")
	if err := WriteHTML(broken{}, nb, Page{}); !errors.Is(err, errBroken) {
		t.Errorf("page: %v", err)
	}
	if err := Write(broken{}, nb); !errors.Is(err, errBroken) {
		t.Errorf("notebook: %v", err)
	}
}
