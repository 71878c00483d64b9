package magic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

var envMagic = &Magic{
	Name:  "env",
	Usage: "%env [NAME]  %env NAME=value  %env -u NAME",
	Short: "show, set or remove environment variables of the session",
	Doc: `    %env                  all
    %env HOME             one
    %env DATA=/tmp/data   set; "%env DATA /tmp/data" is the same
    %env -u DATA          remove

$NAME in a value is replaced; quotes around the whole value are taken off, and
single quotes keep $ as it is. The setting outlives a session that dies. What
Go's runtime reads when it starts (GOMAXPROCS, GOGC, GOMEMLIMIT, GODEBUG) counts
from the next session on: %reset begins one.`,
	Line: true,
	Run:  runEnv,
}

var envName = regexp.MustCompile(`^[\pL_][\pL\pN_.]*$`)

// startVars are the variables that Go's runtime reads only when a process starts.
var startVars = []string{"GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG", "GOTRACEBACK"}

func runEnv(ctx context.Context, env Env, call Call) error {
	if call.Args == "" {
		vars, err := env.Op(ctx, "environ", nil)
		if err != nil {
			return err
		}
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(vars)) {
			b.WriteString(name + "=" + vars[name] + "\n")
		}
		env.Stdout(b.String())
		return nil
	}
	if name, ok := strings.CutPrefix(call.Args, "-u"); ok {
		return unsetEnv(ctx, env, strings.TrimSpace(name))
	}

	name, value, set := strings.Cut(call.Args, "=")
	if i := strings.IndexAny(call.Args, " \t"); i >= 0 && (!set || i < len(name)) {
		name, value, set = call.Args[:i], call.Args[i:], true
		value = strings.TrimPrefix(strings.TrimSpace(value), "=") // "NAME = value"
	}
	value = strings.TrimSpace(value)
	if !envName.MatchString(name) {
		return fmt.Errorf("%%env: %q is not the name of a variable: write %%env NAME=value", name)
	}
	vars, err := env.Op(ctx, "environ", nil)
	if err != nil {
		return err
	}
	if !set {
		old, ok := vars[name]
		if !ok {
			return fmt.Errorf("%%env: %s is not set; %%env %s=value sets it", name, name)
		}
		env.Stdout(old + "\n")
		return nil
	}
	value = expandValue(value, vars)
	if _, err := env.Op(ctx, "setenv", map[string]string{"name": name, "value": value}); err != nil {
		return err
	}
	env.Stdout(name + "=" + value + "\n")
	if slices.Contains(startVars, name) {
		env.Stderr(name + " counts from the next session on: %reset begins one\n")
	}
	return nil
}

func unsetEnv(ctx context.Context, env Env, name string) error {
	if !envName.MatchString(name) {
		return errors.New("%env -u needs the name of a variable, such as %env -u DATA")
	}
	_, err := env.Op(ctx, "unsetenv", map[string]string{"name": name})
	return err
}

// expandValue takes quotes around s off and puts variables in.
func expandValue(s string, vars map[string]string) string {
	if len(s) >= 2 && s[0] == s[len(s)-1] {
		switch s[0] {
		case '\'':
			return s[1 : len(s)-1]
		case '"':
			s = s[1 : len(s)-1]
		}
	}
	return os.Expand(s, func(name string) string { return vars[name] })
}

// expandPath is expandValue for the name of a file or folder: ~ at the start
// is the home folder.
func expandPath(s string, vars map[string]string) string {
	if s == "~" || strings.HasPrefix(s, "~/") {
		s = vars["HOME"] + s[1:]
	}
	return expandValue(s, vars)
}
