package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// niceness of builds in the background (nice(1)). Beside two cells that keep
// both processors busy a build of 0.2 s takes 0.8 s with it; with 15 it is 6 s,
// and longer than that a function should not wait for its compiled form.
const niceness = 5

// A commandError is a program that has failed.
type commandError struct {
	name   string
	err    error
	output string // what it wrote on standard error, or on standard output if that is nothing
}

func (e *commandError) Error() string {
	if e.output == "" {
		return fmt.Sprintf("%s: %v", e.name, e.err)
	}
	return fmt.Sprintf("%s: %s", e.name, e.output)
}

func (e *commandError) Unwrap() error { return e.err }

// command runs a program in a folder and returns its standard output. When ctx
// ends, the program and all that it has started are killed; in the background
// they run with low priority.
func command(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	if env != nil {
		cmd.Env = append(env[:len(env):len(env)], "PWD="+dir)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// A group of its own, so that all of it can be killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if isBackground(ctx) {
		const group = 1 // PRIO_PGRP, see getpriority(2)
		_ = syscall.Setpriority(group, cmd.Process.Pid, niceness)
	}
	err := cmd.Wait()
	if ctx.Err() != nil {
		// What a killed program had started may need a moment to be gone.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		return nil, context.Cause(ctx)
	}
	if err != nil {
		text := strings.TrimSpace(stderr.String())
		if text == "" {
			text = strings.TrimSpace(stdout.String())
		}
		return stdout.Bytes(), &commandError{name: filepath.Base(name), err: err, output: text}
	}
	return stdout.Bytes(), nil
}

// tool runs the compiler or the linker. They live shortly, so they collect less
// garbage: a tenth of the linker's time.
func tool(ctx context.Context, s *setup, dir, name string, args ...string) ([]byte, error) {
	return command(ctx, dir, append(s.env[:len(s.env):len(s.env)], "GOGC=400"), filepath.Join(s.tools, name), args...)
}

// Scratch folders carry this name and a lock, so that a later process can tell
// that nobody uses them any more.
const scratchPrefix = "weft-toolchain-"

func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return f, nil
}

// linkPrefix begins the names of folders that live as long as a linker.
const linkPrefix = "weft-link-"

// removeStale removes the scratch folders of processes that have ended without
// Close, and what linkers that were killed have left in memory.
func removeStale(parent, memory string) {
	left, _ := filepath.Glob(filepath.Join(quoteGlob(memory), linkPrefix+"*"))
	for _, dir := range left {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
	found, _ := filepath.Glob(filepath.Join(quoteGlob(parent), scratchPrefix+"*"))
	for _, dir := range found {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < time.Minute {
			continue // perhaps not locked yet
		}
		if lock, err := lockDir(dir); err == nil {
			_ = os.RemoveAll(dir)
			lock.Close()
		} else if errors.Is(err, os.ErrPermission) {
			continue // another user's
		}
	}
}
