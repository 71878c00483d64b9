package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-go/weft/kernel/internal/spec"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

var uninstallCommand = &command{
	name:  "uninstall",
	usage: "uninstall [--user | --prefix DIR | --sys-prefix] [--name NAME]",
	short: "remove what install.sh installed; with a flag, one kernelspec only",
	run:   uninstall,
}

// manifest lists what install.sh has put below its prefix, one path on a line,
// relative to the prefix; it lists itself.
const manifest = "share/weft/installed"

func uninstall(args []string) error {
	flags := flag.NewFlagSet("uninstall", flag.ContinueOnError)
	var place placeFlags
	place.define(flags)
	name := flags.String("name", spec.DefaultName, "`NAME` of the kernelspec")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	paths := spec.SystemPaths()
	if flags.NFlag() == 0 {
		return uninstallAll(paths)
	}
	data, err := place.data(paths)
	if err != nil {
		return err
	}
	dir, removed, err := spec.Uninstall(data, *name)
	if err != nil {
		return err
	}
	if !removed {
		fmt.Printf("there is no %s: nothing to do\n", dir)
		return nil
	}
	fmt.Println("removed", dir)
	return nil
}

// uninstallAll removes the kernelspecs that start this program, wherever
// Jupyter finds them, those whose program is gone, what compiled cells keep for
// later, and the files of install.sh.
func uninstallAll(paths spec.Paths) error {
	exe, err := executable()
	if err != nil {
		return err
	}
	var errs []error
	count := 0
	for _, k := range spec.Find(paths.Search()) {
		if real, err := filepath.EvalSymlinks(k.Weft); err == nil && real != exe {
			continue // another installation's
		}
		dir, removed, err := spec.Uninstall(filepath.Dir(filepath.Dir(k.Dir)), k.Name)
		if removed {
			fmt.Println("removed", dir)
			count++
		}
		errs = append(errs, err)
	}
	if dir, err := toolchain.CacheDir(); err == nil {
		if _, err := os.Stat(dir); err == nil {
			errs = append(errs, os.RemoveAll(dir))
			fmt.Println("removed", dir)
			count++
		}
	}
	n, err := removeListed(filepath.Dir(filepath.Dir(exe)))
	if count += n; count == 0 && err == nil {
		fmt.Println("nothing to do")
	}
	return errors.Join(append(errs, err)...)
}

// removeListed removes the files that the manifest below prefix lists, and the
// folders that are empty then. Without a manifest there is nothing to remove:
// the program was not put there by install.sh.
func removeListed(prefix string) (count int, err error) {
	text, err := os.ReadFile(filepath.Join(prefix, manifest))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read what install.sh installed: %w", err)
	}
	root, err := os.OpenRoot(prefix)
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", prefix, err)
	}
	defer root.Close()
	var errs []error
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSpace(line)
		if name == "" || name == manifest {
			continue
		}
		switch err := root.Remove(name); {
		case err == nil:
			fmt.Println("removed", filepath.Join(prefix, name))
			count++
		case !errors.Is(err, fs.ErrNotExist):
			errs = append(errs, fmt.Errorf("remove %s: %w", filepath.Join(prefix, name), err))
		}
	}
	if len(errs) > 0 {
		return count, errors.Join(errs...) // the manifest stays: a second try finds the rest
	}
	if err := root.Remove(manifest); err != nil {
		return count, fmt.Errorf("remove %s: %w", filepath.Join(prefix, manifest), err)
	}
	_ = root.Remove(filepath.Dir(manifest)) // stays if there is something of the user's in it
	return count, nil
}
