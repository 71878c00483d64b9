package peers

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// bare returns a toolbox of a machine that has these programs and modules.
func bare(programs map[string]string, modules map[string]string) *toolbox {
	return &toolbox{
		getenv: func(string) string { return "" },
		lookPath: func(name string) (string, error) {
			if path := programs[name]; path != "" {
				return path, nil
			}
			return "", exec.ErrNotFound
		},
		output: func(name string, args ...string) (string, error) {
			if out, ok := modules[name]; ok {
				return out, nil
			}
			return "", errors.New("does not run")
		},
	}
}

func TestMissing(t *testing.T) {
	c := Peer{Source: "x.c"}
	numba := Peer{Source: "x_numba.py", Modules: []string{"numpy", "numba"}}
	cython := Peer{Source: "x.pyx"}
	pypy := Peer{Source: "x.py", PyPy: true}
	python := map[string]string{"python3": "/bin/python3"}
	both := map[string]string{"python3": "/own/python3", "/usr/bin/python3": "/usr/bin/python3", "gcc": "/bin/gcc"}
	modules := map[string]string{
		"/bin/python3":     `{"python": "CPython 3.11.2", "numpy": "1.24"}`,
		"/own/python3":     `{"python": "CPython 3.13.0"}`,
		"/usr/bin/python3": `{"python": "CPython 3.11.2", "numpy": "1.24", "numba": "0.56", "Cython": ""}`,
		"/bin/gcc":         "12.2.0",
	}
	tests := []struct {
		name     string
		peer     Peer
		programs map[string]string
		versions string
		missing  string
	}{
		{"no compiler", c, nil, "", "not installed: a C compiler (apt install gcc)"},
		{"compiler", c, both, "gcc 12.2.0", ""},
		{"no Python", numba, nil, "", "not installed: python3 (apt install python3)"},
		{"Python that does not run", numba, map[string]string{"python3": "/broken"}, "", "not installed: python3"},
		{"no Numba", numba, python, "", "not installed: numba (pip install numba, or apt install python3-numba)"},
		{"Numba in the second Python", numba, both, "CPython 3.11.2, numpy 1.24, numba 0.56", ""},
		{"the Python with most modules", Peer{Source: "x.py"}, both, "CPython 3.11.2", ""},
		{"no Cython", cython, python, "", "not installed: Cython (pip install cython"},
		{"Cython", cython, both, "CPython 3.11.2, Cython", ""},
		{"Cython without a compiler", cython, map[string]string{"python3": "/usr/bin/python3"}, "", "not installed: a C compiler"},
		{"no PyPy", pypy, both, "", "not installed: pypy3 (apt install pypy3)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := &Harness{tools: bare(tt.programs, modules)}
			err := h.Missing(&tt.peer)
			if tt.missing == "" {
				if versions, _ := h.Versions(&tt.peer); err != nil || versions != tt.versions {
					t.Errorf("%q, %v, want %q", versions, err, tt.versions)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.missing) {
				t.Errorf("got %v, want %s", err, tt.missing)
			}
		})
	}
}

const sumC = `// flags: -DADD=2
#include "peer.h"
static const char *peer_setup(const char *variant, long n, int threads) {
	if (strcmp(variant, "sum")) return "only sum";
	peer_note(threads == 2 ? "two" : "other");
	return n < 0 ? "negative" : NULL;
}
static double peer_run(void) { peer_took(12); return ADD + 0.5; }
PEER_MAIN
`

// peer.h for real: compiled with a source's own flags, once.
func TestCPeer(t *testing.T) {
	if _, err := newToolbox().compiler(); err != nil {
		t.Skipf("a peer in C can't be built here: %v", err)
	}
	header, err := sources.ReadFile("src/peer.h")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"src/peer.h": {Data: header}, "src/sum.c": {Data: []byte(sumC)}, "src/bad.c": {Data: []byte("int main(void) { return x; }\n")}}
	h, err := openIn(t.TempDir(), files, newToolbox())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	p := &Peer{Kernel: "sum", System: "C", Variant: "sum", Source: "sum.c"}
	for range 2 {
		w, err := h.Start(ctx, p, 10, 2)
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.Run(ctx, 3)
		if err != nil || s.Wall != 36 || s.Checksum != 2.5 || w.Note != "two" {
			t.Errorf("%+v, note %q, %v", s, w.Note, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := h.Start(ctx, p, -1, 1); err == nil || !strings.Contains(err.Error(), "refuses: negative") {
		t.Errorf("n=-1: %v", err)
	}
	p = &Peer{Kernel: "bad", System: "C", Source: "bad.c"}
	if _, err := h.Start(ctx, p, 1, 1); err == nil || !strings.Contains(err.Error(), "compile bad.c") || !strings.Contains(err.Error(), "undeclared") {
		t.Errorf("a source with an error: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(h.cache, ".build-*"))
	if len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

const sumPy = `
def setup(variant, n, threads):
    global size
    if n < 0:
        raise peer.No("negative n")
    size = n
    peer.note("%s  threads %d" % (variant, threads))
    print("this is not an answer")

def run():
    peer.took(7)

def checksum():
    return sum(range(size))

if __name__ == "__main__":
    import peer
    peer.serve(setup, run, checksum)
`

// peer.py for real.
func TestPythonPeer(t *testing.T) {
	tools := newToolbox()
	if _, _, err := tools.python(false, nil); err != nil {
		t.Skipf("a peer in Python can't run here: %v", err)
	}
	header, err := sources.ReadFile("src/peer.py")
	if err != nil {
		t.Fatal(err)
	}
	h, err := openIn(t.TempDir(), fstest.MapFS{"src/peer.py": {Data: header}, "src/sum.py": {Data: []byte(sumPy)}}, tools)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	p := &Peer{Kernel: "sum", System: "CPython", Source: "sum.py"}
	w, err := h.Start(ctx, p, 10, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s, err := w.Run(ctx, 2)
	if err != nil || s.Wall != 14 || s.Checksum != 45 || w.Note != "- threads 3" {
		t.Errorf("%+v, note %q, %v", s, w.Note, err)
	}
	if _, err := h.Start(ctx, p, -1, 1); err == nil || !strings.Contains(err.Error(), "refuses: negative n") {
		t.Errorf("n=-1: %v", err)
	}
	if entries, err := os.ReadDir(h.src); err != nil || len(entries) != 2 {
		t.Errorf("folder of sources: %v, %v, want nothing else in it", entries, err)
	}
}
