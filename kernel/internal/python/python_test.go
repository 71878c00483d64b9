package python

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// limit bounds one Python program.
const limit = 4 * time.Minute

// interpreter returns a Python that has the modules, or skips the test.
func interpreter(t *testing.T, modules ...string) string {
	t.Helper()
	name := os.Getenv("PYTHON")
	if name == "" {
		name = "/usr/bin/python3"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s: set PYTHON, or ./install.sh --deps", name)
	}
	for _, m := range modules {
		out, err := exec.Command(path, "-c", "import "+m).CombinedOutput()
		if err != nil {
			t.Skipf("%s has no module %s (./install.sh --deps installs it where there is apt): %s", path, m, lastLine(out))
		}
	}
	return path
}

func lastLine(b []byte) string {
	b = bytes.TrimSpace(b)
	return string(b[bytes.LastIndexByte(b, '\n')+1:])
}

// home is the folder in which jupyter builds Weft.
var home string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if home, err = os.MkdirTemp("", "weft-python-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(home)
		return m.Run()
	}())
}

// jupyter builds Weft, registers it in a folder of the tests' own and returns
// the environment in which Jupyter's programs find it, and nothing else.
var jupyter = sync.OnceValues(func() ([]string, error) {
	bin := filepath.Join(home, "bin") + string(filepath.Separator)
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", bin, "./kernel/cmd/weft", "./kernel/cmd/weft-session")
	build.Dir = filepath.Join("..", "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build weft: %w\n%s", err, out)
	}
	if out, err := exec.Command(bin+"weft", "install", "--prefix", home).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("weft install: %w\n%s", err, out)
	}
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOCACHE: %w", err)
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "JUPYTER") || strings.HasPrefix(v, "WEFT") || strings.HasPrefix(v, "XDG_")
	})
	return append(env,
		"JUPYTER_PATH="+filepath.Join(home, "share", "jupyter"),
		"JUPYTER_DATA_DIR="+filepath.Join(home, "data"),
		"JUPYTER_CONFIG_DIR="+filepath.Join(home, "config"),
		"JUPYTER_RUNTIME_DIR="+filepath.Join(home, "runtime"),
		"IPYTHONDIR="+filepath.Join(home, "ipython"),
		"XDG_DATA_HOME="+filepath.Join(home, "xdg", "data"),
		"XDG_STATE_HOME="+filepath.Join(home, "xdg", "state"),
		"XDG_CACHE_HOME="+filepath.Join(home, "xdg", "cache"),
		"GOCACHE="+strings.TrimSpace(string(cache)), // it lies below XDG_CACHE_HOME otherwise
		"PYTHONDONTWRITEBYTECODE=1",
		"WEFT_QUICK=1", // what is measured is not looked at
	), nil
})

// run runs a Python program and returns what it wrote. When it takes too long
// it is asked to end, so that it can end its kernel.
func run(t *testing.T, dir, name string, args ...string) (stdout, stderr []byte, err error) {
	t.Helper()
	env, err := jupyter()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err = cmd.Run()
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	return out.Bytes(), log.Bytes(), err
}

// TestProtocol runs jupyter_kernel_test, every part of it.
func TestProtocol(t *testing.T) {
	t.Parallel()
	python := interpreter(t, "jupyter_kernel_test")
	script, err := filepath.Abs(filepath.Join("testdata", "protocol.py"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, log, err := run(t, dir, python, "-W", "ignore", script, "results.json")
	t.Logf("jupyter_kernel_test says\n%s", log)
	text, fileErr := os.ReadFile(filepath.Join(dir, "results.json"))
	if fileErr != nil {
		t.Fatalf("the suite did not end: %v", err)
	}
	var outcomes map[string]string
	if err := json.Unmarshal(text, &outcomes); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(outcomes)) {
		t.Run(name, func(t *testing.T) {
			if outcomes[name] != "ok" {
				t.Error(outcomes[name])
			}
		})
	}
	const least = 13 // 12 of version 0.4.5, and one that looks for gaps
	if len(outcomes) < least {
		t.Errorf("%d tests ran, want at least %d", len(outcomes), least)
	}
	if err != nil && !t.Failed() {
		t.Error(err)
	}
}

// A cell is what execute.py tells of a code cell.
type cell struct {
	Source, Text, Error string
	Count               *int
	Mimes               []string
}

// execute lets nbclient execute a notebook and returns its code cells. An
// error that the notebook does not expect fails the test.
func execute(t *testing.T, notebook string) []cell {
	t.Helper()
	python := interpreter(t, "nbclient", "nbformat")
	script, err := filepath.Abs(filepath.Join("testdata", "execute.py"))
	if err != nil {
		t.Fatal(err)
	}
	out, log, err := run(t, t.TempDir(), python, "-W", "ignore", script, notebook, "weft")
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	var cells []cell
	if err := json.Unmarshal(out, &cells); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return cells
}

// TestREADME runs the cell on the README's first screen.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := func(lang string) string {
		t.Helper()
		_, rest, ok1 := strings.Cut(string(readme), "\n```"+lang+"\n")
		text, _, ok2 := strings.Cut(rest, "\n```\n")
		if !ok1 || !ok2 {
			t.Fatalf("README.md has no %s block", lang)
		}
		return text
	}
	notebook := filepath.Join(t.TempDir(), "readme.ipynb")
	text, err := json.Marshal(map[string]any{
		"nbformat": 4, "nbformat_minor": 4, "metadata": map[string]any{},
		"cells": []any{map[string]any{
			"cell_type": "code", "source": block("go"), "metadata": map[string]any{}, "outputs": []any{}, "execution_count": nil,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(notebook, text, 0o644); err != nil {
		t.Fatal(err)
	}
	cells := execute(t, notebook)
	if want := block("text"); len(cells) != 1 || strings.TrimSpace(cells[0].Text) != want {
		t.Errorf("README.md's cell shows %+v, README.md says %q", cells, want)
	}
}

// TestTour lets nbclient execute the tour as any notebook server would.
func TestTour(t *testing.T) {
	t.Parallel()
	tour, err := filepath.Abs(filepath.Join("..", "..", "..", "notebooks", "00-tour.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	cells := execute(t, tour)
	var text strings.Builder
	pictures, last := 0, 0
	for _, c := range cells {
		if strings.TrimSpace(c.Source) == "" {
			continue
		}
		if c.Count == nil || *c.Count <= last {
			t.Errorf("execution count of %q does not rise", c.Source)
		} else {
			last = *c.Count
		}
		text.WriteString(c.Text)
		if slices.Contains(c.Mimes, "image/png") {
			pictures++
		}
	}
	if last == 0 {
		t.Error("no cell ran")
	}
	// The sum of the Julia set of 1000 × 1000 points with 300 iterations
	// (Gorelick and Ozsvald, High Performance Python, chapter 2).
	if !strings.Contains(text.String(), "33219980") {
		t.Errorf("the Julia set's sum is not shown:\n%s", text.String())
	}
	if pictures == 0 {
		t.Error("there is no picture")
	}
}
