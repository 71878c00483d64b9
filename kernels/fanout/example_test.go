package fanout_test

import (
	"fmt"
	"time"

	"github.com/weft-go/weft/kernels/fanout"
)

func Example() {
	srv, err := fanout.Serve(fanout.Options{Delay: 5 * time.Millisecond, Payload: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	load := fanout.Load{URL: srv.URL, Requests: 30, Concurrency: 10}
	one, err := fanout.Serial(load)
	fmt.Println(one.Requests, one.Found, one.Bytes, err)
	ten, err := fanout.Goroutine(load)
	fmt.Println(ten.Requests, ten.Found, ten.Bytes, err)
	fmt.Println(ten.Wall < one.Wall/3)
	// Output:
	// 30 10 3000 <nil>
	// 30 10 3000 <nil>
	// true
}
