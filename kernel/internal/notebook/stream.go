package notebook

import (
	"strings"
	"unicode/utf8"
)

// A screen is the text of a stream as a terminal shows it: "\r" goes to the
// start of the line, what follows is written over what stood there, and "\b"
// takes a character away. JupyterLab's output area does the same with the text
// that it saves (rendermime and outputarea/model.ts, processText).
//
// Text without these two costs a copy.
type screen struct {
	done strings.Builder // the lines that are complete, with their ends
	line []rune          // the last line
	at   int             // where in line the next character goes
}

// write shows text.
func (s *screen) write(text string) {
	for text != "" {
		if s.at == len(s.line) {
			// What has nothing special in it is only appended.
			n := strings.IndexAny(text, "\r\b")
			if n < 0 {
				n = len(text)
			}
			if n > 0 {
				s.append(text[:n])
				text = text[n:]
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(text)
		s.put(r)
		text = text[n:]
	}
}

// append shows text without "\r" and "\b" behind all others.
func (s *screen) append(text string) {
	if n := strings.LastIndexByte(text, '\n') + 1; n > 0 {
		s.done.WriteString(string(s.line))
		s.done.WriteString(text[:n])
		s.line = s.line[:0]
		text = text[n:]
	}
	s.line = append(s.line, []rune(text)...)
	s.at = len(s.line)
}

func (s *screen) put(r rune) {
	switch r {
	case '\n':
		s.done.WriteString(string(s.line))
		s.done.WriteByte('\n')
		s.line, s.at = s.line[:0], 0
	case '\r':
		s.at = 0
	case '\b':
		if s.at > 0 {
			s.line = append(s.line[:s.at-1], s.line[s.at:]...)
			s.at--
		}
	default:
		if s.at < len(s.line) {
			s.line[s.at] = r
		} else {
			s.line = append(s.line, r)
		}
		s.at++
	}
}

func (s *screen) String() string { return s.done.String() + string(s.line) }
