package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../../.." // the module's folder

// goCommand runs the go command in the module's folder for one operating system.
func goCommand(t *testing.T, goos string, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &stdout, &stderr
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	if err := cmd.Run(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return stdout.Bytes()
}

// A listed package is what go list tells of it.
type listed struct {
	ImportPath                         string
	Standard                           bool
	Imports, TestImports, XTestImports []string
}

func list(t *testing.T, goos string, args ...string) []listed {
	t.Helper()
	args = append([]string{"list", "-e", "-json=ImportPath,Standard,Imports,TestImports,XTestImports"}, args...)
	decoder := json.NewDecoder(bytes.NewReader(goCommand(t, goos, args...)))
	var packages []listed
	for {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// ours returns an import path without the module's, and whether it is ours. The
// module's own folder is ".".
func ours(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// standard reports whether an import path is the standard library's: its first
// element has no dot.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

func find(pkg string) *rule {
	for i := range policy {
		if ok, _ := path.Match(policy[i].pkg, pkg); ok {
			return &policy[i]
		}
	}
	return nil
}

func matches(patterns, pkg string) bool {
	for _, p := range strings.Fields(patterns) {
		if ok, _ := path.Match(p, pkg); ok {
			return true
		}
	}
	return false
}

// ofModule reports whether importPath belongs to one of the modules named.
func ofModule(names, importPath string) bool {
	for _, name := range strings.Fields(names) {
		if m := modules[name]; importPath == m || strings.HasPrefix(importPath, m+"/") {
			return true
		}
	}
	return false
}

// allowed reports whether the rule lets pkg import importPath.
func (r *rule) allowed(importPath string) bool {
	if standard(importPath) {
		return true
	}
	if own, ok := ours(importPath); ok {
		return matches(r.may, own)
	}
	return ofModule(r.modules, importPath)
}

// floor numbers the floors from below; -1 is none of them.
func floor(pkg string) int {
	first, _, _ := strings.Cut(pkg, "/")
	for i, name := range []string{"runtime", "kernels", "kernel"} {
		if first == name {
			return i
		}
	}
	return -1
}

// allowedInTest reports whether pkg's tests may import importPath.
func allowedInTest(pkg, importPath string) bool {
	if standard(importPath) {
		return true
	}
	if own, ok := ours(importPath); ok {
		return floor(own) <= floor(pkg)
	}
	return floor(pkg) == 2 && ofModule(testModules, importPath)
}

func TestImports(t *testing.T) {
	for _, goos := range []string{"linux", "darwin"} {
		for _, p := range list(t, goos, "./...") {
			pkg, ok := ours(p.ImportPath)
			if !ok {
				t.Errorf("%s is outside of the three floors", p.ImportPath)
				continue
			}
			r := find(pkg)
			if r == nil {
				t.Errorf("%s has no line in policy.go", pkg)
				continue
			}
			for _, i := range p.Imports {
				if !r.allowed(i) {
					t.Errorf("%s imports %s, which policy.go does not allow", pkg, i)
				}
			}
			for _, i := range append(p.TestImports, p.XTestImports...) {
				if !allowedInTest(pkg, i) {
					t.Errorf("%s: a test imports %s, which policy.go does not allow", pkg, i)
				}
			}
		}
	}
}

// TestPublic: who imports a public package gets nothing but us.
func TestPublic(t *testing.T) {
	for _, p := range list(t, "linux", append([]string{"-deps"}, public...)...) {
		own, ok := ours(p.ImportPath)
		if p.Standard || ok && (floor(own) < 2 || matches("kernel/chart kernel/display kernel/measure kernel/internal/sink", own)) {
			continue
		}
		t.Errorf("a public package needs %s", p.ImportPath)
	}
}

// TestSession: the session links the standard library, yaegi and us.
func TestSession(t *testing.T) {
	const dir = "kernel/cmd/weft-session"
	if _, err := os.Stat(filepath.Join(root, dir)); err != nil {
		t.Fatal(err)
	}
	for _, goos := range []string{"linux", "darwin"} {
		for _, p := range list(t, goos, "-deps", "./"+dir) {
			_, own := ours(p.ImportPath)
			if !p.Standard && !own && !ofModule(sessionModules, p.ImportPath) {
				t.Errorf("%s: the session links %s", goos, p.ImportPath)
			}
		}
	}
}

// TestPolicyItself: arrows go down, and the rules refuse what they shall.
func TestPolicyItself(t *testing.T) {
	for _, r := range policy {
		for _, may := range strings.Fields(r.may) {
			if floor(may) > floor(r.pkg) {
				t.Errorf("the rule for %s lets it import %s, a floor up", r.pkg, may)
			}
		}
		for _, m := range strings.Fields(r.modules) {
			if modules[m] == "" {
				t.Errorf("the rule for %s names the unknown module %s", r.pkg, m)
			}
		}
	}
	for _, tt := range []struct{ pkg, imports string }{
		{"runtime/par", module + "/kernels"},
		{"runtime/par", "golang.org/x/sync/errgroup"},
		{"kernels/pi", module + "/kernel/display"},
		{"kernels/pi", module + "/kernels/julia"},
		{"kernel/internal/wire", module + "/kernel/display"},
		{"kernel/internal/server", module + "/kernel/internal/front"},
		{"kernel/internal/server", modules["zmq4"]},
		{"kernel/internal/symbols", module + "/kernel/internal/cell"},
		{"kernel/cmd/weft", module + "/kernel/internal/engine"},
		{"kernel/internal/engine", modules["zmq4"] + "/transport"},
		{"kernel/internal/engine", modules["x/tools"] + "/go/packages"},
	} {
		if r := find(tt.pkg); r == nil || r.allowed(tt.imports) {
			t.Errorf("the policy lets %s import %s", tt.pkg, tt.imports)
		}
	}
	for _, tt := range []struct{ pkg, imports string }{
		{"runtime/par", module + "/kernels/pi"},
		{"kernels/pi", modules["yaegi"] + "/interp"},
		{"kernels/pi", module + "/kernel/measure"},
	} {
		if allowedInTest(tt.pkg, tt.imports) {
			t.Errorf("the policy lets tests of %s import %s", tt.pkg, tt.imports)
		}
	}
	if r := find("kernel/internal/new"); r != nil {
		t.Errorf("a package that nobody announced falls under the rule for %s", r.pkg)
	}
}
