package toolchain

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/weft-go/weft"
)

// weftModule is our own import path.
const weftModule = "github.com/weft-go/weft"

// goLine is the go directive of our go.mod: it chooses the language version of
// our packages.
var goLine = sync.OnceValue(func() string {
	text, _ := weft.Sources.ReadFile("go.mod")
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "go ") {
			return strings.TrimSpace(line)
		}
	}
	panic("BUG: our go.mod has no go line")
})

// linkedModule is the one module whose packages the session links for cells
// and compiled cells may import, as cells without a module of their own do.
const linkedModule = "github.com/go-echarts/go-echarts/v2"

// linkedVersion is its release.
var linkedVersion = sync.OnceValue(func() string {
	text, _ := weft.Sources.ReadFile("go.mod")
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require ")); len(f) >= 2 && f[0] == linkedModule {
			return f[1]
		}
	}
	panic("BUG: our go.mod does not require " + linkedModule)
})

// linkedSums are the lines of our go.sum about it.
func linkedSums() (lines []byte) {
	text, _ := weft.Sources.ReadFile("go.sum")
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, linkedModule+" ") {
			lines = append(lines, line...)
		}
	}
	return lines
}

// sources returns the files that get compiled, by slash-separated path, and
// their sum. They import the standard library and each other only; go.mod also
// names the module that cells import beside them.
var sources = sync.OnceValues(func() (map[string][]byte, string) {
	files := map[string][]byte{
		"go.mod": fmt.Appendf(nil, "module %s\n\n%s\n\nrequire %s %s\n", weftModule, goLine(), linkedModule, linkedVersion()),
		"go.sum": linkedSums(),
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s", files["go.mod"], files["go.sum"])
	err := fs.WalkDir(weft.Sources, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.Contains(path, "/"):
			return nil
		}
		data, err := weft.Sources.ReadFile(path)
		if err != nil {
			return err
		}
		files[path] = data
		fmt.Fprintf(h, "%s %d\n%s", path, len(data), data)
		return nil
	})
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return files, fmt.Sprintf("%x", h.Sum(nil)[:8])
})

// extract puts the sources of Weft's packages into a folder below cache and
// returns the folder in which the go command finds them as the session's
// program was built from them: as the main module of a checkout, or, after go
// install, as a module with a version, which stands in the paths of its files.
func extract(cache string, main debug.Module) (string, error) {
	files, name := sources()
	dir := filepath.Join(cache, "source-"+name)
	if _, err := os.Stat(dir); err != nil {
		if err := writeTree(dir, files); err != nil {
			return "", err
		}
	} else {
		now := time.Now()
		_ = os.Chtimes(dir, now, now) // prune looks at it
	}
	if main.Sum == "" { // not from the module cache
		return dir, nil
	}
	user := filepath.Join(cache, "source-"+name+"-"+sum(main.Version))
	if _, err := os.Stat(user); err == nil {
		return user, nil
	}
	mod := fmt.Sprintf("module %[1]s/cells\n\n%[2]s\n\nrequire (\n\t%[1]s %[3]s\n\t%[5]s %[6]s\n)\n\nreplace %[1]s => %[4]q\n", weftModule, goLine(), main.Version, dir, linkedModule, linkedVersion())
	return user, writeTree(user, map[string][]byte{"go.mod": []byte(mod), "go.sum": linkedSums()})
}

// writeTree makes a folder that others see as a whole only.
func writeTree(dir string, files map[string][]byte) error {
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for name, data := range files {
		name = filepath.Join(tmp, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp, dir); err != nil {
		if _, there := os.Stat(dir); there != nil {
			return err
		}
	}
	return nil
}
