package module

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// environ is the environment of the go command: the notebook's, with what
// sessions prescribe. GOPROXY, GOPRIVATE and the like are the user's.
func (s *Session) environ(dir string) []string {
	env := os.Environ()
	if s.o.Environ != nil {
		env = s.o.Environ()
	}
	return append(env, "GOTOOLCHAIN=local", "GOFLAGS=-mod=mod", "GOWORK=off", "GO111MODULE=on", "PWD="+dir)
}

var errNoGo = errors.New("the go command is not on PATH: install Go from https://go.dev/dl to use modules")

// run runs the go command in dir and returns what it prints. Lines that tell
// of downloads and versions go to progress. The error is what the command says.
func (s *Session) run(ctx context.Context, dir string, progress func(string), args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, s.environ(dir)
	// What it starts (git, compilers) ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	reader, writer := io.Pipe()
	cmd.Stderr = writer
	read := make(chan []string)
	go func() { read <- readNotes(reader, progress) }()
	err := cmd.Run()
	writer.Close()
	complaints := <-read
	switch {
	case err == nil:
		return stdout.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return nil, errNoGo
	case len(complaints) > 0:
		return stdout.Bytes(), errors.New(strings.Join(complaints, "\n"))
	}
	return stdout.Bytes(), fmt.Errorf("go %s: %w", args[0], err)
}

// readNotes passes what the go command notes on to progress and returns its
// other lines, which say what is wrong if it fails.
func readNotes(r io.Reader, progress func(string)) (complaints []string) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimPrefix(lines.Text(), "go: ")
		switch first, _, _ := strings.Cut(line, " "); first {
		case "downloading", "added", "upgraded", "downgraded", "removed":
			if progress != nil {
				progress(line)
			}
		case "finding", "found", "warning:":
		default:
			if line != "" {
				complaints = append(complaints, line)
			}
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line too long
	return complaints
}
