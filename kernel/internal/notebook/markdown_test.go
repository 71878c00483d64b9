package notebook

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestMarkdown(t *testing.T) {
	files := fstest.MapFS{
		"a b.png": {Data: []byte("\x89PNG\r\n\x1a\n")},
		"d.svg":   {Data: []byte("<svg/>")},
		"x.txt":   {Data: []byte("text")},
	}
	attachments := map[string]any{"pic one.png": map[string]any{"image/png": "QUJD\n"}}
	for _, test := range []struct{ name, text, want string }{
		{"formula", "a $x_1 * y_2 * z$ b", `<p>a <span class="math">$x_1 * y_2 * z$</span> b</p>`},
		{"formula with escapes", `$\{a < b\} \\ \$ & c$`, `<p><span class="math">$\{a &lt; b\} \\ \$ &amp; c$</span></p>`},
		{"formula over lines", "$a\n= b$ c", "<p><span class=\"math\">$a\n= b$</span> c</p>"},
		{"prices", "$5 and $6, $ 7 $", `<p>$5 and $6, $ 7 $</p>`},
		{"dollar in code", "`$a_1$` and $b$", `<p><code>$a_1$</code> and <span class="math">$b$</span></p>`},
		{"one dollar", "a $b *c*", `<p>a $b <em>c</em></p>`},
		{"display in a paragraph", "see $$a_1*b*c$$ there", `<p>see <span class="math math-display">$$a_1*b*c$$</span> there</p>`},
		{"display", "a\n$$\nx_1 \\\\\n- y\n=\n$$\nb", "<p>a</p>\n<div class=\"math math-block\">$$\nx_1 \\\\\n- y\n=\n$$</div>\n<p>b</p>"},
		{"display on one line", "$$ a * b * c $$", `<div class="math math-block">$$ a * b * c $$</div>`},
		{"environment", "\\begin{align*}\na &= b_1*c*d \\\\\n\n\\end{align*}", "<div class=\"math math-block\">\\begin{align*}\na &amp;= b_1*c*d \\\\\n\n\\end{align*}</div>"},
		{"display without an end", "$$\n*a*", "<p>$$\n<em>a</em></p>"},
		{"table", "|a|b|\n|-|-:|\n|1|$x|y$|", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th style=\"text-align:right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td style=\"text-align:right\">$x</td>\n</tr>\n</tbody>\n</table>"},
		{"headings", "# A *b* ü\n# A b ü", "<h1 id=\"A-b-ü\">A <em>b</em> ü</h1>\n<h1 id=\"A-b-ü-2\">A b ü</h1>"},
		{"code", "```go\nx := \"<\"\n```", "<pre class=\"go\"><code>x := <span class=\"s\">&#34;&lt;&#34;</span>\n</code></pre>"},
		{"other code", "```sh\nls <x>\n```", "<pre class=\"go\"><code>ls &lt;x&gt;\n</code></pre>"},
		{"attachment", "![A & \"b\"](attachment:pic%20one.png \"t\")", `<p><img src="data:image/png;base64,QUJD" alt="A &amp; &#34;b&#34;" title="t"></p>`},
		{"attachment that is missing", "![](attachment:no.png)", `<p><span class="picture">attachment:no.png</span></p>`},
		{"file", "![a](a%20b.png) ![d](./d.svg)", `<p><img src="data:image/png;base64,iVBORw0KGgo=" alt="a"> <img src="data:image/svg+xml;base64,PHN2Zy8+" alt="d"></p>`},
		{"file that is no picture", "![a](x.txt) ![b](../d.svg)", `<p><span class="picture">a</span> <span class="picture">b</span></p>`},
		{"picture from outside", "![a](https://x.org/a.png)", `<p><a href="https://x.org/a.png"><span class="picture">a</span></a></p>`},
		{"data", "![a](data:image/png;base64,QUJD) ![b](data:text/html,x)", `<p><img src="data:image/png;base64,QUJD" alt="a"> <span class="picture">b</span></p>`},
		{"html that is harmless", "H<sub>2</sub>O<br/> <kbd class=x>a</kbd> <!-- c --> <font color='red' onclick=x>r</font>", `<p>H<sub>2</sub>O<br> <kbd>a</kbd>  <font color="red">r</font></p>`},
		{"html that is not", `<script>alert(1)</script> <a href="javascript:x">l</a> <a href="#A">m</a>`, "&lt;script&gt;alert(1)&lt;/script&gt; <a>l</a> <a href=\"#A\">m</a>"},
		{"iframe in text", `a <iframe src=x></iframe> <img src="http://x/y" onerror=alert(1)>`, `<p>a &lt;iframe src=x&gt;&lt;/iframe&gt; <a href="http://x/y"><span class="picture">http://x/y</span></a></p>`},
		{"html picture", "<img src='attachment:pic one.png' width=20>\n", `<img src="data:image/png;base64,QUJD" alt="" width="20">`},
		{"details", "<details><summary>s</summary>\n\n*in*\n\n</details>", "<details><summary>s</summary>\n<p><em>in</em></p>\n</details>"},
		{"tags stay within", "</div></div><b>x", "<b>x</b>"},
		{"link", "[a](javascript:x) <https://go.dev>", `<p><a href="">a</a> <a href="https://go.dev">https://go.dev</a></p>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &markdown{files: files, ids: newAnchors()}
			if got := strings.TrimSpace(m.render(test.text, attachments)); got != test.want {
				t.Errorf("\ngot:  %s\nwant: %s", got, test.want)
			}
		})
	}
}

// Whatever the text, the page gets harmless tags only, each with its end.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		"$$\na\n$$ <b>$x$ ![a](attachment:b)", "</div><table><tr>", "<a href=\"x\" onclick='y'>", "\\begin{a}\nb\\end{a}",
		"|a|\n|-|\n|<td>$x|$|", "<!-- <script> -->", "- $$\n  a\n- b$$", "> $$\na$$", "<details>\n\n<img src=x>", "<https://a.b>", "[^1]: x", "&lt;b>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := &markdown{ids: newAnchors()}
		got := m.render(text, nil)
		if balance(got) != got {
			t.Errorf("not balanced: %q", got)
		}
		for _, tag := range anyTag.FindAllStringSubmatch(got, -1) {
			if !slices.Contains(tags, tag[2]) && !slices.Contains([]string{"input", "tbody", "pre"}, tag[2]) {
				t.Errorf("tag %s in %q", tag[0], got)
			}
			bare := quoted.ReplaceAllString(tag[0], "")
			if strings.Contains(bare, " on") || strings.Contains(tag[0], `src="http`) {
				t.Errorf("tag %s in %q", tag[0], got)
			}
		}
	})
}

var quoted = regexp.MustCompile(`"[^"]*"`)

// Texts made to take long don't: a way that is quadratic takes a minute.
func TestMarkdownTakesNotLong(t *testing.T) {
	for _, unit := range []string{"$", "$a ", "$$\n", "$$a\n\n", "\\begin{a}\n\n", "<a ", "<b>", "</b>", "<!--", "![", "# a\n", "<a href=\"", "$a\n"} {
		text := strings.Repeat(unit, 30_000/len(unit))
		start := time.Now()
		m := &markdown{ids: newAnchors()}
		m.render(text, nil)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q: %v", unit, took)
		}
	}
}
