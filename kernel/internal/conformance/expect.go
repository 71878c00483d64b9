package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// An Ending is what a program printed and how it ended.
type Ending struct {
	Stdout string
	Stderr string // of a program that ended well; else it holds addresses
	Code   int
	Panic  string // the message of a panic or of a fatal error
	Skip   string // why the program can't be compared; then nothing else is set
}

// A Witness is the go command, whose answers are kept in a file for each
// release of Go. It is safe for concurrent use.
type Witness struct {
	file string
	log  func(string, ...any)

	mu    sync.Mutex        // held while programs are built and run
	known map[string]Ending // guarded by mu: by the hash of the source
}

// NewWitness reads the answers kept in the folder, by default one below
// os.UserCacheDir.
func NewWitness(folder string, log func(string, ...any)) (*Witness, error) {
	if folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("find a folder to keep the answers of the go command: %w", err)
		}
		folder = filepath.Join(cache, "weft", "conformance")
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	w := &Witness{file: filepath.Join(folder, runtime.Version()+".json"), known: map[string]Ending{}, log: log}
	text, err := os.ReadFile(w.file)
	if errors.Is(err, os.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &w.known); err != nil {
		return nil, fmt.Errorf("read %s (it may be deleted): %w", w.file, err)
	}
	return w, nil
}

func key(p Program) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(p.Source))) }

// batch is how many programs are built by one go command.
const batch = 40

// Ask returns how each program ends under Go, by name. What is not yet known is
// built and run, 0.5 to 1 s for a program, and kept.
func (w *Witness) Ask(ctx context.Context, list []Program) (map[string]Ending, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var missing []Program
	for _, p := range list {
		if _, ok := w.known[key(p)]; !ok {
			missing = append(missing, p)
		}
	}
	for len(missing) > 0 {
		n := min(batch, len(missing))
		if len(missing) > 1 {
			w.log("go: %d programs to build and run", len(missing))
		}
		if err := w.learn(ctx, missing[:n]); err != nil {
			return nil, err
		}
		missing = missing[n:]
	}
	out := map[string]Ending{}
	for _, p := range list {
		out[p.Name] = w.known[key(p)]
	}
	return out, nil
}

// learn builds and runs some programs. The caller holds mu.
func (w *Witness) learn(ctx context.Context, list []Program) error {
	dir, err := os.MkdirTemp("", "weft-conformance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module conformance\n\ngo "+language()+"\n"), 0o666); err != nil {
		return err
	}
	for i, p := range list {
		sub := filepath.Join(dir, fmt.Sprintf("p%d", i))
		if err := os.Mkdir(sub, 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(sub, "main.go"), []byte(p.Source), 0o666); err != nil {
			return err
		}
	}
	bin := filepath.Join(dir, "bin") + string(filepath.Separator)
	build := exec.CommandContext(ctx, "go", "build", "-o", bin, "./...")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		w.log("go build: %v\n%s", err, out) // some programs don't build; the others are there
	}
	for i, p := range list {
		e := Ending{Skip: "go build refuses it"}
		if exe := fmt.Sprintf("%sp%d", bin, i); exists(exe) {
			first := execute(ctx, exe, dir)
			if e = first; e.Skip == "" {
				if again := execute(ctx, exe, dir); again != first {
					e = Ending{Skip: "it does not end the same twice"}
				}
			}
		}
		w.known[key(p)] = e
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	text, err := json.Marshal(w.known)
	if err != nil {
		return err
	}
	if err := os.WriteFile(w.file+".new", text, 0o666); err != nil {
		return err
	}
	return os.Rename(w.file+".new", w.file)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// language is the Go release in the form of a go.mod file's go line.
func language() string {
	parts := strings.SplitN(strings.TrimPrefix(runtime.Version(), "go"), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// patience is how long a program may take under Go.
const patience = 20 * time.Second

// execute runs a built program.
func execute(ctx context.Context, exe, dir string) Ending {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return Ending{Skip: "it does not end"}
	case err != nil && !errors.As(err, &exit):
		return Ending{Skip: err.Error()}
	}
	e := Ending{Stdout: out.String(), Code: cmd.ProcessState.ExitCode()}
	if e.Code != 0 {
		e.Panic = panicMessage(errs.String())
	} else {
		e.Stderr = errs.String()
	}
	return e
}

// panicMessage is what Go's last words say: the first line of a fatal error or
// of a panic, the newest one if a deferred call has panicked again. Panics are
// listed before the first goroutine, the older ones first.
func panicMessage(stderr string) (message string) {
	for line := range strings.Lines(stderr) {
		if message != "" && strings.HasPrefix(line, "goroutine ") {
			break
		}
		line = strings.TrimSpace(line)
		for _, lead := range []string{"panic: ", "fatal error: "} {
			if text, ok := strings.CutPrefix(line, lead); ok {
				text, _, _ = strings.Cut(text, " [recovered")
				message = text
			}
		}
	}
	return message
}
