package supervisor

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"unicode/utf8"
)

// A pipe is the reading end of the process' descriptor 1 or 2.
//
// Two goroutines read it. The watcher sleeps in the poller until something
// comes, reads the first of it and tells the pump. The pump takes that and all
// that follows, without waiting, also of its own accord when it has to know
// that nothing written earlier is left. Both read under mu, so no text is ever
// on its way between them.
type pipe struct {
	s      *Session
	name   string
	file   *os.File
	raw    syscall.RawConn
	resume chan struct{} // from the pump to the watcher: all is read
	runes  runes         // of the pump

	mu    sync.Mutex
	first []byte // guarded by mu: read by the watcher, for the pump
	ended bool   // guarded by mu: end of file
}

func newPipe(s *Session, name string, f *os.File) *pipe {
	raw, err := f.SyscallConn()
	if err != nil {
		panic("BUG: the reading end of a pipe is not open: " + err.Error())
	}
	return &pipe{s: s, name: name, file: f, raw: raw, resume: make(chan struct{}, 1)}
}

// watch tells the pump whenever there is something to read, until the end.
func (f *pipe) watch() {
	buf := make([]byte, 4<<10)
	for {
		var n int
		err := f.raw.Read(func(fd uintptr) bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			var err error
			n, err = readNow(int(fd), buf)
			if errors.Is(err, syscall.EAGAIN) && !f.ended {
				return false
			}
			f.first = buf[:max(n, 0)]
			f.ended = n <= 0
			return true
		})
		if err != nil || n <= 0 {
			return
		}
		select {
		case f.s.items <- item{pipe: f}:
		case <-f.s.dead:
			return
		}
		select {
		case <-f.resume:
		case <-f.s.dead:
			return
		}
	}
}

// take returns a copy of what is in the pipe now, at most len(buf) bytes;
// nothing when it is empty. more says that buf was filled.
func (f *pipe) take(buf []byte) (b []byte, more bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := copy(buf, f.first)
	f.first = nil
	if !f.ended {
		// Control fails only when the file is closed: nothing more then.
		_ = f.raw.Control(func(fd uintptr) {
			m, err := readNow(int(fd), buf[n:])
			n += max(m, 0)
			f.ended = err == nil && m == 0 && n < len(buf)
		})
	}
	if n == 0 {
		return nil, false
	}
	return append([]byte(nil), buf[:n]...), n == len(buf)
}

func (f *pipe) close() { f.file.Close() }

// readNow is read(2), again when a signal came in between.
func readNow(fd int, b []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, b)
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

// runes keeps the beginning of a rune at the end of a text until the rest
// comes. The zero value is ready.
type runes struct{ begun []byte }

// cut returns what was kept and b, without an unfinished rune at the end.
func (r *runes) cut(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	if len(r.begun) > 0 {
		b = append(r.begun, b...)
		r.begun = nil
	}
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		c := b[len(b)-i]
		if !utf8.RuneStart(c) {
			continue
		}
		if end := len(b) - i; !utf8.FullRune(b[end:]) {
			r.begun = append([]byte(nil), b[end:]...)
			b = b[:end:end]
		}
		break
	}
	return b
}

// rest returns what was kept.
func (r *runes) rest() []byte {
	b := r.begun
	r.begun = nil
	return b
}
