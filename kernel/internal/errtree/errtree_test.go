package errtree

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestText(t *testing.T) {
	path := &os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}
	loop := &loopError{}
	loop.next = loop
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"plain", errors.New("no"), "no"},
		{"chain", fmt.Errorf("load: %w", path), "load: open x: no such file or directory\n└─ open x: no such file or directory  (*fs.PathError)\n   └─ no such file or directory  (syscall.Errno)"},
		{"join", errors.Join(io.EOF, fmt.Errorf("read: %w", io.ErrUnexpectedEOF), nil), "EOF\nread: unexpected EOF\n├─ EOF\n└─ read: unexpected EOF\n   └─ unexpected EOF"},
		{"two", fmt.Errorf("%w and %w", io.EOF, path), "EOF and open x: no such file or directory\n├─ EOF\n└─ open x: no such file or directory  (*fs.PathError)\n   └─ no such file or directory  (syscall.Errno)"},
		{"nil inside", &loopError{}, "again"},
		{"lines", fmt.Errorf("all: %w", errors.New("one\ntwo")), "all: one\ntwo\n└─ one ..."},
	} {
		if got := Text(tt.err); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	if got := Text(loop); !strings.HasSuffix(got, "└─ ...") || strings.Count(got, "\n") != maxDepth+1 {
		t.Errorf("an endless chain: %d lines", strings.Count(got, "\n"))
	}
	wide := make([]error, 1000)
	for i := range wide {
		wide[i] = io.EOF
	}
	if got := Text(fmt.Errorf("all: %w", &manyError{wide})); strings.Count(got, "\n") > maxNodes+1 {
		t.Errorf("a wide tree: %d lines", strings.Count(got, "\n"))
	}
}

type loopError struct{ next error }

func (e *loopError) Error() string { return "again" }
func (e *loopError) Unwrap() error { return e.next }

type manyError struct{ list []error }

func (e *manyError) Error() string   { return "many" }
func (e *manyError) Unwrap() []error { return e.list }
