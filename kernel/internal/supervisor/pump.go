package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// drainLimit bounds what is read from a pipe when something waits for what was
// written "until now", bytes: the largest pipe an unprivileged process can
// make. More can only have been written since.
const drainLimit = 1 << 20

// traceLimit is how many of the session's Trace frames are remembered.
const traceLimit = 16

// An item is what the pump's sources send it: a frame, the link's end, or a
// pipe with something to read.
type item struct {
	kind    link.Kind
	payload []byte
	err     error
	pipe    *pipe
}

// A pump delivers what a session sends. Its fields belong to the goroutine of
// loop.
type pump struct {
	s        *Session
	out, err *pipe
	buf      []byte
	held     holder      // stderr text that may be a crash report
	timer    *time.Timer // for held
	late     *link.Done  // waits until held is decided
	traces   []trace     // the last ones
	told     tail        // stderr text delivered last
}

// A trace is a link.Trace with its time of arrival.
type trace struct {
	told link.Trace
	at   time.Time
}

func newPump(s *Session, out, err *os.File) *pump {
	p := &pump{s: s, buf: make([]byte, 64<<10), timer: time.NewTimer(time.Hour)}
	p.timer.Stop()
	p.out = newPipe(s, link.Stdout, out)
	p.err = newPipe(s, link.Stderr, err)
	return p
}

// frames is what the pump does with each kind of frame. An error is a broken
// frame: it is noted and the frame left out.
var frames = map[link.Kind]func(*pump, []byte) error{
	link.KindHello:   (*pump).hello,
	link.KindStream:  (*pump).stream,
	link.KindDisplay: (*pump).display,
	link.KindDone:    (*pump).done,
	link.KindAsk:     (*pump).ask,
	link.KindTrace:   (*pump).trace,
	link.KindOpDone:  (*pump).opDone,
}

// loop runs until the process is dead and all it said has been delivered.
func (p *pump) loop() {
	for {
		select {
		case <-p.timer.C:
			p.decide()
		case it := <-p.s.items:
			switch {
			case it.pipe != nil:
				p.read(it.pipe, 2*len(p.buf))
				it.pipe.resume <- struct{}{}
			case it.err != nil:
				p.finish(it.err)
				return
			default:
				p.frame(it.kind, it.payload)
			}
		}
	}
}

func (p *pump) frame(k link.Kind, payload []byte) {
	handle, ok := frames[k]
	if !ok {
		p.s.log("session %d: unknown frame %q", p.s.pid, k)
		return
	}
	if err := handle(p, payload); err != nil {
		p.s.log("session %d: frame %q: %v", p.s.pid, k, err)
	}
}

func (p *pump) hello(b []byte) error {
	var h link.Hello
	if err := json.Unmarshal(b, &h); err != nil {
		return err
	}
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.greeting != (link.Hello{}) || h == (link.Hello{}) {
		return errors.New("one Hello, with something in it, was expected")
	}
	s.greeting = h
	close(s.hello)
	return nil
}

func (p *pump) stream(b []byte) error {
	cell, name, text, err := link.Stream(b)
	if err != nil {
		return err
	}
	p.deliver(func(ev Events) { ev.Stream(cell, name, text) })
	return nil
}

func (p *pump) display(b []byte) error {
	d, err := link.ReadDisplay(b)
	if err != nil {
		return err
	}
	p.deliver(func(ev Events) { ev.Display(d) })
	return nil
}

func (p *pump) ask(b []byte) error {
	var a link.Ask
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	p.drain() // the question may have been printed past the link
	p.deliver(func(ev Events) { ev.Ask(a) })
	return nil
}

func (p *pump) trace(b []byte) error {
	t := trace{at: time.Now()}
	if err := json.Unmarshal(b, &t.told); err != nil {
		return err
	}
	if len(p.traces) == traceLimit {
		p.traces = append(p.traces[:0], p.traces[1:]...)
	}
	p.traces = append(p.traces, t)
	return nil
}

func (p *pump) done(b []byte) error {
	var d link.Done
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	if d.Status == link.Burning {
		p.s.kill(Interrupted)
		return nil
	}
	p.drain()
	if p.held.holding() {
		p.late = &d
		return nil
	}
	return p.answer(d)
}

