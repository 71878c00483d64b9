package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/spec"
)

func TestJoinEnv(t *testing.T) {
	tests := []struct{ args, want []string }{
		{nil, nil},
		{[]string{"--env", "A", "b"}, []string{"--env", "A=b"}},
		{[]string{"--env", "A", "--env"}, []string{"--env", "A=--env"}},
		{[]string{"--env", "A=b", "--user"}, []string{"--env", "A=b", "--user"}},
		{[]string{"--env", "A"}, []string{"--env", "A"}},
		{[]string{"--name", "x", "--env", "A", "b c", "--env", "D", "e"}, []string{"--name", "x", "--env", "A=b c", "--env", "D=e"}},
	}
	for _, tt := range tests {
		if got := joinEnv(tt.args); !slices.Equal(got, tt.want) {
			t.Errorf("joinEnv(%q) = %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestInstallAndUninstall(t *testing.T) {
	data, prefix, venv := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", data)
	t.Setenv("JUPYTER_PATH", "")
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", venv)

	there := func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "kernel.json"))
		return err == nil
	}
	steps := []struct {
		args []string
		dir  string
	}{
		{nil, filepath.Join(data, "kernels", "weft")},
		{[]string{"--user", "--name", "weft2", "--env", "GOGC", "50"}, filepath.Join(data, "kernels", "weft2")},
		{[]string{"--prefix", prefix}, filepath.Join(spec.Prefix(prefix), "kernels", "weft")},
		{[]string{"--sys-prefix"}, filepath.Join(spec.Prefix(venv), "kernels", "weft")},
	}
	for _, s := range steps {
		if err := install("/opt/weft/bin/weft", s.args); err != nil {
			t.Fatalf("install %q: %v", s.args, err)
		}
		if !there(s.dir) {
			t.Errorf("install %q wrote no %s", s.args, s.dir)
		}
	}
	text, err := os.ReadFile(filepath.Join(data, "kernels", "weft2", "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"GOGC": "50"`, `"display_name": "weft2"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("kernel.json lacks %s:\n%s", want, text)
		}
	}
	if err := uninstall([]string{"--prefix", prefix}); err != nil || there(steps[2].dir) {
		t.Errorf("uninstall --prefix: %v", err)
	}
	if err := uninstall([]string{"--user", "--name", "weft2"}); err != nil || there(steps[1].dir) || !there(steps[0].dir) {
		t.Errorf("uninstall --name: %v", err)
	}
}

func TestInstallUsage(t *testing.T) {
	for _, args := range [][]string{{"--user", "--prefix", "x"}, {"--nope"}, {"more"}, {"--env", "A"}} {
		var usage usageError
		if err := install("/opt/weft/bin/weft", args); !errors.As(err, &usage) || strings.Contains(err.Error(), "\n") {
			t.Errorf("install %q: error = %v, want a usage error on one line", args, err)
		}
	}
}
