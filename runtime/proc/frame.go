package proc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// What goes over the sockets between a process and its worker: frames of a
// length (4 bytes, little endian, of what follows), a kind and a body.
const (
	frameHello  = 'h' // worker: ready
	frameRun    = 'r' // do a batch: see request
	frameCancel = 'c' // end the context of a batch: number, 1 if it was interrupted
	frameReply  = 'a' // what came of a batch: see reply
	frameOutput = 'o' // worker: a message for the host
)

// maxFrame bounds a frame's body. Larger data belongs into shared memory.
const maxFrame = 1 << 30

// keep is the size up to which buffers are kept for the next frame.
const keep = 1 << 20

var errTooLong = fmt.Errorf("more than %d bytes: put large data into shared memory (package shm)", maxFrame)

// A link is one end of the sockets. One goroutine reads; any may write.
type link struct {
	file *os.File
	in   *bufio.Reader
	body []byte // of the frame read last
}

func newLink(file *os.File) *link {
	return &link{file: file, in: bufio.NewReaderSize(file, 16<<10)}
}

// header is the room that frames begin with.
const header = 5

// begin makes room for the header in an empty buffer.
func begin(b []byte, kind byte) []byte {
	return append(b[:0], 0, 0, 0, 0, kind) // write fills the length in
}

// write sends a frame that begin began.
func (l *link) write(frame []byte) error { return writeFrame(l.file, frame) }

// read returns the next frame. Its body is valid until the next read.
func (l *link) read() (kind byte, body []byte, err error) {
	kind, l.body, err = readFrame(l.in, l.body)
	return kind, l.body, err
}

func writeFrame(w io.Writer, frame []byte) error {
	if len(frame)-header > maxFrame {
		return errTooLong
	}
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-4))
	_, err := w.Write(frame)
	return err
}

// readFrame reads a frame, its body into buf if it fits.
func readFrame(r io.Reader, buf []byte) (kind byte, body []byte, err error) {
	var head [header]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, buf, err
	}
	n := int(binary.LittleEndian.Uint32(head[:])) - 1
	if n < 0 || n > maxFrame {
		return 0, buf, fmt.Errorf("a frame of %d bytes", n)
	}
	if cap(buf) < n || cap(buf) > keep {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	_, err = io.ReadFull(r, buf)
	return head[4], buf, err
}

// A request asks for a batch of one task's runs.
type request struct {
	number uint64 // of the batch
	fresh  bool   // the sender has begun anew
	goOn   bool   // do the rest of the batch after an error
	forget bool   // results could not be decoded: the worker's sender has to begin anew
	count  int
	task   string
	delta  []byte // for the host, to be taken in before
	known  []byte // values for it
	values []byte // count inputs
}

// A reply tells what came of it.
type reply struct {
	number       uint64
	user, system int64 // ns of processor time that the worker took
	fresh        bool
	lost         bool      // not all inputs were decoded: the sender has to begin anew
	unready      bool      // the host could not take in what it was told
	outcomes     []outcome // of the runs that were done
	values       []byte    // the results of those without an error
}

// An outcome is how one run ended: without words if it went well.
type outcome struct {
	failed         bool
	message, stack string
}

func (q *request) append(b []byte) []byte {
	b = appendUint64(b, q.number)
	b = append(b, flag(q.fresh), flag(q.goOn), flag(q.forget))
	b = binary.AppendUvarint(b, uint64(q.count))
	b = appendString(b, q.task)
	b = appendString(b, string(q.delta))
	b = appendString(b, string(q.known))
	return append(b, q.values...)
}

func parseRequest(body []byte) (q request, err error) {
	p := parser{b: body}
	q.number = p.uint64()
	q.fresh, q.goOn, q.forget = p.bool(), p.bool(), p.bool()
	q.count = p.int()
	q.task = p.string()
	q.delta, q.known = p.take(p.int()), p.take(p.int())
	q.values = p.b
	return q, p.err
}

func (r *reply) append(b []byte) []byte {
	b = appendUint64(b, r.number)
	b = appendUint64(b, uint64(r.user))
	b = appendUint64(b, uint64(r.system))
	b = append(b, flag(r.fresh), flag(r.lost), flag(r.unready))
	b = binary.AppendUvarint(b, uint64(len(r.outcomes)))
	for _, o := range r.outcomes {
		b = append(b, flag(o.failed))
		if o.failed {
			b = appendString(b, o.message)
			b = appendString(b, o.stack)
		}
	}
	return append(b, r.values...)
}

func parseReply(body []byte) (r reply, err error) {
	p := parser{b: body}
	r.number = p.uint64()
	r.user, r.system = int64(p.uint64()), int64(p.uint64())
	r.fresh, r.lost, r.unready = p.bool(), p.bool(), p.bool()
	n := p.int()
	if n > len(p.b) {
		return r, errShort
	}
	r.outcomes = make([]outcome, n)
	for i := range r.outcomes {
		if p.bool() {
			r.outcomes[i] = outcome{true, p.string(), p.string()}
		}
	}
	r.values = p.b
	return r, p.err
}

func appendUint64(b []byte, x uint64) []byte { return binary.LittleEndian.AppendUint64(b, x) }

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

var errShort = errors.New("a frame that is too short for what it says")

// A parser takes fields off a body's front. After an error it gives zeros.
type parser struct {
	b   []byte
	err error
}

func (p *parser) take(n int) []byte {
	if p.err != nil || n < 0 || n > len(p.b) {
		p.err, p.b = errShort, nil
		return nil
	}
	t := p.b[:n]
	p.b = p.b[n:]
	return t
}

func (p *parser) uint64() uint64 {
	if t := p.take(8); t != nil {
		return binary.LittleEndian.Uint64(t)
	}
	return 0
}

func (p *parser) byte() byte {
	if t := p.take(1); t != nil {
		return t[0]
	}
	return 0
}

func (p *parser) bool() bool { return p.byte() != 0 }

func (p *parser) int() int {
	x, n := binary.Uvarint(p.b)
	if n <= 0 || x > math.MaxInt32 {
		p.take(-1)
		return 0
	}
	p.take(n)
	return int(x)
}

func (p *parser) string() string { return string(p.take(p.int())) }
