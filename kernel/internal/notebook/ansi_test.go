package notebook

import "testing"

func TestANSI(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"a <b> & \"c\"", "a &lt;b&gt; &amp; &#34;c&#34;"},
		{"\x1b[31mred\x1b[0m x", `<span class="a-f1">red</span> x`},
		{"\x1b[1;4;92;41mall\x1b[m.", `<span class="a-f10 a-b1 a-bold a-under">all</span>.`},
		{"\x1b[31ma\x1b[39mb", `<span class="a-f1">a</span>b`},
		{"\x1b[1ma\x1b[31mb\x1b[22mc", `<span class="a-bold">a</span><span class="a-f1 a-bold">b</span><span class="a-f1">c</span>`},
		{"\x1b[38;5;1mx", `<span class="a-f1">x</span>`},
		{"\x1b[38;5;208mx", `<span style="color:#ff8700">x</span>`},
		{"\x1b[48;5;244mx", `<span style="background:#808080">x</span>`},
		{"\x1b[38;2;1;2;255;1mx", `<span class="a-bold" style="color:#0102ff">x</span>`},
		{"\x1b[38:5:9mx", `<span class="a-f9">x</span>`},
		{"\x1b[7mx\x1b[27my", `<span class="a-fx a-bx">x</span>y`},
		{"\x1b[31;7mx", `<span class="a-fx a-b1">x</span>`},
		{"\x1b[38;5mx\x1b[38mx\x1b[38;5;999mx", "xxx"},
		{"\x1b[2K\x1b[1Ax\x1b]0;title\x07y\x1b(Bz\x1b=", "xyz"},
		{"a\rb\r\nc\x00\x07\x1b", "a\nb\nc"},
		{"\x1b[999999999999999999999mx", "x"},
	} {
		if got := ansi(test.text); got != test.want {
			t.Errorf("%q:\ngot:  %s\nwant: %s", test.text, got, test.want)
		}
	}
}
