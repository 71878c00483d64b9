package notebook

import (
	"strings"
	"testing"
)

func markdownBook(texts ...string) *Notebook {
	nb := &Notebook{}
	for _, text := range texts {
		nb.Cells = append(nb.Cells, &Cell{Kind: Markdown, Source: text})
	}
	return nb
}

func TestContents(t *testing.T) {
	page := htmlOf(t, markdownBook("# Title\n## One & *two*", "## One & *two*\n### `x` $a_b$\n#### too deep", "Three\n---\n\n## Four [link](x)\n"), Page{})
	_, rest, _ := strings.Cut(page, `<nav class="toc" aria-label="Contents">`)
	got, _, _ := strings.Cut(rest, "</nav>")
	want := `<details><summary>Contents</summary>
<ol>
<li class="l1"><a href="#One-&amp;-two">One &amp; two</a></li>
<li class="l1"><a href="#One-&amp;-two-2">One &amp; two</a></li>
<li class="l2"><a href="#x-$a_b$">x $a_b$</a></li>
<li class="l1"><a href="#Three">Three</a></li>
<li class="l1"><a href="#Four-[link](x)">Four link</a></li>
</ol>
</details>`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	for _, id := range []string{`id="One-&amp;-two-2"`, `id="Three"`, `<body class="long">`} {
		if !strings.Contains(page, id) {
			t.Errorf("the page has no %s", id)
		}
	}
}

// A page with few headings has no table of contents, nor one made of titles
// that nobody can read.
func TestNoContents(t *testing.T) {
	for name, nb := range map[string]*Notebook{
		"few":   markdownBook("# a\n## b\n## c\n## d\n## e"),
		"deep":  markdownBook("#### a\n#### b\n#### c\n#### d\n#### e\n#### f"),
		"empty": markdownBook("#\n#\n#\n#\n#\n#\n#\n"),
		"none":  markdownBook("a"),
	} {
		if page := htmlOf(t, nb, Page{}); strings.Contains(page, "<nav") || strings.Contains(page, `class="long"`) {
			t.Errorf("%s: there is a table of contents", name)
		}
	}
}
