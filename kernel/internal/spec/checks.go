package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/figure/page"
)

const reinstall = "run install.sh again in Weft's source folder"

// checkPrograms: weft and its session were built together.
func checkPrograms(m *Machine) Finding {
	mine, err := m.BuildInfo(m.Exe)
	if err != nil {
		return Finding{Missing, fmt.Sprintf("%s can't be read: %v", m.Exe, err), reinstall}
	}
	path, err := m.Session()
	if err != nil {
		return Finding{Missing, fmt.Sprintf("weft-session is not beside %s", m.Exe), reinstall}
	}
	session, err := m.BuildInfo(path)
	if err != nil {
		return Finding{Missing, fmt.Sprintf("%s can't be read: %v", path, err), reinstall}
	}
	if a, b := Version(mine), Version(session); a != b {
		return Finding{Missing, fmt.Sprintf("weft is %s but weft-session is %s (%s)", a, b, path), reinstall}
	}
	if mine.GoVersion != session.GoVersion {
		return Finding{Missing, fmt.Sprintf("weft is built with %s but weft-session with %s", mine.GoVersion, session.GoVersion), reinstall}
	}
	return Finding{OK, fmt.Sprintf("%s and weft-session, %s, %s", m.Exe, Version(mine), mine.GoVersion), ""}
}

// checkSession: a cell gives its value.
func checkSession(m *Machine) Finding {
	start := time.Now()
	got, err := m.RunCell("6 * 7")
	took := time.Since(start).Round(time.Millisecond)
	switch {
	case err != nil:
		return Finding{Missing, "no cell can run: " + firstLine(err.Error()), reinstall}
	case strings.TrimSpace(got) != "42":
		return Finding{Missing, fmt.Sprintf("the cell 6 * 7 shows %q", got), reinstall}
	}
	return Finding{OK, fmt.Sprintf("started and ran a cell in %v", took), ""}
}

// checkKernelspec: Jupyter knows this weft.
func checkKernelspec(m *Machine) Finding {
	found := Find(m.Paths.Search())
	if len(found) == 0 {
		return Finding{Missing, "Jupyter does not know Weft", "run: weft install"}
	}
	names := map[string]bool{}
	var good []string
	var stale *Installed
	for _, k := range found {
		if names[k.Name] {
			continue // an earlier one hides it
		}
		names[k.Name] = true
		info, err := os.Stat(k.Weft)
		if err != nil || info.Mode()&0o111 == 0 {
			return Finding{Missing, fmt.Sprintf("%s starts %s, which is gone", k.Dir, k.Weft), "run: " + installCommand(m, k)}
		}
		if real, err := filepath.EvalSymlinks(k.Weft); err == nil && real == m.Exe {
			good = append(good, fmt.Sprintf("%s (%q) in %s", k.Name, k.DisplayName, k.Dir))
			if js, err := os.ReadFile(filepath.Join(k.Dir, page.File)); err != nil || string(js) != page.Script() {
				stale = &k
			}
		}
	}
	if len(good) == 0 {
		k := found[0]
		return Finding{Note, fmt.Sprintf("%s starts another weft: %s", k.Dir, k.Weft), "to use this one, run: " + installCommand(m, k)}
	}
	if stale != nil {
		return Finding{Note, fmt.Sprintf("%s lacks this weft's %s: charts in new notebooks stay still pictures", stale.Dir, page.File), "run: " + installCommand(m, *stale)}
	}
	return Finding{OK, strings.Join(good, ", "), ""}
}

// installCommand is the command that points a kernelspec to this weft.
func installCommand(m *Machine, k Installed) string {
	cmd := "weft install"
	if k.Name != DefaultName {
		cmd += " --name " + k.Name
	}
	data := filepath.Dir(filepath.Dir(k.Dir))
	if prefix, ok := strings.CutSuffix(data, filepath.FromSlash("/share/jupyter")); ok && data != m.Paths.User() {
		cmd += " --prefix " + prefix
	}
	return cmd
}

