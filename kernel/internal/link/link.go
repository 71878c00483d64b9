// Package link is the conversation between the front and its session: framed
// messages over one stream socket. It knows the shapes and the framing, not
// what they mean; supervisor speaks it on the front's side, engine on the
// session's.
//
// A frame is one byte of kind, four bytes of payload length (big endian) and
// the payload: JSON for requests and reports, raw bytes for stream text.
package link

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// A Kind says what a frame carries.
type Kind byte

// Frames from the front to the session.
const (
	KindRun       Kind = 'R' // Run: execute lowered text
	KindInterrupt Kind = 'I' // see SendInterrupt: stop a cell
	KindInput     Kind = 'N' // Input: a line typed by the user
	KindOp        Kind = 'O' // Op: do one of the session's own operations
	KindLoad      Kind = 'L' // Loading: open compiled packages, also while a cell runs
	KindQuit      Kind = 'Q' // no payload: end the process
)

// Frames from the session to the front.
const (
	KindHello   Kind = 'H' // Hello: the session is ready
	KindStream  Kind = 'S' // see Stream: text for stdout or stderr
	KindDisplay Kind = 'D' // Display, see SendDisplay
	KindDone    Kind = 'E' // Done: the Run has ended
	KindAsk     Kind = 'A' // Ask: the cell reads standard input
	KindTrace   Kind = 'T' // Trace: where a panic is, sent while it unwinds
	KindOpDone  Kind = 'P' // OpDone: the Op or the Loading has ended
)

// MaxFrame bounds a frame's payload, bytes. Larger ones are a broken peer.
const MaxFrame = 1 << 30

// ErrTooLarge comes from Read when a frame announces more than MaxFrame bytes.
var ErrTooLarge = errors.New("frame too large")

// A File is one Go source file for the session. Name is the file name that
// positions carry, such as "cell[3]"; ID is the front's number for this text,
// from 1, never reused by a session.
type File struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Text string `json:"text"`
}

// Run asks the session to compile and execute files in order.
type Run struct {
	Cell  int    `json:"cell"`  // the front's number for this run, never reused
	Name  string `json:"name"`  // the cell's name in messages, "cell[3]"
	Files []File `json:"files"` // in order; each is compiled, then executed
	// Waits says that something outside the session's own goroutines may wake
	// them (timers, network, signals, processes), so that "all goroutines are
	// asleep" can't be proven.
	Waits bool `json:"waits,omitempty"`
	// Defined names the functions that the files declare, by the interpreter's
	// names: compiled packages that call them get the new ones.
	Defined []string `json:"defined,omitempty"`
	// Native, if not nil, is what the run needs of compiled packages.
	Native *Native `json:"native,omitempty"`
	// Measure, if not nil, says how the run is measured.
	Measure *Measure `json:"measure,omitempty"`
}

// A Measure asks the session to measure a run: package gauge has a row for
// each Kind.
type Measure struct {
	Kind    string          `json:"kind"`
	Options json.RawMessage `json:"options,omitempty"` // the kind's own
	Text    string          `json:"text"`              // what is measured, as the user wrote it
	// Engine says what runs it: "compiled", "interpreted", or more where
	// interpreted code calls compiled kernels.
	Engine string `json:"engine"`
	// Bodies are the functions that the run gives to glue's or dock's Measure,
	// in order. Without any the run itself is measured: the file that has its
	// name, or its compiled statements.
	Bodies []Body `json:"bodies,omitempty"`
}

// A Body is one of the functions that are measured.
type Body struct {
	Name string `json:"name"` // for tables and charts
	Text string `json:"text"`
	// Values says that a function that returns what it computes comes with it.
	Values bool `json:"values,omitempty"`
}

// A Position is a place in a cell; Line and Column count from 1, in bytes,
// 0 when unknown.
type Position struct {
	Func   string `json:"func,omitempty"` // as Go prints it, "main.f"
	File   string `json:"file"`           // "cell[3]"
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
}

// Statuses of a Done.
const (
	OK          = "ok"
	Failed      = "error"       // a panic, or text that does not compile
	Interrupted = "interrupted" // stopped by KindInterrupt
	Deadlock    = "deadlock"    // every goroutine waits for another; stopped
	Exited      = "exit"        // os.Exit; Code holds the argument
	Burning     = "burning"     // interrupted, but compiled code goes on: end the process
)

// Done reports the end of a Run.
type Done struct {
	Cell    int        `json:"cell"`
	Status  string     `json:"status"`
	Name    string     `json:"name,omitempty"`    // of the error: "panic", "runtime error", "compile", "load"
	Message string     `json:"message,omitempty"` // one line or a few
	Trace   []Position `json:"trace,omitempty"`   // innermost first
	Waiting []Waiter   `json:"waiting,omitempty"` // for Deadlock: who waits where
	Code    int        `json:"code,omitempty"`    // for Exited
	Loaded  *Loaded    `json:"loaded,omitempty"`  // if the run opened packages
	Report  []byte     `json:"report,omitempty"`  // of a Measure, for the front: a profile, a trace
}

// A Waiter is one goroutine that waits, with its state in Go's words
// ("chan receive", "sync.Mutex.Lock").
type Waiter struct {
	State string     `json:"state"`
	Trace []Position `json:"trace"`
}

