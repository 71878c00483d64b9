package fanout

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

// A run makes a context, the spans and goroutines, and net/http allocates for
// every request; TestRawAllocates says what is left without it.
var allocates = kernelstest.Allocates("serial", "gil", "goroutine", "goroutine:raw", "goroutine:batch")

func TestVariants(t *testing.T) {
	defer func(d time.Duration) { delay = d }(delay)
	delay = time.Millisecond
	kernelstest.Check(t, &Kernel, allocates, kernelstest.Sizes(0, 1, 2, 9)) // each request takes its millisecond
}

func BenchmarkFanout(b *testing.B) { kernelstest.Bench(b, &Kernel, 100) }

// clients are the typed functions.
var functions = map[string]func(Load) (*Result, error){
	"Serial":    Serial,
	"GIL":       GIL,
	"Goroutine": Goroutine,
	"Raw":       GoroutineRaw,
	"Batch":     GoroutineBatch,
	"Process":   Process,
}

func serve(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Serve(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// What the responses amount to, with and without keep-alive, for payloads
// around the sizes of buffers.
func TestResults(t *testing.T) {
	for _, payload := range []int{64, 65, 400, 512, 4096, 100_000} {
		s := serve(t, Options{Payload: payload})
		for name, f := range functions {
			for _, fresh := range []bool{false, true} {
				before := s.Served()
				r, err := f(Load{URL: s.URL, Requests: 31, Concurrency: 4, Fresh: fresh, Work: 100})
				if err != nil {
					t.Fatalf("%s, payload %d, fresh %v: %v", name, payload, fresh, err)
				}
				got := *r
				got.Wall, got.Spans = 0, nil
				want := Result{Requests: 31, Found: 11, IDs: 465, Bytes: 31 * payload, Primes: 31 * 25}
				if got.String() != want.String() || got.IDs != want.IDs || got.Primes != want.Primes {
					t.Errorf("%s, payload %d, fresh %v: %+v, want %+v", name, payload, fresh, got, want)
				}
				if served := s.Served() - before; served != 31 {
					t.Errorf("%s: the server answered %d requests, want 31", name, served)
				}
			}
		}
	}
}

// Requests overlap as far as they may, and no further.
func TestOverlap(t *testing.T) {
	const n, c = 16, 4
	s := serve(t, Options{Delay: 10 * time.Millisecond, Jitter: 5 * time.Millisecond})
	for name, most := range map[string]int{"Serial": 1, "GIL": c, "Goroutine": c, "Raw": c, "Batch": c} {
		r, err := functions[name](Load{URL: s.URL, Requests: n, Concurrency: c, Batch: 2 * c})
		if err != nil {
			t.Fatal(err)
		}
		if got := overlap(r.Spans); got != most {
			t.Errorf("%s: %d requests at a time, want %d", name, got, most)
		}
		for i, span := range r.Spans {
			if d := span.Stop - span.Start; d < s.delay(i) || span.Worker < 0 || span.Worker >= most || span.Stop > r.Wall {
				t.Errorf("%s: request %d took %v by worker %d until %v of %v, the server waits %v",
					name, i, d, span.Worker, span.Stop, r.Wall, s.delay(i))
			}
		}
		if ideal := Ideal(n, most, 10*time.Millisecond); r.Wall < ideal {
			t.Errorf("%s took %v, less than the ideal %v", name, r.Wall, ideal)
		}
		if name == "Batch" && overlap(append(r.Spans[:c:c], r.Spans[2*c:]...)) > c {
			t.Errorf("Batch: the second batch overlaps the first")
		}
	}
}

// overlap returns how many spans there are at a time, at most.
func overlap(spans []Span) int {
	most := 0
	for _, s := range spans {
		at := 0
		for _, other := range spans {
			if other.Start <= s.Start && s.Start < other.Stop {
				at++
			}
		}
		most = max(most, at)
	}
	return most
}

func TestBatchWaits(t *testing.T) {
	s := serve(t, Options{Jitter: 5 * time.Millisecond})
	r, err := GoroutineBatch(Load{URL: s.URL, Requests: 30, Batch: 10})
	if err != nil {
		t.Fatal(err)
	}
	for lo := 10; lo < 30; lo += 10 {
		for _, earlier := range r.Spans[lo-10 : lo] {
			for _, later := range r.Spans[lo : lo+10] {
				if later.Start < earlier.Stop {
					t.Fatalf("a request began at %v, before one of the batch before it ended at %v", later.Start, earlier.Stop)
				}
			}
		}
	}
}

func TestIdeal(t *testing.T) {
	for _, c := range []struct {
		n, c int
		want time.Duration
	}{{0, 1, 0}, {1, 0, 20}, {2000, 0, 400}, {2000, 512, 80}, {2001, 2000, 40}, {500, 1, 10_000}} {
		if got := Ideal(c.n, c.c, 20*time.Millisecond); got != c.want*time.Millisecond {
			t.Errorf("Ideal(%d, %d) = %v, want %v ms", c.n, c.c, got, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Ideal(-1) does not panic")
		}
	}()
	Ideal(-1, 1, 1)
}

func TestSweep(t *testing.T) {
	s := serve(t, Options{Delay: 5 * time.Millisecond})
	points, err := Sweep(Load{URL: s.URL, Requests: 16}, []int{1, 4, 16}, GoroutineRaw)
	if err != nil || len(points) != 3 {
		t.Fatalf("%v, %v", points, err)
	}
	for i, c := range []int{1, 4, 16} {
		if p := points[i]; p.Concurrency != c || p.Wall < Ideal(16, c, 5*time.Millisecond) || p.PerSecond <= 0 {
			t.Errorf("point %+v", p)
		}
	}
	if points[2].Wall >= points[0].Wall {
		t.Errorf("16 at a time take %v, one %v", points[2].Wall, points[0].Wall)
	}
	if _, err := Sweep(Load{URL: s.URL}, []int{1, -1}, GoroutineRaw); err == nil || !strings.Contains(err.Error(), "negative concurrency -1") {
		t.Errorf("error %v", err)
	}
	if _, err := Sweep(Load{}, nil, nil); err == nil {
		t.Error("no function, no error")
	}
}

func TestCountPrimes(t *testing.T) {
	for n, want := range map[int]int{0: 0, 2: 0, 3: 1, 4: 2, 100: 25, 8192: 1028} {
		if got, done := countPrimes(func() bool { return true }, n); got != want || !done {
			t.Errorf("%d primes below %d, want %d", got, n, want)
		}
	}
}

func TestBadArguments(t *testing.T) {
	const url = "http://127.0.0.1:1"
	for want, l := range map[string]Load{
		"negative number of requests -1":       {URL: url, Requests: -1},
		"number of requests 9223372036":        {URL: url, Requests: math.MaxInt},
		"negative concurrency -2":              {URL: url, Concurrency: -2},
		"concurrency 10001 is larger":          {URL: url, Concurrency: 10_001},
		"negative amount of work -3":           {URL: url, Work: -3},
		"negative batch -4":                    {URL: url, Batch: -4},
		`server's URL "" does not look like`:   {},
		"127.0.0.1\" does not look like":       {URL: "http://127.0.0.1"},
		"does not look like http://127.0.0.1:": {URL: "https://127.0.0.1:443"},
		"is not on the loopback":               {URL: "http://192.0.2.1:80"},
		"example.org:80\" is not on":           {URL: "http://example.org:80"},
		"server's URL: parse":                  {URL: "http://\x00"},
	} {
		for name, f := range functions {
			if r, err := f(l); err == nil || r != nil || !strings.HasPrefix(err.Error(), "fanout: ") || !strings.Contains(err.Error(), want) {
				t.Errorf("%s(%+v): %v, %v; want %s", name, l, r, err, want)
			}
		}
	}
	for want, o := range map[string]Options{
		"payload of -1 bytes":        {Payload: -1},
		"payload of 63 bytes":        {Payload: 63},
		"negative delay -1ns":        {Delay: -1},
		"jitter 2h0m0s is longer":    {Jitter: 2 * time.Hour},
		"8.8.8.8:80 is not on":       {Addr: "8.8.8.8:80"},
		":80 is not on the loopback": {Addr: ":80"},
		"missing port":               {Addr: "127.0.0.1"},
	} {
		if s, err := Serve(o); err == nil || s != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Serve(%+v): %v, want %s", o, err, want)
		}
	}
}

// Servers that are not there, that leave, and that talk nonsense.
func TestServerErrors(t *testing.T) {
	gone := serve(t, Options{})
	gone.Close()
	for _, c := range []struct{ name, response, want string }{
		{"gone", "", "connection refused"},
		{"hangs up", " ", "EOF"},
		{"status", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "503"},
		{"no HTTP", "220 mail.example.org ESMTP\r\n\r\n", "malformed"},
		{"short body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", "unexpected EOF"},
		{"no JSON", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "invalid character"},
		{"other JSON", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{\"x\":1", "unexpected end of JSON"},
		{"no id", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "has no id"},
		{"other id", "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{\"exists\":true,\"id\":77}", "is about article 77"},
	} {
		url := gone.URL
		if c.response != "" {
			url = talker(t, c.response)
		}
		for name, f := range functions {
			r, err := f(Load{URL: url, Requests: 1})
			if err == nil || !strings.Contains(err.Error(), url+"/article/0") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %s: error %v, want the URL and %q", c.name, name, err, c.want)
			}
			if r == nil || r.Requests != 0 {
				t.Errorf("%s, %s: result %v", c.name, name, r)
			}
		}
	}
}

// talker starts a server that says the same to everybody and hangs up.
func talker(t *testing.T, response string) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Read(make([]byte, 1000))
			c.Write([]byte(strings.TrimLeft(response, " ")))
			c.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

// The clients work with net/http's server, which writes other heads and JSON.
func TestOtherServer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("{ \"exists\" : false,\n \"id\" : " + strings.TrimPrefix(r.URL.Path, path) + "}"))
	}))
	defer s.Close()
	for name, f := range functions {
		for _, fresh := range []bool{false, true} {
			r, err := f(Load{URL: s.URL, Requests: 10, Concurrency: 3, Fresh: fresh})
			if err != nil || r.IDs != 45 || r.Found != 0 {
				t.Errorf("%s: %v, %v", name, r, err)
			}
		}
	}
}

