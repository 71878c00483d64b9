package spec

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/figure/page"
)

func testSpec() Spec {
	return Spec{Name: DefaultName, DisplayName: DefaultDisplayName, Weft: "/opt/weft/bin/weft"}
}

func TestInstall(t *testing.T) {
	data := filepath.Join(t.TempDir(), "share", "jupyter")
	dir, changed, err := Install(data, testSpec())
	if err != nil || !changed {
		t.Fatalf("Install = %v, %v; want a change", changed, err)
	}
	if want := filepath.Join(data, "kernels", "weft"); dir != want {
		t.Errorf("installed to %s, want %s", dir, want)
	}

	var got map[string]any
	text, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"argv":           []any{"/opt/weft/bin/weft", "kernel", "-f", "{connection_file}"},
		"display_name":   "Go (Weft)",
		"language":       "go",
		"interrupt_mode": "message",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("kernel.json holds\n%v\nwant\n%v", got, want)
	}
	names := listed(t, dir)
	if want := []string{"kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg", page.File}; !slices.Equal(names, want) {
		t.Errorf("files %v, want %v", names, want)
	}
	if left := listed(t, filepath.Join(data, "kernels")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInstallTwice(t *testing.T) {
	data := t.TempDir()
	dir, _, err := Install(data, testSpec())
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, changed, err := Install(data, testSpec()); err != nil || changed {
		t.Errorf("the second Install changed something: %v, %v", changed, err)
	}
	if after, err := os.Stat(dir); err != nil || !os.SameFile(before, after) {
		t.Errorf("the second Install replaced the folder: %v", err)
	}

	// Anything that differs is put right, and as a whole.
	other := testSpec()
	other.Env = map[string]string{"GOGC": "200"}
	if err := os.WriteFile(filepath.Join(dir, "stray"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, changed, err := Install(data, other); err != nil || !changed {
		t.Errorf("Install with another environment: %v, %v", changed, err)
	}
	k, err := read(dir)
	if err != nil || k.Env["GOGC"] != "200" {
		t.Errorf("environment is %v, %v", k.Env, err)
	}
	if names := listed(t, dir); slices.Contains(names, "stray") || len(names) != 5 {
		t.Errorf("files %v", names)
	}
	if left := listed(t, filepath.Join(data, "kernels")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInstallErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		data   string
		change func(*Spec)
		want   string
	}{
		{"name", "", func(s *Spec) { s.Name = "we ft" }, "use letters"},
		{"way out", "", func(s *Spec) { s.Name = "../weft" }, "use letters"},
		{"display name", "", func(s *Spec) { s.DisplayName = "" }, "--display-name"},
		{"relative program", "", func(s *Spec) { s.Weft = "weft" }, "not absolute"},
		{"environment", "", func(s *Spec) { s.Env = map[string]string{"A=B": "c"} }, "not the name"},
		{"file in the way", file, func(*Spec) {}, "make " + filepath.Join(file, "kernels") + ": not a directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := tt.data
			if data == "" {
				data = t.TempDir()
			}
			s := testSpec()
			tt.change(&s)
			_, changed, err := Install(data, s)
			if err == nil || changed || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Install = %v, %v; want an error with %q", changed, err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has more than one line: %q", err)
			}
			if tt.data == "" {
				if left := listed(t, data); len(left) != 0 {
					t.Errorf("left behind: %v", left)
				}
			}
		})
	}
}

func TestAdvise(t *testing.T) {
	err := advise("make", "/usr/share/jupyter/kernels", &os.PathError{Op: "mkdir", Path: "/usr/share/jupyter/kernels", Err: os.ErrPermission})
	for _, want := range []string{"/usr/share/jupyter/kernels", "permission denied", "--user", "--prefix"} {
		if want == "permission denied" {
			want = os.ErrPermission.Error()
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if n := strings.Count(err.Error(), "/usr/share/jupyter/kernels"); n != 1 {
		t.Errorf("the path is said %d times: %q", n, err)
	}
}

func TestUninstall(t *testing.T) {
	data := t.TempDir()
	if _, removed, err := Uninstall(data, DefaultName); removed || err != nil {
		t.Errorf("nothing there: removed = %v, %v", removed, err)
	}
	dir, _, err := Install(data, testSpec())
	if err != nil {
		t.Fatal(err)
	}
	if _, removed, err := Uninstall(data, DefaultName); !removed || err != nil {
		t.Errorf("removed = %v, %v", removed, err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there", dir)
	}

	foreign := filepath.Join(data, "kernels", "other")
	for _, text := range []string{
		`{"argv": ["/usr/bin/python3", "-m", "ipykernel_launcher"], "language": "python", "display_name": "Python 3"}`,
		`{"argv": ["/usr/bin/other", "kernel"], "language": "go", "display_name": "Another Go"}`,
		`not JSON`,
	} {
		if err := os.MkdirAll(foreign, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(foreign, "kernel.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, removed, err := Uninstall(data, "other"); removed || err == nil {
			t.Errorf("%s: removed = %v, %v", text, removed, err)
		}
	}
	if _, _, err := Uninstall(data, "../.."); err == nil {
		t.Error("a name that leads out of the folder is taken")
	}
}

func TestFind(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for data, weft := range map[string]string{first: "/a/weft", second: "/b/weft"} {
		s := testSpec()
		s.Weft = weft
		if _, _, err := Install(data, s); err != nil {
			t.Fatal(err)
		}
	}
	got := Find([]string{filepath.Join(t.TempDir(), "none"), first, second})
	if len(got) != 2 || got[0].Weft != "/a/weft" || got[1].Weft != "/b/weft" || got[0].DisplayName != DefaultDisplayName {
		t.Errorf("found %+v", got)
	}
}

func TestPaths(t *testing.T) {
	tests := []struct {
		name   string
		goos   string
		env    map[string]string
		user   string
		search []string
	}{
		{"plain", "linux", nil, "/home/ada/.local/share/jupyter",
			[]string{"/home/ada/.local/share/jupyter", "/usr/local/share/jupyter", "/usr/share/jupyter"}},
		{"mac", "darwin", nil, "/home/ada/Library/Jupyter",
			[]string{"/home/ada/Library/Jupyter", "/usr/local/share/jupyter", "/usr/share/jupyter"}},
		{"XDG", "linux", map[string]string{"XDG_DATA_HOME": "/xdg"}, "/xdg/jupyter",
			[]string{"/xdg/jupyter", "/usr/local/share/jupyter", "/usr/share/jupyter"}},
		{"told", "linux", map[string]string{"JUPYTER_DATA_DIR": "/data", "JUPYTER_PATH": "/one:/two", "VIRTUAL_ENV": "/venv"}, "/data",
			[]string{"/one", "/two", "/data", "/venv/share/jupyter", "/usr/local/share/jupyter", "/usr/share/jupyter"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Paths{Getenv: func(name string) string { return tt.env[name] }, Home: "/home/ada", GOOS: tt.goos}
			if got := p.User(); got != tt.user {
				t.Errorf("User() = %s, want %s", got, tt.user)
			}
			if got := p.Search(); !slices.Equal(got, tt.search) {
				t.Errorf("Search() = %v, want %v", got, tt.search)
			}
		})
	}
}

func listed(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
