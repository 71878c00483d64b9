package socket

import (
	"slices"
	"testing"
)

// beats checks that a new client's heartbeat is answered.
func beats(t testing.TB, port int) {
	t.Helper()
	c := greeted(t, port, "REQ", "")
	defer c.Close()
	c.write(message("", "ping"))
	if got := c.message(); !slices.Equal(got, []string{"", "ping"}) {
		t.Fatalf("got heartbeat %q", got)
	}
}

func TestHeartbeat(t *testing.T) {
	for _, test := range []struct {
		name string
		send []string
		want []string // nil: no answer, a log line
	}{
		{"ping", []string{"", "ping"}, []string{"", "ping"}},
		{"empty", []string{"", ""}, []string{"", ""}},
		{"envelope alone", []string{""}, []string{""}},
		{"two frames", []string{"", "a", "b"}, []string{"", "a", "b"}},
		{"longer envelope", []string{"hop", "", "a"}, []string{"hop", "", "a"}},
		{"no delimiter", []string{"ping"}, nil},
		{"no delimiter, two frames", []string{"ping", "pong"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var r record
			_, e := opened(t, Options{Log: r.log})
			c := greeted(t, e.HB, "DEALER", "")
			c.write(message(test.send...))
			if test.want == nil {
				r.has(t, "heartbeat: dropped a request")
			} else if got := c.message(); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			c.write(message("", "still there"))
			c.message()
			beats(t, e.HB)
		})
	}
}
