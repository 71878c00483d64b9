package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/weft-go/weft/kernel/internal/front"
	"github.com/weft-go/weft/kernel/internal/history"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/server"
	"github.com/weft-go/weft/kernel/internal/socket"
	"github.com/weft-go/weft/kernel/internal/wire"
)

var kernelCommand = &command{
	name:   "kernel",
	usage:  "kernel -f FILE",
	short:  "serve a Jupyter client; FILE is the connection file that it wrote",
	hidden: true,
	run: func(args []string) error {
		flags := flag.NewFlagSet("kernel", flag.ContinueOnError)
		file := flags.String("f", "", "connection `FILE`")
		if err := parseFlags(flags, args); err != nil {
			return err
		}
		if *file == "" {
			return usageError{fmt.Errorf("kernel: -f FILE is missing; a Jupyter client starts the kernel, weft run works without one")}
		}
		return kernel(*file)
	},
}

// frontGC lets the front's heap grow further between collections than Go's
// default: it is small, and a collection during a cell shows in its latency.
const frontGC = 400

// frontThreads is how many threads of the front run Go code at once. It hands
// messages from goroutine to goroutine and computes little; with one thread a
// hand-over wakes no other core, and the session has it. On two cores: a
// statement 421 -> 368 µs from request to idle, a heartbeat while a cell burns
// all cores no later.
const frontThreads = 1

// kernel serves the client that wrote the connection file until it says
// shutdown.
func kernel(file string) error {
	debug.SetGCPercent(frontGC)
	runtime.GOMAXPROCS(frontThreads)
	conn, err := wire.ReadConnectionFile(file)
	if err != nil {
		return err
	}
	codec, err := wire.NewCodec(conn.SignatureScheme, conn.Key)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	signal.Ignore(os.Interrupt) // interrupts come as messages

	opts, err := frontOptions()
	if err != nil {
		return err
	}
	// The session starts while the sockets open.
	type started struct {
		front *front.Front
		err   error
	}
	session := make(chan started, 1)
	go func() {
		f, err := front.New(ctx, opts)
		session <- started{f, err}
	}()
	sockets, err := socket.Open(ctx, &socket.Endpoints{
		Transport: conn.Transport, IP: conn.IP,
		Shell: conn.ShellPort, Control: conn.ControlPort, Stdin: conn.StdinPort,
		IOPub: conn.IOPubPort, HB: conn.HBPort,
	}, socket.Options{Welcome: codec.Welcome, Log: logf})
	s := <-session
	if err != nil || s.err != nil {
		if sockets != nil {
			sockets.Close()
		}
		if s.front != nil {
			s.front.Close(ctx)
		}
		switch {
		case err == nil:
			return s.err
		case errors.Is(err, syscall.EADDRINUSE):
			return fmt.Errorf("%w: another program has the port; start the kernel anew, the client then chooses other ports", err)
		}
		return err
	}
	defer sockets.Close()
	return serve(ctx, codec, sockets, s.front)
}

// serve answers requests until a shutdown request or a signal.
func serve(ctx context.Context, codec *wire.Codec, sockets *socket.Sockets, f *front.Front) error {
	return server.New(sockets, f, server.Options{
		Codec:   codec,
		Version: version(),
		History: history.Open(history.DefaultPath()),
		Log:     logf,
	}).Serve(ctx)
}

// frontOptions reads the settings that the environment holds.
func frontOptions() (front.Options, error) {
	o := front.Options{Log: logf, Engine: os.Getenv("WEFT_ENGINE")}
	if o.Engine != "" && !slices.Contains(magic.Engines, o.Engine) {
		return o, fmt.Errorf("WEFT_ENGINE=%q: no such engine: it is one of %s", o.Engine, strings.Join(magic.Engines, ", "))
	}
	for name, into := range map[string]*int64{"WEFT_MEMORY": &o.Memory, "WEFT_OUTPUT_LIMIT": &o.OutputLimit} {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		n, err := parseSize(text)
		if err != nil {
			return o, fmt.Errorf("%s=%q: %w", name, text, err)
		}
		*into = n
	}
	if os.Getenv("WEFT_OUTPUT_LIMIT") == "0" {
		o.OutputLimit = -1
	}
	return o, nil
}

// units are the powers of 1024 that a size may be written with.
var units = map[byte]int64{'k': 1 << 10, 'K': 1 << 10, 'm': 1 << 20, 'M': 1 << 20, 'g': 1 << 30, 'G': 1 << 30}

// parseSize reads a number of bytes such as "2G", "512M" or "1000000".
func parseSize(text string) (int64, error) {
	unit := int64(1)
	if u, ok := units[text[len(text)-1]]; ok {
		unit, text = u, text[:len(text)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<62/unit {
		return 0, fmt.Errorf("write a number of bytes, such as 2G, 512M or 1000000")
	}
	return n * unit, nil
}

// logf writes one line for whoever reads the server's log.
func logf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "weft: "+format+"\n", args...)
}
