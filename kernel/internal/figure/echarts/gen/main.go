// Command gen builds ../echarts.js.gz from the npm package echarts, by its
// build script in _build. Where npm or node isn't there, or the packages can't
// be had, it says so and leaves the file as it is.
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	if err := run("_build", "."); err != nil {
		fmt.Fprintln(os.Stderr, "echarts:", err)
		var missing *missingError
		if !errors.As(err, &missing) {
			os.Exit(1)
		}
	}
}

// A missingError says that the library can't be built on this machine.
type missingError struct{ what error }

func (e *missingError) Error() string {
	return fmt.Sprintf("%v: echarts.js.gz stays as it is", e.what)
}

func (e *missingError) Unwrap() error { return e.what }

// run builds in the folder build and writes the result and the licences to out.
func run(build, out string) error {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return &missingError{err}
		}
	}
	if err := command(build, "npm", "ci", "--silent"); err != nil {
		return &missingError{fmt.Errorf("get the packages: %w", err)}
	}
	if err := command(build, "node", "build.mjs"); err != nil {
		return fmt.Errorf("build the library: %w", err)
	}
	js, err := os.ReadFile(filepath.Join(build, "out", "echarts.js"))
	if err != nil {
		return err
	}
	packed, err := pack(js)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "echarts.js.gz"), packed, 0o644); err != nil {
		return err
	}
	for name, from := range map[string]string{
		"LICENSE":         "echarts/LICENSE",
		"NOTICE":          "echarts/NOTICE",
		"LICENSE.zrender": "zrender/LICENSE",
	} {
		text, err := os.ReadFile(filepath.Join(build, "node_modules", filepath.FromSlash(from)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// command runs a program in dir; what it says goes to the standard error.
func command(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// pack compresses js, always to the same bytes: the header has no time and no
// name.
func pack(js []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(w, bytes.NewReader(js)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
