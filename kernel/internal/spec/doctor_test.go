package spec

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/figure/page"
)

// sound returns a machine on which all checks are ok.
func sound(t *testing.T) *Machine {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(dir, "weft")
	if err := os.WriteFile(exe, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "jupyter")
	if _, _, err := Install(data, Spec{Name: DefaultName, DisplayName: DefaultDisplayName, Weft: exe}); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"JUPYTER_DATA_DIR": data}
	return &Machine{
		Exe:     exe,
		Memory:  4 << 30,
		Paths:   Paths{Getenv: func(name string) string { return env[name] }, Home: dir, GOOS: "linux"},
		Session: func() (string, error) { return exe + "-session", nil },
		BuildInfo: func(string) (*buildinfo.BuildInfo, error) {
			return &buildinfo.BuildInfo{
				GoVersion: runtime.Version(),
				Main:      debug.Module{Version: "v0.1.0"},
				Settings:  []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "1"}, {Key: "-trimpath", Value: "true"}},
			}, nil
		},
		LookPath: func(name string) (string, error) { return "/usr/bin/" + name, nil },
		Output: func(name string, args ...string) (string, error) {
			return map[string]string{"GOVERSION": runtime.Version(), "CC": "gcc -m64"}[args[len(args)-1]], nil
		},
		ReadFile: func(string) ([]byte, error) { return []byte("2\n"), nil },
		RunCell:  func(string) (string, error) { return "42", nil },
		OpenCell: func() (OpenedCell, error) {
			return OpenedCell{150 * time.Millisecond, 9 * time.Millisecond, "ld.gold"}, nil
		},
		CacheDir: func() (string, error) { return dir, nil },
		Writable: func(string) error { return nil },
		Cores:    func() (int, float64) { return 2, 1.934 },
		Vector:   func() string { return "avx2" },
		Counters: func() (string, string) { return "user code only", "" },
	}
}