// A connection that the server closed while it was idle is no error.
func TestReconnects(t *testing.T) {
	s := serve(t, Options{})
	l := Load{URL: s.URL, Requests: 4, Concurrency: 2}
	ws, err := newWires(l)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.close()
	for range 3 {
		if r, err := raw(context.Background(), l, ws); err != nil || r.Requests != 4 {
			t.Fatalf("%v, %v", r, err)
		}
		s.mu.Lock()
		for c := range s.conns {
			c.Close()
		}
		s.mu.Unlock()
	}
}

func TestStops(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	s := serve(t, Options{Delay: time.Hour})
	for name, l := range map[string]Load{
		"waiting": {URL: s.URL, Requests: 20},
		"working": {URL: serve(t, Options{}).URL, Requests: 2, Work: maxWork},
	} {
		for client, f := range functions {
			interrupt.Reset()
			raised := make(chan time.Time, 1)
			time.AfterFunc(20*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
			r, err := f(l)
			if late := time.Since(<-raised); late > 500*time.Millisecond {
				t.Errorf("%s, %s: came back %v after the interrupt", name, client, late)
			}
			if !errors.Is(err, interrupt.ErrInterrupted) || r == nil {
				t.Errorf("%s, %s: %v, %v", name, client, r, err)
			}
		}
	}
}

// Nothing stays behind: no goroutine, no descriptor, neither after a run that
// went well nor after one that was stopped.
func TestLeavesNothing(t *testing.T) {
	before := left()
	for _, d := range []time.Duration{time.Millisecond, time.Hour} {
		s, err := Serve(Options{Delay: d})
		if err != nil {
			t.Fatal(err)
		}
		l := Load{URL: s.URL, Requests: 100, Concurrency: 50}
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		web, _ := newWeb(l)
		goroutine(ctx, l, web)
		web.close()
		wires, _ := newWires(l)
		raw(ctx, l, wires)
		wires.close()
		cancel()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil || s.Connections() != 0 {
			t.Errorf("second close: %v, %d connections", err, s.Connections())
		}
	}
	after := left()
	for wait := 0; after.more(before) && wait < 100; wait++ { // net/http's goroutines end by themselves
		time.Sleep(10 * time.Millisecond)
		after = left()
	}
	if after.more(before) {
		buf := make([]byte, 1<<20)
		t.Errorf("%+v are left, %+v before\n%s", after, before, buf[:runtime.Stack(buf, true)])
	}
}

type things struct{ goroutines, descriptors int }

// more says whether there is more than before; goroutines of earlier tests may
// have ended meanwhile.
func (t things) more(before things) bool {
	return t.goroutines > before.goroutines || t.descriptors > before.descriptors
}

func left() things {
	files, _ := os.ReadDir("/dev/fd") // none where there is no such folder
	return things{runtime.NumGoroutine(), len(files)}
}

// Neither the server nor the raw client allocates for a request.
func TestRawAllocates(t *testing.T) {
	s := serve(t, Options{})
	allocs := func(n int) float64 {
		l := Load{URL: s.URL, Requests: n, Concurrency: 2}
		ws, _ := newWires(l)
		defer ws.close()
		return testing.AllocsPerRun(5, func() {
			if _, err := raw(context.Background(), l, ws); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(10), allocs(1010); many > few+10 {
		t.Errorf("10 requests allocate %v times, 1010 requests %v times", few, many)
	}
}
