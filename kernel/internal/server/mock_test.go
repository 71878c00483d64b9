package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/wire"
)

const key = "a secret"

// sent is a message that the server sent.
type sent struct {
	on      string // iopub, shell, control or stdin
	msg     *wire.Message
	content map[string]any
}

// String is short: "status busy", "shell:execute_reply ok".
func (m sent) String() string {
	s := m.msg.Header.MsgType
	if m.on != "iopub" {
		s = m.on + ":" + s
	}
	for _, name := range []string{"execution_state", "status", "text", "code", "wait", "ename", "comm_id", "prompt"} {
		if v, ok := m.content[name]; ok {
			s += fmt.Sprintf(" %v", v)
			break
		}
	}
	return s
}

// A kernel is a server with a mock conn and a mock session, and the client
// that talks to it.
type kernel struct {
	t       testing.TB
	codec   *wire.Codec
	session *session
	in      [3]chan [][]byte
	closed  chan struct{}
	once    sync.Once
	serve   chan error // result of Serve
	cancel  context.CancelFunc
	dam     chan struct{} // while not nil, Publish of the types in dammed waits for it
	dammed  string

	mu    sync.Mutex
	out   []sent
	fresh chan struct{} // closed and replaced with each message
	logs  bytes.Buffer
	quick bool // do not look at messages, for benchmarks
	gone  bool // Send fails
	last  chan [][]byte
}

var errClosed = errors.New("closed")

func start(t testing.TB, o Options) *kernel {
	t.Helper()
	k := boot(t, o, false)
	t.Cleanup(func() { k.end() })
	k.wait(0, "starting", func(m sent) bool { return m.content["execution_state"] == "starting" })
	return k
}

func boot(t testing.TB, o Options, quick bool) *kernel {
	k := &kernel{t: t, closed: make(chan struct{}), serve: make(chan error, 1), fresh: make(chan struct{}), quick: quick, last: make(chan [][]byte, 64)}
	k.session = newSession()
	for i := range k.in {
		k.in[i] = make(chan [][]byte, 1000)
	}
	var err error
	if k.codec, err = wire.NewCodec(wire.Scheme, key); err != nil {
		t.Fatal(err)
	}
	o.Codec, _ = wire.NewCodec(wire.Scheme, key)
	o.Log = log.New(lockedWriter{k}, "", 0).Printf
	var ctx context.Context
	ctx, k.cancel = context.WithCancel(context.Background())
	s := New(k, k.session, o)
	go func() { k.serve <- s.Serve(ctx) }()
	return k
}

// end stops the server and fails the test unless it ends soon and well.
func (k *kernel) end() {
	k.t.Helper()
	k.cancel()
	select {
	case err := <-k.serve:
		if err != nil {
			k.t.Errorf("Serve: %v", err)
		}
		k.serve <- nil
	case <-time.After(10 * time.Second):
		k.t.Error("Serve does not end")
	}
}

type lockedWriter struct{ k *kernel }

func (w lockedWriter) Write(b []byte) (int, error) {
	w.k.mu.Lock()
	defer w.k.mu.Unlock()
	return w.k.logs.Write(b)
}

func (k *kernel) log() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.logs.String()
}

// The Conn.

func (k *kernel) Recv(c Channel) ([][]byte, error) {
	select {
	case f := <-k.in[c]:
		return f, nil
	case <-k.closed:
		return nil, errClosed
	}
}

func (k *kernel) Send(c Channel, frames [][]byte) error {
	k.mu.Lock()
	gone := k.gone
	k.mu.Unlock()
	if gone {
		return errors.New("client is gone")
	}
	return k.note(c.String(), frames)
}

func (k *kernel) Publish(frames [][]byte) error {
	k.mu.Lock()
	dam := k.dam
	if !strings.Contains(k.dammed, string(frames[0])) {
		dam = nil
	}
	k.mu.Unlock()
	if dam != nil {
		select {
		case <-dam:
		case <-k.closed:
		}
	}
	return k.note("iopub", frames)
}

func (k *kernel) Close() error {
	k.once.Do(func() { close(k.closed) })
	return nil
}