// clients are the programs that open or run notebooks, with their packages.
var clients = []struct{ program, name string }{
	{"jupyter-lab", "JupyterLab"},
	{"jupyter-notebook", "Notebook"},
	{"jupyter-execute", "nbclient"},
	{"jupyter-nbconvert", "nbconvert"},
}

// checkJupyter: something can open notebooks. weft run needs none of it.
func checkJupyter(m *Machine) Finding {
	var have []string
	opens := false
	for i, c := range clients {
		if _, err := m.LookPath(c.program); err == nil {
			have = append(have, c.name)
			opens = opens || i < 2
		}
	}
	text := "found " + strings.Join(have, ", ")
	if len(have) == 0 {
		text = "no Jupyter client on PATH; weft run works without one"
	}
	if opens {
		return Finding{OK, text, ""}
	}
	return Finding{Note, text, "for a browser: pip install jupyterlab (in a virtual environment), or apt install jupyter-notebook; editors bring their own client"}
}

// minGo is the oldest release of Go that builds Weft.
const minGo = 26 // go1.26

// checkGo: the go command compiles for this session. Interpreted cells do without.
func checkGo(m *Machine) Finding {
	const without = "interpreted cells run, compiled ones do not"
	path, err := m.LookPath("go")
	if err != nil {
		return Finding{Note, "go is not on PATH: " + without, "install Go from https://go.dev/dl and put its bin folder on PATH"}
	}
	version, err := m.Output(path, "env", "GOVERSION")
	if err != nil {
		return Finding{Note, fmt.Sprintf("%s does not run: %s", path, firstLine(err.Error())), "install Go from https://go.dev/dl"}
	}
	if minor, ok := goMinor(version); ok && minor < minGo {
		return Finding{Note, fmt.Sprintf("%s is %s, older than go1.%d: %s", path, version, minGo, without), "install Go from https://go.dev/dl"}
	}
	want := runtime.Version()
	if session, err := m.Session(); err == nil {
		if info, err := m.BuildInfo(session); err == nil {
			want = info.GoVersion
		}
	}
	if version != want {
		return Finding{Note, fmt.Sprintf("%s is %s but weft-session is built with %s: %s", path, version, want, without), reinstall}
	}
	text := fmt.Sprintf("%s is %s, as weft-session's", path, version)
	if flags, err := m.Output(path, "env", "GOFLAGS"); err == nil && flags != "" {
		text += fmt.Sprintf("; your GOFLAGS (%s) are not used for cells", firstLine(flags))
	}
	return Finding{OK, text, ""}
}

// goMinor returns 26 for "go1.26.8" and "go1.26rc1"; ok is false for a
// development version.
func goMinor(version string) (minor int, ok bool) {
	rest, ok := strings.CutPrefix(version, "go1.")
	if !ok {
		return 0, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		rest = rest[:end]
	}
	minor, err := strconv.Atoi(rest)
	return minor, err == nil
}

// checkCompiler: what cgo and the linking of plugins use is there.
func checkCompiler(m *Machine) Finding {
	cc := "cc"
	if v, err := m.Output("go", "env", "CC"); err == nil && v != "" {
		cc = strings.Fields(v)[0]
	}
	for _, name := range []string{cc, "gcc", "clang"} {
		if path, err := m.LookPath(name); err == nil {
			return Finding{OK, path + linkers(m), ""}
		}
	}
	do := "apt install gcc libc6-dev, or your system's package of gcc"
	if m.Paths.GOOS == "darwin" {
		do = "xcode-select --install"
	}
	return Finding{Note, fmt.Sprintf("no C compiler (%s): compiled cells will not link", cc), do}
}

// linkers tells, behind the C compiler, of a linker that can be called without
// it, which is quicker.
func linkers(m *Machine) string {
	if m.Paths.GOOS != "linux" {
		return ""
	}
	for _, name := range []string{"ld.gold", "mold", "ld.bfd", "ld"} {
		if path, err := m.LookPath(name); err == nil {
			return ", linker " + path
		}
	}
	return "; no linker beside it, so cells take a little longer to compile"
}

