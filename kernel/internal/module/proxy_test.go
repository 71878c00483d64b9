package module

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weft-go/weft/kernel/internal/export"
)

// A world is a module proxy in a folder, an empty module cache and a Session.
type world struct {
	*Session
	t     testing.TB
	im    *export.Importer
	env   map[string]string
	mu    sync.Mutex
	notes []string          // guarded by mu
	tests map[string]string // plugin path -> its text
}

// newWorld makes a proxy that has the modules of an archive: its file names are
// "path@version/name". Without an archive it is the machine's own proxy.
func newWorld(t testing.TB, archive string) *world {
	t.Helper()
	proxy := t.TempDir()
	serve(t, proxy, archive)
	cache := filepath.Join(t.TempDir(), "mod")
	t.Cleanup(func() { // the module cache is read-only
		_ = filepath.WalkDir(cache, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				return os.Chmod(name, 0o755)
			}
			return nil
		})
	})
	w := &world{t: t, im: export.New(), tests: map[string]string{}, env: map[string]string{
		"GOPROXY": "file://" + proxy, "GOSUMDB": "off", "GOMODCACHE": cache, "GOPRIVATE": "", "GONOPROXY": "", "GOVCS": "*:off",
	}}
	if archive == "" {
		w.env = map[string]string{}
	}
	w.Session = New(Options{
		Importer: w.im,
		Exports:  w.exports,
		Build: func(_ context.Context, path, _, _, text string, _ []string) (string, error) {
			w.tests[path] = text
			return path + ".so", nil
		},
		Environ: func() []string {
			env := os.Environ()
			for _, name := range slices.Sorted(maps.Keys(w.env)) {
				env = append(env, name+"="+w.env[name])
			}
			return env
		},
	})
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// exports asks the go command.
func (w *world) exports(path string) (string, error) {
	cmd := exec.Command("go", "list", "-export", "-f", "{{.Export}}", "--", path)
	cmd.Dir, cmd.Env = w.Dir(), w.environ(w.Dir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s", strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

func (w *world) note(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, line)
}

func (w *world) get(args ...string) error {
	w.t.Helper()
	return w.Get(w.t.Context(), w.note, args...)
}

func (w *world) mustGet(args ...string) {
	w.t.Helper()
	if err := w.get(args...); err != nil {
		w.t.Fatalf("get %q: %v", args, err)
	}
}

// prepare readies a cell and wants no error.
func (w *world) prepare(src string) []Change {
	w.t.Helper()
	changes, err := w.Prepare(w.t.Context(), w.note, src, nil)
	if err != nil {
		w.t.Fatalf("prepare %q: %v", src, err)
	}
	return changes
}

func (w *world) text() string {
	w.t.Helper()
	text, err := w.Text()
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// serve adds modules to a proxy folder, in the layout of "go help goproxy".
func serve(t testing.TB, proxy, archive string) {
	t.Helper()
	modules := map[string][]txtar.File{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		at := strings.Index(f.Name, "@")
		slash := at + strings.Index(f.Name[at:], "/")
		modules[f.Name[:slash]] = append(modules[f.Name[:slash]], f)
	}
	for module, files := range modules {
		path, version, _ := strings.Cut(module, "@")
		dir := filepath.Join(proxy, escape(path), "@v")
		mod := []byte("module " + path + "\n")
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, f := range files {
			w, err := z.Create(f.Name)
			if err == nil {
				_, err = w.Write(f.Data)
			}
			if err != nil {
				t.Fatal(err)
			}
			if f.Name == module+"/go.mod" {
				mod = f.Data
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		list, _ := os.ReadFile(filepath.Join(dir, "list"))
		write(t, filepath.Join(dir, "list"), string(list)+version+"\n")
		write(t, filepath.Join(dir, version+".info"), fmt.Sprintf(`{"Version":%q,"Time":"2026-01-02T03:04:05Z"}`, version))
		write(t, filepath.Join(dir, version+".mod"), string(mod))
		write(t, filepath.Join(dir, version+".zip"), b.String())
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// unpack writes an archive's files into a new folder.
func unpack(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	return dir
}