func TestExamine(t *testing.T) {
	nope := errors.New("it is broken\nin two lines")
	session := func(info buildinfo.BuildInfo) func(m *Machine) {
		return func(m *Machine) {
			weft := m.BuildInfo
			m.BuildInfo = func(path string) (*buildinfo.BuildInfo, error) {
				if strings.HasSuffix(path, "-session") {
					return &info, nil
				}
				return weft(path)
			}
		}
	}
	output := func(version string) func(m *Machine) {
		return func(m *Machine) { m.Output = func(string, ...string) (string, error) { return version, nil } }
	}
	kernelspec := func(weft string) func(m *Machine) {
		return func(m *Machine) {
			s := testSpec()
			s.Weft = weft
			if _, _, err := Install(m.Paths.User(), s); err != nil {
				panic(err)
			}
		}
	}
	tests := []struct {
		name   string
		change func(m *Machine)
		canRun bool
		want   string // in one line of the report
	}{
		{"sound", func(*Machine) {}, true, ""},
		{"no session", func(m *Machine) { m.Session = func() (string, error) { return "", fs.ErrNotExist } }, false, "missing programs"},
		{"no weft", func(m *Machine) { m.BuildInfo = func(string) (*buildinfo.BuildInfo, error) { return nil, nope } }, false, "missing programs"},
		{"two versions", session(buildinfo.BuildInfo{GoVersion: runtime.Version(), Main: debug.Module{Version: "v0.2.0"}}), false, "weft is v0.1.0 but weft-session is v0.2.0"},
		{"two Go versions", session(buildinfo.BuildInfo{GoVersion: "go1.99", Main: debug.Module{Version: "v0.1.0"}}), false, "but weft-session with go1.99"},
		{"cell fails", func(m *Machine) { m.RunCell = func(string) (string, error) { return "", nope } }, false, "no cell can run: it is broken"},
		{"cell is wrong", func(m *Machine) { m.RunCell = func(string) (string, error) { return "41", nil } }, false, `the cell 6 * 7 shows "41"`},
		{"not registered", func(m *Machine) { os.RemoveAll(m.Paths.User()) }, false, "run: weft install"},
		{"stale kernelspec", kernelspec("/nowhere/weft"), false, "starts /nowhere/weft, which is gone"},
		{"old charts", func(m *Machine) {
			if err := os.WriteFile(filepath.Join(m.Paths.User(), "kernels", DefaultName, page.File), nil, 0o644); err != nil {
				panic(err)
			}
		}, true, "charts in new notebooks stay still pictures"},
		{"no Jupyter", func(m *Machine) { m.LookPath = func(string) (string, error) { return "", fs.ErrNotExist } }, true, "weft run works without one"},
		{"no Go", func(m *Machine) { m.LookPath = func(string) (string, error) { return "", fs.ErrNotExist } }, true, "go is not on PATH"},
		{"no compiler", func(m *Machine) { m.LookPath = func(string) (string, error) { return "", fs.ErrNotExist } }, true, "apt install gcc"},
		{"old Go", output("go1.24.3"), true, "older than go1.26"},
		{"another Go", output("go1.27.0"), true, "but weft-session is built with"},
		{"broken Go", func(m *Machine) { m.Output = func(string, ...string) (string, error) { return "", nope } }, true, "does not run: it is broken"},
		{"no cgo", session(buildinfo.BuildInfo{GoVersion: runtime.Version(), Main: debug.Module{Version: "v0.1.0"}}), true, "built without cgo"},
		{"no trimpath", session(buildinfo.BuildInfo{
			GoVersion: runtime.Version(), Main: debug.Module{Version: "v0.1.0"},
			Settings: []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "1"}},
		}), true, "built without -trimpath"},
		{"race", session(buildinfo.BuildInfo{
			GoVersion: runtime.Version(), Main: debug.Module{Version: "v0.1.0"},
			Settings: []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "1"}, {Key: "-trimpath", Value: "true"}, {Key: "-race", Value: "true"}},
		}), true, "built with its -race=true"},
		{"msan", session(buildinfo.BuildInfo{
			GoVersion: runtime.Version(), Main: debug.Module{Version: "v0.1.0"},
			Settings: []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "1"}, {Key: "-trimpath", Value: "true"}, {Key: "-msan", Value: "true"}},
		}), true, "built with -msan"},
		{"user's flags", func(m *Machine) {
			m.Output = func(string, ...string) (string, error) { return runtime.Version(), nil }
		}, true, "are not used for cells"},
		{"a cell is opened", func(*Machine) {}, true, "built in 150 ms (linked by ld.gold) and opened by weft-session in 9 ms"},
		{"no cell is opened", func(m *Machine) {
			m.OpenCell = func() (OpenedCell, error) { return OpenedCell{}, nope }
		}, true, "not available: it is broken"},
		{"no cache for Go", func(m *Machine) {
			out := m.Output
			m.Output = func(name string, args ...string) (string, error) {
				if args[len(args)-1] == "GOCACHE" {
					return "/closed", nil
				}
				return out(name, args...)
			}
			m.Writable = func(dir string) error {
				if dir == "/closed" {
					return nope
				}
				return nil
			}
		}, true, "make /closed yours, or set GOCACHE"},
		{"no cache for Weft", func(m *Machine) { m.Writable = func(string) error { return nope } }, true, "set XDG_CACHE_HOME"},
		{"no linker of its own", func(m *Machine) {
			look := m.LookPath
			m.LookPath = func(name string) (string, error) {
				if strings.Contains(name, "ld") {
					return "", fs.ErrNotExist
				}
				return look(name)
			}
		}, true, "no linker beside it"},
		{"memory", func(m *Machine) { m.Memory = 0 }, true, "a session may use all memory"},
		{"cores", func(m *Machine) { m.ReadFile = cachesOf(m.ReadFile) }, true, "ok cores 2, effective 1.93; vector instructions: avx2; caches: L1 48 KiB, L2 2 MiB, L3 32 MiB"},
		{"cores without caches", func(*Machine) {}, true, "ok cores 2, effective 1.93; vector instructions: avx2\n"},
		{"busy cores", func(m *Machine) { m.Cores = func() (int, float64) { return 4, 2.1 } }, true, "note cores 4, effective 2.10; vector instructions: avx2 → other programs"},
		{"cores not measured", func(m *Machine) { m.Cores = func() (int, float64) { return 4, 0 } }, true, "note cores 4; vector"},
		{"counters", func(*Machine) {}, true, "ok counters the processor's counters can be read: user code only"},
		{"no counters", func(m *Machine) { m.Counters = func() (string, string) { return "", "no PMU" } }, true, "counters are n/a (no PMU)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := sound(t)
			tt.change(m)
			var b strings.Builder
			canRun, err := Examine(&b, m)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for line := range strings.Lines(b.String()) {
				lines = append(lines, strings.Join(strings.Fields(line), " "))
			}
			report := strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "\n→", " →")
			if canRun != tt.canRun {
				t.Errorf("canRun = %v, want %v:\n%s", canRun, tt.canRun, b.String())
			}
			if !strings.Contains(report, tt.want) {
				t.Errorf("the report lacks %q:\n%s", tt.want, b.String())
			}
			if tt.name == "sound" && strings.Count(b.String(), "\n") != len(Checks) {
				t.Errorf("a sound machine gets one line for each check:\n%s", b.String())
			}
		})
	}
}

