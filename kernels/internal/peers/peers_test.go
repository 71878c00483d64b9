package peers

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels"
)

// Every source is in the table, every entry has its source, and what an entry
// says can be true.
func TestTable(t *testing.T) {
	// What sources share and do not run themselves.
	shared := []string{"peer.h", "peer.py", "fanout_load.py"}
	used := make(map[string]bool)
	seen := make(map[string]bool)
	for i := range Table {
		p := &Table[i]
		used[p.Source] = true
		if _, err := fs.Stat(sources, "src/"+p.Source); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		if !strings.HasPrefix(p.Source, p.Kernel) {
			t.Errorf("%s: the source is not named after the kernel", p)
		}
		if key := p.Kernel + " " + p.Label(); seen[key] {
			t.Errorf("%s is there twice", key)
		} else {
			seen[key] = true
		}
		if p.System == "" || len(slices.Concat(p.Against...)) == 0 || strings.ContainsAny(p.Variant, " \t") {
			t.Errorf("%+v lacks a system or what it is compared with, or its variant is not one word", *p)
		}
		if p.Anyhow && !p.Serial {
			t.Errorf("%s has threads and is compared with other numbers of threads, too", p)
		}
		switch ext := path.Ext(p.Source); ext {
		case ".c", ".pyx":
			if p.PyPy {
				t.Errorf("%s: PyPy does not run %s", p, ext)
			}
		case ".py":
		default:
			t.Errorf("%s: nothing runs %s", p, ext)
		}
		for _, v := range slices.Concat(p.Against...) {
			if place(v) < 0 {
				t.Errorf("%s is compared with %q, whose approach is unknown", p, v)
			}
		}
	}
	files, err := fs.ReadDir(sources, "src")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !used[f.Name()] && !slices.Contains(shared, f.Name()) {
			t.Errorf("src/%s is not in the table", f.Name())
		}
	}
}

// place returns where a variant's approach stands in kernels.Names, -1 for none.
func place(variant string) int {
	approach, _, _ := strings.Cut(variant, ":")
	return slices.Index(kernels.Names, approach)
}

// A Python source names in its table entry what it imports.
func TestModulesAreNamed(t *testing.T) {
	imports := regexp.MustCompile(`(?m)^\s*(?:import|from|cimport) (numpy|numba|numexpr|scipy|gevent|aiohttp|pythran)\b`)
	for i := range Table {
		p := &Table[i]
		text, err := fs.ReadFile(sources, "src/"+p.Source)
		if err != nil || path.Ext(p.Source) == ".c" {
			continue
		}
		for _, m := range imports.FindAllSubmatch(text, -1) {
			if !slices.Contains(p.Modules, string(m[1])) {
				t.Errorf("%s imports %s but does not name it", p, m[1])
			}
		}
		if strings.Contains(string(text), "peer.pythran(") && !slices.Contains(p.Modules, "pythran") {
			t.Errorf("%s is compiled by Pythran but does not name it", p)
		}
	}
}

func TestOfAndRivals(t *testing.T) {
	for kernel := range Comparisons {
		for _, p := range Of(kernel) {
			if p.Kernel != kernel {
				t.Errorf("Of(%q) has %s", kernel, p)
			}
			for _, v := range slices.Concat(p.Against...) {
				if !slices.Contains(Rivals(kernel, p.Most), v) {
					t.Errorf("Rivals(%q) lacks %q of %s", kernel, v, p)
				}
			}
		}
	}
	if small, large := Rivals("matmul", 64), Rivals("matmul", 4096); !slices.Contains(small, "serial") || slices.Contains(large, "serial") {
		t.Errorf("matmul is compared with %v at 64 and %v at 4096; nobody waits for CPython there", small, large)
	}
	if got := Of("no such kernel"); got != nil {
		t.Errorf("peers of no kernel: %v", got)
	}
}

func TestLabel(t *testing.T) {
	for want, p := range map[string]Peer{
		"C-OpenMP:wheel":      {System: "C/OpenMP", Variant: "wheel"},
		"NumPy-OpenBLAS":      {System: "NumPy (OpenBLAS)"},
		"CPython-threads:x=1": {System: "CPython threads", Variant: "x=1"},
	} {
		if got := p.Label(); got != want {
			t.Errorf("%+v: label %q, want %q", p, got, want)
		}
	}
}

// peer.h and peer.py describe the same protocol in the same words.
func TestProtocolIsDescribed(t *testing.T) {
	for _, name := range []string{"src/peer.h", "src/peer.py"} {
		text, err := fs.ReadFile(sources, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			"setup VARIANT N THREADS   ->  ok [NOTE]      or  no REASON",
			"run                       ->  WALL_NS USER_NS SYS_NS CHECKSUM",
			"end of input              ->  exit",
		} {
			if !strings.Contains(string(text), line) {
				t.Errorf("%s lacks the line %q", name, line)
			}
		}
	}
}
