package engine

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/weft-go/weft/kernel/internal/link"
)

// A stream stands for os.Stdout or os.Stderr in cells: what is written appears
// in the cell of the goroutine that writes it, in order with its displays. It
// has those methods of *os.File that make sense for it.
type stream struct {
	s    *session
	name string // link.Stdout or link.Stderr
}

func (w *stream) Write(p []byte) (int, error) {
	w.s.out.write(w.name, p)
	return len(p), nil
}

func (w *stream) WriteString(p string) (int, error) { return w.Write([]byte(p)) }

// Sync sends what was gathered.
func (w *stream) Sync() error {
	w.s.out.flush()
	return nil
}

// Close does nothing: a cell can't close the notebook's output.
func (w *stream) Close() error { return nil }

func (w *stream) Name() string { return "/dev/" + w.name }
func (w *stream) Fd() uintptr  { return w.file().Fd() }

func (w *stream) Stat() (os.FileInfo, error) { return w.file().Stat() }

func (w *stream) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{w}, r)
}

func (w *stream) file() *os.File {
	if w.name == link.Stderr {
		return os.Stderr
	}
	return os.Stdout
}

// stdin stands for os.Stdin in cells: each read that finds nothing left asks
// the user for a line.
type stdin struct {
	s     *session
	lines chan link.Input // what the front sends; one at a time

	mu   sync.Mutex // held while a read waits: readers take turns
	rest []byte     // guarded by mu
}

var errInterrupted = errors.New("interrupted")

func (r *stdin) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.rest) == 0 {
		line, err := r.ask(context.Background())
		if err != nil {
			return 0, err
		}
		r.rest = append([]byte(line), '\n')
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// line asks for a line on behalf of a program.
func (r *stdin) line(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ask(ctx)
}

// ask sends a request for a line and waits for the answer. The caller holds mu.
func (r *stdin) ask(ctx context.Context) (string, error) {
	if r.s.worker {
		return "", io.EOF
	}
	select {
	case <-r.lines: // an answer that came too late for its question
	default:
	}
	out := r.s.out
	cell := out.cell()
	out.flush()
	if err := r.s.conn.SendJSON(link.KindAsk, link.Ask{Cell: cell}); err != nil {
		return "", err
	}
	var in link.Input
	select {
	case in = <-r.lines:
	case <-ctx.Done():
		return "", errInterrupted
	}
	switch in.Error {
	case "":
		return in.Text, nil
	case io.EOF.Error():
		return "", io.EOF
	default:
		return "", errors.New(in.Error)
	}
}

// abort ends a read that waits.
func (r *stdin) abort() {
	select {
	case r.lines <- link.Input{Error: errInterrupted.Error()}:
	default:
	}
}

func (r *stdin) Close() error { return nil }
func (r *stdin) Name() string { return "/dev/stdin" }
func (r *stdin) Fd() uintptr  { return os.Stdin.Fd() }

func (r *stdin) Stat() (os.FileInfo, error) { return os.Stdin.Stat() }
