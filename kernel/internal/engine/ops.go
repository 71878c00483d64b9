package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/weft-go/weft/kernel/display"
	"github.com/weft-go/weft/kernel/internal/link"
)

// An operation does something for the front inside the session, where the
// cells' directory, environment and variables are. It runs on a goroutine of
// its own; its output is that of op.Cell.
type operation func(ctx context.Context, s *session, args map[string]string) (map[string]string, error)

var operations = map[string]operation{
	"shell":     shell,
	"program":   program,
	"chdir":     chdir,
	"setenv":    setenv,
	"unsetenv":  unsetenv,
	"environ":   environ,
	"writefile": writefile,
	"values":    values,
	"dump":      dump,
	"copies":    copies,
	"load":      undump,
	"usage":     usage,
}

func (s *session) startOp(payload []byte) error {
	var op link.Op
	if err := json.Unmarshal(payload, &op); err != nil {
		return err
	}
	do, ok := operations[op.Name]
	if !ok {
		return s.conn.SendJSON(link.KindOpDone, link.OpDone{ID: op.ID, Error: fmt.Sprintf("no operation %q", op.Name)})
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	s.ops[op.ID] = underWay{op.Cell, cancel}
	s.mu.Unlock()
	go func() {
		var result map[string]string
		err := s.out.attributed(op.Cell, func() (err error) {
			defer func() {
				if v := recover(); v != nil {
					err = fmt.Errorf("BUG: operation %s: %v", op.Name, v)
				}
			}()
			result, err = do(ctx, s, op.Args)
			return err
		})
		s.mu.Lock()
		delete(s.ops, op.ID)
		s.mu.Unlock()
		cancel()
		done := link.OpDone{ID: op.ID, Result: result}
		if err != nil {
			done.Error = err.Error()
		}
		s.out.flush()
		_ = s.conn.SendJSON(link.KindOpDone, done)
	}()
	return nil
}

// shell runs args["cmd"] with args["shell"] (default sh) and streams what it
// prints. An interrupt ends its whole process group.
func shell(ctx context.Context, s *session, args map[string]string) (map[string]string, error) {
	name := args["shell"]
	if name == "" {
		name = "sh"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("run %s: it is not installed", name)
	}
	cmd := exec.Command(path, "-c", args["cmd"])
	cmd.Stdout = &stream{s, link.Stdout}
	cmd.Stderr = &stream{s, link.Stderr}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 500 * time.Millisecond // for grandchildren that keep the pipes open
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run %s: %w", name, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	err = cmd.Wait()
	stop()
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return nil, fmt.Errorf("run %s: %w", name, err)
	}
	code := cmd.ProcessState.ExitCode()
	result := map[string]string{"code": strconv.Itoa(code)}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		result["signal"] = status.Signal().String()
	}
	return result, nil
}

// chdir changes the directory to args["dir"] ("" and "~": home) and returns
// the new one.
func chdir(_ context.Context, _ *session, args map[string]string) (map[string]string, error) {
	dir, err := expandHome(args["dir"])
	if err != nil {
		return nil, err
	}
	if args["dir"] != "." {
		if err := os.Chdir(dir); err != nil {
			return nil, err
		}
	}
	now, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	return map[string]string{"dir": now}, nil
}

// expandHome replaces a leading ~ by the home directory.
func expandHome(path string) (string, error) {
	if path != "" && path != "~" && !strings.HasPrefix(path, "~/") {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, strings.TrimPrefix(path, "~")), nil
}

func setenv(_ context.Context, _ *session, args map[string]string) (map[string]string, error) {
	return nil, os.Setenv(args["name"], args["value"])
}

func unsetenv(_ context.Context, _ *session, args map[string]string) (map[string]string, error) {
	return nil, os.Unsetenv(args["name"])
}

func environ(context.Context, *session, map[string]string) (map[string]string, error) {
	env := map[string]string{}
	for _, e := range os.Environ() {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	return env, nil
}

// writefile writes args["text"] to args["path"], or appends it when
// args["append"] is "1". A file that is replaced is whole at any time.
func writefile(_ context.Context, _ *session, args map[string]string) (map[string]string, error) {
	path, err := expandHome(args["path"])
	if err != nil {
		return nil, err
	}
	write := replaceFile
	if args["append"] == "1" {
		write = appendFile
	}
	if err := write(path, args["text"]); err != nil {
		return nil, err
	}
	return map[string]string{"path": path, "bytes": strconv.Itoa(len(args["text"]))}, nil
}

func replaceFile(path, text string) (err error) {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("write %s: not a regular file", path)
		}
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

func appendFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// values returns a short text for each of the variables in args["names"],
// a comma-separated list of the interpreter's own names.
func values(_ context.Context, s *session, args map[string]string) (map[string]string, error) {
	globals := s.interp.Globals()
	texts := map[string]string{}
	for name := range strings.SplitSeq(args["names"], ",") {
		v, ok := globals[name]
		if !ok || !v.IsValid() || !v.CanInterface() {
			continue
		}
		b := display.Bundle(v.Interface(), "")
		text, _ := b.Data["text/plain"].(string)
		texts[name] = firstLine(text)
	}
	return texts, nil
}

// usage reports the session's memory and goroutines.
func usage(context.Context, *session, map[string]string) (map[string]string, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return map[string]string{
		"heap":       strconv.FormatUint(m.HeapAlloc, 10),
		"goroutines": strconv.Itoa(runtime.NumGoroutine()),
	}, nil
}
