package primality

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
)

// A server keeps values by keys for clients on this machine, as Redis does, of
// whose protocol it speaks what a flag needs: GET, SET, DEL and PING (RESP 2,
// https://redis.io/docs/latest/develop/reference/protocol-spec/).
type server struct {
	listener net.Listener
	clients  sync.WaitGroup

	mu     sync.Mutex // guards the two below
	values map[string]string
	open   map[net.Conn]bool
	closed atomic.Bool
}

// flagKey is the key that says a divisor was found.
const flagKey = "weft:found"

// listen starts a server on a free port of the loopback. Close ends it.
func listen() (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the key-value server: %w", err)
	}
	s := &server{listener: l, values: make(map[string]string), open: make(map[net.Conn]bool)}
	s.clients.Go(s.accept)
	return s, nil
}

func (s *server) address() string { return s.listener.Addr().String() }

func (s *server) lower() {
	s.mu.Lock()
	delete(s.values, flagKey)
	s.mu.Unlock()
}

// close ends the server and its connections and waits for them.
func (s *server) close() error {
	s.closed.Store(true)
	err := s.listener.Close()
	s.mu.Lock()
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.clients.Wait()
	return err
}

func (s *server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		s.mu.Lock()
		s.open[c] = true
		if s.closed.Load() { // after close looked
			c.Close()
		}
		s.mu.Unlock()
		s.clients.Go(func() {
			s.serve(c)
			c.Close()
			s.mu.Lock()
			delete(s.open, c)
			s.mu.Unlock()
		})
	}
}

// serve answers a client's requests until it hangs up or breaks the protocol.
func (s *server) serve(c net.Conn) {
	in, out := bufio.NewReader(c), bufio.NewWriter(c)
	for {
		request, err := readRequest(in)
		if err != nil {
			return
		}
		out.WriteString(s.answer(request))
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
	}
}

func (s *server) answer(request []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch command := request[0]; {
	case command == "PING" && len(request) == 1:
		return "+PONG\r\n"
	case command == "GET" && len(request) == 2:
		v, ok := s.values[request[1]]
		if !ok {
			return "$-1\r\n"
		}
		return fmt.Sprintf("$%d\r\n%s\r\n", len(v), v)
	case command == "SET" && len(request) == 3:
		s.values[request[1]] = request[2]
		return "+OK\r\n"
	case command == "DEL" && len(request) == 2:
		n := 0
		if _, ok := s.values[request[1]]; ok {
			n = 1
			delete(s.values, request[1])
		}
		return fmt.Sprintf(":%d\r\n", n)
	}
	return "-ERR unknown command or wrong number of arguments\r\n"
}

// A request is an array of at most so many strings of at most so many bytes.
const (
	maxWords = 8
	maxWord  = 1 << 16
)

// readRequest reads an array of strings: "*2\r\n$3\r\nGET\r\n$1\r\nx\r\n".
func readRequest(in *bufio.Reader) ([]string, error) {
	n, err := readNumber(in, '*')
	if err != nil {
		return nil, err
	}
	if n < 1 || n > maxWords {
		return nil, fmt.Errorf("a request of %d words", n)
	}
	words := make([]string, n)
	for i := range words {
		size, err := readNumber(in, '$')
		if err != nil {
			return nil, err
		}
		if size < 0 || size > maxWord {
			return nil, fmt.Errorf("a word of %d bytes", size)
		}
		word := make([]byte, size+2)
		if _, err := io.ReadFull(in, word); err != nil {
			return nil, err
		}
		if !bytes.HasSuffix(word, []byte("\r\n")) {
			return nil, fmt.Errorf("word %q does not end its line", word)
		}
		words[i] = string(word[:size])
	}
	return words, nil
}

// readNumber reads a line that is a number behind a mark.
func readNumber(in *bufio.Reader, mark byte) (int, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok || len(text) < 2 || text[0] != mark {
		return 0, fmt.Errorf("want a number behind %q, got %q", mark, line)
	}
	return strconv.Atoi(string(text[1:]))
}

// A client is a connection to a server, used by one goroutine; as a signal it
// asks for the key in a round trip.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(address string) (*client, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect to the key-value server: %w", err)
	}
	return &client{c, bufio.NewReader(c)}, nil
}

func (c *client) close() error { return c.conn.Close() }

func (c *client) raise() error {
	_, err := c.ask("*3\r\n$3\r\nSET\r\n$10\r\n" + flagKey + "\r\n$1\r\n1\r\n")
	return err
}

func (c *client) raised() (bool, error) {
	answer, err := c.ask("*2\r\n$3\r\nGET\r\n$10\r\n" + flagKey + "\r\n")
	if err != nil || answer == "$-1" {
		return false, err
	}
	line, err := c.in.ReadString('\n')
	return line == "1\r\n", err
}

// ask sends a request and returns the first line of the answer.
func (c *client) ask(request string) (string, error) {
	if _, err := io.WriteString(c.conn, request); err != nil {
		return "", fmt.Errorf("ask the key-value server: %w", err)
	}
	line, err := c.in.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("ask the key-value server: %w", err)
	}
	if line[0] == '-' {
		return "", fmt.Errorf("the key-value server says %q", line[1:])
	}
	return line[:len(line)-2], nil
}
