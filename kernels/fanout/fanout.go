// Package fanout sends many requests to a server that takes its time to answer,
// and asks how well the waiting overlaps.
//
//	srv, _ := fanout.Serve(fanout.Options{Delay: 20 * time.Millisecond})
//	defer srv.Close()
//	load := fanout.Load{URL: srv.URL, Requests: 100, Concurrency: 10}
//	r, _ := fanout.Serial(load)    // 100 × 20 ms, one after the other
//	r, _ = fanout.Goroutine(load)  // ten at a time: 10 × 20 ms
//	r.Spans                        // when each request began and ended
//
// It is the I/O-bound group of An, "Python and Parallel Programming" (is there
// an encyclopedia article of this name?) and the crawler of Gorelick and
// Ozsvald, "High Performance Python", chapter 8, with a server of our own in
// the encyclopedia's place. Request number i asks for /article/i and is told, in
// JSON, whether it exists: every third does.
//
// Server and clients use the loopback only. What is sent over it by the
// clients is a load that belongs to nobody else's server.
package fanout

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Load says what a client shall ask for.
type Load struct {
	URL         string // of the server, "http://127.0.0.1:8080": a loopback address
	Requests    int    // how many; they have the numbers 0 … Requests-1
	Concurrency int    // how many at a time; 0: 100, the book's optimum
	Fresh       bool   // a connection of its own for every request: no keep-alive
	Work        int    // CPU work after every response: counting the primes below Work
	Batch       int    // requests in a batch of [GoroutineBatch]; 0: 100
}

// A Result is what the responses amount to.
type Result struct {
	Requests int           // answered
	Found    int           // articles that exist
	IDs      int           // sum of the numbers in the responses
	Bytes    int           // sum of the sizes of their bodies
	Primes   int           // counted, if there was CPU work
	Wall     time.Duration // from the first request's begin to the last one's end
	Spans    []Span        // of each request, by its number
}

// A Span is the time from a request's begin to the end of its response as its
// client saw it, since the begin of the run. CPU work is not in it.
type Span struct {
	Worker      int // who sent it
	Start, Stop time.Duration
}

// String sums up: "2000 responses, 667 found, 128000 bytes in 83ms".
func (r *Result) String() string {
	return fmt.Sprintf("%d responses, %d found, %d bytes in %v", r.Requests, r.Found, r.Bytes, r.Wall.Round(time.Millisecond/10))
}

// checksum has a part of everything that the server told.
func (r *Result) checksum() float64 { return float64(r.IDs + r.Found + r.Bytes) }

// Ideal returns the least time that requests can take, concurrency at a time, if
// each waits for delay and nothing else takes time. Concurrency 0 is 100, as
// in a [Load]. It panics on negative arguments.
func Ideal(requests, concurrency int, delay time.Duration) time.Duration {
	if requests < 0 || concurrency < 0 || delay < 0 {
		panic(fmt.Errorf("fanout: negative argument of Ideal(%d, %d, %v)", requests, concurrency, delay))
	}
	c := Load{Concurrency: concurrency}.concurrency()
	rounds := requests / c
	if requests%c > 0 {
		rounds++
	}
	return time.Duration(rounds) * delay
}

// The largest arguments: more sockets than systems give to a program, more
// work than anybody waits for.
const (
	defaultConcurrency = 100
	maxConcurrency     = 10_000
	maxRequests        = 10_000_000
	maxWork            = 10_000_000
)

func (l Load) concurrency() int {
	if l.Concurrency == 0 {
		return defaultConcurrency
	}
	return l.Concurrency
}

func (l Load) batch() int {
	if l.Batch == 0 {
		return defaultConcurrency
	}
	return l.Batch
}

// check returns the server's host and port, or an error that names the field.
func (l Load) check() (host string, err error) {
	for _, f := range []struct {
		name      string
		got, most int
	}{
		{"number of requests", l.Requests, maxRequests},
		{"concurrency", l.Concurrency, maxConcurrency},
		{"amount of work", l.Work, maxWork},
		{"batch", l.Batch, maxConcurrency},
	} {
		if f.got < 0 {
			return "", fmt.Errorf("negative %s %d", f.name, f.got)
		}
		if f.got > f.most {
			return "", fmt.Errorf("%s %d is larger than %d", f.name, f.got, f.most)
		}
	}
	u, err := url.Parse(l.URL)
	if err != nil {
		return "", fmt.Errorf("server's URL: %w", err)
	}
	if u.Scheme != "http" || u.Port() == "" || u.Path != "" && u.Path != "/" {
		return "", fmt.Errorf("server's URL %q does not look like http://127.0.0.1:8080", l.URL)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("server's URL %q is not on the loopback", l.URL)
	}
	return u.Host, nil
}

