package notebook

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

// marked writes spans as <class text>.
func marked(h string) string {
	h = regexp.MustCompile(`<span class="([a-z])">`).ReplaceAllString(h, "‹$1 ")
	return html.UnescapeString(strings.ReplaceAll(h, "</span>", "›"))
}

func TestHighlight(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{"", ""},
		{"x", "x"},
		{"if a < b && c {", "‹k if› a < b && c {"},
		{"var s string = \"<a>\"", "‹k var› s ‹t string› = ‹s \"<a>\"›"},
		{"f(len(x), true, nil)", "‹f f›(‹f len›(x), ‹c true›, ‹c nil›)"},
		{"fmt.Println(x.len, x.string)", "fmt.‹f Println›(x.len, x.string)"},
		{"func (p *T) Abs() float64", "‹k func› (p *T) ‹f Abs›() ‹t float64›"},
		{"n := 0x1F + 1.5e3i // end\ny", "n := ‹n 0x1F› + ‹n 1.5e3i› ‹m // end›\ny"},
		{"s := `a\r\nb` + 'c'", "s := ‹s `a\r\nb`› + ‹s 'c'›"},
		{"/* a\r\nb */ x", "‹m /* a\r\nb */› x"},
		{"`open", "‹s `open›"},
		{"%time f()\nf()", "‹p %time f()›\n‹f f›()"},
		{"x := 1\n\n  %who\nreturn", "x := ‹n 1›\n\n  ‹p %who›\n‹k return›"},
		{"!ls | \\\n  wc\nif", "‹p !ls | \\\n  wc›\n‹k if›"},
		{"x := a\n% b", "x := a\n‹p % b›"},
		{"x := (a\n% b)", "x := (a\n% b)"},
		{"x := a +\n!ok(1)", "x := a +\n!‹f ok›(‹n 1›)"},
		{"s := `a\n%time\n`", "s := ‹s `a\n%time\n`›"},
		{"?par.For\nif", "‹p ?par.For›\n‹k if›"},
		{"%%time\nif f() {}", "‹p %%time›\n‹k if› ‹f f›() {}"},
		{"%%bash\nif [ 1 ]; then", "‹p %%bash›\nif [ 1 ]; then"},
		{"%%writefile a.go\nfunc", "‹p %%writefile a.go›\nfunc"},
		{"für := \"世界\" # \x00 $", "für := ‹s \"世界\"› # \x00 $"},
	} {
		if got := marked(highlight(test.source)); got != html.UnescapeString(html.EscapeString(test.want)) {
			t.Errorf("%q:\ngot:  %s\nwant: %s", test.source, got, test.want)
		}
	}
}

var spans = regexp.MustCompile(`</?span[^>]*>`)

// Without its tags highlighted text is the text.
func FuzzHighlight(f *testing.F) {
	for _, s := range []string{"x := `\r", "/* \r\n", "%%bash\n\\", "!\\\n\\\n", "\ufeffpackage", "'\\", "\"\n", "/*/", "//\r\n%x", "a?\n?\n%=1\n!=2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := spans.ReplaceAllString(highlight(text), ""), html.EscapeString(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
