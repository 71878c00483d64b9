package module

import (
	"errors"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const folder = `
-- lib/go.mod --
module example.com/lib

go 1.21

require example.com/a v1.0.0

replace example.com/other => ../other

require example.com/other v0.0.0
-- lib/lib.go --
// Package lib is being worked on.
package lib

import (
	"example.com/a"
	"example.com/lib/internal/low"
	. "example.com/lib/shapes"
	"example.com/other"
)

const Text = "lib1 " + low.Text + a.Version + other.Text

type Shape struct{ P Point }
-- lib/internal/low/low.go --
package low

const Text = "low1 "
-- lib/shapes/shapes.go --
package shapes

type Point struct{ X, Y int }
-- lib/shapes/shapes_test.go --
package shapes

this is not Go
-- lib/user/user.go --
package user

import ("example.com/lib"; "example.com/lib/shapes")

const Text = "user1 " + lib.Text

var P shapes.Point
-- other/go.mod --
module example.com/other

go 1.21
-- other/other.go --
package other

const Text = " other1"
`

// edit writes a file so that its time differs from that before.
func edit(t *testing.T, name, old, new string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s does not have %q", name, old)
	}
	write(t, name, strings.Replace(string(text), old, new, 1))
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(name, later, later); err != nil {
		t.Fatal(err)
	}
}

func (w *world) constant(path, name string) string {
	w.t.Helper()
	pkg, err := w.im.Import(path)
	if err != nil {
		w.t.Fatal(err)
	}
	c, ok := pkg.Scope().Lookup(name).(*types.Const)
	if !ok {
		w.t.Fatalf("%s has no constant %s", path, name)
	}
	return strings.Trim(c.Val().ExactString(), `"`)
}

func TestReplace(t *testing.T) {
	w := newWorld(t, proxied)
	dir := unpack(t, folder)
	lib := filepath.Join(dir, "lib")
	if err := w.Replace(t.Context(), w.note, "example.com/lib", lib, "../lib"); err != nil {
		t.Fatal(err)
	}
	if got := w.text(); !strings.Contains(got, "replace example.com/lib => ../lib\n") || !strings.Contains(got, "example.com/lib v0.0.0") {
		t.Errorf("go.mod:\n%s", got)
	}
	if changes := w.prepare("import (\n\"example.com/lib/user\"\n\"example.com/lib\"\n)"); len(changes) > 0 {
		t.Errorf("changes: %v", changes)
	}
	if got, want := w.constant("example.com/lib/user", "Text"), "user1 lib1 low1 v1.0.0 other1"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	user, _ := w.im.Import("example.com/lib/user")
	lib1, _ := w.im.Import("example.com/lib")
	if user.Path() != "example.com/lib/user" {
		t.Errorf("path %q", user.Path())
	}
	w.Used("example.com/lib/user", "example.com/lib")

	if changes := w.prepare("lib.Text"); len(changes) > 0 {
		t.Errorf("changes of what has not changed: %v", changes)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(lib, "lib.go"), later, later); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(lib, "shapes", "notes.txt"), "no Go")
	if changes := w.prepare("lib.Text"); len(changes) > 0 {
		t.Errorf("changes of what has only been touched: %v", changes)
	}

	// A change reaches everything that imports it, and nothing else.
	edit(t, filepath.Join(lib, "internal", "low", "low.go"), "low1", "low2")
	changes := w.prepare("lib.Text")
	var got []string
	for _, c := range changes {
		if c.Err != nil {
			t.Fatal(c.Err)
		}
		got = append(got, c.Path+" "+c.Old.Path()+" "+c.New.Path())
	}
	if got, want := strings.Join(got, ", "), "example.com/lib example.com/lib example.com/lib/r2, example.com/lib/user example.com/lib/user example.com/lib/user/r2"; got != want {
		t.Errorf("changes:\n%s, want\n%s", got, want)
	}
	if got, want := w.constant("example.com/lib/user", "Text"), "user1 lib1 low2 v1.0.0 other1"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	lib2, _ := w.im.Import("example.com/lib")
	if old, _ := w.im.Import("example.com/lib/r2"); old != lib2 {
		t.Error("example.com/lib/r2 is not what example.com/lib is now")
	}
	point := func(p *types.Package) types.Type {
		return p.Scope().Lookup("Shape").Type().Underlying().(*types.Struct).Field(0).Type()
	}
	if point(lib1) != point(lib2) {
		t.Error("a type of an unchanged package has become another")
	}
	if lib1.Scope().Lookup("Shape").Type() == lib2.Scope().Lookup("Shape").Type() {
		t.Error("a type of a changed package has remained the same")
	}

	// The folder that the first one's go.mod names counts as well.
	edit(t, filepath.Join(dir, "other", "other.go"), "other1", "other2")
	w.prepare("lib.Text")
	if got, want := w.constant("example.com/lib/user", "Text"), "user1 lib1 low2 v1.0.0 other2"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}

	// What does not compile is told with the user's file, and mended by an edit.
	edit(t, filepath.Join(lib, "lib.go"), "lib1 ", `lib3 " + nosuch + "`)
	changes = w.prepare("1 + 1")
	if len(changes) == 0 || changes[0].Err == nil || !strings.Contains(changes[0].Err.Error(), filepath.Join(lib, "lib.go")+":11:24: undefined: nosuch") {
		t.Fatalf("changes: %+v", changes)
	}
	var bad *PackageError
	if _, err := w.Prepare(t.Context(), nil, "lib.Text", nil); !errors.As(err, &bad) || bad.Path != "example.com/lib" || strings.Contains(err.Error(), "#") {
		t.Errorf("prepare: %v", err)
	}
	edit(t, filepath.Join(lib, "lib.go"), `lib3 " + nosuch + "`, "lib3 ")
	write(t, filepath.Join(lib, "new.go"), "package lib\n\nconst New = \"new\"\n")
	w.prepare("lib.Text")
	if got, want := w.constant("example.com/lib/user", "Text")+w.constant("example.com/lib", "New"), "user1 lib3 low2 v1.0.0 other2new"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	if got := w.text(); strings.Contains(got, "/r") {
		t.Errorf("go.mod shows copies:\n%s", got)
	}
}

