package fanout

import (
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// talk sends bytes to a server and returns all that comes back until it hangs
// up.
func talk(t *testing.T, s *Server, parts ...string) string {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	for i, part := range parts {
		if i > 0 {
			time.Sleep(2 * time.Millisecond)
		}
		if _, err := io.WriteString(c, part); err != nil {
			t.Fatal(err)
		}
	}
	got, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("%q: %v after %q", parts, err, got)
	}
	return string(got)
}

func TestServerProtocol(t *testing.T) {
	s := serve(t, Options{})
	const (
		body   = `{"id":3,"exists":true,"text":"weft weft weft weft weft weft wef"}`
		answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 64\r\n"
	)
	closed := func(status string) string {
		return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	}
	three := answer + "Connection: close\r\n\r\n" + body[:62] + `"}`
	for _, c := range []struct {
		name, send, want string
	}{
		{"close", "GET /article/3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", three},
		{"close, other spelling", "GET /article/3 HTTP/1.1\r\ncOnNection:  Foo , CLOSE\t\r\n\r\n", three},
		{"HTTP/1.0", "GET /article/3 HTTP/1.0\r\n\r\n", three},
		{"pipeline", "GET /article/3 HTTP/1.1\r\n\r\nGET /article/3 HTTP/1.1\r\nConnection: close\r\n\r\n",
			strings.Replace(three, "Connection: close\r\n", "", 1) + three},
		{"HTTP/1.0 keep-alive", "GET /article/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.1\r\n\r\n",
			strings.Replace(three, "Connection: close\r\n", "", 1) + closed("404 Not Found")},
		{"empty body", "GET /article/3 HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", three},
		{"body", "GET /article/3 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", closed("413 Content Too Large")},
		{"chunks", "GET /article/3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", closed("501 Not Implemented")},
		{"method", "POST /article/3 HTTP/1.1\r\n\r\n", closed("405 Method Not Allowed")},
		{"version", "GET /article/3 HTTP/2.0\r\n\r\n", closed("400 Bad Request")},
		{"nonsense", "hello\r\n\r\n", closed("400 Bad Request")},
		{"empty", "\r\n\r\n", closed("400 Bad Request")},
		{"other path", "GET /articles HTTP/1.1\r\n\r\n", closed("404 Not Found")},
		{"no number", "GET /article/ HTTP/1.1\r\n\r\n", closed("404 Not Found")},
		{"negative", "GET /article/-3 HTTP/1.1\r\n\r\n", closed("404 Not Found")},
		{"overflow", "GET /article/9223372036854775808 HTTP/1.1\r\n\r\n", closed("404 Not Found")},
		{"long head", "GET /article/3 HTTP/1.1\r\nA: " + strings.Repeat("x", maxHead-28), closed("431 Request Header Fields Too Large")},
	} {
		end := strings.Index(c.send+"\r\n\r\n", "\r\n\r\n")
		for _, at := range []int{0, 1, end / 2, end + 2} { // within the first head
			at = min(at, len(c.send))
			parts := []string{c.send[:at], c.send[at:]}
			if got := talk(t, s, parts...); got != c.want {
				t.Errorf("%s in two parts, the first of %d bytes:\n got %q\nwant %q", c.name, at, got, c.want)
			}
		}
	}
}

// Bodies are JSON of exactly the size asked for, whatever the number.
func TestBodies(t *testing.T) {
	for _, payload := range []int{64, 65, 66, 67, 68, 69, 1000} {
		s := serve(t, Options{Payload: payload})
		for _, id := range []int{0, 1, 999_999_999_999_999_999} {
			_, body, _ := strings.Cut(string(s.response(nil, id, true)), "\r\n\r\n")
			var doc struct {
				ID     int
				Exists bool
				Text   string
			}
			if err := json.Unmarshal([]byte(body), &doc); err != nil || doc.ID != id || doc.Exists != (id%3 == 0) || len(body) != payload {
				t.Errorf("payload %d, id %d: %s, %v", payload, id, body, err)
			}
			a, ok := parseOurs([]byte(body))
			if want := (answer{id, doc.Exists, payload}); !ok || a != want {
				t.Errorf("parseOurs(%s) = %v, %v", body, a, ok)
			}
		}
	}
}

