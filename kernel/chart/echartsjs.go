package chart

import "strings"

// marker stands on both sides of JavaScript in the texts that opts.FuncOpts of
// go-echarts makes.
const marker = "__f__"

// functions replaces marked texts in an option by {"@js": text}.
func functions(v any) any {
	switch v := v.(type) {
	case obj:
		for k, e := range v {
			v[k] = functions(e)
		}
	case list:
		for i, e := range v {
			v[i] = functions(e)
		}
	case string:
		if !strings.Contains(v, marker) {
			return v
		}
		text, begins := strings.CutPrefix(strings.TrimSpace(v), marker)
		text, ends := strings.CutSuffix(text, marker)
		if text = strings.TrimSpace(strings.ReplaceAll(text, marker, "")); !begins || !ends || text == "" {
			return text
		}
		return obj{"@js": mended(text)}
	}
	return v
}

// mended gives comments in a text their end back. opts.FuncOpts takes line
// breaks out, so that a "//" makes a comment of all that follows. The comment
// is taken to end where indentation shows that a line ended, or where a
// statement can begin, at the first place that leaves all brackets closed.
// A text with line breaks, or without such comments, is returned as it is.
func mended(text string) string {
	if strings.ContainsAny(text, "\n\r") {
		return text
	}
	for range 100 {
		at := comment(text)
		if at < 0 {
			return text
		}
		end := commentEnd(text, at)
		if end < 0 {
			return text
		}
		inside := strings.ReplaceAll(strings.TrimSpace(text[at+2:end]), "*/", "* /")
		text = text[:at] + "/* " + inside + " */ " + strings.TrimLeft(text[end:], " ")
	}
	return text
}

// comment is where the first "//" outside of texts, regular expressions and
// other comments begins, -1 without one.
func comment(text string) int {
	at := -1
	scan(text, func(i int, c byte) bool {
		if c == '/' && i+1 < len(text) && text[i+1] == '/' {
			at = i
			return false
		}
		return true
	})
	return at
}

// words are those with which a statement can begin.
var words = []string{"return", "var ", "let ", "const ", "if ", "if(", "for ", "for(", "while", "switch", "function", "throw ", "else", "try", "api.", "params.", "}"}

// commentEnd is where the comment that begins at at is likely to have ended.
func commentEnd(text string, at int) int {
	fits := func(end int) bool {
		rest := text[:at] + text[end:]
		return end > at+2 && balanced(rest)
	}
	for i := at + 2; i+1 < len(text); i++ { // where a line was indented
		if text[i] == ' ' && text[i+1] == ' ' && fits(i) {
			return i
		}
	}
	for i := at + 2; i < len(text); i++ {
		for _, w := range words {
			if strings.HasPrefix(text[i:], w) && fits(i) {
				return i
			}
		}
	}
	return -1
}

// balanced says whether all brackets are closed once what later "//" hide is
// counted, too: those comments are mended after this one.
func balanced(text string) bool {
	var open []byte
	ok := true
	scan(text, func(_ int, c byte) bool {
		switch c {
		case '(', '[', '{':
			open = append(open, c)
		case ')', ']', '}':
			pair := map[byte]byte{')': '(', ']': '[', '}': '{'}[c]
			if len(open) == 0 || open[len(open)-1] != pair {
				ok = false
				return false
			}
			open = open[:len(open)-1]
		}
		return true
	})
	return ok && len(open) == 0
}

// scan calls f with each byte of code: not with those of texts, templates,
// block comments and regular expressions. It ends when f returns false.
func scan(text string, f func(i int, c byte) bool) {
	previous := byte('(') // the last byte that was not a space
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'' || c == '"' || c == '`':
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			previous = 'x'
			continue
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				return
			}
			i += end + 3
			continue
		case c == '/' && !strings.HasPrefix(text[i:], "//") && strings.IndexByte("(,=:[!&|?{};+-*%<>~^", previous) >= 0: // a regular expression
			class := false
			for i++; i < len(text) && (text[i] != '/' || class); i++ {
				switch text[i] {
				case '\\':
					i++
				case '[':
					class = true
				case ']':
					class = false
				}
			}
			previous = 'x'
			continue
		}
		if !f(i, text[i]) {
			return
		}
		if text[i] != ' ' && text[i] != '\t' && text[i] != '\n' {
			previous = text[i]
		}
		if strings.HasPrefix(text[i:], "//") {
			i++
		}
	}
}
