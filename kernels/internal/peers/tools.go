package peers

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A toolbox finds the programs that peers need. Its functions are fields so
// that tests can stand in for a machine.
type toolbox struct {
	getenv   func(name string) string
	lookPath func(name string) (string, error)
	output   func(name string, args ...string) (string, error)

	mu     sync.Mutex
	probed map[string]map[string]string // modules with their versions, by interpreter
}

func newToolbox() *toolbox {
	return &toolbox{
		getenv:   os.Getenv,
		lookPath: exec.LookPath,
		output: func(name string, args ...string) (string, error) {
			out, err := exec.Command(name, args...).Output()
			return strings.TrimSpace(string(out)), err
		},
	}
}

// hints say what to install for a module, a compiler or an interpreter.
var hints = map[string]string{
	"cc":      "apt install gcc",
	"python3": "apt install python3",
	"pypy3":   "apt install pypy3",
	"Cython":  "pip install cython, or apt install cython3 python3-dev",
}

func hint(name string) string {
	if h := hints[name]; h != "" {
		return h
	}
	return fmt.Sprintf("pip install %s, or apt install python3-%[1]s", name)
}

// compiler returns the C compiler: CC of the environment, gcc or cc.
func (t *toolbox) compiler() (string, error) {
	for _, name := range []string{t.getenv("CC"), "gcc", "cc"} {
		if name == "" {
			continue
		}
		if path, err := t.lookPath(name); err == nil {
			return path, nil
		}
	}
	return "", notInstalled("a C compiler", "cc")
}

func notInstalled(what, name string) error {
	return fmt.Errorf("not installed: %s (%s)", what, hint(name))
}

// python returns an interpreter that has the modules, and their versions: of
// WEFT_PYTHON, python3 on PATH and /usr/bin/python3 the one that has most of what
// any peer needs, so that peers run on the same one if they can; for PyPy that is
// pypy3.
func (t *toolbox) python(pypy bool, modules []string) (path string, versions []string, err error) {
	program := "python3"
	candidates := []string{t.getenv("WEFT_PYTHON"), "python3", "/usr/bin/python3"}
	if pypy {
		program = "pypy3"
		candidates = []string{"pypy3", "pypy"}
	}
	var lacking []string // of the first interpreter
	best := 0
	for _, name := range candidates {
		if name == "" {
			continue
		}
		found, err := t.lookPath(name)
		if err != nil {
			continue
		}
		have, err := t.probe(found)
		if err != nil {
			continue
		}
		list := []string{have["python"]}
		var without []string
		for _, m := range modules {
			if v, ok := have[m]; ok {
				list = append(list, strings.TrimSpace(m+" "+v))
			} else {
				without = append(without, m)
			}
		}
		if lacking == nil {
			lacking = without
		}
		if len(without) == 0 && len(have) > best {
			path, versions, best = found, list, len(have)
		}
	}
	switch {
	case path != "":
		return path, versions, nil
	case len(lacking) == 0:
		return "", nil, notInstalled(program, program)
	}
	return "", nil, notInstalled(strings.Join(lacking, ", "), lacking[0])
}

// probeScript prints, as JSON, the interpreter's version under "python" and
// that of each module named that it has. Modules are looked for but not
// imported: that would take seconds.
const probeScript = `
import importlib.util, json, platform, sys
try:
    from importlib.metadata import version
except ImportError:
    version = None
have = {"python": platform.python_implementation() + " " + (
    ".".join(map(str, sys.pypy_version_info[:3])) if hasattr(sys, "pypy_version_info") else platform.python_version())}
for name in sys.argv[1:]:
    if importlib.util.find_spec(name) is not None:
        try:
            have[name] = version(name)
        except Exception:
            have[name] = ""
print(json.dumps(have))
`

// probe asks an interpreter for the modules that any peer needs, once.
func (t *toolbox) probe(path string) (map[string]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if have := t.probed[path]; have != nil {
		return have, nil
	}
	args := []string{"-c", probeScript}
	for _, p := range Table {
		for _, m := range p.Modules {
			if !slices.Contains(args, m) {
				args = append(args, m)
			}
		}
	}
	out, err := t.output(path, args...)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", path, err)
	}
	var have map[string]string
	if err := json.Unmarshal([]byte(out), &have); err != nil {
		return nil, fmt.Errorf("read what %s tells of its modules: %w", path, err)
	}
	if t.probed == nil {
		t.probed = make(map[string]map[string]string)
	}
	t.probed[path] = have
	return have, nil
}

// needs returns the modules of a peer with what its kind of source needs.
func (p *Peer) needs() []string {
	if filepath.Ext(p.Source) == ".pyx" && !slices.Contains(p.Modules, "Cython") {
		return append([]string{"Cython"}, p.Modules...)
	}
	return p.Modules
}
