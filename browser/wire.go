package browser

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// callTime is how long the browser may take for an answer.
const callTime = 90 * time.Second

// A wire carries the protocol: JSON messages with a zero byte behind each.
type wire struct {
	out, in *os.File

	mu        sync.Mutex
	next      int                     // guarded by mu
	waiting   map[int]chan reply      // guarded by mu
	listeners map[string]chan<- event // guarded by mu: by session
	broken    error                   // guarded by mu: why nothing comes any more
}

type reply struct {
	result json.RawMessage
	err    error
}

func newWire(out, in *os.File) *wire {
	w := &wire{out: out, in: in, waiting: map[int]chan reply{}, listeners: map[string]chan<- event{}}
	go w.read()
	return w
}

func (w *wire) close() {
	w.out.Close()
	w.in.Close()
}

// listen sends a session's events to c, which should never be full: what finds
// no room is lost.
func (w *wire) listen(session string, c chan<- event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listeners[session] = c
}

// read hands out messages until the browser ends.
func (w *wire) read() {
	r := bufio.NewReaderSize(w.in, 1<<20)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			w.end(err)
			return
		}
		var m struct {
			ID        int
			SessionID string
			Method    string
			Params    json.RawMessage
			Result    json.RawMessage
			Error     *struct{ Message, Data string }
		}
		if err := json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &m); err != nil {
			w.end(fmt.Errorf("the browser sent what is no message: %w", err))
			return
		}
		w.mu.Lock()
		if m.ID != 0 {
			answer := reply{result: m.Result}
			if m.Error != nil {
				answer.err = errors.New(m.Error.Message + " " + m.Error.Data)
			}
			if c := w.waiting[m.ID]; c != nil {
				c <- answer
				delete(w.waiting, m.ID)
			}
		} else if c := w.listeners[m.SessionID]; c != nil {
			select {
			case c <- event{m.Method, m.Params}:
			default:
			}
		}
		w.mu.Unlock()
	}
}

func (w *wire) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = fmt.Errorf("the browser ended: %w", err)
	for id, c := range w.waiting {
		c <- reply{err: w.broken}
		delete(w.waiting, id)
	}
}

// call sends a command to a session, "" for the browser, waits for its answer
// and decodes it into result unless that is nil.
func (w *wire) call(session, method string, params values, result any) error {
	w.mu.Lock()
	if w.broken != nil {
		defer w.mu.Unlock()
		return w.broken
	}
	w.next++
	id, answer := w.next, make(chan reply, 1)
	w.waiting[id] = answer
	message := values{"id": id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if session != "" {
		message["sessionId"] = session
	}
	text, err := json.Marshal(message)
	if err == nil {
		_, err = w.out.Write(append(text, 0))
	}
	w.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case a := <-answer:
		if a.err == nil && result != nil {
			a.err = json.Unmarshal(a.result, result)
		}
		if a.err != nil {
			return fmt.Errorf("%s: %w", method, a.err)
		}
		return nil
	case <-time.After(callTime):
		return fmt.Errorf("%s: no answer after %v", method, callTime)
	}
}
