package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// compile compiles a package. Errors of the text are *Errors.
func (t *Toolchain) compile(ctx context.Context, s *setup, work, importcfg, path, archive string, files []File, plugin bool) error {
	_, err := t.compileWith(ctx, s, work, importcfg, path, archive, files, plugin)
	return err
}

// compileWith is compile with more flags; it returns what the compiler tells.
func (t *Toolchain) compileWith(ctx context.Context, s *setup, work, importcfg, path, archive string, files []File, plugin bool, flags ...string) (told string, err error) {
	args := []string{
		"-o", archive, "-p", path, "-importcfg", importcfg, "-pack", "-e", "-complete", "-nolocalimports",
		"-lang", s.lang, "-goversion", s.version, fmt.Sprintf("-c=%d", jobs()),
		// Places are relative to the text's folder, which nobody wants to see.
		"-trimpath", work + "=>",
	}
	if plugin {
		args = append(args, "-dynlink", keepMaps)
		if s.race {
			args = append(args, "-race")
		}
	}
	args = append(args, flags...)
	names, err := writeFiles(work, files)
	if err != nil {
		return "", err
	}
	args = append(append(args, "--"), names...)
	out, err := tool(ctx, s, work, "compile", args...)
	if err == nil {
		return string(out), nil
	}
	var failed *commandError
	if !errors.As(err, &failed) {
		return "", err
	}
	list, _ := parseErrors(string(out))
	if len(list) == 0 {
		return "", err
	}
	return "", &Errors{List: list}
}

// writeFiles writes texts into a folder and returns the files' names. The
// texts' own names go into the text, where any name will do.
func writeFiles(work string, files []File) ([]string, error) {
	var names []string
	for i, f := range files {
		name := sourceName(i)
		label := strings.Map(func(r rune) rune {
			if r < ' ' {
				return '_'
			}
			return r
		}, f.Name)
		text := f.Text
		if label != "" {
			text = "//line " + label + ":1:1\n" + text
		}
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// sourceName names a package's file number i.
func sourceName(i int) string { return fmt.Sprintf("f%d.go", i) }