// article returns the path of request number id.
func article(id int) string { return path + strconv.Itoa(id) }

const path = "/article/"

// exists is what the server knows.
func exists(id int) bool { return id%3 == 0 }

// An answer is one response.
type answer struct {
	id     int
	exists bool
	size   int // of the body, in bytes
}

// A getter asks for one article. Which of them may be used by several
// goroutines at a time is said where they are made.
type getter interface {
	get(ctx context.Context, id int) (answer, error)
}

// A run is one load on its way. Workers of all kinds share it.
type run struct {
	load   Load
	ctx    context.Context // ends with the caller's, the cell's interrupt, or the first error
	cancel context.CancelCauseFunc
	unhook func() bool
	begin  time.Time
	first  int          // the number of the run's first request
	next   atomic.Int64 // how many have been handed out
	spans  []Span       // [i] is written by who sends first+i

	broken atomic.Bool // CPU work was broken off

	mu  sync.Mutex
	sum Result // guarded by mu
}

// start begins a run. Whoever starts it calls finish.
func start(ctx context.Context, l Load) *run {
	r := &run{load: l, spans: make([]Span, l.Requests), begin: time.Now()}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.unhook = context.AfterFunc(interrupt.Context(), func() { r.cancel(interrupt.ErrInterrupted) })
	return r
}

// finish returns the result, and why the run ended early if it did: the Result
// then has what was answered until then.
func (r *run) finish() (*Result, error) {
	r.unhook()
	err := context.Cause(r.ctx)
	r.cancel(nil)
	res := r.sum
	res.Spans = r.spans
	for _, s := range r.spans {
		res.Wall = max(res.Wall, s.Stop)
	}
	if res.Requests == r.load.Requests && !r.broken.Load() {
		return &res, nil
	}
	if err == nil {
		err = errors.New("BUG: requests are missing")
	}
	return &res, err
}

// take sends requests as long as there are any. It is what a worker does. CPU
// work asks goOn every few microseconds.
func (r *run) take(g getter, worker int, goOn func() bool) {
	var sum Result
	defer r.add(&sum)
	for r.ctx.Err() == nil {
		i := int(r.next.Add(1)) - 1
		if i >= r.load.Requests || !r.fetch(g, worker, i, &sum) || !r.work(goOn, &sum) {
			return
		}
	}
}

// live reports whether the run goes on.
func (r *run) live() bool { return r.ctx.Err() == nil }

// work does the CPU work that belongs to a response. It reports whether the run
// goes on.
func (r *run) work(goOn func() bool, sum *Result) bool {
	if r.load.Work == 0 {
		return true
	}
	primes, done := countPrimes(goOn, r.load.Work)
	sum.Primes += primes
	if !done {
		r.broken.Store(true)
	}
	return done
}

// fetch sends request i and adds the response to sum. It reports whether the
// run goes on; an error ends it for all.
func (r *run) fetch(g getter, worker, i int, sum *Result) bool {
	id, s := r.first+i, &r.spans[i]
	s.Worker, s.Start = worker, time.Since(r.begin)
	a, err := g.get(r.ctx, id)
	s.Stop = time.Since(r.begin)
	if err == nil && a.id != id {
		err = fmt.Errorf("get %s%s: the response is about article %d", r.load.URL, article(id), a.id)
	}
	if err != nil {
		r.cancel(err)
		return false
	}
	sum.Requests++
	sum.IDs += a.id
	sum.Bytes += a.size
	if a.exists {
		sum.Found++
	}
	return true
}

// add adds a worker's part to the run's sum.
func (r *run) add(part *Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sum.add(part)
}

// add adds the counts of another result.
func (r *Result) add(other *Result) {
	r.Requests += other.Requests
	r.Found += other.Found
	r.IDs += other.IDs
	r.Bytes += other.Bytes
	r.Primes += other.Primes
}

// countPrimes counts the primes below n by trial division with odd numbers, as
// the book's check_prime does. It reports false if goOn did so before it was
// done.
func countPrimes(goOn func() bool, n int) (count int, done bool) {
	if n > 2 {
		count = 1
	}
	for k := 3; k < n; k += 2 {
		if k&(1<<6-1) == 1 && !goOn() {
			return count, false
		}
		prime := true
		for d := 3; d*d <= k; d += 2 {
			if k%d == 0 {
				prime = false
				break
			}
		}
		if prime {
			count++
		}
	}
	return count, true
}

// processes returns how many processes share that many requests at a time.
func processes(concurrency int) int { return min(concurrency, runtime.GOMAXPROCS(0)) }