// checkCgo: the session can load compiled cells. They are built with the
// session's own settings, as far as that can be.
func checkCgo(m *Machine) Finding {
	path, err := m.Session()
	if err != nil {
		return Finding{Note, "not known without weft-session", ""}
	}
	info, err := m.BuildInfo(path)
	if err != nil {
		return Finding{Note, fmt.Sprintf("%s can't be read: %v", path, err), reinstall}
	}
	if setting(info, "CGO_ENABLED") != "1" {
		return Finding{Note, "weft-session is built without cgo: it can't load compiled cells", reinstall}
	}
	if setting(info, "-trimpath") != "true" {
		return Finding{Note, "weft-session is built without -trimpath: its packages differ from those that compiled cells are built with", "build it with go build -trimpath, or " + reinstall}
	}
	for _, flag := range []string{"-msan", "-asan"} {
		if setting(info, flag) == "true" {
			return Finding{Note, fmt.Sprintf("weft-session is built with %s, which compiled cells can't have", flag), reinstall}
		}
	}
	text := "weft-session can load compiled cells"
	for _, key := range []string{"-race", "-tags", "GOEXPERIMENT"} {
		if v := setting(info, key); v != "" && v != "false" {
			text += fmt.Sprintf(", which are built with its %s=%s", key, v)
		}
	}
	return Finding{OK, text, ""}
}

// checkOpenCell: compiled cells work, as seen by trying.
func checkOpenCell(m *Machine) Finding {
	c, err := m.OpenCell()
	if err != nil {
		return Finding{Note, "not available: " + firstLine(err.Error()), "see the lines above; where they are ok, " + reinstall}
	}
	return Finding{OK, fmt.Sprintf("one was built in %d ms (linked by %s) and opened by weft-session in %d ms", c.Build.Milliseconds(), c.Linker, c.Open.Milliseconds()), ""}
}

// checkCaches: what has been compiled once can be kept.
func checkCaches(m *Machine) Finding {
	var dirs []string
	if dir, err := m.Output("go", "env", "GOCACHE"); err == nil && dir != "" && dir != "off" {
		dirs = append(dirs, dir)
		if err := m.Writable(dir); err != nil {
			return Finding{Note, "Go can't keep what it compiles, and compiled cells need that: " + firstLine(err.Error()), "make " + dir + " yours, or set GOCACHE to a folder that is"}
		}
	}
	own, err := m.CacheDir()
	if err == nil {
		dirs = append(dirs, own)
		err = m.Writable(own)
	}
	if err != nil {
		return Finding{Note, "every start looks anew for what compiled cells need, about a second: " + firstLine(err.Error()), "make the folder yours, or set XDG_CACHE_HOME to one that is"}
	}
	return Finding{OK, "can be written: " + strings.Join(dirs, ", "), ""}
}

// checkMemory tells how large a session may grow.
func checkMemory(m *Machine) Finding {
	by := "80 % of what this machine gives; WEFT_MEMORY sets another"
	if v := m.Paths.Getenv("WEFT_MEMORY"); v != "" {
		by = "WEFT_MEMORY=" + v
	}
	if m.Memory <= 0 {
		return Finding{Note, "a session may use all memory", "set WEFT_MEMORY, for example WEFT_MEMORY=4G"}
	}
	return Finding{OK, fmt.Sprintf("a session may use %.1f GiB (%s)", float64(m.Memory)/(1<<30), by), ""}
}

// checkCounters tells whether the processor's own counters can be read, as seen
// by trying. Measurements without them say so.
func checkCounters(m *Machine) Finding {
	have, unavailable := m.Counters()
	if unavailable != "" {
		return Finding{OK, "the processor's counters are n/a (" + unavailable + "); %perf counts the rest", ""}
	}
	return Finding{OK, "the processor's counters can be read: " + have, ""}
}
