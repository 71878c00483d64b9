package socket

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// queued gives the most that is queued for a subscriber.
func queued(s *Sockets) (n int64) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for sub := range s.hub.subscribers {
		n = max(n, sub.p.out.size.Load())
	}
	return n
}

// A subscriber that stops reading costs the others one Patience, and is dropped.
func TestStuckSubscriber(t *testing.T) {
	const count, size = 100_000, 1000
	var r record
	s, e := opened(t, Options{HighWater: 1 << 20, Patience: 100 * time.Millisecond, Log: r.log})
	stuck := subscribed(t, s, e.IOPub, "")
	healthy := subscribed(t, s, e.IOPub, "")
	got := make(chan error, 1)
	go func() { got <- inOrder(healthy, count, size) }()
	began := time.Now()
	body := make([]byte, size)
	for i := range count {
		b := append(binary.BigEndian.AppendUint32(nil, uint32(i)), body[4:]...)
		if err := s.Publish([][]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("took %v with a stuck subscriber", d)
	}
	r.has(t, "iopub: dropped "+stuck.LocalAddr().String())
	fresh := subscribed(t, s, e.IOPub, "")
	s.Publish([][]byte{[]byte("a")})
	fresh.message()
}

// inOrder reads numbered messages of one frame.
func inOrder(c *raw, count, size int) error {
	b := make([]byte, len(message(string(make([]byte, size)))))
	head := len(b) - size
	for i := range count {
		if _, err := io.ReadFull(c.br, b); err != nil {
			return fmt.Errorf("after %d messages: %w", i, err)
		}
		if got := int(binary.BigEndian.Uint32(b[head:])); got != i {
			return fmt.Errorf("got message %d, want %d", got, i)
		}
	}
	return nil
}

// A subscriber that reads slowly gets everything, and memory stays bounded.
func TestSlowSubscriber(t *testing.T) {
	const count, size, highWater = 3000, 10_000, 1 << 20
	for _, others := range []int{0, 1} {
		t.Run(fmt.Sprintf("others=%d", others), func(t *testing.T) {
			s, e := opened(t, Options{HighWater: highWater})
			slow := subscribed(t, s, e.IOPub, "")
			got := make(chan error, 2)
			go func() {
				c := *slow
				pause := &slowReader{c: slow}
				c.br.Reset(pause)
				got <- inOrder(&c, count, size)
			}()
			for range others {
				c := subscribed(t, s, e.IOPub, "")
				go func() { got <- inOrder(c, count, size) }()
			}
			most := int64(0)
			body := make([]byte, size)
			for i := range count {
				b := append(binary.BigEndian.AppendUint32(nil, uint32(i)), body[4:]...)
				s.Publish([][]byte{b})
				most = max(most, queued(s))
			}
			for range 1 + others {
				if err := <-got; err != nil {
					t.Error(err)
				}
			}
			if most > highWater+size+maxHeaderSize || most < highWater/2 {
				t.Errorf("at most %d bytes were queued, want about %d", most, highWater)
			}
		})
	}
}

// A slowReader reads at most about 50 MB/s, with pauses longer than it takes to
// publish everything.
type slowReader struct {
	c *raw
	n int
}

func (r *slowReader) Read(b []byte) (int, error) {
	n, err := r.c.Conn.Read(b[:min(len(b), 50_000)])
	if r.n += n; r.n > 1<<20 {
		r.n = 0
		time.Sleep(20 * time.Millisecond)
	}
	return n, err
}

// When nobody keeps up, Publish waits until the stalled one reads on, far
// beyond Patience, and nothing is lost.
func TestPauseLosesNothing(t *testing.T) {
	const count, size = 3000, 10_000
	s, e := opened(t, Options{HighWater: 1 << 20, Patience: 20 * time.Millisecond})
	c := subscribed(t, s, e.IOPub, "")
	got := make(chan error, 1)
	go func() {
		time.Sleep(500 * time.Millisecond)
		got <- inOrder(c, count, size)
	}()
	body := make([]byte, size)
	for i := range count {
		if i%100 == 0 && queued(s) > 1<<20+2*size {
			t.Fatalf("%d bytes are queued", queued(s))
		}
		s.Publish([][]byte{append(binary.BigEndian.AppendUint32(nil, uint32(i)), body[4:]...)})
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// A stalled subscriber is not kept for ever by one that keeps up: its queue has a bound.
func TestBacklogIsBounded(t *testing.T) {
	const highWater = 64 << 10
	var r record
	s, e := opened(t, Options{HighWater: highWater, Patience: 20 * time.Millisecond, Log: r.log})
	subscribed(t, s, e.IOPub, "")
	healthy := count(subscribed(t, s, e.IOPub, ""))
	body := make([]byte, 10_000)
	for n := int64(1); !strings.Contains(r.String(), "reads nothing while others do"); n++ {
		s.Publish([][]byte{body})
		for healthy.Load() < n*int64(len(body)) {
			time.Sleep(10 * time.Microsecond)
		}
		if got := queued(s); got > backlogFactor*highWater+2*int64(len(body)) {
			t.Fatalf("%d bytes are queued", got)
		}
		if n > 10_000 {
			t.Fatal("the stalled subscriber is still there")
		}
	}
}

// A large message to a slow client goes on as long as the client takes some.
func TestProgressIsNotAStall(t *testing.T) {
	var r record
	s, e := opened(t, Options{Patience: 20 * time.Millisecond, Stall: 500 * time.Millisecond, Log: r.log})
	c := subscribed(t, s, e.IOPub, "")
	body := strings.Repeat("x", 30<<20)
	s.Publish([][]byte{[]byte(body)})
	got := 0
	b := make([]byte, 2<<20)
	for got < len(body)+maxHeaderSize {
		n, err := io.ReadFull(c.br, b[:min(len(b), len(body)+maxHeaderSize-got)])
		if got += n; err != nil {
			t.Fatalf("after %d bytes: %v; log %s", got, err, r.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// A client that does not read its replies is asked for no more requests, holds
// up nobody, and is dropped after Stall.
func TestStuckDealer(t *testing.T) {
	var r record
	s, e := opened(t, Options{HighWater: 1 << 20, Stall: 3 * time.Second, Patience: 100 * time.Millisecond, Log: r.log})
	echo(s, Shell)
	stuck := greeted(t, e.Shell, "DEALER", "")
	var sent atomic.Int64
	go func() {
		b := message(string(make([]byte, 100_000)))
		for {
			n, err := stuck.Write(b)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}()
	time.Sleep(300 * time.Millisecond)
	for range 5 {
		began := time.Now()
		answers(t, e.Shell)
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("another client waited %v", d)
		}
	}
	r.has(t, "shell: dropped "+stuck.LocalAddr().String())
	if n := sent.Load(); n > 100<<20 {
		t.Errorf("%d MiB of requests were taken", n>>20)
	}
}

// PINGs and subscriptions of a client that reads nothing do not pile up either.
func TestUnreadAnswersAreBounded(t *testing.T) {
	welcome := func([]byte) [][]byte { return [][]byte{make([]byte, 10_000)} }
	s, e := opened(t, Options{HighWater: 64 << 10, Stall: time.Second, Welcome: welcome})
	for name, b := range map[string][]byte{
		"PING":      []byte(strings.Repeat(string(ping), 1000)),
		"subscribe": []byte(strings.Repeat(string(message("\x01a"))+string(message("\x00a")), 1000)),
	} {
		c := greeted(t, e.IOPub, "SUB", "")
		for i := 0; ; i++ {
			if _, err := c.Write(b); err != nil {
				break // dropped
			}
			if n := queued(s); n > 64<<10+20_000 {
				t.Fatalf("%s: %d bytes are queued", name, n)
			}
		}
	}
}
