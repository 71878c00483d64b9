package engine

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Tests of compiled cells need a process that can open plugins: a session that
// was built with the flags of the plugins. Both are built from texts in the
// tests, as packages of this module that exist for the go command only.

const nb = "github.com/weft-go/weft/kernel/internal/engine/nb/"

var scratch = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "weft-engine") })

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := scratch(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// needsPlugins skips a test where none can be built.
func needsPlugins(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds plugins")
	}
	if raceEnabled {
		t.Skip("the standard library for plugins with the race detector takes minutes to build")
	}
	for _, tool := range []string{"go", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs ", tool, " to build plugins")
		}
	}
}

func goBuild(args ...string) error {
	cmd := exec.Command("go", append([]string{"build", "-trimpath"}, args...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-buildvcs=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

var sessionBinary = sync.OnceValues(func() (string, error) {
	dir, err := scratch()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "weft-session")
	return file, goBuild("-o", file, "../../cmd/weft-session")
})

// buildPlugin builds, once for each name, a plugin with the packages called c1, c2 …, given their
// texts, in which nb/ stands for where they are.
func buildPlugin(t testing.TB, name string, packages map[string]string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	dir, err := scratch()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name+".so")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	add := func(pkg, text string) {
		real := filepath.Join(dir, name+"_"+pkg+".go")
		if err := os.WriteFile(real, []byte(strings.ReplaceAll(text, `"nb/`, `"`+nb)), 0o644); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(here, "nb", pkg, pkg+".go")] = real
	}
	main := "package main\n"
	for pkg, text := range packages {
		add(pkg, text)
		main += "import _ \"nb/" + pkg + "\"\n"
	}
	add(name, main)
	for pkg, text := range built {
		if _, own := packages[pkg]; !own {
			add(pkg, text)
		}
	}
	for pkg, text := range packages {
		built[pkg] = text
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, name+".json")
	if err := os.WriteFile(list, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := goBuild("-overlay", list, "-buildmode=plugin", "-ldflags=-s -w", "-o", file, nb+name); err != nil {
		t.Fatal(err)
	}
	return file
}

var (
	building sync.Mutex
	built    = map[string]string{} // guarded by building: the texts of all packages so far, which later ones may import
)

// newProcess starts a session in a process of its own.
func newProcess(t testing.TB) *front {
	t.Helper()
	needsPlugins(t)
	binary, err := sessionBinary()
	if err != nil {
		t.Fatal(err)
	}
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	syscall.CloseOnExec(fds[0])
	theirs := os.NewFile(uintptr(fds[1]), "link")
	ours := os.NewFile(uintptr(fds[0]), "link")
	conn, err := net.FileConn(ours)
	if err != nil {
		t.Fatal(err)
	}
	ours.Close()
	cmd := exec.Command(binary)
	cmd.ExtraFiles = []*os.File{theirs}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	f := attach(t, conn)
	f.process = cmd.Process
	t.Cleanup(func() {
		conn.Close()
		_ = cmd.Wait()
		if text := stderr.String(); text != "" && t.Failed() {
			t.Log("the session said: ", text)
		}
	})
	return f
}