func TestReplaceErrors(t *testing.T) {
	w := newWorld(t, proxied)
	dir := unpack(t, folder+"-- bare/x.go --\npackage x\n")
	for _, tt := range []struct{ path, dir, want string }{
		{"example.com/lib", filepath.Join(dir, "nosuch"), "there is no folder"},
		{"example.com/lib", filepath.Join(dir, "lib", "lib.go"), "is a file"},
		{"example.com/bare", filepath.Join(dir, "bare"), "go mod init example.com/bare"},
		{"example.com/wrong", filepath.Join(dir, "lib"), "%get example.com/lib => "},
	} {
		before := w.text()
		err := w.Replace(t.Context(), w.note, tt.path, tt.dir, tt.dir)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s => %s: %v\ndoes not say %q", tt.path, tt.dir, err, tt.want)
		}
		if after := w.text(); after != before {
			t.Errorf("go.mod has changed:\n%s", after)
		}
	}
	// The folder alone is enough.
	if err := w.Replace(t.Context(), w.note, "", filepath.Join(dir, "other"), "../other"); err != nil {
		t.Fatal(err)
	}
	if got := w.text(); !strings.Contains(got, "replace example.com/other => ../other") {
		t.Errorf("go.mod:\n%s", got)
	}
}

// A folder and a version take turns until one of them is loaded.
func TestReplaceAndBack(t *testing.T) {
	w := newWorld(t, proxied)
	dir := unpack(t, "-- a/go.mod --\nmodule example.com/a\n-- a/x/x.go --\npackage x\n\nconst Version = \"here\"\n-- b/go.mod --\nmodule example.com/a\n-- b/x/x.go --\npackage x\n\nconst Version = \"there\"\n")
	replace := func(name string) error {
		return w.Replace(t.Context(), w.note, "example.com/a", filepath.Join(dir, name), "./"+name)
	}
	w.mustGet("example.com/a@v1.0.0")
	if err := replace("a"); err != nil {
		t.Fatal(err)
	}
	w.prepare(`import "example.com/a/x"`)
	if got := w.constant("example.com/a/x", "Version"); got != "here" {
		t.Errorf("Version = %q", got)
	}
	w.mustGet("example.com/a@v1.1.0")
	if got := w.text(); strings.Contains(got, "replace") || !strings.Contains(got, "example.com/a v1.1.0") {
		t.Errorf("go.mod:\n%s", got)
	}
	w.prepare(`import "example.com/a"`)
	if got := w.constant("example.com/a", "Version"); got != "v1.1.0" {
		t.Errorf("Version = %q", got)
	}
	w.Used("example.com/a")
	var loaded *LoadedError
	if err := replace("a"); !errors.As(err, &loaded) || loaded.Loaded != "v1.1.0" {
		t.Errorf("a folder for what is loaded: %v", err)
	}
	if got := w.text(); strings.Contains(got, "replace") {
		t.Errorf("go.mod:\n%s", got)
	}
	w.Reset()
	if err := replace("a"); err != nil {
		t.Fatal(err)
	}
	w.prepare(`import "example.com/a/x"`)
	w.Used("example.com/a/x")
	// Another folder is a change as any other.
	if err := replace("b"); err != nil {
		t.Fatal(err)
	}
	if changes := w.prepare("1"); len(changes) != 1 || changes[0].New == nil {
		t.Errorf("changes: %+v", changes)
	}
	if got := w.constant("example.com/a/x", "Version"); got != "there" {
		t.Errorf("Version = %q", got)
	}
	if err := w.get("example.com/a@v1.1.0"); !errors.As(err, &loaded) || loaded.Wanted != "v1.1.0" {
		t.Errorf("a version for a folder that is loaded: %v", err)
	}
	if got := w.text(); !strings.Contains(got, "=> ./b") {
		t.Errorf("go.mod:\n%s", got)
	}
}
