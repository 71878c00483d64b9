package lower

import (
	"bytes"
	"fmt"
	"go/parser"
	"path"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
	"github.com/weft-go/weft/kernel/internal/symbols"
)

// An output gathers what cells print, from any goroutine.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) WriteString(s string) (int, error) { return o.Write([]byte(s)) }
func (o *output) Close() error                      { return nil }
func (o *output) Sync() error                       { return nil }

func (o *output) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.b.String()
	o.b.Reset()
	return s
}

// A notebook runs cells as the front and its session do.
type notebook struct {
	world  *check.World
	interp *interp.Interpreter
	out    *output
	n      int
	last   []File
	bound  map[string]bool // import paths whose tables the interpreter has
	plan   *Plan
	homes  Homes
}

func newNotebook() *notebook {
	nb := &notebook{world: check.NewWorld(export.New())}
	nb.session()
	return nb
}

// session starts a fresh interpreter.
func (nb *notebook) session() {
	nb.out = &output{}
	out := nb.out
	nb.interp = interp.New(interp.Options{Stdout: out, Stderr: &output{}, Stdin: strings.NewReader("")})
	nb.bound = map[string]bool{}
	if err := symbols.UseErrors(nb.interp); err != nil {
		panic(err)
	}
	first := symbols.First()
	for key := range first {
		nb.bound[path.Dir(key)] = true
	}
	if err := nb.interp.Use(first); err != nil {
		panic(err)
	}
	text := func(v any, names string, methods []any) string {
		for i, n := range strings.Split(names, ",") {
			if n == "String" || n == "Error" {
				return fmt.Sprint(reflect.ValueOf(methods[i]).Call(nil)[0])
			}
		}
		return fmt.Sprintf("%v", v)
	}
	err := nb.interp.Use(interp.Exports{"weft/glue/glue": {
		"Show": reflect.ValueOf(func(t string, v any, names string, methods ...any) {
			fmt.Fprintf(out, "%s: %s\n", t, text(v, names, methods))
		}),
		"Shows": reflect.ValueOf(func(vs ...any) {
			fmt.Fprintln(out, vs...)
		}),
		"Value":  reflect.ValueOf(func(t string, v any) any { return fmt.Sprintf("%s: %v", t, v) }),
		"Stdout": reflect.ValueOf(out),
		"Stderr": reflect.ValueOf(out),
		"Stdin":  reflect.ValueOf(strings.NewReader("")),
	}})
	if err != nil {
		panic(err)
	}
}

// run runs one cell and returns what it printed and showed.
func (nb *notebook) run(src string) (printed string, err error) {
	nb.n++
	name := fmt.Sprintf("cell[%d]", nb.n)
	c, err := nb.world.Check(name, src)
	if err != nil {
		return "", err
	}
	p, err := Lower(c, nb.homes)
	if err != nil {
		return "", err
	}
	nb.last, nb.plan = p.Files, p
	err = nb.files(p.Files)
	nb.world.Commit(c)
	return nb.out.take(), err
}

func (nb *notebook) files(files []File) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("compile: panic: %v", r)
		}
	}()
	for _, f := range files {
		tree, err := parser.ParseFile(nb.interp.FileSet(), f.Name, f.Text, 0)
		if err != nil {
			return fmt.Errorf("parse lowered text: %w", err)
		}
		for _, i := range tree.Imports {
			p := strings.Trim(i.Path.Value, `"`)
			table, ok := symbols.Load(p)
			if nb.bound[p] || !ok {
				continue
			}
			nb.bound[p] = true
			for _, t := range []interp.Exports{table, symbols.Needs(p)} {
				if err := nb.interp.Use(t); err != nil {
					return err
				}
			}
		}
		prog, err := nb.interp.CompileAST(tree)
		if err != nil {
			return fmt.Errorf("compile: %w", err)
		}
		if _, err := nb.interp.Execute(prog); err != nil {
			return fmt.Errorf("run: %w", err)
		}
	}
	return nil
}

// all shows the text of the last plan.
func (nb *notebook) all() string {
	var b strings.Builder
	for _, f := range nb.last {
		fmt.Fprintf(&b, "-- %s --\n%s", f.Name, f.Text)
	}
	return b.String()
}

// check runs cells and compares what each printed. A want that begins with
// "error: " is part of a message.
func (nb *notebook) check(t *testing.T, cells ...string) {
	t.Helper()
	for i := 0; i+1 < len(cells); i += 2 {
		src, want := cells[i], cells[i+1]
		got, err := nb.run(src)
		if text, ok := strings.CutPrefix(want, "error: "); ok {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Fatalf("cell %d: %s\ngot error %v and %q, want %q\n%s", nb.n, src, err, got, text, nb.all())
			}
			continue
		}
		if err != nil {
			t.Fatalf("cell %d: %s\nerror: %v\n%s", nb.n, src, err, nb.all())
		}
		if got != want {
			t.Fatalf("cell %d: %s\ngot  %q\nwant %q\n%s", nb.n, src, got, want, nb.all())
		}
	}
}
