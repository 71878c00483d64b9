package server

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkExecute is a cell's way through the server: request in; busy,
// execute_input, reply and idle out.
func BenchmarkExecute(b *testing.B) {
	k := boot(b, Options{}, true)
	defer k.end()
	<-k.last // starting
	_, frames := k.frames("execute_request", `{"code":"k = 1","silent":false,"store_history":true,"user_expressions":{},"allow_stdin":true,"stop_on_error":true}`)
	b.ReportAllocs()
	for b.Loop() {
		k.in[Shell] <- frames
		for range 4 {
			<-k.last
		}
	}
}

// BenchmarkRequest is the way of a request that runs no cell.
func BenchmarkRequest(b *testing.B) {
	for _, tt := range []struct {
		c       Channel
		msgType string
	}{{Shell, "kernel_info_request"}, {Control, "kernel_info_request"}, {Shell, "is_complete_request"}} {
		b.Run(fmt.Sprintf("channel=%v/type=%s", tt.c, tt.msgType), func(b *testing.B) {
			k := boot(b, Options{}, true)
			defer k.end()
			<-k.last
			_, frames := k.frames(tt.msgType, `{"code":"k = 1"}`)
			b.ReportAllocs()
			for b.Loop() {
				k.in[tt.c] <- frames
				for range 3 {
					<-k.last
				}
			}
		})
	}
}

// BenchmarkOutput is a cell's output of one message of 32 KB.
func BenchmarkOutput(b *testing.B) {
	k := boot(b, Options{}, true)
	defer k.end()
	<-k.last
	_, frames := k.frames("execute_request", `{"code":"x"}`)
	k.in[Shell] <- frames
	for range 4 {
		<-k.last
	}
	text := strings.Repeat(strings.Repeat("x", 79)+"\n", 410)
	out := k.session.out[1]
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		out.Stream("stdout", text)
		<-k.last
	}
}
