package front

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-go/weft"
	"github.com/weft-go/weft/kernel/internal/complete"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// Complete implements server.Session. It answers while a cell runs.
func (f *Front) Complete(_ context.Context, req *wire.CompleteRequest) *wire.CompleteReply {
	matches, start, end := f.notebook().Complete(req.Code, req.Cursor())
	items := make([]wire.Completion, len(matches))
	for i, m := range matches {
		items[i] = wire.Completion{Text: m.Text, Type: m.Type, Signature: m.Signature}
	}
	return req.Reply(start, end, items)
}

// Inspect implements server.Session. It answers while a cell runs, then
// without values.
func (f *Front) Inspect(_ context.Context, req *wire.InspectRequest) *wire.InspectReply {
	found, data := f.notebook().Inspect(req.Code, req.Cursor(), int(req.DetailLevel))
	return &wire.InspectReply{Found: found, Data: data}
}

// describe is what is known about a name, as plain text, for %help.
func (f *Front) describe(name string) (string, bool) {
	n := f.notebook()
	n.Magics, n.Code = nil, nil // help has its own words for magics, and is no place for long sources
	found, data := n.Inspect(name, len(name), 1)
	text, _ := data["text/plain"].(string)
	return text, found
}

// IsComplete implements server.Session.
func (f *Front) IsComplete(_ context.Context, req *wire.IsCompleteRequest) *wire.IsCompleteReply {
	status, indent := magic.Complete(req.Code)
	return &wire.IsCompleteReply{Status: status, Indent: indent}
}

// notebook is what completion and inspection are made from.
func (f *Front) notebook() *complete.Notebook {
	return &complete.Notebook{
		World:   f.world,
		Magics:  magics,
		Pieces:  pieces,
		Dir:     f.dir,
		Environ: f.environ,
		Source:  f.sources.text,
		Value:   f.value,
		Code:    code,
	}
}

// magics is magic.Magics as completion sees it.
var magics = func() (list []complete.Magic) {
	for _, m := range magic.Magics {
		list = append(list, complete.Magic{Name: m.Name, Usage: m.Usage, Short: m.Short, Doc: m.Doc, Line: m.Line, Cell: m.Cell})
	}
	return list
}()

// wraps reports whether a magic's body is a cell again.
func wraps(name string) bool {
	m := magic.Magics.Lookup(name)
	return m != nil && m.Wraps
}

// pieces finds the magics of a cell.
func pieces(src string) (list []complete.Piece) {
	segments, _ := magic.Split(src)
	at := 0
	for _, s := range segments {
		if s.Call != nil && s.Call.Cell && wraps(s.Call.Name) {
			body := at + len(s.Text) - len(s.Call.Body)
			list = append(list, complete.Piece{Start: at, End: body, Name: s.Call.Name})
			for _, p := range pieces(s.Call.Body) {
				list = append(list, complete.Piece{Start: body + p.Start, End: body + p.End, Name: p.Name, Cell: p.Cell})
			}
		} else if s.Call != nil {
			list = append(list, complete.Piece{Start: at, End: at + len(s.Text), Name: s.Call.Name, Cell: s.Call.Cell})
		}
		at += len(s.Text)
	}
	return list
}

// dir is the folder in which cells run: the session's own where the system
// tells it, else the last one that %cd went to.
func (f *Front) dir() string {
	f.mu.Lock()
	s, settings := f.session, slices.Clone(f.settings)
	f.mu.Unlock()
	if s != nil && runtime.GOOS == "linux" {
		if dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", s.PID())); err == nil {
			return dir
		}
	}
	for _, x := range settings {
		if x.op == "chdir" {
			return x.args["dir"]
		}
	}
	if f.opts.Dir != "" {
		return f.opts.Dir
	}
	return "."
}

// environ is the environment of cells as far as it is known here: the front's
// own, with what %env has changed.
func (f *Front) environ() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	env := os.Environ()
	for _, x := range f.settings {
		name := x.args["name"]
		if x.op != "setenv" && x.op != "unsetenv" {
			continue
		}
		env = slices.DeleteFunc(env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
		if x.op == "setenv" {
			env = append(env, name+"="+x.args["value"])
		}
	}
	return env
}

// valueWait is how long an inspection waits for a variable's value.
const valueWait = 100 * time.Millisecond

// value is a variable's value in one line; "" while a cell runs, or when the
// session does not answer at once.
func (f *Front) value(name string) string {
	d := f.world.Decl(name)
	f.mu.Lock()
	s, busy, run := f.session, f.current != nil, f.runs
	f.mu.Unlock()
	if d == nil || s == nil || busy || isDead(s) {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), valueWait)
	defer cancel()
	done, err := s.Op(ctx, link.Op{Cell: run, Name: "values", Args: map[string]string{"names": d.GoName}})
	if err != nil {
		return ""
	}
	return done.Result[d.GoName]
}

// text returns what is kept of a cell's text, "" if nothing.
func (s *sources) text(cell string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cells.text[cell]
}

// code is the source of a declaration of Weft's own packages, or of the
// standard library where Go is installed.
func code(path, name string) string {
	if dir, ok := strings.CutPrefix(path, "github.com/weft-go/weft/"); ok {
		return complete.Code(weft.Sources, dir, name)
	}
	root := goroot()
	if root == "" {
		return ""
	}
	return complete.Code(os.DirFS(filepath.Join(root, "src")), path, name)
}

// goroot is the folder of the installed Go, "" if there is none.
var goroot = sync.OnceValue(func() string {
	if root := os.Getenv("GOROOT"); root != "" {
		return root
	}
	program, err := exec.LookPath("go")
	if err != nil {
		return ""
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return ""
	}
	root := filepath.Dir(filepath.Dir(program))
	if _, err := os.Stat(filepath.Join(root, "src", "fmt")); err != nil {
		return ""
	}
	return root
})
