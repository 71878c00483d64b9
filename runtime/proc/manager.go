package proc

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Manager is a process that keeps values for others: Python's Manager. What
// its List, Dict and Value return are proxies, which can be parts of a task's
// input: each method is a message to that process and its answer, 40 to 80 µs, where shared memory takes nanoseconds. In return the values are of any
// type and size.
//
// Proxies may be used by several goroutines and processes at the same time; the
// manager does one request after the other. A sequence of calls, such as Get
// and Set, is several requests, between which others may come.
type Manager struct {
	child *child
	at    address
	once  sync.Once
}

// address is where a manager is and the key that it asks for, since any process
// of the machine may reach a socket.
type address struct {
	Path string
	Key  string
}

// NewManager starts the process. Close ends it.
func NewManager(opts ...Option) (*Manager, error) {
	c, err := newConfig(opts)
	if err == nil {
		err = ready()
	}
	if err != nil {
		return nil, fmt.Errorf("proc.NewManager: %w", err)
	}
	secret := make([]byte, 16)
	rand.Read(secret)
	at := address{Path: socketName(hex.EncodeToString(secret[:6])), Key: hex.EncodeToString(secret)}
	c.env = append(c.env, environment+"_AT="+at.Path, environment+"_KEY="+at.Key)
	ch, err := start("manager", c)
	if err != nil {
		return nil, fmt.Errorf("proc.NewManager: %w", err)
	}
	return &Manager{child: ch, at: at}, nil
}

// Close ends the manager's process; what it kept is lost. To close twice is no
// error.
func (m *Manager) Close() error {
	m.once.Do(func() {
		m.child.hangUp(grace)
		forgetLines(m.at)
		if m.at.Path[0] != '@' {
			os.Remove(m.at.Path)
		}
	})
	return nil
}

// PID returns the number of the manager's process.
func (m *Manager) PID() int { return m.child.pid }

// Alive reports whether the manager's process runs.
func (m *Manager) Alive() bool { return !m.child.dead.Load() }

// A proxy is an object of a manager.
type proxy struct {
	At     address
	Object int
}

// make has the manager make an object.
func (m *Manager) make(kind byte, values ...any) (proxy, error) {
	p := proxy{At: m.at}
	id, err := p.ask(kind, values...)
	if err != nil {
		return proxy{}, err
	}
	p.Object = id.(int)
	return p, nil
}

// What a manager can be asked for.
const (
	opMakeList byte = iota
	opMakeDict
	opMakeValue
	opListAppend
	opListGet
	opListSet
	opListLen
	opListAll
	opListPop
	opDictGet
	opDictSet
	opDictDelete
	opDictLen
	opDictKeys
	opDictAll
	opValueGet
	opValueSet
)

// ask sends a request with values and returns the answer.
func (p proxy) ask(op byte, values ...any) (any, error) {
	answers, err := p.askAll(op, values...)
	if err != nil || len(answers) == 0 {
		return nil, err
	}
	return answers[0], nil
}

// askAll is ask for answers of several values.
func (p proxy) askAll(op byte, values ...any) ([]any, error) {
	if p.At.Path == "" {
		return nil, errors.New("a proxy that was not made by a proc.Manager")
	}
	frame := begin(nil, op)
	frame = appendUint64(frame, uint64(p.Object))
	for _, v := range values {
		item, err := appendAny(nil, v)
		if err != nil {
			return nil, err
		}
		frame = appendString(frame, string(item))
	}
	l, err := borrowLine(p.At)
	if err != nil {
		return nil, fmt.Errorf("reach the manager: %w", err)
	}
	// The cell's end must not wait for an answer.
	stop := context.AfterFunc(interrupt.Context(), func() { l.conn.SetDeadline(time.Now()) })
	err = l.write(frame)
	var kind byte
	var body []byte
	if err == nil {
		kind, body, err = l.read()
	}
	if !stop() || err != nil {
		l.conn.Close()
		if interrupt.Raised() {
			return nil, interrupt.ErrInterrupted
		}
		if err == nil {
			err = errors.New("interrupted")
		}
		if err == io.EOF || errors.Is(err, net.ErrClosed) {
			err = ErrClosed
		}
		return nil, fmt.Errorf("the manager does not answer: %w", err)
	}
	defer returnLine(p.At, l)
	if kind == answerError {
		return nil, errors.New(string(body))
	}
	var list []any
	for r := (parser{b: body}); len(r.b) > 0; {
		v, err := parseAny([]byte(r.string()))
		if r.err != nil || err != nil {
			return nil, errors.Join(r.err, err)
		}
		list = append(list, v)
	}
	return list, nil
}

// How a manager answers.
const (
	answerValues = 'v'
	answerError  = 'e'
)

// A phoneLine is a connection to a manager.
type phoneLine struct {
	conn net.Conn
	in   *bufio.Reader
}

func (l *phoneLine) write(frame []byte) error { return writeFrame(l.conn, frame) }

func (l *phoneLine) read() (byte, []byte, error) { return readFrame(l.in, nil) }

// idle are lines that nobody uses, by manager.
var idle struct {
	mu    sync.Mutex
	lines map[address][]*phoneLine
}

// maxIdle bounds the lines that are kept for a manager.
const maxIdle = 8

// borrowLine returns a line that nobody uses.
func borrowLine(at address) (*phoneLine, error) {
	idle.mu.Lock()
	if list := idle.lines[at]; len(list) > 0 {
		l := list[len(list)-1]
		idle.lines[at] = list[:len(list)-1]
		idle.mu.Unlock()
		return l, nil
	}
	idle.mu.Unlock()
	conn, err := net.Dial("unix", at.Path)
	if err != nil {
		return nil, err
	}
	l := &phoneLine{conn, bufio.NewReader(conn)}
	if err := l.write(append(begin(nil, frameHello), at.Key...)); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

func returnLine(at address, l *phoneLine) {
	idle.mu.Lock()
	defer idle.mu.Unlock()
	if idle.lines == nil {
		idle.lines = make(map[address][]*phoneLine)
	}
	if len(idle.lines[at]) >= maxIdle {
		l.conn.Close()
		return
	}
	idle.lines[at] = append(idle.lines[at], l)
}

func forgetLines(at address) {
	idle.mu.Lock()
	defer idle.mu.Unlock()
	for _, l := range idle.lines[at] {
		l.conn.Close()
	}
	delete(idle.lines, at)
}
