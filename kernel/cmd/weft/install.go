package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/spec"
)

var installCommand = &command{
	name:  "install",
	usage: "install [--user | --prefix DIR | --sys-prefix] [--name NAME] [--display-name TEXT] [--env NAME VALUE]...",
	short: "register Weft with Jupyter",
	run: func(args []string) error {
		exe, err := executable()
		if err != nil {
			return err
		}
		return install(exe, args)
	},
}

// placeFlags are the flags that say where a kernelspec lies.
type placeFlags struct {
	user, sysPrefix bool
	prefix          string
}

func (p *placeFlags) define(fs *flag.FlagSet) {
	fs.BoolVar(&p.user, "user", false, "the user's own Jupyter folder (default)")
	fs.StringVar(&p.prefix, "prefix", "", "`DIR`/share/jupyter instead, such as /usr/local or a virtual environment")
	fs.BoolVar(&p.sysPrefix, "sys-prefix", false, "the Python environment that is active in this shell")
}

// data returns the Jupyter data folder that the flags name.
func (p *placeFlags) data(paths spec.Paths) (string, error) {
	given := 0
	for _, on := range []bool{p.user, p.prefix != "", p.sysPrefix} {
		if on {
			given++
		}
	}
	if given > 1 {
		return "", usageError{errors.New("--user, --prefix and --sys-prefix exclude each other")}
	}
	switch {
	case p.prefix != "":
		dir, err := filepath.Abs(p.prefix)
		if err != nil {
			return "", fmt.Errorf("find %s: %w", p.prefix, err)
		}
		return spec.Prefix(dir), nil
	case p.sysPrefix:
		active := paths.Active()
		if active == "" {
			return "", errors.New("--sys-prefix: no Python environment is active in this shell (neither VIRTUAL_ENV nor CONDA_PREFIX is set): activate one or name it with --prefix")
		}
		return spec.Prefix(active), nil
	}
	if data := paths.User(); data != "" {
		return data, nil
	}
	return "", errors.New("there is no home folder (HOME is not set): name a folder with --prefix")
}

// install writes a kernelspec that starts the program weft.
func install(weft string, args []string) error {
	fs := flag.NewFlagSet("install", flag.ContinueOnError)
	var place placeFlags
	place.define(fs)
	s := spec.Spec{Weft: weft, Env: map[string]string{}}
	fs.StringVar(&s.Name, "name", spec.DefaultName, "`NAME` of the kernelspec, for more than one beside each other")
	fs.StringVar(&s.DisplayName, "display-name", "", "`TEXT` that clients show (default "+spec.DefaultDisplayName+")")
	fs.Func("env", "`NAME VALUE` (or NAME=VALUE) for the kernel's environment; may be repeated", func(v string) error {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return errors.New("write --env NAME VALUE")
		}
		s.Env[name] = value
		return nil
	})
	if err := parseFlags(fs, joinEnv(args)); err != nil {
		return err
	}
	if s.DisplayName == "" {
		s.DisplayName = spec.DefaultDisplayName
		if s.Name != spec.DefaultName {
			s.DisplayName = s.Name // as ipykernel does, so that both can be told apart
		}
	}
	paths := spec.SystemPaths()
	data, err := place.data(paths)
	if err != nil {
		return err
	}
	dir, changed, err := spec.Install(data, s)
	if err != nil {
		return err
	}
	if !changed {
		fmt.Printf("kernelspec %s is in %s already: nothing to do\n", s.Name, dir)
		return nil
	}
	fmt.Printf("installed kernelspec %s (%q) in %s\n", s.Name, s.DisplayName, dir)
	if !slices.Contains(paths.Search(), data) {
		fmt.Printf("Jupyter finds it when it is run from %s, or with JUPYTER_PATH=%s\n", filepath.Dir(filepath.Dir(data)), data)
	}
	return nil
}

// joinEnv turns "--env NAME VALUE", which ipykernel install has, into one
// argument for package flag.
func joinEnv(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		if (args[i] == "--env" || args[i] == "-env") && i+2 < len(args) && !strings.Contains(args[i+1], "=") {
			out = append(out, args[i], args[i+1]+"="+args[i+2])
			i += 2
			continue
		}
		out = append(out, args[i])
	}
	return out
}

// executable returns where this program lies for good, links resolved.
func executable() (string, error) {
	exe, err := os.Executable()
	if err == nil {
		exe, err = filepath.EvalSymlinks(exe)
	}
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	if strings.Contains(exe, string(filepath.Separator)+"go-build") {
		return "", fmt.Errorf("%s is gone when go run ends: build weft and weft-session into one folder first (make build)", exe)
	}
	return exe, nil
}