// Whatever parseOurs makes of a damaged body, package json agrees or refuses.
func TestParseOursAgreesWithJSON(t *testing.T) {
	s := serve(t, Options{})
	_, whole, _ := strings.Cut(string(s.response(nil, 120, true)), "\r\n\r\n")
	for at := range len(whole) {
		for _, c := range []byte("\"\\,:{}0-e tx\n") {
			body := whole[:at] + string(c) + whole[at+1:]
			got, ok := parseOurs([]byte(body))
			var doc struct {
				ID     int
				Exists bool
			}
			if err := json.Unmarshal([]byte(body), &doc); err == nil && ok && (got.id != doc.ID || got.exists != doc.Exists) {
				t.Errorf("%s: %+v, json has %+v", body, got, doc)
			}
		}
		if _, ok := parseOurs([]byte(whole[:at])); ok {
			t.Errorf("%s is taken for whole", whole[:at])
		}
	}
}

func TestParseStatus(t *testing.T) {
	for _, c := range []struct {
		head         string
		code, length int
		stay, ok     bool
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 12", 200, 12, true, true},
		{"HTTP/1.1 404 Not Found\r\ncontent-length:0\r\nConnection: close", 404, 0, false, true},
		{"HTTP/1.1 200 OK", 0, 0, false, false},
		{"HTTP/1.1 200 OK\r\nContent-Length: -1", 0, 0, false, false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 16777217", 0, 0, false, false},
		{"HTTP/1.1 2x0 OK\r\nContent-Length: 1", 0, 0, false, false},
		{"HTTP/1.1 2", 0, 0, false, false},
		{"", 0, 0, false, false},
	} {
		code, length, stay, err := parseStatus([]byte(c.head))
		if code != c.code || length != c.length || stay != c.stay || (err == nil) != c.ok {
			t.Errorf("%q: %d, %d, %v, %v", c.head, code, length, stay, err)
		}
	}
}

func TestDelay(t *testing.T) {
	s := serve(t, Options{Delay: 10 * time.Millisecond, Jitter: time.Millisecond})
	least, most := time.Hour, time.Duration(0)
	for id := range 1000 {
		d := s.delay(id)
		least, most = min(least, d), max(most, d)
		if again := s.delay(id); again != d {
			t.Fatalf("request %d waits %v, then %v", id, d, again)
		}
	}
	if least < 10*time.Millisecond || least > 10100*time.Microsecond || most > 11*time.Millisecond || most < 10900*time.Microsecond {
		t.Errorf("delays are %v … %v, want 10 ms … 11 ms", least, most)
	}
}

func TestServeTaken(t *testing.T) {
	s := serve(t, Options{})
	if _, err := Serve(Options{Addr: s.Addr}); err == nil || !strings.Contains(err.Error(), s.Addr) {
		t.Errorf("error %v does not name the address", err)
	}
}

func TestServeApart(t *testing.T) {
	if s, err := ServeApart(Options{Payload: 1}); err == nil || s != nil || !strings.Contains(err.Error(), "payload of 1 bytes") {
		t.Errorf("%v, %v", s, err)
	}
	taken := serve(t, Options{})
	if s, err := ServeApart(Options{Addr: taken.Addr}); err == nil || s != nil || !strings.Contains(err.Error(), taken.Addr) {
		t.Errorf("address taken: %v, %v", s, err)
	}
	s, err := ServeApart(Options{Payload: 100})
	if err != nil {
		t.Fatal(err)
	}
	load := Load{URL: s.URL, Requests: 10}
	if r, err := GoroutineRaw(load); err != nil || r.Bytes != 1000 {
		t.Errorf("%v, %v", r, err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := GoroutineRaw(load); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("after Close: %v", err)
	}
}
