// Package history keeps what the user ran, in memory for this session and in
// one file for all sessions of all kernels.
//
// The file is JSON Lines: one line per cell with its session's number, its
// own number in the session and its text. Several kernels may append to it at
// once: each append is one write under an advisory lock, and where the file
// system has no locks, appending is still whole lines. A session takes the
// number behind the last in the file when it first writes. The file stays
// below 10 MB: what makes it larger drops its older half, through a temporary
// file that takes the file's place.
//
// A file that cannot be read or written costs the earlier sessions' cells and
// nothing else: the store goes on in memory.
package history

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"
	"unicode/utf8"
)

// Bounds, bytes.
const (
	maxFile   = 10 << 20 // of the file
	maxMemory = 16 << 20 // of this session's cells; the oldest are forgotten
	maxCell   = 1 << 20  // of a cell that is written to the file
	maxOutput = 4 << 10  // of a result that is kept
)

// An Entry is a cell that was run.
type Entry struct {
	Session int    // number of the session, from 1; a later session's is larger
	Line    int    // number of the cell in its session
	Input   string // its text
	Output  string // text of its result; "" for none and for earlier sessions
}

// A Store is the history of one session. Its methods may be called from any
// goroutine.
type Store struct {
	// Log is told the first error of the file, if any, by any goroutine. It is
	// set before the store is used, or not at all.
	Log func(error)

	path string // "" keeps everything in memory

	mu      sync.Mutex
	own     []Entry // this session's; Session is not filled in
	size    int     // bytes of text in own
	session int     // this session's number, 0 while unknown
	pending []Entry // not yet written
	writing bool    // a writer is under way
	idle    chan struct{}
	failed  bool // Log was told
}

// Open returns the store with the file at path, which need not exist and is
// not looked at before it is needed; "" stands for no file.
func Open(path string) *Store { return &Store{path: path} }

// DefaultPath is the user's history file, in the data directory of the XDG
// Base Directory Specification; "" when the user has no home.
func DefaultPath() string {
	data := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) { // unset, or to be ignored
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "weft", "history.jsonl")
}

// Add records a cell. It returns at once: the file is written behind the
// caller's back, all that waits in one write.
func (s *Store) Add(line int, input string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := Entry{Line: line, Input: input}
	s.own = append(s.own, e)
	s.size += len(input)
	drop := 0
	for s.size > maxMemory && drop < len(s.own)-1 {
		s.size -= len(s.own[drop].Input) + len(s.own[drop].Output)
		drop++
	}
	clear(s.own[:drop]) // so that the texts can go
	s.own = s.own[drop:]
	if s.path == "" || len(input) > maxCell {
		return
	}
	s.pending = append(s.pending, e)
	if !s.writing {
		s.writing, s.idle = true, make(chan struct{})
		go s.write()
	}
}

// SetOutput records the result of the cell with this number, if it is the
// last one added. Long results are cut.
func (s *Store) SetOutput(line int, output string) {
	if len(output) > maxOutput {
		end := maxOutput
		for end > 0 && !utf8.RuneStart(output[end]) {
			end--
		}
		output = output[:end]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.own); n > 0 && s.own[n-1].Line == line {
		s.own[n-1].Output = output
		s.size += len(output)
	}
}

// write appends what waits until nothing does. One runs at a time.
func (s *Store) write() {
	for {
		s.mu.Lock()
		batch, session := s.pending, s.session
		s.pending = nil
		if len(batch) == 0 {
			s.writing = false
			close(s.idle)
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		session, err := appendFile(s.path, session, batch)
		s.mu.Lock()
		s.session = session
		s.mu.Unlock()
		s.report(err)
	}
}

func (s *Store) report(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	first := !s.failed
	s.failed = true
	s.mu.Unlock()
	if first && s.Log != nil {
		s.Log(err)
	}
}

// flush waits until all cells added so far are written, or ctx ends.
func (s *Store) flush(ctx context.Context) {
	s.mu.Lock()
	writing, idle := s.writing, s.idle
	s.mu.Unlock()
	if !writing {
		return
	}
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// Close waits until the file is written, at most a second.
func (s *Store) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.flush(ctx)
}
