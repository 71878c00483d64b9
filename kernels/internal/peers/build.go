package peers

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

//go:embed src
var sources embed.FS

// cFlags are the flags of C peers; a line "// flags: …" of a source adds to them.
// A function that is not used is an error, as it would be a peer_checksum without
// PEER_CHECKSUM.
var cFlags = []string{"-O3", "-march=native", "-mprefer-vector-width=512", "-fopenmp", "-Wall", "-Werror=unused-function"}

// A Harness finds, builds and starts peers. It may be used by several
// goroutines.
type Harness struct {
	cache string // what is compiled
	src   string // the sources, written out
	tools *toolbox
	mu    sync.Mutex // one compilation at a time
}

// Open makes a Harness that keeps what it compiles in the user's cache folder.
func Open() (*Harness, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find a folder for the programs of peers: %w", err)
	}
	return openIn(filepath.Join(cache, "weft", "peers"), sources, newToolbox())
}

// openIn writes the sources of files, below src, to a folder in cache that is
// named after what they hold.
func openIn(cache string, files fs.FS, tools *toolbox) (*Harness, error) {
	h := &Harness{cache: cache, tools: tools}
	texts := make(map[string][]byte)
	sum := sha256.New()
	err := fs.WalkDir(files, "src", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		texts[strings.TrimPrefix(name, "src/")] = text
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the peers' sources: %w", err)
	}
	h.src = filepath.Join(cache, fmt.Sprintf("src-%x", sum.Sum(nil)[:8]))
	if err := os.MkdirAll(h.src, 0o700); err != nil {
		return nil, fmt.Errorf("write the peers' sources: %w", err)
	}
	for name, text := range texts {
		path := filepath.Join(h.src, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err == nil {
			err = replace(path, text)
		}
		if err != nil {
			return nil, fmt.Errorf("write the peers' sources: %w", err)
		}
	}
	return h, nil
}

// replace writes a file so that whoever reads it meanwhile sees all or nothing
// of it.
func replace(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// Missing returns nil if the machine has what p needs, or says what to install.
func (h *Harness) Missing(p *Peer) error {
	_, err := h.tooling(p)
	return err
}

// Versions names what runs p: "gcc 12.2.0", "CPython 3.11.2, numba 0.56.4".
func (h *Harness) Versions(p *Peer) (string, error) {
	t, err := h.tooling(p)
	if err != nil {
		return "", err
	}
	return strings.Join(t.versions, ", "), nil
}

// tooling is what runs a peer.
type tooling struct {
	program  string // compiler or interpreter
	versions []string
}

func (h *Harness) tooling(p *Peer) (tooling, error) {
	if filepath.Ext(p.Source) == ".c" {
		cc, err := h.tools.compiler()
		if err != nil {
			return tooling{}, err
		}
		return tooling{cc, []string{h.compilerVersion(cc)}}, nil
	}
	path, versions, err := h.tools.python(p.PyPy, p.needs())
	if err == nil && compiles(p) {
		_, err = h.tools.compiler()
	}
	return tooling{path, versions}, err
}

// compiles reports whether a Python peer needs a C compiler, too.
func compiles(p *Peer) bool {
	for _, m := range p.needs() {
		if m == "Cython" || m == "pythran" {
			return true
		}
	}
	return false
}

func (h *Harness) compilerVersion(cc string) string {
	name := filepath.Base(cc)
	if v, err := h.tools.output(cc, "-dumpfullversion"); err == nil && v != "" {
		return name + " " + v
	}
	return name
}

// command returns the command line that starts p, compiling it first if that
// has not been done.
func (h *Harness) command(p *Peer) ([]string, error) {
	t, err := h.tooling(p)
	if err != nil {
		return nil, err
	}
	source := filepath.Join(h.src, p.Source)
	switch filepath.Ext(p.Source) {
	case ".c":
		program, err := h.compile(t, source)
		return []string{program}, err
	case ".pyx":
		return []string{t.program, filepath.Join(h.src, "peer.py"), source}, nil
	}
	return []string{t.program, source}, nil
}

var flagsLine = regexp.MustCompile(`(?m)^// flags:(.*)$`)

// compile makes a program of a C source. It is made under another name and
// renamed, as another harness may be at it.
func (h *Harness) compile(t tooling, source string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	text, err := os.ReadFile(source)
	if err != nil {
		return "", err
	}
	args := append([]string(nil), cFlags...)
	for _, m := range flagsLine.FindAllSubmatch(text, -1) {
		args = append(args, strings.Fields(string(m[1]))...)
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%s", t.versions, args, native(), h.src, text))
	name := strings.TrimSuffix(filepath.Base(source), ".c")
	program := filepath.Join(h.cache, fmt.Sprintf("%s-%x", name, key[:8]))
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	dir, err := os.MkdirTemp(h.cache, ".build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	fresh := filepath.Join(dir, name)
	args = append(args, "-o", fresh, source, "-lm")
	if out, err := exec.Command(t.program, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("compile %s: %w\n%s", filepath.Base(source), err, tail(out))
	}
	return program, os.Rename(fresh, program)
}

// native is what -march=native depends on: a cache folder may be shared.
func native() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), "\n\n")
	var kept []string
	for line := range strings.Lines(first) {
		if strings.HasPrefix(line, "model") || strings.HasPrefix(line, "flags") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
