// Package pack is the file format of the embedded tables: named byte strings
// behind an index, in one string that is never copied.
//
// A pack begins with two lines of text, the format's name and the Go version
// that made it, then has one line per entry, "name offset length", an empty
// line, and the entries' bytes one after the other. Offsets count from the
// end of the empty line.
package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const magic = "weft pack 1"

// ErrFormat is wrapped by Open's errors about text that is not a pack.
var ErrFormat = errors.New("not a pack")

// An Entry is one named byte string. Names hold no spaces and no line ends.
type Entry struct {
	Name string
	Data []byte
}

// Write writes entries in the order given.
func Write(w io.Writer, goVersion string, entries []Entry) error {
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s\n%s\n", magic, goVersion)
	offset := 0
	for _, e := range entries {
		if e.Name == "" || strings.ContainsAny(e.Name, " \n") {
			return fmt.Errorf("write pack: bad entry name %q", e.Name)
		}
		fmt.Fprintf(&head, "%s %d %d\n", e.Name, offset, len(e.Data))
		offset += len(e.Data)
	}
	head.WriteByte('\n')
	if _, err := w.Write(head.Bytes()); err != nil {
		return fmt.Errorf("write pack: %w", err)
	}
	for _, e := range entries {
		if _, err := w.Write(e.Data); err != nil {
			return fmt.Errorf("write pack: %w", err)
		}
	}
	return nil
}

// A Pack reads one pack. It is immutable and safe for concurrent use.
type Pack struct {
	goVersion string
	names     []string
	entries   map[string]string
}

// Open reads the index of text and touches nothing behind it. The entries
// share text's memory. A pack of 180 entries takes about 15 µs.
func Open(text string) (*Pack, error) {
	name, rest, ok := strings.Cut(text, "\n")
	if !ok || name != magic {
		return nil, ErrFormat
	}
	version, rest, ok := strings.Cut(rest, "\n")
	if !ok {
		return nil, fmt.Errorf("%w: no version", ErrFormat)
	}
	type span struct {
		name           string
		offset, length int
	}
	var spans []span
	for {
		line, after, ok := strings.Cut(rest, "\n")
		if !ok {
			return nil, fmt.Errorf("%w: index has no end", ErrFormat)
		}
		rest = after
		if line == "" {
			break
		}
		s := span{}
		name, numbers, _ := strings.Cut(line, " ")
		offset, length, _ := strings.Cut(numbers, " ")
		var err1, err2 error
		s.name = name
		s.offset, err1 = strconv.Atoi(offset)
		s.length, err2 = strconv.Atoi(length)
		if name == "" || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("%w: index line %q", ErrFormat, line)
		}
		spans = append(spans, s)
	}
	p := &Pack{goVersion: version, names: make([]string, len(spans)), entries: make(map[string]string, len(spans))}
	for i, s := range spans {
		if s.offset < 0 || s.length < 0 || s.offset > len(rest) || s.length > len(rest)-s.offset {
			return nil, fmt.Errorf("%w: entry %q lies outside", ErrFormat, s.name)
		}
		p.names[i] = s.name
		p.entries[s.name] = rest[s.offset : s.offset+s.length]
	}
	return p, nil
}

// GoVersion tells the Go version that Write was given, such as "go1.26.8".
func (p *Pack) GoVersion() string { return p.goVersion }

// Names lists the entries in the order they were written. The caller must not
// change it.
func (p *Pack) Names() []string { return p.names }

// Lookup finds an entry's bytes; ok is false if there is none of that name.
func (p *Pack) Lookup(name string) (data string, ok bool) {
	data, ok = p.entries[name]
	return data, ok
}
