package server

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// maxLog bounds a line of the log, bytes: what clients send must not fill it.
const maxLog = 400

// logf writes one line.
func (s *Server) logf(format string, args ...any) {
	line := strings.ToValidUTF8(fmt.Sprintf(format, args...), "?")
	line = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, line)
	if len(line) > maxLog {
		line = line[:maxLog] + "..."
	}
	s.log("%s", line)
}

// A panicked is the error of a handler that panicked; its stack was logged.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprintf("BUG: %v", p.value) }

// guard runs f and turns a panic into an error, after logging it with its
// stack.
func (s *Server) guard(what string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			s.log("panic in %s: %v\n%s", what, v, debug.Stack())
			err = panicked{v}
		}
	}()
	return f()
}
