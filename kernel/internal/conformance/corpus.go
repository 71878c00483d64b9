// Package conformance compares what cells do with what Go does, on the Go
// project's own test programs: those of $GOROOT/test that are one file, run
// without arguments and end by themselves. Each runs under the go command and
// as a cell of a real session, and the two must print and end alike.
//
// corpus.go finds the programs, expect.go asks the go command, split.go cuts a
// program into cells, cells.go runs them, table.go says how they compare and
// keeps the lists of known failures, run.go ties these together. The command
// below conform prints the table. What a program says of its own file is
// compared as if file and cell had one name; goroutines' numbers in the message
// of a panic don't count, nor what is printed on standard error by a program
// that ends badly: it holds addresses.
//
// A test of the package does the same with the cells of package front's scripts
// and of the notebooks: see TestConsistency.
package conformance

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A Program is one test program.
type Program struct {
	Name   string // its path below the folder of tests
	Source string
}

// Programs reads all programs below a folder, sorted by name.
func Programs(dir string) ([]Program, error) {
	var list []Program
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !wanted(string(text)) {
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		list = append(list, Program{filepath.ToSlash(name), string(text)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the test programs: %w", err)
	}
	slices.SortFunc(list, func(a, b Program) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Folder returns the folder of the Go project's tests; some installations of
// Go leave it out.
func Folder() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("ask the go command where it lives: %w", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "test")
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("this installation of Go has no tests of its own: %w", err)
	}
	return dir, nil
}

// wanted says whether a program is to be run as it stands, on this machine.
func wanted(text string) bool {
	lines := bufio.NewScanner(strings.NewReader(text))
	if !lines.Scan() || lines.Text() != "// run" {
		return false
	}
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "package ") {
			break
		}
		if !constraint.IsGoBuild(line) && !constraint.IsPlusBuild(line) {
			continue
		}
		c, err := constraint.Parse(line)
		if err != nil || !c.Eval(tag) {
			return false
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil || file.Name.Name != "main" {
		return false
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "main" {
			return true
		}
	}
	return false
}

// tag says whether a build tag holds under the go command.
func tag(name string) bool {
	if name == runtime.GOOS || name == runtime.GOARCH || name == "gc" || name == "cgo" || name == "unix" && runtime.GOOS != "windows" {
		return true
	}
	return strings.HasPrefix(name, "go1.")
}