// Trace tells where a goroutine is panicking. It may be recovered yet: the
// front uses the last one only when the session dies of a panic.
type Trace struct {
	Cell    int        `json:"cell"`
	Message string     `json:"message"`
	Trace   []Position `json:"trace"`
}

// Stream names, as in Jupyter's stream messages.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Display carries a display bundle of a cell.
type Display struct {
	Cell int    `json:"cell"`
	Op   string `json:"op"` // "display", "update", "clear" or "result"
	// Data is a MIME bundle: values are strings (base64 for binary types) or
	// JSON values for JSON types.
	Data     map[string]any `json:"data,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
	ID       string         `json:"id,omitempty"`   // transient display_id
	Wait     bool           `json:"wait,omitempty"` // for "clear": wait for the next output
}

// Ask requests a line of input from the user.
type Ask struct {
	Cell     int    `json:"cell"`
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

// Input answers an Ask. A non-empty Error means that there is no input to be had.
type Input struct {
	Text  string `json:"text"`
	Error string `json:"error,omitempty"`
}

// Op asks the session for one of its operations, outside or inside a cell.
type Op struct {
	ID   int    `json:"id"`
	Cell int    `json:"cell"` // whose output the operation's output is
	Name string `json:"name"` // "shell", "chdir", "setenv", "writefile", "values", "usage" …
	// Args are the operation's own, see engine's table of operations.
	Args map[string]string `json:"args,omitempty"`
}

// OpDone answers an Op or a Loading.
type OpDone struct {
	ID     int               `json:"id"`
	Error  string            `json:"error,omitempty"`
	Result map[string]string `json:"result,omitempty"`
	Loaded *Loaded           `json:"loaded,omitempty"` // for a Loading
}

// Hello is the session's first frame.
type Hello struct {
	PID     int    `json:"pid"`
	Version string `json:"version"` // of Go: runtime.Version()
}

// A Conn sends and receives frames. Send may be called from several
// goroutines at once; Recv from one.
type Conn struct {
	r io.Reader

	mu sync.Mutex // guards w and buf
	w  io.Writer

	head [5]byte
}

// NewConn makes a Conn over a stream.
func NewConn(rw io.ReadWriter) *Conn {
	return &Conn{r: rw, w: rw}
}

// SendJSON sends v as the payload of a frame of kind k.
func (c *Conn) SendJSON(k Kind, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode frame %q: %w", k, err)
	}
	return c.Send(k, b)
}

// Send sends one frame; its parts are joined to the payload. It blocks while
// the peer does not read.
func (c *Conn) Send(k Kind, parts ...[]byte) error {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if n > MaxFrame {
		return ErrTooLarge
	}
	buf := make([]byte, 5, 5+n)
	buf[0] = byte(k)
	binary.BigEndian.PutUint32(buf[1:], uint32(n))
	for _, p := range parts {
		buf = append(buf, p...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.w.Write(buf)
	return err
}

// SendStream sends text for a cell's stdout or stderr.
func (c *Conn) SendStream(cell int, name string, text []byte) error {
	var head [5]byte
	binary.BigEndian.PutUint32(head[:], uint32(cell))
	if name == Stderr {
		head[4] = 1
	}
	return c.Send(KindStream, head[:], text)
}

// SendInterrupt asks to stop a cell, if it still runs, and its operations.
func (c *Conn) SendInterrupt(cell int) error {
	return c.Send(KindInterrupt, binary.BigEndian.AppendUint32(nil, uint32(cell)))
}

// InterruptedCell returns the cell that a KindInterrupt payload names.
func InterruptedCell(payload []byte) (cell int, err error) {
	if len(payload) != 4 {
		return 0, errors.New("malformed interrupt frame")
	}
	return int(binary.BigEndian.Uint32(payload)), nil
}

// Stream takes a KindStream payload apart. text aliases payload.
func Stream(payload []byte) (cell int, name string, text []byte, err error) {
	if len(payload) < 5 || payload[4] > 1 {
		return 0, "", nil, errors.New("malformed stream frame")
	}
	name = Stdout
	if payload[4] == 1 {
		name = Stderr
	}
	return int(binary.BigEndian.Uint32(payload)), name, payload[5:], nil
}

// Recv returns the next frame. The payload is the caller's. The error is io.EOF
// when the peer closed the stream between two frames, io.ErrUnexpectedEOF when
// within one, and ErrTooLarge for a broken peer; nothing can be read after it.
func (c *Conn) Recv() (Kind, []byte, error) {
	if _, err := io.ReadFull(c.r, c.head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(c.head[1:])
	if n > MaxFrame {
		return 0, nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, n)
	}
	b, err := readAll(c.r, int(n))
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	return Kind(c.head[0]), b, nil
}

// readAll reads n bytes. It takes memory for what has come, not for what was
// announced, so that a broken peer cannot make us take a gigabyte.
func readAll(r io.Reader, n int) ([]byte, error) {
	const step = 1 << 20
	b := make([]byte, min(n, step))
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	for len(b) < n {
		was := len(b)
		b = append(b, make([]byte, min(n-was, was))...)
		if _, err := io.ReadFull(r, b[was:]); err != nil {
			return nil, err
		}
	}
	return b, nil
}