func (k *kernel) note(on string, frames [][]byte) error {
	select {
	case <-k.closed:
		return errClosed
	default:
	}
	if k.quick {
		k.last <- frames
		return nil
	}
	m := sent{on: on}
	var err error
	if m.msg, err = k.codec.Decode(frames); err != nil {
		k.t.Errorf("%s: sent a message that cannot be read: %v", on, err)
		return nil
	}
	if bad := checkShape(m.msg.Header.MsgType, m.msg.Content); bad != "" {
		k.t.Errorf("%s: %s: %s", m.msg.Header.MsgType, bad, m.msg.Content)
	}
	json.Unmarshal(m.msg.Content, &m.content)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.out = append(k.out, m)
	close(k.fresh)
	k.fresh = make(chan struct{})
	return nil
}

// The client.

const client = "client-1"

// frames makes a request; content is JSON text or a value.
func (k *kernel) frames(msgType string, content any) (id string, frames [][]byte) {
	text, ok := content.(string)
	if !ok {
		b, err := json.Marshal(content)
		if err != nil {
			k.t.Fatal(err)
		}
		text = string(b)
	}
	id = k.codec.NewID()
	return id, k.codec.Encode(&wire.Outgoing{Identities: [][]byte{[]byte(client)}, Type: msgType, ID: id, Content: []byte(text)})
}

func (k *kernel) send(c Channel, msgType string, content any) (id string) {
	id, frames := k.frames(msgType, content)
	k.in[c] <- frames
	return id
}

// run sends a cell; what it does stands in its code, see session.
func (k *kernel) run(code string) (id string) {
	return k.send(Shell, "execute_request", map[string]any{"code": code, "allow_stdin": true})
}

// wait returns the first message from index on that ok accepts, and the index
// behind it.
func (k *kernel) wait(from int, what string, ok func(sent) bool) (sent, int) {
	k.t.Helper()
	deadline := time.After(5 * time.Second)
	for {
		k.mu.Lock()
		for ; from < len(k.out); from++ {
			if ok(k.out[from]) {
				m := k.out[from]
				k.mu.Unlock()
				return m, from + 1
			}
		}
		fresh := k.fresh
		k.mu.Unlock()
		select {
		case <-fresh:
		case <-deadline:
			k.t.Fatalf("no %s; sent: %v\nlog: %s", what, k.sent(""), k.log())
		}
	}
}

// sent lists what was sent for a request, all without an id.
func (k *kernel) sent(id string) []sent {
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []sent
	for _, m := range k.out {
		if id == "" || m.msg.ParentID() == id {
			list = append(list, m)
		}
	}
	return list
}

// finish waits for the idle of a request and returns all that was sent for it.
func (k *kernel) finish(id string) []sent {
	k.t.Helper()
	k.wait(0, "idle", func(m sent) bool { return m.msg.ParentID() == id && m.content["execution_state"] == "idle" })
	return k.sent(id)
}

// ask sends a request, waits for its idle and returns its reply.
func (k *kernel) ask(c Channel, msgType string, content any) sent {
	k.t.Helper()
	id := k.send(c, msgType, content)
	return reply(k.t, k.finish(id))
}