// cachesOf adds a core's caches to what a machine has in its files.
func cachesOf(others func(string) ([]byte, error)) func(string) ([]byte, error) {
	files := map[string]string{}
	for i, c := range []struct{ level, kind, size string }{
		{"1", "Data", "48K"}, {"1", "Instruction", "32K"}, {"2", "Unified", "2048K"}, {"3", "Unified", "32768K"},
	} {
		dir := fmt.Sprintf("/sys/devices/system/cpu/cpu0/cache/index%d/", i)
		files[dir+"level"], files[dir+"type"], files[dir+"size"] = c.level+"\n", c.kind+"\n", c.size+"\n"
	}
	return func(name string) ([]byte, error) {
		switch text, ok := files[name]; {
		case ok:
			return []byte(text), nil
		case strings.HasPrefix(name, "/sys/"):
			return nil, fs.ErrNotExist
		}
		return others(name)
	}
}

func TestAnotherWeft(t *testing.T) {
	m := sound(t)
	other := filepath.Join(t.TempDir(), "weft")
	if err := os.WriteFile(other, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	prefix := t.TempDir()
	s := testSpec()
	s.Weft, s.Name = other, "weft-old"
	if _, _, err := Install(Prefix(prefix), s); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"JUPYTER_DATA_DIR": t.TempDir(), "JUPYTER_PATH": Prefix(prefix)}
	m.Paths.Getenv = func(name string) string { return env[name] }
	f := checkKernelspec(m)
	if want := "weft install --name weft-old --prefix " + prefix; f.Status != Note || !strings.HasSuffix(f.Do, want) {
		t.Errorf("got %v %q → %q, want a note with %q", f.Status, f.Text, f.Do, want)
	}
}

func TestGoMinor(t *testing.T) {
	for version, want := range map[string]int{"go1.26.8": 26, "go1.27rc1": 27, "go1.9": 9, "go1.26-custom X:foo": 26, "devel go1.28": -1, "": -1} {
		got, ok := goMinor(version)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("goMinor(%q) = %d, want %d", version, got, want)
		}
	}
}

func TestVersion(t *testing.T) {
	tests := []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "(unknown)"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "v1.2.3"},
		{&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "(devel)"},
		{&debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}}}, "devel-0123456789ab"},
		{&debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123"}, {Key: "vcs.modified", Value: "true"}}}, "devel-0123+dirty"},
	}
	for _, tt := range tests {
		if got := Version(tt.info); got != tt.want {
			t.Errorf("Version = %q, want %q", got, tt.want)
		}
	}
}
