package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// patience is how long a question waits for cells that are being written.
const patience = 200 * time.Millisecond

// view is what a question sees: this session's cells and the file's.
type view struct {
	s       *Store
	session int // this session's number
	own     []Entry
	file    *os.File // nil for none
	end     int64
}

// look opens the view; the caller closes it.
func (s *Store) look(ctx context.Context) *view {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s.flush(ctx)
	v := &view{s: s}
	if s.path != "" {
		v.open()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v.session = s.session
	if v.session == 0 { // nothing written yet: the number it would get now
		v.session = 1
		if v.file != nil {
			v.session = lastSession(v.file, v.end) + 1
		}
	}
	v.own = slices.Clone(s.own)
	for i := range v.own {
		v.own[i].Session = v.session
	}
	return v
}

func (v *view) open() {
	f, err := os.Open(v.s.path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			v.s.report(err)
		}
		return
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return
	}
	v.file, v.end = f, info.Size()
}

func (v *view) close() {
	if v.file != nil {
		v.file.Close()
	}
}

// earlier calls yield with the file's cells of other sessions, oldest first.
func (v *view) earlier(yield func(Entry) bool) {
	if v.file == nil {
		return
	}
	forward(v.file, v.end, func(e Entry) bool { return e.Session == v.session || yield(e) })
}

// Tail returns the last n cells, oldest first: this session's behind all
// others'. It reads no more of the file than it must.
func (s *Store) Tail(ctx context.Context, n int) []Entry {
	v := s.look(ctx)
	defer v.close()
	if n <= 0 {
		return nil
	}
	out := v.own[max(0, len(v.own)-n):]
	if len(out) == n || v.file == nil {
		return out
	}
	var before []Entry
	backward(v.file, v.end, func(e Entry) bool {
		if e.Session != v.session {
			before = append(before, e)
		}
		return len(before)+len(out) < n
	})
	slices.Reverse(before)
	return append(before, out...)
}

// Range returns the cells [start, stop) of a session, in order. Session 0 is
// this one, negative ones count back from it, positive ones are the numbers
// in entries. A negative start or stop counts back from the end, as does a
// slice in Python; stop 0 is the end.
func (s *Store) Range(ctx context.Context, session, start, stop int) []Entry {
	v := s.look(ctx)
	defer v.close()
	if session <= 0 {
		session += v.session
	}
	var cells []Entry
	if session == v.session {
		cells = v.own
	} else {
		v.earlier(func(e Entry) bool {
			if e.Session == session {
				cells = append(cells, e)
			}
			return true
		})
	}
	if len(cells) == 0 {
		return nil
	}
	next := cells[len(cells)-1].Line + 1
	if start < 0 {
		start += next
	}
	if stop < 0 {
		stop += next
	} else if stop == 0 {
		stop = next
	}
	return slices.DeleteFunc(cells, func(e Entry) bool { return e.Line < start || e.Line >= stop })
}

// Search returns the cells whose whole text matches pattern, in which * stands
// for any text and ? for one character; an empty pattern matches all. With
// unique each text comes once, where it was run last. With n > 0 only the last
// n are returned. Oldest first. It reads the whole file: about 0.2 s for 10 MB.
func (s *Store) Search(ctx context.Context, pattern string, n int, unique bool) []Entry {
	v := s.look(ctx)
	defer v.close()
	if pattern == "" {
		pattern = "*"
	}
	var found []Entry
	take := func(e Entry) bool {
		if match(pattern, e.Input) {
			found = append(found, e)
		}
		return ctx.Err() == nil
	}
	v.earlier(take)
	for _, e := range v.own {
		take(e)
	}
	if unique {
		seen := map[string]bool{}
		last := found[:0:0]
		for _, e := range slices.Backward(found) {
			if !seen[e.Input] {
				seen[e.Input] = true
				last = append(last, e)
			}
		}
		slices.Reverse(last)
		found = last
	}
	if n > 0 && len(found) > n {
		found = found[len(found)-n:]
	}
	return found
}

// match reports whether pattern, with * and ?, matches the whole of s. It goes
// back to the last * only, so it takes at most len(pattern)·len(s) steps
// (Krauss, "Matching Wildcards", Dr. Dobb's 2008).
func match(pattern, s string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		return pattern == s
	}
	p, text := []rune(pattern), []rune(s)
	i, j := 0, 0
	star, mark := -1, 0
	for j < len(text) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == text[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
