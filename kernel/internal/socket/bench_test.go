package socket

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// jupyter is a message shaped like Jupyter's: seven frames, 1.9 kB.
func jupyter() [][]byte {
	frames := [][]byte{[]byte("kernel.0.stream"), []byte("<IDS|MSG>")}
	for _, n := range []int{64, 400, 400, 2, 1000} {
		frames = append(frames, []byte(strings.Repeat("x", n)))
	}
	return frames
}

func BenchmarkRouterRoundTrip(b *testing.B) {
	for _, size := range []int{20, 300, 100 << 10} {
		for _, count := range []int{1, 6} {
			b.Run(fmt.Sprintf("frames=%d/bytes=%d", count, size), func(b *testing.B) {
				s, e := opened(b, Options{})
				echo(s, Shell)
				c := greeted(b, e.Shell, "DEALER", "")
				frames := make([]string, count)
				for i := range frames {
					frames[i] = strings.Repeat("x", size)
				}
				out := message(frames...)
				in := make([]byte, len(out))
				for b.Loop() {
					c.write(out)
					if _, err := io.ReadFull(c.br, in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkPublish(b *testing.B) {
	for _, subscribers := range []int{1, 4} {
		b.Run(fmt.Sprintf("impl=hub/subscribers=%d", subscribers), func(b *testing.B) {
			s, e := opened(b, Options{})
			var seen []*atomic.Int64
			for range subscribers {
				seen = append(seen, count(subscribed(b, s, e.IOPub, "")))
			}
			benchPublish(b, seen, s.Publish)
		})
		b.Run(fmt.Sprintf("impl=zmq4/subscribers=%d", subscribers), func(b *testing.B) {
			pub := zmq4.NewPub(context.Background(), zmq4.WithLogger(log.New(io.Discard, "", 0)))
			if err := pub.Listen("tcp://127.0.0.1:0"); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { pub.Close() })
			port := pub.Addr().(*net.TCPAddr).Port
			var seen []*atomic.Int64
			for range subscribers {
				c := greeted(b, port, "SUB", "")
				c.write(message("\x01"))
				seen = append(seen, count(c))
			}
			time.Sleep(100 * time.Millisecond)
			benchPublish(b, seen, func(frames [][]byte) error { return pub.SendMulti(zmq4.NewMsgFrom(frames...)) })
		})
	}
}

// benchPublish publishes and, within the measured time, waits until all arrived.
func benchPublish(b *testing.B, seen []*atomic.Int64, publish func([][]byte) error) {
	frames := jupyter()
	var text []string
	for _, f := range frames {
		text = append(text, string(f))
	}
	size := int64(len(message(text...)))
	b.SetBytes(size)
	n := int64(0)
	b.ResetTimer()
	for ; n < int64(b.N); n++ {
		if err := publish(frames); err != nil {
			b.Fatal(err)
		}
	}
	for _, got := range seen {
		for got.Load() < n*size {
			time.Sleep(50 * time.Microsecond)
		}
	}
}

// count counts the bytes that arrive at c from now on.
func count(c *raw) *atomic.Int64 {
	n := new(atomic.Int64)
	go func() {
		b := make([]byte, 256<<10)
		for {
			k, err := c.br.Read(b)
			n.Add(int64(k))
			if err != nil {
				return
			}
		}
	}()
	return n
}
