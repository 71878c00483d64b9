package socket

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestSubscriptions(t *testing.T) {
	const sub, unsub = "\x01", "\x00"
	for _, test := range []struct {
		name string
		send []string // subscription messages
		want string   // the topics of a, ab, b, "" that arrive
	}{
		{"none", nil, ""},
		{"all", []string{sub}, "a ab b <> "},
		{"prefix", []string{sub + "a"}, "a ab "},
		{"longer than the topic", []string{sub + "ab"}, "ab "},
		{"two", []string{sub + "ab", sub + "b"}, "ab b "},
		{"overlapping arrive once", []string{sub + "a", sub + "ab"}, "a ab "},
		{"cancelled", []string{sub + "a", sub + "b", unsub + "a"}, "b "},
		{"all cancelled", []string{sub, unsub}, ""},
		{"counted", []string{sub + "a", sub + "a", unsub + "a"}, "a ab "},
		{"cancelled what never was", []string{unsub + "a", sub + "a"}, "a ab "},
	} {
		for _, commands := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/commands=%v", test.name, commands), func(t *testing.T) {
				s, e := opened(t, Options{})
				c := greeted(t, e.IOPub, "SUB", "")
				for _, m := range test.send {
					switch {
					case !commands:
						c.write(message(m))
					case m[:1] == sub:
						c.write(appendCommand(nil, "SUBSCRIBE", []byte(m[1:])))
					default:
						c.write(appendCommand(nil, "CANCEL", []byte(m[1:])))
					}
				}
				c.write(message("neither"))
				c.write(message("\x01two", "frames"))
				c.write(message(""))
				c.subscribe(s, "end")
				for _, topic := range []string{"a", "ab", "b", "", "end"} {
					if err := s.Publish([][]byte{[]byte(topic), []byte("body")}); err != nil {
						t.Fatal(err)
					}
				}
				got := ""
				for {
					m := c.message()
					if m[1] != "body" {
						t.Fatalf("got %q", m)
					}
					if m[0] == "end" {
						break
					}
					if m[0] == "" {
						m[0] = "<>"
					}
					got += m[0] + " "
				}
				if got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

// One connection's subscriptions have a bound.
func TestTooManySubscriptions(t *testing.T) {
	for name, size := range map[string]int{"many": 10, "long": maxSubscription - 1} {
		t.Run(name, func(t *testing.T) {
			var r record
			_, e := opened(t, Options{Log: r.log})
			c := greeted(t, e.IOPub, "SUB", "")
			for i := range maxTopics + 1 {
				c.Write(message("\x01" + fmt.Sprintf("%0*d", size, i)))
			}
			c.closed()
			r.has(t, "too many subscriptions")
		})
	}
}

// The welcome comes once per new subscription, to its subscriber alone, before
// anything that was published after the subscription counted.
func TestWelcome(t *testing.T) {
	welcome := func(topic []byte) [][]byte {
		if string(topic) == "silent" {
			return nil
		}
		return [][]byte{[]byte("welcome"), topic}
	}
	s, e := opened(t, Options{Welcome: welcome})
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				s.Publish([][]byte{[]byte("x"), []byte("tick")})
			}
		}
	}()
	defer close(stop)
	for range 20 {
		c := greeted(t, e.IOPub, "SUB", "")
		c.write(message("\x01x"))
		if got := c.message(); !slices.Equal(got, []string{"welcome", "x"}) {
			t.Fatalf("got %q first, want the welcome", got)
		}
		if got := c.message(); !slices.Equal(got, []string{"x", "tick"}) {
			t.Fatalf("got %q, want what is published", got)
		}
		c.Close()
	}
	c := greeted(t, e.IOPub, "SUB", "")
	other := subscribed(t, s, e.IOPub, "silent")
	for _, m := range []string{"\x01a", "\x01a", "\x01silent", "\x00a", "\x00a", "\x01b", "\x01a"} {
		c.write(message(m))
	}
	for _, want := range []string{"a", "b", "a"} {
		if got := c.message(); !slices.Equal(got, []string{"welcome", want}) {
			t.Errorf("got %q, want the welcome of %s", got, want)
		}
	}
	eventually(t, "subscription", func() bool { return topics(s, c, "silent") == 1 })
	s.Publish([][]byte{[]byte("silent")})
	if got := other.message(); !slices.Equal(got, []string{"silent"}) {
		t.Errorf("another subscriber got %q", got)
	}
}

// Publishers from several goroutines keep their own order, and messages stay whole.
func TestPublishTogether(t *testing.T) {
	const each = 2000
	s, e := opened(t, Options{})
	c := subscribed(t, s, e.IOPub, "")
	for g := range 4 {
		go func() {
			for i := range each {
				s.Publish([][]byte{{byte(g)}, fmt.Append(nil, i), make([]byte, i%3*refSize)})
			}
		}()
	}
	var next [4]int
	for range 4 * each {
		m := c.message()
		g := m[0][0]
		if m[1] != fmt.Sprint(next[g]) {
			t.Fatalf("publisher %d: got %s, want %d", g, m[1], next[g])
		}
		next[g]++
	}
}

// What is published goes out without delay.
func TestPublishLatency(t *testing.T) {
	s, e := opened(t, Options{})
	c := subscribed(t, s, e.IOPub, "")
	var took []time.Duration
	for range 200 {
		began := time.Now()
		s.Publish(jupyter())
		c.message()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	if median := took[len(took)/2]; median > 5*time.Millisecond {
		t.Errorf("median %v", median)
	}
	t.Logf("median %v, p95 %v", took[100], took[190])
}
