package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/weft-go/weft/kernel/internal/spec"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/toolchain"
	"github.com/weft-go/weft/kernel/measure"
	"github.com/weft-go/weft/kernels/yardstick"
	"github.com/weft-go/weft/runtime/counters"
)

// doctorCommand returns the command that checks this machine. run starts a
// session, runs one cell in it and returns what the cell shows as text.
func doctorCommand(run func(code string) (string, error)) *command {
	return &command{
		name:  "doctor",
		usage: "doctor",
		short: "check that notebooks run here, and tell what is missing",
		run:   func(args []string) error { return doctor(args, run) },
	}
}

func doctor(args []string, run func(code string) (string, error)) error {
	if err := parseFlags(flag.NewFlagSet("doctor", flag.ContinueOnError), args); err != nil {
		return err
	}
	exe, err := executable()
	if err != nil {
		return err
	}
	opts, err := frontOptions()
	if err != nil {
		return err
	}
	memory := opts.Memory
	if memory == 0 {
		memory = supervisor.DefaultMemory()
	}
	canRun, err := spec.Examine(os.Stdout, &spec.Machine{
		Exe:       exe,
		Paths:     spec.SystemPaths(),
		Memory:    memory,
		Session:   func() (string, error) { return sessionPath(exe) },
		BuildInfo: buildinfo.ReadFile,
		LookPath:  exec.LookPath,
		Output:    output,
		ReadFile:  os.ReadFile,
		RunCell:   run,
		OpenCell:  func() (spec.OpenedCell, error) { return openCell(exe) },
		CacheDir:  toolchain.CacheDir,
		Writable:  writable,
		Cores: func() (int, float64) {
			c := measure.EffectiveCores()
			return c.Logical, c.Effective
		},
		Vector:   yardstick.Tier,
		Counters: counters.Hardware,
	})
	if err != nil {
		return err
	}
	if !canRun {
		return errors.New("notebooks can't run yet: see the lines marked missing")
	}
	return nil
}

// openCell builds a cell as a notebook would and has the session open it.
func openCell(exe string) (spec.OpenedCell, error) {
	session, err := sessionPath(exe)
	if err != nil {
		return spec.OpenedCell{}, err
	}
	tools := toolchain.New(toolchain.Options{
		SessionBinary: session,
		Log:           func(format string, args ...any) { fmt.Fprintf(os.Stderr, "weft: "+format+"\n", args...) },
	})
	trial, err := tools.Try(context.Background())
	return spec.OpenedCell(trial), errors.Join(err, tools.Close())
}

// writable says why no file can be made in a folder, which is made if it is not
// there.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "weft-try-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// sessionPath returns the session's program as the supervisor finds it: named
// by the environment, or beside this one.
func sessionPath(exe string) (string, error) {
	path := os.Getenv(supervisor.PathVariable)
	if path == "" {
		path = filepath.Join(filepath.Dir(exe), "weft-session")
	}
	_, err := os.Stat(path)
	return path, err
}

// output runs a program away from any module, so that no go.mod chooses
// another toolchain.
func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = string(filepath.Separator)
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}
