package notebook

import (
	"strings"
	"testing"
	"time"
)

// A text shows the same in whatever pieces it is written.
func TestScreenInPieces(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"a\nb", "a\nb"},
		{"10 %\r20 %\r\n", "20 %\n"},
		{"abc\rX\ndef", "Xbc\ndef"},
		{"ab\rcdef\bg", "cdeg"},
		{"é€\rx\n\b\by", "x€\ny"},
		{"one\ntwo\rT\rth\nthree\r\r\n", "one\ntho\nthree\n"},
	} {
		for size := 1; size <= len(test.text)+1; size++ {
			var s screen
			runes := []rune(test.text)
			for at := 0; at < len(runes); at += size {
				s.write(string(runes[at:min(at+size, len(runes))]))
			}
			if got := s.String(); got != test.want {
				t.Errorf("%q in pieces of %d: got %q, want %q", test.text, size, got, test.want)
			}
		}
	}
}

// A long line takes time in proportion to its length.
func TestScreenLongLine(t *testing.T) {
	text := strings.Repeat("x", 8<<20)
	start := time.Now()
	var s screen
	s.write(text)
	s.write("\r" + text)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("two times 8 MB on a line took %v", took)
	}
	if s.String() != text {
		t.Error("the line is not what was written")
	}
}
