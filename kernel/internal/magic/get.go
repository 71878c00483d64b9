package magic

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Modules are the Go modules of a notebook. An Env whose notebook can have some
// implements it. What is downloaded and compiled is told on the cell's standard
// output while it happens; an error leaves go.mod as it was.
type Modules interface {
	// Get adds modules or changes versions, with the arguments of go get.
	Get(ctx context.Context, args ...string) error
	// Replace makes the folder dir, an absolute path, stand for the module at
	// path; path may be "" for the one that the folder's go.mod names. typed is
	// the folder as the user wrote it.
	Replace(ctx context.Context, path, dir, typed string) error
	// Tidy drops the modules that nothing in the notebook imports.
	Tidy(ctx context.Context) error
	// GoMod returns the text of go.mod.
	GoMod(ctx context.Context) (string, error)
}

var getMagic = &Magic{
	Name:  "get",
	Usage: "%get path[@version]  %get path => folder",
	Short: "get a Go module for this notebook, or use a folder in its place",
	Doc: `    %get gonum.org/v1/gonum/stat          the newest release
    %get gonum.org/v1/gonum@v0.16.0       this one
    %get -u github.com/montanaflynn/stats newer, with what it needs
    %get example.com/lib@none             no longer
    %get example.com/lib => ../lib        a folder with a go.mod, under development
    %get ../lib                           the same: its go.mod says the path

The notebook has a go.mod of its own, which %mod shows; "%get replace path =>
folder" works too. Cells then import the packages, or just use their names. When
files in such a folder change, the next cell sees the change. GOPROXY, GOPRIVATE
and the like count as everywhere. A version that the session has loaded stays:
another one needs %reset first.`,
	Line: true,
	Run:  runGet,
}

func runGet(ctx context.Context, env Env, call Call) error {
	modules, ok := env.(Modules)
	if !ok {
		return errors.New("%get: this notebook can have no modules")
	}
	if call.Args == "" {
		return errors.New("%get needs the path of a package or module, such as %get gonum.org/v1/gonum/stat")
	}
	if to, from, ok := replacement(call.Args); ok {
		return replace(ctx, env, modules, from, to)
	}
	args := strings.Fields(call.Args)
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-") && arg != "-u" && arg != "-t" && !strings.HasPrefix(arg, "-u="):
			return fmt.Errorf("%%get has no option %s: it knows go get's -u and -t", arg)
		case strings.Contains(arg, "://"):
			return fmt.Errorf("%%get: %s is an address: write the module's path without it, %s", arg, arg[strings.Index(arg, "://")+3:])
		}
	}
	return modules.Get(ctx, args...)
}

// replacement takes "path => folder", with "replace" or without, or a folder
// alone apart.
func replacement(args string) (folder, path string, ok bool) {
	if rest, found := strings.CutPrefix(args, "replace "); found {
		args = strings.TrimSpace(rest)
		if !strings.Contains(args, "=>") {
			args = strings.Replace(args, "=", "=>", 1) // go mod edit -replace=path=folder
		}
	}
	if from, to, found := strings.Cut(args, "=>"); found {
		return strings.TrimSpace(to), strings.TrimSpace(from), true
	}
	if isFolder(args) {
		return args, "", true
	}
	return "", "", false
}

// isFolder reports whether Go takes s for a folder rather than an import path.
func isFolder(s string) bool {
	return s == "." || s == ".." || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "~/") || filepath.IsAbs(s)
}

func replace(ctx context.Context, env Env, modules Modules, path, folder string) error {
	folder = strings.Trim(folder, `"`)
	if to, version, ok := strings.Cut(folder, "@"); ok && !isFolder(folder) || folder == "" {
		return fmt.Errorf("%%get %s => %s: name a folder, such as ../lib; another module (%s %s) can't stand for this one here", path, folder, to, version)
	}
	vars, err := env.Op(ctx, "environ", nil)
	if err != nil {
		return err
	}
	dir := expandPath(folder, vars)
	if !filepath.IsAbs(dir) {
		here, err := env.Op(ctx, "chdir", map[string]string{"dir": "."})
		if err != nil {
			return err
		}
		dir = filepath.Join(here["dir"], dir)
	}
	path, _, _ = strings.Cut(path, "@")
	return modules.Replace(ctx, strings.TrimSpace(path), dir, folder)
}
