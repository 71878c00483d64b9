package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
)

// listen opens one listening socket. Port 0 is replaced by the port that was
// free. The error names the address.
func listen(transport, ip string, port *int) (net.Listener, error) {
	switch transport {
	case "", "tcp":
		return listenTCP(ip, port)
	case "ipc":
		return listenIPC(ip, port)
	}
	return nil, fmt.Errorf("transport %q; tcp and ipc are known", transport)
}

func listenTCP(ip string, port *int) (net.Listener, error) {
	if ip == "*" {
		ip = ""
	}
	l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(*port)))
	if err != nil {
		return nil, err
	}
	*port = l.Addr().(*net.TCPAddr).Port
	return l, nil
}

// listenIPC listens on the Unix socket "<ip>-<port>", Jupyter's convention. Port
// 0 means the first number from 1 whose path is free. The socket is for its
// owner alone, and its file goes when the listener is closed.
func listenIPC(ip string, port *int) (net.Listener, error) {
	n := *port
	for try := max(n, 1); ; try++ {
		path := fmt.Sprintf("%s-%d", ip, try)
		l, err := listenUnix(path)
		switch {
		case err == nil:
			*port = try
			return l, nil
		case n != 0 || !errors.Is(err, syscall.EADDRINUSE):
			return nil, err
		}
	}
}

// listenUnix replaces a socket file that nobody answers on, as is left by a
// kernel that was killed.
func listenUnix(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if errors.Is(err, syscall.EADDRINUSE) && abandoned(path) {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("remove abandoned socket: %w", err)
		}
		l, err = net.Listen("unix", path)
	}
	if err != nil {
		return nil, err
	}
	if path[0] == '@' { // Linux's names without a file
		return l, nil
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// abandoned reports whether path is a socket that nobody listens on.
func abandoned(path string) bool {
	if st, err := os.Lstat(path); err != nil || st.Mode().Type() != os.ModeSocket {
		return false
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
