package fanout

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// errHead says that a message's head does not end within maxHead bytes.
var errHead = errors.New("head is too long")

var headEnd = []byte("\r\n\r\n")

// readHead reads until the end of a message's head. It returns the head
// without the empty line and what came behind it. buf has what was read
// before; head and rest share its memory or a larger one's. At the end of the
// input the error is io.EOF if there is nothing, else io.ErrUnexpectedEOF.
func readHead(r io.Reader, buf []byte) (head, rest []byte, err error) {
	searched := 0
	for {
		if at := bytes.Index(buf[searched:], headEnd); at >= 0 {
			at += searched
			return buf[:at], buf[at+len(headEnd):], nil
		}
		searched = max(0, len(buf)-len(headEnd)+1)
		if len(buf) >= maxHead {
			return nil, nil, errHead
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if n == 0 && err != nil {
			if err == io.EOF && len(buf) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return nil, nil, err
		}
	}
}

// parseRequest returns the number of the article that a request's head asks
// for and whether the connection stays open behind the response, or else
// the status to refuse it with.
func parseRequest(head []byte) (id int, stay bool, refuse string) {
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	method, line, _ := bytes.Cut(line, []byte(" "))
	target, version, _ := bytes.Cut(line, []byte(" "))
	switch {
	case string(version) == "HTTP/1.1":
		stay = true
	case string(version) != "HTTP/1.0":
		return 0, false, "400 Bad Request"
	}
	if string(method) != "GET" {
		return 0, false, "405 Method Not Allowed"
	}
	if close, keep := options(field(fields, "connection")); close || keep {
		stay = !close
	}
	if field(fields, "transfer-encoding") != nil {
		return 0, false, "501 Not Implemented"
	}
	if n := field(fields, "content-length"); n != nil && string(n) != "0" {
		return 0, false, "413 Content Too Large"
	}
	number, ok := bytes.CutPrefix(target, []byte(path))
	if id, ok = parseInt(number, ok); !ok {
		return 0, false, "404 Not Found"
	}
	return id, stay, ""
}

// field returns the value of the first field of that name, given in lower
// case, without the space around it, and nil if there is none.
func field(fields []byte, name string) []byte {
	for len(fields) > 0 {
		var line []byte
		line, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		if len(line) > len(name) && line[len(name)] == ':' && equalFold(line[:len(name)], name) {
			return bytes.Trim(line[len(name)+1:], " \t")
		}
	}
	return nil
}

// equalFold reports whether b is name but for upper case. It is
// bytes.EqualFold for ASCII, without the conversion.
func equalFold(b []byte, name string) bool {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// options returns which of the two known options a Connection field has.
func options(value []byte) (close, keep bool) {
	for len(value) > 0 {
		var option []byte
		option, value, _ = bytes.Cut(value, []byte(","))
		option = bytes.Trim(option, " \t")
		close = close || len(option) == 5 && equalFold(option, "close")
		keep = keep || len(option) == 10 && equalFold(option, "keep-alive")
	}
	return close, keep
}

// parseInt returns a number of one to 18 digits. If ok is false it stays so.
func parseInt(digits []byte, ok bool) (int, bool) {
	if !ok || len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// parseStatus returns what a response's head tells: its status code, the
// body's length and whether the connection stays open.
func parseStatus(head []byte) (code, length int, stay bool, err error) {
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	text, ok := bytes.CutPrefix(line, []byte("HTTP/1.1 "))
	if ok = ok && len(text) >= 3; ok {
		code, ok = parseInt(text[:3], true)
	}
	if ok {
		length, ok = parseInt(field(fields, "content-length"), true)
	}
	if !ok || length > maxPayload {
		return 0, 0, false, fmt.Errorf("malformed response %q", head[:min(len(head), 100)])
	}
	close, _ := options(field(fields, "connection"))
	return code, length, !close, nil
}

// parseBody returns what a response's body says.
func parseBody(body []byte) (answer, error) {
	a, ok := parseOurs(body)
	if ok {
		return a, nil
	}
	var any struct {
		ID     *int
		Exists *bool
	}
	if err := json.Unmarshal(body, &any); err != nil {
		return answer{}, fmt.Errorf("response %s: %w", quote(body), err)
	}
	if any.ID == nil || any.Exists == nil {
		return answer{}, fmt.Errorf("response %s has no id or exists", quote(body))
	}
	return answer{*any.ID, *any.Exists, len(body)}, nil
}

// parseOurs reads a body as our server writes it, which takes a fiftieth of
// package json's time. It looks at the text in the end as much as needed to
// know that the object is whole.
func parseOurs(body []byte) (a answer, ok bool) {
	rest, ok := bytes.CutPrefix(body, []byte(`{"id":`))
	if !ok {
		return a, false
	}
	number, rest, ok := bytes.Cut(rest, []byte(`,"exists":`))
	if a.id, ok = parseInt(number, ok); !ok {
		return a, false
	}
	word, rest, ok := bytes.Cut(rest, []byte(`,"text":"`))
	if !ok || string(word) != "true" && string(word) != "false" {
		return a, false
	}
	a.exists, a.size = string(word) == "true", len(body)
	quoted := bytes.IndexByte(rest, '"') // the first one ends both
	return a, quoted >= 0 && string(rest[quoted:]) == `"}` && bytes.IndexByte(rest, '\\') < 0
}

// quote shows the begin of a message.
func quote(b []byte) string { return strconv.Quote(string(b[:min(len(b), 100)])) }
