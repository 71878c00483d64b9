package fanout

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernels/internal/rng"
)

// Options say how a [Server] answers.
type Options struct {
	Addr    string        // where it listens, a loopback address; "": 127.0.0.1 and any free port
	Delay   time.Duration // from a request's arrival to its response
	Jitter  time.Duration // the largest extra delay; request i always has the same part of it
	Payload int           // size of a response's body in bytes; 0: 64, which is the least
}

const (
	minPayload = 64
	maxPayload = 16 << 20
	maxDelay   = time.Hour
	maxHead    = 8 << 10 // bytes of a request's head
)

func (o *Options) check() error {
	if o.Payload == 0 {
		o.Payload = minPayload
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Payload < minPayload || o.Payload > maxPayload {
		return fmt.Errorf("payload of %d bytes is not in %d … %d", o.Payload, minPayload, maxPayload)
	}
	for name, d := range map[string]time.Duration{"delay": o.Delay, "jitter": o.Jitter} {
		if d < 0 {
			return fmt.Errorf("negative %s %v", name, d)
		}
		if d > maxDelay {
			return fmt.Errorf("%s %v is longer than %v", name, d, maxDelay)
		}
	}
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return fmt.Errorf("address: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("address %s is not on the loopback", o.Addr)
	}
	return nil
}

// A Server answers GET /article/17 with a JSON object that says whether the
// article exists, after a delay. Waiting costs it no CPU time, a request some
// 20 µs.
//
// It speaks as much of HTTP/1.1 (RFC 9112) as requests without a body need,
// keep-alive and pipelining included, because in a measurement its CPU time is
// the client's loss: net/http's server takes about twice as much.
//
// Its methods may be called by any number of goroutines at the same time.
type Server struct {
	URL  string // "http://127.0.0.1:40123"
	Addr string // "127.0.0.1:40123"

	opts     Options
	pad      []byte // what fills up bodies
	listener net.Listener
	done     chan struct{} // closed by Close
	served   atomic.Int64
	wg       sync.WaitGroup // the accepting goroutine and one per connection

	mu     sync.Mutex
	conns  map[net.Conn]struct{} // open ones; nil after Close. Guarded by mu
	failed error                 // why it stopped accepting. Guarded by mu
}

// Serve starts a server in this process; Close ends it. The error says which
// option is wrong or why it can't listen.
func Serve(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("fanout: serve: %w", err)
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("fanout: serve: %w", err)
	}
	s := &Server{
		Addr: l.Addr().String(), URL: "http://" + l.Addr().String(),
		opts: o, listener: l,
		pad:   bytes.Repeat([]byte("weft "), o.Payload/5+1),
		done:  make(chan struct{}),
		conns: make(map[net.Conn]struct{}),
	}
	s.wg.Add(1)
	go s.accept()
	return s, nil
}

// Served returns how many requests were answered.
func (s *Server) Served() int { return int(s.served.Load()) }

// Connections returns how many connections are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Close ends the server and its connections, those with a request in them too,
// and waits until nothing of it is left. The error is what made it stop
// accepting connections, if it did so before. Closing twice is the same as once.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.conns != nil {
		close(s.done)
		s.listener.Close()
		for c := range s.conns {
			c.Close()
		}
		s.conns = nil
	}
	s.mu.Unlock()
	s.wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *Server) accept() {
	defer s.wg.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			// Out of descriptors: some come back when connections end.
			if strings.Contains(err.Error(), "too many open files") && s.wait(10*time.Millisecond) {
				continue
			}
			s.mu.Lock()
			if s.conns != nil {
				s.failed = fmt.Errorf("fanout: server %s: %w", s.Addr, err)
			}
			s.mu.Unlock()
			return
		}
		s.mu.Lock()
		if s.conns == nil {
			c.Close()
		} else {
			s.conns[c] = struct{}{}
			s.wg.Add(1)
			go s.serve(c)
		}
		s.mu.Unlock()
	}
}

// wait waits and reports whether the server goes on. Close waits for what is
// shorter than sleepable, since a sleep costs less than a select.
func (s *Server) wait(d time.Duration) bool {
	if d <= sleepable {
		time.Sleep(d)
		select {
		case <-s.done:
			return false
		default:
			return true
		}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.done:
		return false
	}
}

const sleepable = 50 * time.Millisecond

// serve answers the requests of one connection.
func (s *Server) serve(c net.Conn) {
	defer s.wg.Done()
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	in := make([]byte, 0, 512)
	var out []byte
	for {
		head, rest, err := readHead(c, in)
		if err != nil {
			if errors.Is(err, errHead) {
				c.Write(refusal(out[:0], "431 Request Header Fields Too Large"))
			}
			return // or the client has left
		}
		arrived := time.Now()
		id, stay, status := parseRequest(head)
		if status != "" {
			c.Write(refusal(out[:0], status))
			return
		}
		out = s.response(out[:0], id, stay)
		if d := s.delay(id) - time.Since(arrived); d > 0 && !s.wait(d) {
			return
		}
		s.served.Add(1)
		if _, err := c.Write(out); err != nil || !stay {
			return
		}
		in = append(in[:0], rest...)
	}
}

// delay returns how long request id waits.
func (s *Server) delay(id int) time.Duration {
	if s.opts.Jitter == 0 {
		return s.opts.Delay
	}
	part := float64(rng.At(1, uint64(id))>>11) / (1 << 53)
	return s.opts.Delay + time.Duration(part*float64(s.opts.Jitter))
}

// response appends the response about article id.
func (s *Server) response(b []byte, id int, stay bool) []byte {
	b = append(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(s.opts.Payload), 10)
	if !stay {
		b = append(b, "\r\nConnection: close"...)
	}
	b = append(b, "\r\n\r\n"...)
	begin := len(b)
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, int64(id), 10)
	b = append(b, `,"exists":`...)
	b = strconv.AppendBool(b, exists(id))
	b = append(b, `,"text":"`...)
	const end = `"}`
	b = append(b, s.pad[:s.opts.Payload-(len(b)-begin)-len(end)]...)
	return append(b, end...)
}

// refusal appends a response that ends the connection.
func refusal(b []byte, status string) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = append(b, status...)
	return append(b, "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"...)
}
