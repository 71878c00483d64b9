package front

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/native"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

// raceStatus is the exit status of a program in which a race was found and
// nothing else went wrong; the detector's own choice, too (GORACE, exitcode).
const raceStatus = 66

// slowBuild is when a build is long enough to tell why.
const slowBuild = 3 * time.Second

// Race implements magic.Env. The text becomes the main function of a program, a
// cell that is a whole program stays one. It runs as a child of the front: the
// session's memory limit would not let the detector map its shadow memory.
func (x *execution) Race(ctx context.Context, code string) (*magic.RaceRun, error) {
	e := x.front.engines
	if err := e.compiler(ctx); err != nil {
		return nil, fmt.Errorf("the race detector needs the Go compiler: %w", err)
	}
	ctx, done := x.interruptible(ctx)
	defer done()
	if err := x.prepare(ctx, code); err != nil {
		return nil, x.changed(err)
	}
	dir, err := os.MkdirTemp("", "weft-race-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	c, files, run, err := x.raceProgram(ctx, code, filepath.Join(dir, "values"))
	if err != nil {
		return nil, err
	}
	began := time.Now()
	slow := time.AfterFunc(slowBuild, func() {
		x.progress("building with the race detector; the first time this compiles what the program imports for it, which can take a minute")
	})
	exe, err := e.tools.Program(ctx, files, true)
	slow.Stop()
	if err != nil {
		if ctx.Err() != nil {
			return nil, &ending{Done: link.Done{Status: link.Interrupted}}
		}
		return nil, compileErrors(c, raceErrors(err))
	}
	defer os.RemoveAll(filepath.Dir(exe))
	run.Build = time.Since(began)
	began = time.Now()
	err = x.runRace(ctx, exe, filepath.Join(dir, "report"), run)
	run.Ran = time.Since(began)
	logs, _ := filepath.Glob(filepath.Join(dir, "report.*"))
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		run.Log += string(text)
	}
	if ctx.Err() != nil {
		err = &ending{Done: link.Done{Status: link.Interrupted}}
	}
	return run, err
}

// interruptible returns a context that an interrupt of the cell ends.
func (x *execution) interruptible(ctx context.Context) (context.Context, func()) {
	f := x.front
	ctx, cancel := context.WithCancel(ctx)
	f.mu.Lock()
	f.stop = cancel
	if x.stopped {
		cancel()
	}
	f.mu.Unlock()
	return ctx, func() {
		f.mu.Lock()
		f.stop = nil
		f.mu.Unlock()
		cancel()
	}
}

// raceErrors words what the go command says where there is no race detector.
func raceErrors(err error) error {
	if strings.Contains(err.Error(), "-race is not supported") || strings.Contains(err.Error(), "-race requires cgo") {
		return fmt.Errorf("there is no race detector for this machine: %w", err)
	}
	return err
}

// raceProgram writes the program, and copies of the session's variables that it
// uses into a file.
func (x *execution) raceProgram(ctx context.Context, code, values string) (*check.Cell, []toolchain.File, *magic.RaceRun, error) {
	f, e := x.front, x.front.engines
	e.mu.Lock()
	state := native.New()
	var needs []string
	var c *check.Cell
	var src *native.Source
	var err error
	for {
		if c, err = f.world.Check(x.name, code, needs...); err != nil || c.Program {
			break
		}
		more := slices.DeleteFunc(state.Needs(c), func(n string) bool { return slices.Contains(needs, n) })
		if len(more) == 0 {
			src, err = state.Write(c, "main", native.Options{})
			break
		}
		needs = append(needs, more...)
	}
	if err == nil {
		err = f.modules.usable(c)
	}
	e.mu.Unlock()
	run := &magic.RaceRun{}
	switch {
	case err != nil:
		return nil, nil, nil, err
	case c.Program:
		return c, []toolchain.File{{Name: x.name, Text: programText(c)}}, run, nil
	case !src.HasCell:
		return nil, nil, nil, errors.New("there is nothing to run: the text declares only; call something in it")
	}
	own := map[string]bool{}
	for _, d := range c.Vars {
		own[d.GoName] = true
	}
	var names []string // as the interpreter knows them
	for _, s := range src.Slots {
		if !own[s.Name] {
			names = append(names, s.Name)
			run.Copied = append(run.Copied, f.nameOf(s.Name))
		}
	}
	slices.Sort(run.Copied)
	if len(names) == 0 {
		values = ""
	} else if _, err := x.Op(ctx, "copies", map[string]string{"names": strings.Join(names, ","), "file": values}); err != nil {
		return nil, nil, nil, fmt.Errorf("the program gets copies of the variables that it uses, and this one can't be copied: %w; make it within the text, or hand the function what it needs", err)
	}
	files := make([]toolchain.File, len(src.Files), len(src.Files)+1)
	for i, file := range src.Files {
		files[i] = toolchain.File(file)
	}
	files = append(files, toolchain.File{Name: "weft", Text: fmt.Sprintf("package main\n\nimport dock %q\n\nfunc main() { dock.Alone(%q) }\n", dockPath, values)})
	return c, files, run, nil
}

// nameOf is what cells call a variable that the interpreter knows by another
// name.
func (f *Front) nameOf(goName string) string {
	for _, n := range f.world.Names() {
		if d := f.world.Decl(n.Name); d != nil && d.GoName == goName {
			return n.Name
		}
	}
	return goName
}

// runRace runs the program; the detector writes to files that begin with
// report. What the program ends with is its error, but for the races.
func (x *execution) runRace(ctx context.Context, exe, report string, run *magic.RaceRun) error {
	var arguments []string
	if len(x.front.opts.Arguments) > 1 {
		arguments = x.front.opts.Arguments[1:]
	}
	cmd := exec.Command(exe, arguments...)
	cmd.Dir = x.front.dir()
	// More history gives the older access its stack more often; the sleep before
	// the exit, a second by default, lets goroutines that still run be reported
	// (https://go.dev/doc/articles/race_detector, Options).
	cmd.Env = append(x.front.environ(), fmt.Sprintf("GORACE=log_path=%s exitcode=%d history_size=3 atexit_sleep_ms=50", report, raceStatus))
	tail := &tailWriter{x: x}
	cmd.Stdout, cmd.Stderr = streamWriter{x, link.Stdout}, tail
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 500 * time.Millisecond // for grandchildren that keep the pipes open
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run the program: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	err := cmd.Wait()
	stop()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("run the program: %w", err)
	}
	run.Status = cmd.ProcessState.ExitCode()
	if run.Status == raceStatus {
		return nil
	}
	result := map[string]string{"code": strconv.Itoa(run.Status), "stderr": string(tail.text)}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		result["signal"] = status.Signal().String()
	}
	return programError(result)
}

// A streamWriter writes to a stream of the cell.
type streamWriter struct {
	x      *execution
	stream string
}

func (w streamWriter) Write(b []byte) (int, error) {
	w.x.out.write(w.stream, b)
	return len(b), nil
}

// A tailWriter writes to the cell's standard error and keeps the end of it.
type tailWriter struct {
	x    *execution
	text []byte
}

func (w *tailWriter) Write(b []byte) (int, error) {
	const kept = 64 << 10
	w.text = append(w.text, b...)
	if extra := len(w.text) - kept; extra > 0 {
		w.text = slices.Delete(w.text, 0, extra)
	}
	w.x.out.write(link.Stderr, b)
	return len(b), nil
}
