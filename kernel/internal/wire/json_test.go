package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

// viaStd is what a reader of encoding/json's text gets: the second witness.
func viaStd(t testing.TB, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back string
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func checkString(t testing.TB, s string) {
	t.Helper()
	text := AppendString([]byte("x"), s)[1:]
	var got string
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%q became %q: %v", s, text, err)
	}
	if !utf8.Valid(text) {
		t.Fatalf("%q became %q: not UTF-8", s, text)
	}
	if want := viaStd(t, s); got != want {
		t.Fatalf("%q reads back as %q, want %q", s, got, want)
	}
}

func TestAppendString(t *testing.T) {
	all := make([]byte, 0, 256)
	for c := range 256 {
		all = append(all, byte(c))
	}
	for _, s := range []string{
		"", "a", "1234567", "12345678", "123456789", string(all), string(all[:128]),
		"<b>&amp;</b>", "äöü 世界 🙂", "\xff", "a\xff\xfeb", "\xe4\xb8", "\u2028", "\x7f\x80", "\x1b[31mred\x1b[0m",
	} {
		checkString(t, s)
	}
	// Every byte at every place of a word, alone and before a second special one.
	for c := range 256 {
		for at := range 17 {
			b := []byte("abcdefghijklmnopq")
			b[at] = byte(c)
			checkString(t, string(b))
			b[(at+3)%17] = '"'
			checkString(t, string(b))
		}
	}
	if got := string(AppendString(nil, "<a href='x'>&\n")); got != `"<a href='x'>&\n"` {
		t.Errorf("HTML became %s", got)
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "line\nline\n", "\xff\x00\"\\", "世界\x1b[0m"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkString(t, s) })
}

func TestAppendValue(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string // "" for an error
	}{
		{nil, "null"}, {"a\"b", `"a\"b"`}, {true, "true"}, {-7, "-7"}, {1.5, "1.5"},
		{[]byte{0, 1, 2}, `"AAEC"`}, {[]string{"<"}, `["<"]`},
		{map[string]any{"b": 1, "a": []any{nil}}, `{"a":[null],"b":1}`},
		{json.RawMessage(`{"x": "` + "\xff" + `"}`), `{"x":"` + "\uFFFD" + `"}`},
		{math.NaN(), ""}, {make(chan int), ""}, {map[string]any{"a": math.Inf(1)}, ""}, {json.RawMessage("{"), ""},
	} {
		got, err := AppendValue([]byte("="), tt.v)
		if string(got) != "="+tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%v: %s, %v; want %s", tt.v, got, err, tt.want)
		}
	}
}

func TestPositions(t *testing.T) {
	s := "aä世🙂z\xffq" // bytes at 0 1 3 6 10 11 12, end 13
	starts := []int{0, 1, 3, 6, 10, 11, 12, 13}
	for n, at := range starts {
		if got := CodePointToByte(s, n); got != at {
			t.Errorf("CodePointToByte(%d) = %d, want %d", n, got, at)
		}
		if got := ByteToCodePoint(s, at); got != n {
			t.Errorf("ByteToCodePoint(%d) = %d, want %d", at, got, n)
		}
	}
	for _, tt := range []struct{ n, at int }{{-5, 0}, {8, 13}, {999, 13}, {math.MaxInt, 13}, {math.MinInt, 0}} {
		if got := CodePointToByte(s, tt.n); got != tt.at {
			t.Errorf("CodePointToByte(%d) = %d, want %d", tt.n, got, tt.at)
		}
	}
	for _, tt := range []struct{ at, n int }{{-1, 0}, {2, 1}, {4, 2}, {5, 2}, {7, 3}, {8, 3}, {9, 3}, {14, 7}, {1 << 40, 7}} {
		if got := ByteToCodePoint(s, tt.at); got != tt.n {
			t.Errorf("ByteToCodePoint(%d) = %d, want %d", tt.at, got, tt.n)
		}
	}
	if got := CodePointToByte("", 3); got != 0 {
		t.Errorf("in the empty text: %d", got)
	}
}

// text is output of n bytes in lines of the given length.
func text(n, line int) string {
	return strings.Repeat(strings.Repeat("x", line-1)+"\n", n/line)
}

func BenchmarkAppendString(b *testing.B) {
	for _, line := range []int{6, 80, 1000} {
		s := text(1<<20, line)
		b.Run(fmt.Sprintf("impl=wire/line=%d", line), func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Marshal(Stream{"stdout", s})
			}
		})
		b.Run(fmt.Sprintf("impl=std/line=%d", line), func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				json.Marshal(struct{ Name, Text string }{"stdout", s})
			}
		})
	}
}

// BenchmarkStream is all that 1 MB of output costs in this package.
func BenchmarkStream(b *testing.B) {
	c := codec(b, "0123456789abcdef")
	s := text(1<<20, 1000)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		c.Encode(&Outgoing{Type: "stream", Parent: []byte(goodHeader), Content: Marshal(Stream{"stdout", s})})
	}
}
