package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A Connection is what a connection file says: where to listen, and the key
// that signs messages.
type Connection struct {
	Transport       string // tcp or ipc
	IP              string // of the interface, or the path before "-port" for ipc
	Key             string // empty: messages are not signed
	SignatureScheme string // Scheme, or empty with an empty Key

	ShellPort, ControlPort, StdinPort, IOPubPort, HBPort int // 1 to 65535, all different
}

// maxConnection bounds a connection file, bytes; real ones have some 300.
const maxConnection = 1 << 20

// ReadConnectionFile reads the connection file at path. Each error is one line
// that says what is wrong and what to do.
func ReadConnectionFile(path string) (*Connection, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("connection file %q does not exist: a Jupyter client writes it and passes its name, so start the kernel from one", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("connection file %q may not be read: run the kernel as the user who started the client", path)
	case err != nil:
		return nil, fmt.Errorf("open connection file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConnection+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read connection file: %w", err)
	case len(text) > maxConnection:
		return nil, fmt.Errorf("connection file %q is larger than %d bytes: give the file that the Jupyter client wrote", path, maxConnection)
	}
	c, err := ParseConnection(text)
	if err != nil {
		return nil, fmt.Errorf("connection file %q: %w", path, err)
	}
	return c, nil
}

// ports names the members that hold ports, in the order of error messages.
var ports = []struct {
	name string
	of   func(*Connection) *int
}{
	{"shell_port", func(c *Connection) *int { return &c.ShellPort }},
	{"control_port", func(c *Connection) *int { return &c.ControlPort }},
	{"stdin_port", func(c *Connection) *int { return &c.StdinPort }},
	{"iopub_port", func(c *Connection) *int { return &c.IOPubPort }},
	{"hb_port", func(c *Connection) *int { return &c.HBPort }},
}

// ParseConnection reads the text of a connection file.
func ParseConnection(text []byte) (*Connection, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return nil, errors.New("not a JSON object: give the file that the Jupyter client wrote")
	}
	c := &Connection{Transport: "tcp", IP: "127.0.0.1"}
	for _, s := range []struct {
		name string
		to   *string
	}{
		{"transport", &c.Transport}, {"ip", &c.IP}, {"key", &c.Key}, {"signature_scheme", &c.SignatureScheme},
	} {
		raw, ok := members[s.name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(raw, s.to); err != nil {
			return nil, fmt.Errorf("%s is %s, want a string", s.name, cut(raw))
		}
	}
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return nil, fmt.Errorf("transport %q: only tcp and ipc are supported, set it in the client's configuration", c.Transport)
	}
	if c.IP == "" {
		return nil, errors.New("ip is empty, want the address to listen on, such as 127.0.0.1")
	}
	if _, err := NewCodec(c.SignatureScheme, c.Key); err != nil {
		return nil, fmt.Errorf("%w, set it in the client's configuration (Session.signature_scheme)", err)
	}
	used := map[int]string{}
	for _, p := range ports {
		raw, ok := members[p.name]
		if !ok {
			return nil, fmt.Errorf("%s is missing, want a port from 1 to 65535", p.name)
		}
		port := p.of(c)
		if err := json.Unmarshal(raw, port); err != nil || *port < 1 || *port > 65535 {
			return nil, fmt.Errorf("%s is %s, want a port from 1 to 65535", p.name, cut(raw))
		}
		if other := used[*port]; other != "" {
			return nil, fmt.Errorf("%s and %s are both %d, want different ports", other, p.name, *port)
		}
		used[*port] = p.name
	}
	return c, nil
}

// cut shortens a value for an error message and keeps it on one line.
func cut(raw []byte) string {
	const most = 40
	s := string(raw)
	if len(s) > most {
		s = s[:most] + "..."
	}
	q := fmt.Sprintf("%q", s)
	return q[1 : len(q)-1]
}