// reply is the one message that did not go to iopub or stdin.
func reply(t testing.TB, list []sent) sent {
	t.Helper()
	var found []sent
	for _, m := range list {
		if m.on == "shell" || m.on == "control" {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d replies in %v", len(found), list)
	}
	return found[0]
}

// want compares messages with lines of their String.
func want(t testing.TB, got []sent, lines ...string) {
	t.Helper()
	var have []string
	for _, m := range got {
		have = append(have, m.String())
	}
	if g, w := strings.Join(have, "\n"), strings.Join(lines, "\n"); g != w {
		t.Errorf("got:\n%s\nwant:\n%s", g, w)
	}
}

// The session.

// A session runs cells whose code is a list of commands, one a line.
type session struct {
	mu          sync.Mutex
	interrupted chan struct{}
	begun       chan string // gets the code of each cell that begins
	releases    map[string]chan struct{}
	out         map[int]Output // of each cell, by count
	reqs        []*wire.ExecuteRequest
	closed      bool
	running     bool
	interrupts  int
}

func newSession() *session {
	return &session{begun: make(chan string, 1000), releases: map[string]chan struct{}{}, out: map[int]Output{}}
}

// release is the channel that "wait name" waits for.
func (s *session) release(name string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.releases[name]
	if c == nil {
		c = make(chan struct{})
		s.releases[name] = c
	}
	return c
}

// commands are what a line of a cell can say.
var commands = map[string]func(s *session, ctx context.Context, out Output, arg string) error{
	"print": func(s *session, ctx context.Context, out Output, arg string) error {
		out.Stream("stdout", arg)
		return nil
	},
	"warn": func(s *session, ctx context.Context, out Output, arg string) error {
		out.Stream("stderr", arg)
		return nil
	},
	"fail":  func(s *session, ctx context.Context, out Output, arg string) error { return errors.New(arg) },
	"panic": func(s *session, ctx context.Context, out Output, arg string) error { panic(arg) },
	"clear": func(s *session, ctx context.Context, out Output, arg string) error { out.ClearOutput(true); return nil },
	"value": func(s *session, ctx context.Context, out Output, arg string) error {
		out.Result(plain(arg))
		return nil
	},
	"display": func(s *session, ctx context.Context, out Output, arg string) error {
		out.Display(plain(arg))
		return nil
	},
	"update": func(s *session, ctx context.Context, out Output, arg string) error {
		d := plain(arg)
		d.Transient = map[string]any{"display_id": "x"}
		out.UpdateDisplay(d)
		return nil
	},
	"ask": func(s *session, ctx context.Context, out Output, arg string) error {
		v, err := out.Input(ctx, arg, false)
		if err == nil {
			out.Stream("stdout", "answer "+v)
		} else if err == io.EOF {
			out.Stream("stdout", "end")
			err = nil
		}
		return err
	},
	"wait": func(s *session, ctx context.Context, out Output, arg string) error {
		s.mu.Lock()
		stop := s.interrupted
		s.mu.Unlock()
		select {
		case <-s.release(arg):
			return nil
		case <-stop:
			return errors.New("interrupted")
		case <-ctx.Done():
			return errors.New("kernel ends")
		}
	},
	"flood": func(s *session, ctx context.Context, out Output, arg string) error {
		for range 3 {
			out.Stream("stdout", arg)
		}
		return nil
	},
	"nil": func(s *session, ctx context.Context, out Output, arg string) error { return nil },
}

func plain(text string) wire.DisplayData {
	return wire.DisplayData{Data: map[string]any{"text/plain": text}}
}

func (s *session) Execute(ctx context.Context, req *wire.ExecuteRequest, out Output) *wire.ExecuteReply {
	s.mu.Lock()
	if s.running {
		panic("two cells at once")
	}
	s.running, s.interrupted = true, make(chan struct{})
	s.reqs = append(s.reqs, req)
	s.out[req.Count] = out
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.running = false
		s.mu.Unlock()
	}()
	select {
	case s.begun <- req.Code:
	default:
	}
	if req.Code == "nil" {
		return nil
	}
	for line := range strings.Lines(req.Code) {
		name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
		run := commands[name]
		if run == nil {
			continue
		}
		if err := run(s, ctx, out, arg); err != nil {
			e := wire.ErrorContent{EName: "E", EValue: err.Error(), Traceback: []string{err.Error()}}
			out.Error(e)
			return &wire.ExecuteReply{Status: wire.Error, EName: e.EName, EValue: e.EValue, Traceback: e.Traceback}
		}
	}
	r := &wire.ExecuteReply{}
	for name, expr := range req.UserExpressions {
		r.UserExpressions = map[string]any{name: map[string]any{"status": "ok", "data": map[string]any{"text/plain": expr}, "metadata": map[string]any{}}}
	}
	return r
}

func (s *session) Complete(ctx context.Context, req *wire.CompleteRequest) *wire.CompleteReply {
	trap(req.Code)
	if req.Code == "nil" {
		return nil
	}
	return req.Reply(0, req.Cursor(), []wire.Completion{{Text: req.Code + "!", Type: "var"}})
}

func (s *session) Inspect(ctx context.Context, req *wire.InspectRequest) *wire.InspectReply {
	trap(req.Code)
	return &wire.InspectReply{Found: true, Data: map[string]any{"text/plain": req.Code[:req.Cursor()]}}
}

func (s *session) IsComplete(ctx context.Context, req *wire.IsCompleteRequest) *wire.IsCompleteReply {
	trap(req.Code)
	return &wire.IsCompleteReply{Status: "incomplete", Indent: "\t"}
}

func trap(code string) {
	if code == "panic" {
		panic("trapped")
	}
}

func (s *session) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interrupts++
	if s.running {
		select {
		case <-s.interrupted:
		default:
			close(s.interrupted)
		}
	}
}

func (s *session) Close(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

var idShape = regexp.MustCompile(`^[0-9a-f]{32}-\d+$`)
