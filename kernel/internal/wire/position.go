package wire

import "unicode/utf8"

// CodePointToByte turns a position in code points, as the protocol counts,
// into a byte offset in s. What is before or behind s is its beginning or end.
// Each invalid byte counts as one. It costs a pass over s up to the position.
func CodePointToByte(s string, n int) int {
	if n <= 0 {
		return 0
	}
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// ByteToCodePoint turns a byte offset in s into a position in code points. An
// offset within a character is its beginning; offsets outside s are clamped.
func ByteToCodePoint(s string, offset int) int {
	if offset <= 0 {
		return 0
	}
	if offset >= len(s) {
		return utf8.RuneCountInString(s)
	}
	for i := offset; i > 0 && i > offset-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			if _, size := utf8.DecodeRuneInString(s[i:]); i+size > offset {
				offset = i // the character that holds offset
			}
			break
		}
	}
	return utf8.RuneCountInString(s[:offset])
}
