package fanout

import (
	"context"
	"fmt"
	"runtime"

	"github.com/weft-go/weft/runtime/proc"
)

// An Apart is a [Server] in a process of its own.
type Apart struct {
	URL  string // "http://127.0.0.1:40123"
	Addr string // "127.0.0.1:40123"

	pool *proc.Pool
}

// ServeApart is [Serve] in another process, so that the server's CPU time and
// memory are not taken for the client's, and neither waits for the other's
// garbage collection. Errors are also those of starting a process.
//
// The program must call proc.Main with the Kernel's Tasks, as a session does.
func ServeApart(o Options) (*Apart, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("fanout: serve: %w", err)
	}
	// Without retries: nobody would know the next server's address.
	pool, err := proc.NewPool(1, proc.Threads(runtime.GOMAXPROCS(0)), proc.Retries(0))
	if err != nil {
		return nil, fmt.Errorf("fanout: serve: %w", err)
	}
	addr, err := proc.Apply[Options, string](context.Background(), pool, serveTask.Name(), o)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("fanout: serve: %w", err)
	}
	return &Apart{"http://" + addr, addr, pool}, nil
}

// Close ends the server and its process. Closing twice is the same as once.
func (a *Apart) Close() error { return a.pool.Close() }

// serveTask starts a server that ends with its process, and returns its address.
var serveTask = proc.NewTask("fanout.serve", func(_ context.Context, o Options) (string, error) {
	s, err := Serve(o)
	if err != nil {
		return "", err
	}
	return s.Addr, nil
})

// serveJob starts a server for a job: apart, or in this process where that
// can't start others, such as a program that does not call proc.Main.
func serveJob(o Options) (url string, end func() error, err error) {
	if a, err := ServeApart(o); err == nil {
		return a.URL, a.Close, nil
	}
	s, err := Serve(o)
	if err != nil {
		return "", nil, err
	}
	return s.URL, s.Close, nil
}
