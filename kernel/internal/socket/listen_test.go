package socket

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	for _, test := range []struct {
		name string
		e    Endpoints
		want string
	}{
		{"shell", Endpoints{IP: "127.0.0.1", Shell: port}, fmt.Sprintf("open shell socket: listen tcp 127.0.0.1:%d: ", port)},
		{"control", Endpoints{IP: "127.0.0.1", Control: port}, fmt.Sprintf("open control socket: listen tcp 127.0.0.1:%d: ", port)},
		{"iopub", Endpoints{IP: "127.0.0.1", IOPub: port}, fmt.Sprintf("open iopub socket: listen tcp 127.0.0.1:%d: ", port)},
		{"heartbeat", Endpoints{Transport: "tcp", IP: "127.0.0.1", HB: port}, fmt.Sprintf("open heartbeat socket: listen tcp 127.0.0.1:%d: ", port)},
		{"transport", Endpoints{Transport: "udp", IP: "127.0.0.1"}, `transport "udp"`},
		{"address", Endpoints{IP: "300.0.0.1"}, "open shell socket"},
		{"ipc path", Endpoints{Transport: "ipc", IP: "/nonexistent/k", Shell: 1}, "/nonexistent/k-1"},
		{"ipc free path", Endpoints{Transport: "ipc", IP: "/nonexistent/k"}, "/nonexistent/k-1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, asked := openDescriptors(t), test.e
			s, err := Open(context.Background(), &test.e, Options{})
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q in it", err, test.want)
			}
			if test.e != asked {
				t.Errorf("endpoints became %+v", test.e)
			}
			if n := openDescriptors(t); n > before {
				t.Errorf("%d descriptors are left", n-before)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for _, ip := range []string{"127.0.0.1", "*", "0.0.0.0", "localhost", "::1"} {
		t.Run(ip, func(t *testing.T) {
			e := &Endpoints{Transport: "tcp", IP: ip}
			s, err := Open(context.Background(), e, Options{})
			if err != nil && ip == "::1" {
				t.Skip("no IPv6 here: ", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for _, port := range []int{e.Shell, e.Control, e.Stdin, e.IOPub, e.HB} {
				if port == 0 {
					t.Errorf("a port was not filled in: %+v", e)
				}
			}
			if ip != "::1" {
				beats(t, e.HB)
			}
		})
	}
}

func TestIPC(t *testing.T) {
	dir, err := os.MkdirTemp("", "ipc") // t.TempDir's paths are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	prefix := filepath.Join(dir, "kernel-ipc")
	if err := os.WriteFile(prefix+"-2", nil, 0o600); err != nil { // not a socket: left alone
		t.Fatal(err)
	}
	stale, err := net.Listen("unix", prefix+"-9")
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close()
	e := &Endpoints{Transport: "ipc", IP: prefix, HB: 9}
	s, err := Open(context.Background(), e, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Endpoints{"ipc", prefix, 1, 3, 4, 5, 9}); *e != want {
		t.Errorf("got %+v, want %+v", *e, want)
	}
	echo(s, Shell)
	nc, err := net.Dial("unix", fmt.Sprintf("%s-%d", prefix, e.Shell))
	if err != nil {
		t.Fatal(err)
	}
	nc.Write(append(appendReady(append([]byte(nil), ourGreeting...), "DEALER", ""), message("a")...))
	b := make([]byte, 300)
	for got := ""; !strings.HasSuffix(got, "\x00\x01a"); {
		n, err := nc.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		got += string(b[:n])
	}
	nc.Close()
	if st, err := os.Stat(prefix + "-1"); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v; want a socket for its owner alone", st, err)
	}
	other := *e
	if _, err := Open(context.Background(), &other, Options{}); err == nil || !strings.Contains(err.Error(), prefix+"-1") {
		t.Errorf("got %v for a path in use", err)
	}
	s.Close()
	left, err := filepath.Glob(prefix + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("left are %q, %v; want only the file that was there", left, err)
	}
}
