// Package filelock lets several workers count in one file: each reads the number
// in it, adds one and writes it back.
//
//	n, err := filelock.Serial(4000)          // 4000
//	n, err = filelock.Process(4000, 4)       // 4000, with a lock on the file
//	n, err = filelock.ProcessCreate(4000, 4) // 4000, with a lock file
//	n, err = filelock.UnlockedProcess(4000, 4) // fewer: updates get lost
//
// Between reading and writing another worker may have counted, and its update
// is lost. A lock makes the three steps one: flock(2) on the file itself, or a
// file beside it that only one can create (O_EXCL of open(2)). It is the file
// counter of Gorelick and Ozsvald, "High Performance Python", chapter 9, "File
// Locking".
//
// The file is in a temporary folder, which is removed.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/weft-go/weft/kernels/internal/poll"
)

const (
	maxWorkers    = 1000
	maxIncrements = math.MaxInt32
)

func check(n, workers int) error {
	for _, arg := range []struct {
		name      string
		got, most int
	}{{"number of increments", n, maxIncrements}, {"number of workers", workers, maxWorkers}} {
		if arg.got < 0 {
			return fmt.Errorf("negative %s %d", arg.name, arg.got)
		}
		if arg.got > arg.most {
			return fmt.Errorf("%s %d is larger than %d", arg.name, arg.got, arg.most)
		}
	}
	return nil
}

// number returns the number of workers; 0 stands for GOMAXPROCS.
func number(workers int) int {
	if workers == 0 {
		return min(maxWorkers, runtime.GOMAXPROCS(0))
	}
	return workers
}

// share returns how many of n increments worker i of k does; shares differ by
// at most one.
func share(n, i, k int) int {
	if i < n%k {
		return n/k + 1
	}
	return n / k
}

// A place is a temporary folder with the file.
type place struct {
	dir, file string
	files     int // that there have been
}

func newPlace() (*place, error) {
	dir, err := os.MkdirTemp("", "weft-filelock-")
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir}
	if err := p.renew(); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// renew begins a new file with the number 0. Processes of a run that was broken
// off may still be about to end: they do no harm to the old one, and a lock file
// that they leave is not the new one's.
func (p *place) renew() error {
	if p.file != "" {
		os.Remove(p.file)
		os.Remove(p.file + lockSuffix)
	}
	p.files++
	p.file = filepath.Join(p.dir, fmt.Sprintf("count%d.txt", p.files))
	return os.WriteFile(p.file, text(nil, 0), 0o600)
}

func (p *place) close() error { return os.RemoveAll(p.dir) }

// read returns the number in the file.
func (p *place) read() (int, error) {
	c, err := open(p.file)
	if err != nil {
		return 0, err
	}
	defer c.close()
	return c.read()
}

// digits is the length of the text of every number, so that a write leaves
// nothing of the number before.
const digits = 10

// text appends n in digits and the end of a line.
func text(b []byte, n int) []byte {
	begin := len(b)
	b = append(b, "0000000000\n"...)
	for at := begin + digits - 1; n > 0; at-- {
		b[at] += byte(n % 10)
		n /= 10
	}
	return b
}

// A counter is one worker's access to the file. It is used by one goroutine.
type counter struct {
	file *os.File
	fd   uintptr // of file
	buf  [digits + 1]byte
}

func open(name string) (*counter, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &counter{file: f, fd: f.Fd()}, nil
}

func (c *counter) close() error { return c.file.Close() }

func (c *counter) read() (int, error) {
	n, err := c.file.ReadAt(c.buf[:], 0)
	if n < len(c.buf) {
		return 0, fmt.Errorf("read number of %s: %w", c.file.Name(), err)
	}
	v := 0
	for _, d := range c.buf[:digits] {
		if d < '0' || d > '9' {
			return 0, fmt.Errorf("%s has %s, not a number", c.file.Name(), strconv.Quote(string(c.buf[:])))
		}
		v = 10*v + int(d-'0')
	}
	return v, nil
}

func (c *counter) write(n int) error {
	_, err := c.file.WriteAt(text(c.buf[:0], n), 0)
	return err
}

// add adds one to the number in the file, in two steps.
func (c *counter) add() error {
	n, err := c.read()
	if err != nil {
		return err
	}
	return c.write(n + 1)
}

// A lock keeps others from counting. What it is on is the file's matter, so
// every worker has one of its own.
type lock interface {
	lock(p poll.Poll) error // waits until it has it, or p says to stop
	unlock() error
}

// none is the lock that isn't one.
type none struct{}

func (none) lock(poll.Poll) error { return nil }
func (none) unlock() error        { return nil }

// pollEvery is after how many increments a worker asks whether to stop. They
// may take a millisecond each while others hold the lock.
const pollEvery = 8

// count adds one n times, each time under the lock. It returns early with
// p's error if p says to stop.
func (c *counter) count(p poll.Poll, l lock, n int) error {
	for i := range n {
		if i%pollEvery == 0 && p.Stopped() {
			return p.Err()
		}
		if err := l.lock(p); err != nil {
			return err
		}
		err := c.add()
		if broken := l.unlock(); err == nil {
			err = broken
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// background is what typed functions run under: only an interrupt stops them.
var background = context.Background()
