package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// What is missing is said with what to do.
func TestReady(t *testing.T) {
	goCmd, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs go")
	}
	// bin returns a folder with programs.
	bin := func(programs map[string]string) string {
		dir := t.TempDir()
		for name, text := range programs {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	realGo := "#!/bin/sh\nexec '" + goCmd + "' \"$@\"\n"
	tests := []struct {
		name string
		env  map[string]string
		want []string // in the error
	}{
		{"no go", map[string]string{"PATH": bin(nil)}, []string{"go is not on PATH", "https://go.dev/dl"}},
		{"no PATH", map[string]string{"PATH": ""}, []string{"go is not on PATH"}},
		{"another go", map[string]string{"PATH": bin(map[string]string{"go": "#!/bin/sh\necho '{\"GOVERSION\": \"go1.99.1\"}'\n"})},
			[]string{"go1.99.1", runtime.Version(), "put " + runtime.Version() + " first on PATH"}},
		{"broken go", map[string]string{"PATH": bin(map[string]string{"go": "#!/bin/sh\necho no such luck >&2\nexit 1\n"})}, []string{"does not run", "no such luck"}},
		{"go that talks", map[string]string{"PATH": bin(map[string]string{"go": "#!/bin/sh\necho hello\n"})}, []string{"prints no JSON"}},
		{"no C compiler", map[string]string{"PATH": bin(map[string]string{"go": realGo})}, []string{"C compiler", "is not there", "apt install gcc"}},
		{"another C compiler", map[string]string{"CC": "no-such-cc -m64"}, []string{"C compiler (no-such-cc)"}},
		{"settings of the user's", map[string]string{"GOFLAGS": "-race -mod=vendor -gcflags=all=-N", "GOTOOLCHAIN": "go1.99.1", "GOWORK": "/nowhere/go.work", "CGO_ENABLED": "0", "GOOS": "plan9", "GOEXPERIMENT": "nope"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tc := newToolchain(t, nil)
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			err := tc.Ready(context.Background())
			if tt.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				mustBuild(t, tc, cell("nb/c1", "package main\n"))
				return
			}
			if err == nil {
				t.Fatal("it is ready")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error lacks %q: %v", w, err)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has more than one line: %v", err)
			}
		})
	}

	t.Run("no session", func(t *testing.T) {
		tc := newToolchain(t, func(o *Options) { o.SessionBinary = "/nowhere/weft-session" })
		if err := tc.Ready(context.Background()); err == nil || !strings.Contains(err.Error(), "/nowhere/weft-session") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("session is no Go program", func(t *testing.T) {
		tc := newToolchain(t, func(o *Options) { o.SessionBinary = "/bin/sh" })
		if err := tc.Ready(context.Background()); err == nil || !strings.Contains(err.Error(), "/bin/sh") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		tc := newToolchain(t, nil)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := tc.Ready(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := tc.Ready(context.Background()); err != nil {
			t.Errorf("a cancelled call spoils the next: %v", err)
		}
	})
	t.Run("no place for a cache", func(t *testing.T) {
		tc := newToolchain(t, nil)
		t.Setenv("XDG_CACHE_HOME", "/dev/null/none")
		mustBuild(t, tc, cell("nb/c1", "package main\n"))
	})
}

func goOutput(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The real session opens what is built, and Try shows it.
func TestSession(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the session")
	}
	session, err := goBuild("weft-session", "-trimpath", weftModule+"/kernel/cmd/weft-session")
	if err != nil {
		t.Fatal(err)
	}
	// Nothing is known from earlier runs.
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for range 2 {
		tc := newToolchain(t, func(o *Options) { o.SessionBinary = session })
		trial, err := tc.Try(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if trial.Build <= 0 || trial.Open <= 0 || trial.Linker == "" {
			t.Errorf("%+v", trial)
		}
		if err := tc.Close(); err != nil {
			t.Error(err)
		}
	}
	if out, err := exec.Command(session, "open", "/nowhere.so").CombinedOutput(); err == nil {
		t.Errorf("weft-session opens what is not there: %s", out)
	}
}

func TestFollow(t *testing.T) {
	sound := map[string]string{"CGO_ENABLED": "1", "-trimpath": "true", "GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH}
	tests := []struct {
		name, key, value string
		flags            []string
		want             string // in the error
	}{
		{"sound", "-compiler", "gc", []string{"-trimpath"}, ""},
		{"race", "-race", "true", []string{"-trimpath", "-race"}, ""},
		{"tags", "-tags", "noasm,x", []string{"-trimpath", "-tags=noasm,x"}, ""},
		{"no cgo", "CGO_ENABLED", "0", nil, "without cgo"},
		{"no trimpath", "-trimpath", "", nil, "go build -trimpath"},
		{"another system", "GOOS", "plan9", nil, "plan9"},
		{"msan", "-msan", "true", nil, "-msan"},
	}
	for _, tt := range tests {
		info := new(debug.BuildInfo)
		for k, v := range sound {
			if k != tt.key {
				info.Settings = append(info.Settings, debug.BuildSetting{Key: k, Value: v})
			}
		}
		info.Settings = append(info.Settings, debug.BuildSetting{Key: tt.key, Value: tt.value})
		flags, err := new(setup).follow(info)
		if !slices.Equal(flags, tt.flags) {
			t.Errorf("%s: flags %v, want %v", tt.name, flags, tt.flags)
		}
		if got := err != nil; got != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

// Every way of linking makes plugins that open, and one that fails is left.
func TestLinkers(t *testing.T) {
	tc := newToolchain(t, nil)
	if err := tc.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	l := &tc.setup.linker
	if len(l.Ways) == 0 || runtime.GOOS == "linux" && len(l.Ways) < 2 {
		t.Fatalf("ways: %+v", l.Ways)
	}
	text := "package main\n\nimport (\n\t\"fmt\"\n\t\"net\"\n\t\"os/user\"\n)\n\nfunc init() { fmt.Println(net.IPv4zero, user.Current) }\n"
	text = strings.Replace(text, ", user.Current", ", user.Current != nil", 1)
	for i, w := range l.Ways {
		l.Use = i
		p := mustBuild(t, tc, cell("nb/c"+string(rune('a'+i)), text))
		if got, want := open(t, p), "0.0.0.0 true\n"; got != want {
			t.Errorf("%s: %q, want %q", w.Name, got, want)
		}
		if p.Direct != w.Direct {
			t.Errorf("%s: Direct is %v", w.Name, p.Direct)
		}
	}
	l.Ways = append([]linkWay{{Name: "broken", Extld: "/bin/false", Direct: true}}, l.Ways...)
	l.Use = 0
	p := mustBuild(t, tc, cell("nb/c0", text))
	if got, want := open(t, p), "0.0.0.0 true\n"; got != want || p.Direct {
		t.Errorf("after a linker that fails: %q, Direct %v", got, p.Direct)
	}
}

func TestSplitQuoted(t *testing.T) {
	got := splitQuoted(` "/a b/ld" -x '--y z' c\ d "" e"f"g ` + "\n")
	if want := []string{"/a b/ld", "-x", "--y z", "c d", "", "efg"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGoObject(t *testing.T) {
	entry := func(name, body string) string {
		h := name + strings.Repeat(" ", 48-len(name))
		n := []byte("          ")
		copy(n, strings.TrimSpace(string(json.Number(itoa(len(body))))))
		return h + string(n) + "`\n" + body + strings.Repeat("\n", len(body)%2)
	}
	header := "go object linux amd64 go1.26\n\n!\n" + objectMagic + "12345678" + "\x00\x00\x00\x00"
	object := func(offset func(n int) byte) string {
		text := header
		for n := range blocks {
			text += string([]byte{offset(n), 0, 0, 0})
		}
		return text + "names" + "data"
	}
	const names = byte(beforeOff + 4*blocks + len("names"))
	good := "!<arch>\n" + entry("__.PKGDEF", "odd") + entry("_go_.o", object(func(int) byte { return names }))
	tests := []struct {
		name, text string
		good       bool
	}{
		{"good", good, true},
		{"empty", "", false},
		{"no archive", "hello", false},
		{"no object", "!<arch>\n" + entry("__.PKGDEF", "odd"), false},
		{"another object", "!<arch>\n" + entry("_go_.o", "ELF"), false},
		{"cut off", good[:len(good)-12], false},
		{"cut off in its head", "!<arch>\n" + entry("_go_.o", header), false},
		{"names longer than the object", "!<arch>\n" + entry("_go_.o", object(func(int) byte { return 0xff })), false},
		{"blocks out of order", "!<arch>\n" + entry("_go_.o", object(func(n int) byte { return names - byte(n%2) })), false},
	}
	for _, tt := range tests {
		got, err := goObject([]byte(tt.text))
		if (err == nil) != tt.good || tt.good && !strings.HasSuffix(string(got), "namesdata") {
			t.Errorf("%s: %q, %v; want it read %t", tt.name, got, err, tt.good)
		}
	}
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// The sources that the programs carry are all that the packages for cells need.
func TestSources(t *testing.T) {
	files, _ := sources()
	out := goOutput(t, "list", "-deps", "-json=ImportPath,Module,GoFiles,IgnoredGoFiles,SFiles,HFiles,EmbedFiles",
		weftModule+"/kernel/display", weftModule+"/kernel/measure", weftModule+"/kernel/internal/dock", weftModule+"/kernels/...", weftModule+"/runtime/...")
	n := 0
	for d := json.NewDecoder(bytes.NewReader([]byte(out))); ; {
		var p struct {
			ImportPath                                          string
			Module                                              *struct{ Path string }
			GoFiles, IgnoredGoFiles, SFiles, HFiles, EmbedFiles []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module == nil {
			continue
		}
		for _, f := range slices.Concat(p.GoFiles, p.IgnoredGoFiles, p.SFiles, p.HFiles, p.EmbedFiles) {
			name := path.Join(strings.TrimPrefix(p.ImportPath, weftModule+"/"), f)
			if files[name] == nil && !strings.HasSuffix(name, "_test.go") {
				t.Errorf("source.go does not embed %s", name)
			}
			n++
		}
	}
	if n < 20 {
		t.Errorf("go list tells of %d files only", n)
	}
	for name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata") {
			t.Errorf("%s is extracted", name)
		}
	}
}

// After go install of a version, the paths in the session's packages have the
// version; so have those of the packages for cells.
func TestInstalledVersion(t *testing.T) {
	tc := newToolchain(t, nil)
	s, err := tc.check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, main := range []debug.Module{{Path: weftModule, Version: "v1.2.3", Sum: "h1:x"}, {Path: weftModule, Version: "v1.2.4-0.2026+dirty"}} {
		dir, err := extract(t.TempDir(), main)
		if err != nil {
			t.Fatal(err)
		}
		e := s.newExports("plugin", dir, s.plugin.args)
		e.file = ""
		list, err := e.closure(context.Background(), s, []string{weftModule + "/kernel/internal/dock"})
		if err != nil {
			t.Fatal(err)
		}
		archive, err := os.ReadFile(list[len(list)-1].File)
		if err != nil {
			t.Fatal(err)
		}
		at := weftModule
		if main.Sum != "" {
			at += "@" + main.Version
		}
		if !bytes.Contains(archive, []byte(at+"/kernel/internal/dock/dock.go")) {
			t.Errorf("%s: the package's files are not in %s/", main.Version, at)
		}
	}
}

func TestRequirements(t *testing.T) {
	got := requirements([]byte("module nb // require x y\n\ngo 1.26\nrequire a.b/c v1.0.0\nrequire (\n\t\"d.e/f\" v2.0.0 // indirect\n\n\tg.h/i v3.0.0\n)\nreplace (\n\tj.k/l v1.0.0 => ./x\n)\n"))
	if want := []string{"a.b/c", "d.e/f", "g.h/i"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Programs see the names of functions and types that they are given.
func TestNames(t *testing.T) {
	tc := newToolchain(t, nil)
	text := "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\ntype T struct{}\ntype P[A any] struct{ a A }\n\n" +
		"func X_f() string { pc, _, _, _ := runtime.Caller(0); return runtime.FuncForPC(pc).Name() }\n\n" +
		"func init() { fmt.Printf(\"%s %T\\n\", X_f(), P[map[string]P[T]]{}) }\n"
	p := cell("nb/c0", text)
	p.FuncName = func(s string) string { return strings.Replace(s, "nb/c0.X_", "main.", 1) }
	p.TypeName = func(s string) string { return strings.ReplaceAll(s, "nb/c0.", "main.") }
	if got, want := open(t, mustBuild(t, tc, p)), "main.f main.P[map[string]main.P[main.T]]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
