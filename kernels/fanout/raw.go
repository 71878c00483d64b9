package fanout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// GoroutineRaw is [Goroutine] without net/http: each goroutine has a connection of its
// own, writes requests by hand and reads no more of a response than it needs.
// It shows how much of the time at a high concurrency is the client's own. Errors
// are as for [Serial].
func GoroutineRaw(l Load) (*Result, error) { return once(l, newWires, raw) }

func raw(ctx context.Context, l Load, ws *wires) (*Result, error) {
	r := start(ctx, l)
	// The end of the context wakes those who wait for a response.
	woken := make(chan struct{})
	stop := context.AfterFunc(r.ctx, func() { defer close(woken); ws.interrupt() })
	r.spread(ws.of)
	if !stop() {
		<-woken
		ws.close()
	}
	return r.finish()
}

// wires are the connections of one client, one for each of its goroutines.
type wires struct{ all []wire }

func newWires(l Load) (*wires, error) {
	host, err := l.check()
	if err != nil {
		return nil, err
	}
	ws := &wires{make([]wire, l.concurrency())}
	for i := range ws.all {
		ws.all[i] = wire{host: host, base: l.URL, fresh: l.Fresh}
	}
	return ws, nil
}

func (ws *wires) of(worker int) getter { return &ws.all[worker] }

// interrupt makes all reads and writes under way fail.
func (ws *wires) interrupt() {
	for i := range ws.all {
		ws.all[i].interrupt()
	}
}

// close ends all connections; the next requests make new ones.
func (ws *wires) close() error {
	for i := range ws.all {
		ws.all[i].close()
	}
	return nil
}

// A wire is a getter with one connection, for one goroutine; only interrupt may
// be called at the same time.
type wire struct {
	host, base string
	fresh      bool
	buf        []byte // the request, then the response

	mu   sync.Mutex
	conn net.Conn // nil: not yet, or not any more. Changed by the owner, under mu
}

func (w *wire) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		w.conn.SetDeadline(time.Unix(1, 0))
	}
}

func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

func (w *wire) get(ctx context.Context, id int) (answer, error) {
	a, err := w.once(ctx, id)
	if errors.Is(err, errGone) && ctx.Err() == nil {
		a, err = w.once(ctx, id) // over a new connection
	}
	if err != nil {
		w.close()
		return a, &url.Error{Op: "Get", URL: w.base + article(id), Err: err}
	}
	if w.fresh {
		w.close()
	}
	return a, nil
}

// errGone says that the server had ended a connection from an earlier request,
// as servers do, before this one's response began.
var errGone = errors.New("connection was closed between two requests")

func (w *wire) once(ctx context.Context, id int) (answer, error) {
	used := w.conn != nil
	if err := w.dial(ctx); err != nil {
		return answer{}, err
	}
	if w.buf == nil {
		w.buf = make([]byte, 512)
	}
	w.buf = append(w.buf[:0], "GET "+path...)
	w.buf = strconv.AppendInt(w.buf, int64(id), 10)
	w.buf = append(w.buf, " HTTP/1.1\r\nHost: "...)
	w.buf = append(w.buf, w.host...)
	if w.fresh {
		w.buf = append(w.buf, "\r\nConnection: close"...)
	}
	w.buf = append(w.buf, headEnd...)
	_, err := w.conn.Write(w.buf)
	var head, body []byte
	if err == nil {
		head, body, err = readHead(w.conn, w.buf[:0])
	}
	if err != nil {
		if used && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, errHead) {
			w.close()
			err = fmt.Errorf("%w: %w", errGone, err)
		}
		return answer{}, err
	}
	code, length, stay, err := parseStatus(head)
	if err != nil {
		return answer{}, err
	}
	if code != 200 {
		return answer{}, fmt.Errorf("the server says %d", code)
	}
	if body, err = readBody(w.conn, body, length); err != nil {
		return answer{}, err
	}
	if cap(body) > cap(w.buf) {
		w.buf = body[:0] // for the next response
	}
	if !stay {
		w.close()
	}
	return parseBody(body)
}

// readBody reads the rest of a body of which begin has the first bytes.
func readBody(r io.Reader, begin []byte, length int) ([]byte, error) {
	if len(begin) > length {
		return nil, fmt.Errorf("response is %d bytes longer than it says", len(begin)-length)
	}
	if len(begin) == length {
		return begin, nil
	}
	body := begin
	if cap(body) < length {
		body = append(make([]byte, 0, length), begin...)
	}
	_, err := io.ReadFull(r, body[len(begin):length])
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return body[:length], err
}

// dial connects if there is no connection.
func (w *wire) dial(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.host)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.conn = conn
	w.mu.Unlock()
	if ctx.Err() != nil { // interrupt may have come before
		w.interrupt()
	}
	return nil
}
