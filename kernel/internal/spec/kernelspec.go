// Package spec registers Weft with Jupyter and tells whether a machine has
// what notebooks need: it writes and removes kernelspecs, finds those that are
// there, and holds the checks of weft doctor. It is the only package that
// knows where Jupyter keeps its files.
package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/weft-go/weft/kernel/internal/figure/page"
)

// Names of the kernelspec that weft install writes unless told otherwise.
const (
	DefaultName        = "weft"
	DefaultDisplayName = "Go (Weft)"
)

// A Spec is what a kernelspec says about a kernel.
type Spec struct {
	Name        string            // the folder's name, what notebooks refer to
	DisplayName string            // what people see
	Weft        string            // absolute path of the weft program
	Env         map[string]string // added to the kernel's environment, may be empty
}

// kernelJSON is the content of kernel.json (jupyter-client's documentation,
// "Making kernels for Jupyter", Kernel specs).
type kernelJSON struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env,omitempty"`
}

// nameRule is Jupyter's own (jupyter_client.kernelspec).
var nameRule = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// files returns the kernelspec's files by name.
func (s Spec) files() (map[string][]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(kernelJSON{
		Argv:          []string{s.Weft, "kernel", "-f", "{connection_file}"},
		DisplayName:   s.DisplayName,
		Language:      "go",
		InterruptMode: "message",
		Env:           s.Env,
	})
	if err != nil {
		return nil, fmt.Errorf("encode kernel.json: %w", err)
	}
	files := maps.Clone(logos())
	files["kernel.json"] = buf.Bytes()
	// Jupyter's server hands a kernelspec's files to pages: live charts take
	// their library from here, so that no notebook has to carry it.
	files[page.File] = []byte(page.Script())
	return files, nil
}

// logos returns the pictures that clients show, by file name. Drawing them
// takes about 0.1 s.
var logos = sync.OnceValue(func() map[string][]byte {
	return map[string][]byte{
		"logo-32x32.png": logoPNG(32),
		"logo-64x64.png": logoPNG(64),
		"logo-svg.svg":   logoSVG(),
	}
})

// Install writes the kernelspec below a Jupyter data folder, to
// data/kernels/NAME, and returns that folder. A kernelspec that is there
// already is replaced as a whole; when it is the same, nothing is touched and
// changed is false. A failure leaves what was there.
//
// Errors are one line that says what to do.
func Install(data string, s Spec) (dir string, changed bool, err error) {
	if err := s.check(); err != nil {
		return "", false, err
	}
	kernels := filepath.Join(data, "kernels")
	dir = filepath.Join(kernels, s.Name)
	files, err := s.files()
	if err != nil {
		return "", false, err
	}
	if same(dir, files) {
		return dir, false, nil
	}
	if err := os.MkdirAll(kernels, 0o755); err != nil {
		return "", false, advise("make", kernels, err)
	}
	tmp, err := os.MkdirTemp(kernels, ".weft-*") // a leading dot: Jupyter does not list it
	if err != nil {
		return "", false, advise("write to", kernels, err)
	}
	defer os.RemoveAll(tmp)
	fresh := filepath.Join(tmp, "new")
	if err := os.Mkdir(fresh, 0o755); err != nil {
		return "", false, advise("write to", kernels, err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(fresh, name), data, 0o644); err != nil {
			return "", false, advise("write to", kernels, err)
		}
	}
	// A folder can't be renamed onto another one: the old one steps aside.
	old := filepath.Join(tmp, "old")
	oldErr := os.Rename(dir, old)
	if oldErr != nil && !errors.Is(oldErr, fs.ErrNotExist) {
		return "", false, advise("replace", dir, oldErr)
	}
	if err := os.Rename(fresh, dir); err != nil {
		if oldErr == nil {
			err = errors.Join(err, os.Rename(old, dir))
		}
		return "", false, advise("replace", dir, err)
	}
	return dir, true, nil
}

// check tells what is wrong with a spec before anything is written.
func (s Spec) check() error {
	switch {
	case !nameRule.MatchString(s.Name):
		return fmt.Errorf("kernel name %q: use letters, digits, '.', '_' and '-' only", s.Name)
	case s.DisplayName == "":
		return errors.New("the display name is empty: give one with --display-name")
	case !filepath.IsAbs(s.Weft):
		return fmt.Errorf("weft's path %q is not absolute", s.Weft)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if name == "" || bytes.ContainsAny([]byte(name), "=\x00") {
			return fmt.Errorf("%q is not the name of an environment variable", name)
		}
	}
	return nil
}

// same reports whether dir holds exactly files.
func same(dir string, files map[string][]byte) bool {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(files) {
		return false
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, want) {
			return false
		}
	}
	return true
}

// Uninstall removes the kernelspec called name below a Jupyter data folder.
// removed is false when there is none. A kernelspec that is not Weft's is left
// alone, with an error.
func Uninstall(data, name string) (dir string, removed bool, err error) {
	if !nameRule.MatchString(name) {
		return "", false, fmt.Errorf("kernel name %q: use letters, digits, '.', '_' and '-' only", name)
	}
	dir = filepath.Join(data, "kernels", name)
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return dir, false, nil
	}
	k, err := read(dir)
	if err != nil {
		return dir, false, fmt.Errorf("%s is no readable kernelspec (%w): remove it by hand if it is to go", dir, err)
	}
	if !k.ours() {
		return dir, false, fmt.Errorf("%s belongs to another kernel (%s): left alone", dir, k.DisplayName)
	}
	if err := os.RemoveAll(dir); err != nil {
		return dir, false, advise("remove", dir, err)
	}
	return dir, true, nil
}

// Installed is a kernelspec of Weft that was found on this machine.
type Installed struct {
	Name        string
	DisplayName string
	Dir         string // the kernelspec's folder
	Weft        string // the program that it starts
}

// Find returns Weft's kernelspecs below the data folders, in their order:
// where two have the same name, Jupyter takes the first. What can't be read
// is passed over.
func Find(data []string) []Installed {
	var found []Installed
	for _, d := range data {
		entries, _ := os.ReadDir(filepath.Join(d, "kernels")) // none, if it can't be read
		for _, e := range entries {
			dir := filepath.Join(d, "kernels", e.Name())
			if !nameRule.MatchString(e.Name()) || e.Name()[0] == '.' {
				continue
			}
			if k, err := read(dir); err == nil && k.ours() {
				found = append(found, Installed{Name: e.Name(), DisplayName: k.DisplayName, Dir: dir, Weft: k.Argv[0]})
			}
		}
	}
	return found
}

func read(dir string) (kernelJSON, error) {
	var k kernelJSON
	text, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return k, err
	}
	if err := json.Unmarshal(text, &k); err != nil {
		return k, fmt.Errorf("kernel.json: %w", err)
	}
	return k, nil
}

// ours reports whether a kernelspec starts a weft program.
func (k kernelJSON) ours() bool {
	return k.Language == "go" && len(k.Argv) >= 2 && k.Argv[1] == "kernel" && filepath.Base(k.Argv[0]) == "weft"
}

// advise makes an error that says which folder is in the way and what to do.
func advise(doing, path string, err error) error {
	var pe *fs.PathError
	var le *os.LinkError
	reason := err
	switch { // the path is said once
	case errors.As(err, &pe):
		reason = pe.Err
	case errors.As(err, &le):
		reason = le.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s %s: %w: install for yourself with --user, choose another folder with --prefix, or run this as the folder's owner", doing, path, reason)
	}
	return fmt.Errorf("%s %s: %w", doing, path, reason)
}
