package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A record is one line of the file.
type record struct {
	Session int    `json:"session"`
	Line    int    `json:"line"`
	Code    string `json:"code"`
}

// maxLine bounds a line of the file: a cell of maxCell bytes, each escaped.
const maxLine = 6*maxCell + 100

// appendFile writes entries to the file at path, which it makes with its
// folder, readable for the user alone. With session 0 the entries get the
// number behind the last session's. Their number comes back, 0 when it is not
// known because of an error. When the file has become larger than maxFile its older half
// goes.
func appendFile(path string, session int, entries []Entry) (int, error) {
	f, unlock, err := openLocked(path)
	if err != nil {
		return session, err
	}
	defer f.Close()
	defer unlock()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return session, err
	}
	if session == 0 {
		session = lastSession(f, end) + 1
	}
	var text bytes.Buffer
	if torn(f, end) { // a kernel was killed, or the disk was full, in mid line
		text.WriteByte('\n')
	}
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	for _, e := range entries {
		enc.Encode(record{session, e.Line, e.Input}) // numbers and texts: cannot fail
	}
	n, err := f.Write(text.Bytes())
	if err != nil {
		return session, fmt.Errorf("write history: %w", err)
	}
	if end+int64(n) > maxFile {
		err = halve(path, f, end+int64(n))
	}
	return session, err
}

// openLocked opens the file for appending and locks it, waiting for others at
// most a second; after that, and where there are no locks, it goes on without.
func openLocked(path string) (*os.File, func(), error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
		if os.IsNotExist(err) {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				return nil, nil, fmt.Errorf("make the folder of the history: %w", err)
			}
			f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("open history: %w", err)
		}
		unlock := lock(f)
		// Another kernel may have put a shorter file in its place meanwhile.
		mine, err1 := f.Stat()
		there, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && !os.SameFile(mine, there) {
			unlock()
			f.Close()
			continue
		}
		return f, unlock, nil
	}
}

// torn reports that the file does not end with a line end.
func torn(f io.ReaderAt, end int64) bool {
	var b [1]byte
	if end == 0 {
		return false
	}
	_, err := f.ReadAt(b[:], end-1)
	return err == nil && b[0] != '\n'
}

// lastSession is the number of the last session in the file, 0 for none.
func lastSession(f io.ReaderAt, end int64) int {
	last := 0
	backward(f, end, func(e Entry) bool {
		last = e.Session
		return false
	})
	return last
}

// halve puts a file without the older half in the place of f: it is written
// beside it and renamed, so a reader sees one or the other.
func halve(path string, f io.ReaderAt, end int64) (err error) {
	from := end / 2
	// Begin behind the first line end from there on.
	in := io.NewSectionReader(f, from, end-from)
	buf := make([]byte, 64<<10)
	for {
		n, err := in.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			from += int64(i) + 1
			break
		}
		from += int64(n)
		if err != nil {
			break
		}
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // what a link points to is replaced, not the link
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("shorten history: %w", err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
			err = fmt.Errorf("shorten history: %w", err)
		}
	}()
	if _, err = io.Copy(tmp, io.NewSectionReader(f, from, end-from)); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// forward calls yield with the entries of the text up to end, oldest first,
// until it returns false. Lines that are none are skipped.
func forward(f io.ReaderAt, end int64, yield func(Entry) bool) {
	buf := make([]byte, 0, 64<<10)
	for at := int64(0); at < end; {
		if len(buf) == cap(buf) {
			if len(buf) > maxLine {
				buf = buf[:0] // no line of ours: its rest is skipped as well
			} else {
				buf = append(make([]byte, 0, 2*cap(buf)), buf...)
			}
		}
		n, err := f.ReadAt(buf[len(buf):min(int64(cap(buf)), int64(len(buf))+end-at)], at)
		buf, at = buf[:len(buf)+n], at+int64(n)
		rest := buf
		for {
			line, after, ok := bytes.Cut(rest, []byte("\n"))
			if !ok {
				break
			}
			if e, ok := parse(line); ok && !yield(e) {
				return
			}
			rest = after
		}
		buf = buf[:copy(buf, rest)]
		if err != nil || n == 0 {
			return
		}
	}
}

// backward calls yield with the entries of the text up to end, latest first,
// until it returns false. Lines that are none are skipped.
func backward(f io.ReaderAt, end int64, yield func(Entry) bool) {
	const step = 64 << 10
	var rest []byte // the beginning of what was read: perhaps half a line
	for end > 0 {
		n := min(int64(step+len(rest)), end) // grows with the line
		buf := make([]byte, n, n+int64(len(rest)))
		if _, err := f.ReadAt(buf, end-n); err != nil {
			return
		}
		end -= n
		buf = append(buf, rest...)
		for {
			i := bytes.LastIndexByte(buf, '\n')
			if i < 0 {
				break
			}
			if e, ok := parse(buf[i+1:]); ok && !yield(e) {
				return
			}
			buf = buf[:i]
		}
		if rest = buf; len(rest) > maxLine {
			rest = nil
		}
	}
	if e, ok := parse(rest); ok {
		yield(e)
	}
}

func parse(line []byte) (Entry, bool) {
	var r record
	if len(line) == 0 || json.Unmarshal(line, &r) != nil || r.Session < 1 {
		return Entry{}, false
	}
	return Entry{Session: r.Session, Line: r.Line, Input: r.Code}, true
}