// answer ends the run under way with d.
func (p *pump) answer(d link.Done) error {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil || s.cell != d.Cell {
		return fmt.Errorf("done with cell %d, which does not run", d.Cell)
	}
	select {
	case s.run.done <- d:
		return nil
	default:
		return fmt.Errorf("done with cell %d, again", d.Cell)
	}
}

func (p *pump) opDone(b []byte) error {
	var d link.OpDone
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	p.drain()
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.ops[d.ID]
	if t == nil { // its caller has given up
		return nil
	}
	select {
	case t.opDone <- d:
		return nil
	default:
		return fmt.Errorf("done with operation %d, again", d.ID)
	}
}

// deliver calls Events, unless Close was called.
func (p *pump) deliver(call func(Events)) {
	s := p.s
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return
	}
	entered := time.Now()
	s.entered.Store(entered.UnixNano())
	call(s.ev)
	s.inside.Add(int64(time.Since(entered)))
	s.entered.Store(0)
}

// read delivers what is in a pipe now, at most about limit bytes.
func (p *pump) read(f *pipe, limit int) {
	for n := 0; n <= limit; {
		b, more := f.take(p.buf)
		if len(b) == 0 {
			return
		}
		n += len(b)
		p.text(f, b, more)
	}
}

// drain delivers all that the process has written to the pipes until now,
// except what is held back.
func (p *pump) drain() {
	for _, f := range []*pipe{p.out, p.err} {
		p.read(f, drainLimit)
		p.write(f, f.runes.rest())
	}
}

// text takes what was read from a pipe; more says that there is probably more.
func (p *pump) text(f *pipe, b []byte, more bool) {
	if f == p.err {
		b = p.held.push(b, more, time.Now())
		p.arm()
	}
	p.write(f, f.runes.cut(b))
}

// write delivers text of a pipe.
func (p *pump) write(f *pipe, b []byte) {
	if len(b) == 0 {
		return
	}
	if f == p.err {
		p.told.add(b)
	}
	p.s.mu.Lock()
	cell := p.s.cell
	p.s.mu.Unlock()
	p.deliver(func(ev Events) { ev.Stream(cell, f.name, b) })
}

// arm sets the timer to when the held text has to be decided on.
func (p *pump) arm() {
	if t, ok := p.held.until(); ok {
		p.timer.Reset(time.Until(t))
	} else {
		p.timer.Stop()
	}
}

// decide is called when the process lives on after it printed what looked like
// a crash report: then it is ordinary text.
func (p *pump) decide() {
	if t, ok := p.held.until(); ok && time.Until(t) > 0 {
		p.arm()
		return
	}
	p.release()
	if d := p.late; d != nil {
		p.late = nil
		p.drain()
		if p.held.holding() {
			p.late = d
			return
		}
		if err := p.answer(*d); err != nil {
			p.s.log("session %d: %v", p.s.pid, err)
		}
	}
}

// release delivers the held text.
func (p *pump) release() {
	b := p.held.release()
	p.arm()
	p.write(p.err, p.err.runes.cut(b))
}

// finish is the end of the pump: the link has ended with err.
func (p *pump) finish(err error) {
	s := p.s
	if errors.Is(err, link.ErrTooLarge) {
		s.kill("broken link: " + err.Error())
	}
	select {
	case <-s.exited:
	case <-time.After(exitGrace):
		s.kill("broken link: the session closed it and lived on")
		<-s.exited
	}
	p.drain()

	s.mu.Lock()
	d := death{exit: s.exit, why: s.why, cell: s.cell, limit: s.limit, closed: s.closed, files: s.files}
	s.mu.Unlock()
	d.killedByKernel = kernelKills() > s.kills
	d.held, d.told, d.traces = p.held.text(), p.told.text(), p.traces
	c, used := newCrash(d)
	if !used {
		p.release()
	}

	s.mu.Lock()
	if !s.closed {
		s.crash = c
		s.log("session %d: %s", s.pid, c.inFull())
	}
	s.mu.Unlock()
	p.timer.Stop()
	close(s.dead)
	s.sock.Close()
	p.out.close()
	p.err.close()
}
