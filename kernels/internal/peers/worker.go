package peers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Sample is what one or more runs took, all of them together.
type Sample struct {
	Wall         time.Duration // measured by the peer around its timed part
	User, System time.Duration // processor time of the peer's process meanwhile
	Checksum     float64       // of the last run
}

// A Worker is a peer's process with its input in memory. It is used by one
// goroutine at a time.
type Worker struct {
	// Note is what the peer said when it was set up, such as which BLAS kernel
	// it uses; often empty.
	Note string

	peer    *Peer
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	stderr  tailBuffer
	read    *os.File      // what out reads
	unwatch func() bool   // ends the watch over the context
	waited  chan struct{} // closed when the process has ended
	waitErr error         // valid then
}

// Times after which a worker that is asked to end is ended.
const (
	grace   = 2 * time.Second // behind the end of its input
	atOnce  = 500             // runs asked for together: replies must fit into a pipe
	discard = time.Second     // for output of children that it left behind
)

// Start builds p if need be, starts it and has it set up for size n and a
// number of threads; env has further variables, "NAME=value". If ctx ends, the process is killed, now and later. The
// error holds what the peer wrote on standard error.
func (h *Harness) Start(ctx context.Context, p *Peer, n, threads int, env ...string) (*Worker, error) {
	w, err := h.start(ctx, p, n, threads, env)
	if err != nil {
		return nil, fmt.Errorf("peer %s: %w", p, err)
	}
	return w, nil
}

func (h *Harness) start(ctx context.Context, p *Peer, n, threads int, env []string) (*Worker, error) {
	line, err := h.command(p)
	if err != nil {
		return nil, err
	}
	w := &Worker{peer: p, waited: make(chan struct{})}
	w.cmd = exec.CommandContext(ctx, line[0], line[1:]...)
	w.cmd.Dir = h.src
	w.cmd.Env = slices.Concat(os.Environ(), h.environment(p, threads), env)
	w.cmd.Stderr = &w.stderr
	w.cmd.WaitDelay = discard
	ownGroup(w.cmd)
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	// Not StdoutPipe: Wait would close it, perhaps before all is read.
	r, pw, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	w.cmd.Stdout = pw
	w.read, w.out = r, bufio.NewReader(r)
	err = w.cmd.Start()
	pw.Close()
	if err != nil {
		r.Close()
		return nil, err
	}
	go func() {
		w.waitErr = w.cmd.Wait()
		// What it wrote is read; children that hold its output are not waited for.
		r.SetReadDeadline(time.Now().Add(discard))
		close(w.waited)
	}()
	w.unwatch = context.AfterFunc(ctx, func() { r.SetReadDeadline(time.Now()) })

	reply, err := w.ask(ctx, fmt.Sprintf("setup %s %d %d\n", variant(p), n, threads))
	if err == nil {
		err = w.settle(reply)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// variant is one word, also where a peer has only one.
func variant(p *Peer) string {
	if p.Variant == "" {
		return "-"
	}
	return p.Variant
}

// settle reads the answer to setup.
func (w *Worker) settle(reply string) error {
	word, rest, _ := strings.Cut(reply, " ")
	switch word {
	case "ok":
		w.Note = rest
		return nil
	case "no":
		return fmt.Errorf("refuses: %s", rest)
	}
	return fmt.Errorf("answers setup with %q, want ok or no", reply)
}

func (h *Harness) environment(p *Peer, threads int) []string {
	env := []string{
		"WEFT_PEERS_CACHE=" + h.cache,
		"PYTHONDONTWRITEBYTECODE=1",
		"OMP_DYNAMIC=false",
	}
	if cc, err := h.tools.compiler(); err == nil {
		env = append(env, "CC="+cc)
	}
	for _, name := range []string{"OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA", "NUMEXPR"} {
		env = append(env, fmt.Sprintf("%s_NUM_THREADS=%d", name, threads))
	}
	return append(env, p.Env...)
}

// Run has the peer do its work a number of times, one after the other, and
// returns the sums.
func (w *Worker) Run(ctx context.Context, times int) (Sample, error) {
	var sum Sample
	for times > 0 {
		now := min(times, atOnce)
		times -= now
		reply, err := w.ask(ctx, strings.Repeat("run\n", now))
		for i := 0; err == nil; i++ {
			if err = sum.add(reply); err != nil || i == now-1 {
				break
			}
			reply, err = w.line(ctx)
		}
		if err != nil {
			return Sample{}, fmt.Errorf("peer %s: %w", w.peer, err)
		}
	}
	return sum, nil
}

// add reads the answer to one run.
func (s *Sample) add(reply string) error {
	words := strings.Fields(reply)
	var ns [3]int64
	if len(words) == 4 {
		var err error
		for i := range ns {
			var e error
			ns[i], e = strconv.ParseInt(words[i], 10, 64)
			err = errors.Join(err, e)
		}
		sum, e := strconv.ParseFloat(words[3], 64)
		if err == nil && e == nil && ns[0] >= 0 {
			s.Wall += time.Duration(ns[0])
			s.User += time.Duration(ns[1])
			s.System += time.Duration(ns[2])
			s.Checksum = sum
			return nil
		}
	}
	return fmt.Errorf("answers run with %q, want three times in nanoseconds and a checksum", reply)
}

// ask sends lines and returns the first answer.
func (w *Worker) ask(ctx context.Context, lines string) (string, error) {
	if _, err := io.WriteString(w.in, lines); err != nil {
		return "", w.died(ctx, err)
	}
	return w.line(ctx)
}

func (w *Worker) line(ctx context.Context) (string, error) {
	line, err := w.out.ReadString('\n')
	if err != nil {
		return "", w.died(ctx, err)
	}
	return strings.TrimSpace(line), nil
}

// died tells why there is no answer: the context, or how the process ended and
// what it wrote on standard error.
func (w *Worker) died(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-w.waited:
		if w.waitErr != nil {
			err = w.waitErr
		} else {
			err = errors.New("ended without an answer")
		}
	case <-time.After(grace): // lives on, but has closed its output
	}
	if text := w.stderr.String(); text != "" {
		return fmt.Errorf("%w\n%s", err, text)
	}
	return err
}

// Pid returns the number of the peer's process.
func (w *Worker) Pid() int { return w.cmd.Process.Pid }

// Close ends the process: by the end of its input, and by killing it and what
// it has started if that does not help within two seconds. When it returns, the
// process is gone.
func (w *Worker) Close() error {
	w.in.Close()
	select {
	case <-w.waited:
	case <-time.After(grace):
		killGroup(w.cmd)
		<-w.waited
	}
	killGroup(w.cmd) // children that outlived it
	w.unwatch()
	return w.read.Close()
}

// A tailBuffer keeps the last lines written to it.
type tailBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *tailBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	if len(b.text) > 1<<16 {
		b.text = append(b.text[:0], b.text[len(b.text)-1<<15:]...)
	}
	return len(p), nil
}

func (b *tailBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return tail(b.text)
}

// tail returns the last lines of what a program has written.
func tail(text []byte) string {
	const most = 12
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return string(bytes.Join(lines, []byte("\n")))
}
