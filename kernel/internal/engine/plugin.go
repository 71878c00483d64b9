package engine

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// Open opens a plugin as a session does, in a process that is good for nothing
// else: whether this very program can is seen by trying only, and a plugin that
// does not fit may end the process.
func Open(file string) error { return new(unifier).open(file) }

// open opens a plugin that fits this process.
func (u *unifier) open(file string) error {
	if err := checkPlugin(file); err != nil {
		return err
	}
	if err := openPlugin(file); err != nil {
		return err
	}
	return u.unify(file)
}

// mustMatch are the build settings in which a plugin and this process have to
// agree, beside the release of Go.
var mustMatch = []string{"GOOS", "GOARCH", "GOEXPERIMENT", "-race", "-msan", "-asan", "-trimpath"}

// checkPlugin says why the plugin in file can't be opened by this process. Go
// itself checks the packages that both have, with an error, but a plugin of
// another release ends the process ("no plugin module data"), so this comes
// first. A plugin that tells no settings is judged by its release alone.
func checkPlugin(file string) error {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s is no Go plugin: %w", file, err)
	}
	if info.GoVersion != runtime.Version() {
		return fmt.Errorf("%s was built by %s, the session by %s: both must come from one toolchain", file, info.GoVersion, runtime.Version())
	}
	if len(info.Settings) == 0 {
		return nil
	}
	own, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("the session does not know how it was built")
	}
	if mode := setting(info, "-buildmode"); mode != "" && mode != "plugin" {
		return fmt.Errorf("%s is no plugin: it was built with -buildmode=%s", file, mode)
	}
	if len(own.Settings) == 0 { // a test's binary
		return nil
	}
	var differ []string
	for _, key := range mustMatch {
		if a, b := setting(info, key), setting(own, key); a != b && (a != "false" || b != "") && (a != "" || b != "false") {
			differ = append(differ, fmt.Sprintf("%s=%q, not %q", key, a, b))
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("%s was built otherwise than the session: %s", file, strings.Join(differ, "; "))
	}
	return nil
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
