package socket

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// recv gives the next message on a channel with an identity of the client.
func recv(t *testing.T, s *Sockets, c Channel, want string) (identity []byte) {
	t.Helper()
	msg, err := s.Recv(c)
	if err != nil || len(msg) != 2 || string(msg[1]) != want {
		t.Fatalf("got %q, %v; want an identity and %q", msg, err, want)
	}
	return msg[0]
}

func TestIdentities(t *testing.T) {
	s, e := opened(t, Options{})
	named := greeted(t, e.Control, "DEALER", "me")
	nameless := []*raw{greeted(t, e.Control, "DEALER", ""), greeted(t, e.Control, "DEALER", "")}
	named.write(message("a"))
	if id := recv(t, s, Control, "a"); string(id) != "me" {
		t.Errorf("got identity %q, want me", id)
	}
	var ids []string
	for i, c := range nameless {
		c.write(message("b"))
		id := recv(t, s, Control, "b")
		ids = append(ids, string(id))
		s.Send(Control, [][]byte{id, {byte('0' + i)}})
		if got := c.message(); got[0] != string(rune('0'+i)) {
			t.Errorf("client %d got %q", i, got)
		}
	}
	if ids[0] == ids[1] || ids[0] == "" {
		t.Errorf("got identities %q", ids)
	}
}

// A reply goes to the newest connection of an identity alone; when that has
// left, to the one before.
func TestSameIdentity(t *testing.T) {
	s, e := opened(t, Options{})
	var clients []*raw
	send := func(body string) error { return s.Send(Shell, [][]byte{[]byte("twin"), []byte(body)}) }
	for range 3 {
		c := greeted(t, e.Shell, "DEALER", "twin")
		c.write(message("hello"))
		recv(t, s, Shell, "hello")
		clients = append(clients, c)
	}
	if err := send("newest"); err != nil {
		t.Fatal(err)
	}
	if got := clients[2].message(); !slices.Equal(got, []string{"newest"}) {
		t.Errorf("got %q", got)
	}
	clients[2].Close()
	eventually(t, "the newest to leave", func() bool { return len(s.channels[Shell].routes.list("twin")) == 2 })
	send("middle")
	if got := clients[1].message(); !slices.Equal(got, []string{"middle"}) {
		t.Errorf("got %q", got)
	}
	clients[0].SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if b, err := clients[0].br.ReadByte(); err == nil {
		t.Errorf("the oldest got something that starts with %#x", b)
	}
}

func (r *routes) list(identity string) []*peer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.byName[identity])
}

func TestErrGone(t *testing.T) {
	s, e := opened(t, Options{})
	began := time.Now()
	if err := s.Send(Stdin, [][]byte{[]byte("nobody"), []byte("x")}); !errors.Is(err, ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
	c := greeted(t, e.Stdin, "DEALER", "me")
	eventually(t, "client", func() bool { return s.Send(Stdin, [][]byte{[]byte("me"), []byte("x")}) == nil })
	c.message()
	c.Close()
	eventually(t, "ErrGone", func() bool { return errors.Is(s.Send(Stdin, [][]byte{[]byte("me"), []byte("x")}), ErrGone) })
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
	if err := s.Send(Stdin, [][]byte{[]byte("me")}); err == nil || errors.Is(err, ErrGone) {
		t.Errorf("got %v for no message", err)
	}
	if err := s.Publish(nil); err == nil {
		t.Error("published nothing")
	}
}
