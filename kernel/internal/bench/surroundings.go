package bench

import (
	"fmt"
	"net"

	"github.com/weft-go/weft/kernels/fanout"
)

// surroundings are what peers of a kernel need beside themselves, by kernel: a
// function that starts it and returns variables for the peers' environment and a
// function that ends it.
var surroundings = map[string]func() (env []string, end func(), err error){
	"fanout": serve,
}

// serve starts the server that fanout's own jobs start for themselves.
func serve() (env []string, end func(), err error) {
	srv, err := fanout.Serve(fanout.Options{Delay: fanoutDelay})
	if err != nil {
		return nil, nil, err
	}
	_, port, err := net.SplitHostPort(srv.Addr)
	if err != nil {
		srv.Close()
		return nil, nil, fmt.Errorf("port of the server: %w", err)
	}
	return []string{"WEFT_FANOUT_PORT=" + port}, func() { srv.Close() }, nil
}
