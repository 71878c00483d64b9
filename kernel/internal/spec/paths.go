package spec

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// Paths tells where Jupyter looks for data, following jupyter_core.paths.
type Paths struct {
	Getenv func(string) string // os.Getenv
	Home   string              // the user's home folder
	GOOS   string              // runtime.GOOS
}

// SystemPaths returns the Paths of this process.
func SystemPaths() Paths {
	home, _ := os.UserHomeDir() // "" makes the user's folder relative, which User refuses
	return Paths{Getenv: os.Getenv, Home: home, GOOS: runtime.GOOS}
}

// User returns the user's own Jupyter data folder; "" when the user has no home.
func (p Paths) User() string {
	if dir := p.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir
	}
	if p.Home == "" {
		return ""
	}
	if p.GOOS == "darwin" {
		return filepath.Join(p.Home, "Library", "Jupyter")
	}
	if dir := p.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter")
	}
	return filepath.Join(p.Home, ".local", "share", "jupyter")
}

// Prefix returns the Jupyter data folder below a prefix such as /usr/local or
// a virtual environment.
func Prefix(dir string) string { return filepath.Join(dir, "share", "jupyter") }

// Active returns the prefix of the Python environment that is switched on in
// this shell, "" when there is none.
func (p Paths) Active() string {
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := p.Getenv(name); dir != "" {
			return dir
		}
	}
	return ""
}

// Search returns the data folders that Jupyter searches, the first wins:
// JUPYTER_PATH, the user's, the active environment's, the system's. Folders of
// a Python that is not switched on can't be known.
func (p Paths) Search() []string {
	dirs := filepath.SplitList(p.Getenv("JUPYTER_PATH"))
	if user := p.User(); user != "" {
		dirs = append(dirs, user)
	}
	if active := p.Active(); active != "" {
		dirs = append(dirs, Prefix(active))
	}
	dirs = append(dirs, "/usr/local/share/jupyter", "/usr/share/jupyter")
	var once []string
	for _, d := range dirs {
		if d != "" && !slices.Contains(once, d) {
			once = append(once, d)
		}
	}
	return once
}
