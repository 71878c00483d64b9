package fanout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/runtime/proc"
)

// delay is how long the server of the Kernel's jobs waits before it answers.
// The tests have a shorter one.
var delay = 20 * time.Millisecond

// Kernel describes the package's variants; n is the number of requests, and
// workers how many of them are on their way at a time.
var Kernel = kernels.Kernel{
	Name:  "fanout",
	Title: "Many requests to a slow server",
	Doc: `Sends *n* requests to an HTTP server on the loopback, which waits 20 ms before it answers each with 64 bytes of JSON:
does the article of this number exist? The time goes into waiting, so it is the number of requests on their way at a time
that counts, not that of cores: *n*/*c* rounds of 20 ms are the least. This is where threads help even under an
interpreter lock, which is released while they wait. Beyond some hundred at a time the CPU time of client and server, which
share the cores here, takes over.

*workers* is the number *c* of requests at a time; 0 means 100, the book's optimum. ` + "`serial`" + ` has one. ` + "`gil`" + ` has *c*
threads under an interpreter lock, released around each exchange. ` + "`goroutine`" + ` uses net/http as a program would; ` + "`goroutine:raw`" + ` writes and reads HTTP by hand. ` + "`goroutine:batch`" + ` sends 100 and waits for all of
them. ` + "`process`" + ` spreads *c* over as many processes as there are cores. Connections are kept open, also from one run to the
next. Checksum: the sum of the responses' numbers, of their sizes in bytes, and of the articles that exist.

` + "```go" + `
srv, err := fanout.Serve(fanout.Options{Delay: 20 * time.Millisecond, Payload: 1000})
load := fanout.Load{URL: srv.URL, Requests: 100, Concurrency: 10}
r, err := fanout.Serial(load)
r, err = fanout.Goroutine(load)
r.Wall
r.Spans // for a chart of who waited when
srv.Close()
` + "```" + `

*Fresh* makes a connection for each request, *Work* adds CPU work behind each response, *Jitter* makes responses differ in
delay.`,
	Group: kernels.IO,
	Sources: []string{
		"An, Python and Parallel Programming, section 4.2, I/O-bound group",
		"Gorelick and Ozsvald, High Performance Python, O'Reilly 2014, chapter 8",
		"RFC 9110 and RFC 9112, HTTP semantics and HTTP/1.1",
	},
	Sizes: kernels.Sizes{Small: 20, Middle: 100, Large: 500},
	Work: func(n int) kernels.Work {
		return kernels.Work{Bytes: minPayload * float64(n), Items: float64(n), Unit: "requests"}
	},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(newWeb, serial)},
		{Name: "gil", File: "gil.go", Setup: setup(newWeb, underLock)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(newWeb, goroutine)},
		{Name: "goroutine:raw", File: "raw.go", Setup: setup(newWires, raw)},
		{Name: "goroutine:batch", File: "batch.go", Setup: setup(newWeb, batch)},
		{Name: "process", File: "process.go", Setup: setup(newCrew, process)},
	},
	Tasks: []proc.Task{partTask, serveTask},
}

// setup makes a Variant's Setup of a client and what is done with it. The
// server is a part of the job, in a process of its own if possible.
func setup[C client](connect func(Load) (C, error), f func(context.Context, Load, C) (*Result, error)) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		l := Load{URL: "http://127.0.0.1:0", Requests: n, Concurrency: workers}
		if _, err := l.check(); err != nil {
			return nil, fmt.Errorf("set up fanout: %w", err)
		}
		url, end, err := serveJob(Options{Delay: delay})
		if err != nil {
			return nil, fmt.Errorf("set up: %w", err)
		}
		l.URL = url
		c, err := connect(l)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("set up fanout: %w", err), end())
		}
		var last *Result
		return &kernels.Job{
			Run: func(ctx context.Context) (err error) {
				last, err = f(ctx, l, c)
				return err
			},
			Checksum: func() float64 { return last.checksum() },
			Close:    func() error { return errors.Join(c.close(), end()) },
		}, nil
	}
}
