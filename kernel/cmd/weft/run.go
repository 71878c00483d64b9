package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/weft-go/weft/kernel/internal/front"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/notebook"
	"github.com/weft-go/weft/kernel/internal/wire"
)

const runUsage = "run [-o OUT.ipynb] [--html OUT.html] [--timeout D] [--allow-errors] [--engine auto|interp|native] [--quick] [-p NAME=VALUE]... NOTEBOOK.ipynb  |  run FILE.go [ARGUMENT]...  |  run -e CODE"

var runCommand = &command{
	name:  "run",
	usage: runUsage,
	short: "run a notebook, a Go file or a line of Go without Jupyter",
	run:   run,
}

// runFlags are the flags of weft run.
type runFlags struct {
	out, html   string
	timeout     time.Duration
	allowErrors bool
	engine      string
	quick       bool
	parameters  parameters
	code        string
}

func (r *runFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&r.out, "o", "", "write the executed notebook to `FILE`")
	fs.StringVar(&r.html, "html", "", "write it as one page that needs nothing else to `FILE`")
	fs.StringVar(&r.code, "e", "", "run `CODE` instead of a file")
	r.defineHow(fs)
}

// defineHow defines the flags that say how cells are run.
func (r *runFlags) defineHow(fs *flag.FlagSet) {
	fs.DurationVar(&r.timeout, "timeout", 0, "stop a cell that takes longer, such as 90s (default: never)")
	fs.BoolVar(&r.allowErrors, "allow-errors", false, "go on behind a cell that fails")
	fs.StringVar(&r.engine, "engine", "", "what runs Go text: `NAME` is auto, interp or native (default: WEFT_ENGINE, or auto)")
	fs.BoolVar(&r.quick, "quick", false, "a rehearsal: measure only a few times, for a moment; sets WEFT_QUICK")
	fs.Var(&r.parameters, "p", "`NAME=VALUE` of a parameter; may be given several times")
}

// options reads the settings that flags and environment hold.
func (r *runFlags) options() (front.Options, error) {
	if r.quick {
		if err := os.Setenv("WEFT_QUICK", "1"); err != nil { // the session's measure.Quick
			return front.Options{}, err
		}
	}
	o, err := frontOptions()
	if err != nil || r.engine == "" {
		return o, err
	}
	if !slices.Contains(magic.Engines, r.engine) {
		return o, usageError{fmt.Errorf("run: --engine %s: it is one of %s", r.engine, strings.Join(magic.Engines, ", "))}
	}
	o.Engine = r.engine
	return o, nil
}

// parameters is a flag that collects NAME=VALUE.
type parameters map[string]string

func (p *parameters) String() string { return "" }

func (p *parameters) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("write it as NAME=VALUE, not %q", text)
	}
	if *p == nil {
		*p = parameters{}
	}
	(*p)[name] = value
	return nil
}

// An exitError ends the program with a code of the cell's choosing.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

func run(args []string) error {
	var r runFlags
	fs := flag.NewFlagSet("run", flag.ContinueOnError)
	r.define(fs)
	// Flags may stand before and behind the name of a notebook; behind that of
	// a Go file everything is the program's.
	file, rest, err := fileAndRest(fs, args)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	switch {
	case r.code != "" && file != "":
		return usageError{fmt.Errorf("run: -e CODE and %s exclude each other", file)}
	case r.code != "":
		return runCode(ctx, &r, r.code, nil)
	case file == "":
		return usageError{errors.New("run: name a notebook or a Go file, or give -e CODE")}
	case strings.HasSuffix(file, ".go"):
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return runCode(ctx, &r, string(text), append([]string{file}, rest...))
	}
	return runNotebook(ctx, file, &r)
}

// fileAndRest parses flags around the first argument that is none.
func fileAndRest(fs *flag.FlagSet, args []string) (file string, rest []string, err error) {
	fs.SetOutput(io.Discard)
	for len(args) > 0 {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(os.Stdout)
			fmt.Println("usage: weft " + runUsage)
			fs.PrintDefaults()
			return "", nil, err
		}
		if err != nil {
			return "", nil, usageError{fmt.Errorf("run: %w; weft run -h lists the flags", err)}
		}
		args = fs.Args()
		if len(args) == 0 {
			break
		}
		if file != "" {
			return "", nil, usageError{fmt.Errorf("run: %q is too much; weft run -h lists the flags", args[0])}
		}
		file, args = args[0], args[1:]
		if strings.HasSuffix(file, ".go") {
			return file, args, nil
		}
	}
	return file, nil, nil
}

// runCode runs Go text as one cell and shows its output on the terminal.
func runCode(ctx context.Context, r *runFlags, code string, arguments []string) error {
	opts, err := r.options()
	if err != nil {
		return err
	}
	opts.OutputLimit = -1
	opts.Log = func(string, ...any) {}
	opts.Arguments = arguments
	f, err := front.New(ctx, opts)
	if err != nil {
		return err
	}
	defer f.Close(context.Background())
	defer context.AfterFunc(ctx, f.Interrupt)()
	t := newTerminal()
	reply := f.Execute(ctx, &wire.ExecuteRequest{Code: code, Count: 1, AllowStdin: true}, t)
	t.finish()
	switch {
	case reply.Status == wire.OK:
		return nil
	case ctx.Err() != nil:
		return exitError{130}
	}
	status := exitError{1}
	if reply.EName == "exit" {
		for _, form := range []string{"os.Exit(%d)", "exit status %d"} {
			fmt.Sscanf(reply.EValue, form, &status.code)
		}
	}
	return status // the terminal has told what was wrong
}

// runNotebook executes a notebook and writes what was asked for.
func runNotebook(ctx context.Context, path string, r *runFlags) error {
	nb, err := notebook.Load(path)
	if err != nil {
		return err
	}
	ran := execute(ctx, nb, path, r)
	var failed *notebook.CellError
	if ran != nil && !errors.As(ran, &failed) {
		return ran
	}
	// What a failing notebook has shown is written, too: the reason is in it.
	if r.out != "" {
		if err := notebook.Save(r.out, nb); err != nil {
			return errors.Join(ran, err)
		}
	}
	if r.html != "" {
		return errors.Join(ran, savePage(r.html, nb, path))
	}
	return ran
}

// execute runs a notebook's cells in a session of their own and puts what they
// show into nb. A *notebook.CellError says that a cell failed.
func execute(ctx context.Context, nb *notebook.Notebook, path string, r *runFlags) error {
	if err := isGo(nb); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	opts, err := r.options()
	if err != nil {
		return err
	}
	opts.Dir = filepath.Dir(path) // as Jupyter does
	opts.Log = func(string, ...any) {}
	f, err := front.New(ctx, opts)
	if err != nil {
		return err
	}
	defer f.Close(context.Background())
	return notebook.Run(ctx, nb, f, notebook.Options{
		Name: path, Timeout: r.timeout, AllowErrors: r.allowErrors,
		Parameters: r.parameters, Progress: os.Stderr,
	})
}

// savePage writes a notebook as a page. Pictures that its Markdown names are
// taken from the folder of the notebook, path, and from those below it.
func savePage(file string, nb *notebook.Notebook, path string) error {
	return savePageOf(file, nb, path, notebook.Page{})
}

// savePageOf is savePage for a page among others.
func savePageOf(file string, nb *notebook.Notebook, path string, page notebook.Page) error {
	page.Title = nb.Title()
	if page.Title == "" {
		page.Title = strings.TrimSuffix(filepath.Base(path), ".ipynb")
	}
	if root, err := os.OpenRoot(filepath.Dir(path)); err == nil {
		defer root.Close()
		page.Files = root.FS() // links don't lead out of it
	}
	return notebook.Replace(file, func(w io.Writer) error { return notebook.WriteHTML(w, nb, page) })
}

// isGo refuses a notebook that says it is in another language.
func isGo(nb *notebook.Notebook) error {
	spec, _ := nb.Metadata["kernelspec"].(map[string]any)
	info, _ := nb.Metadata["language_info"].(map[string]any)
	name, _ := spec["name"].(string)
	for _, language := range []any{spec["language"], info["name"]} {
		if text, ok := language.(string); ok && text != "" && !strings.EqualFold(text, "go") {
			return fmt.Errorf("the notebook is for the kernel %q, in %s: weft runs Go notebooks; to run it all the same, choose Go (Weft) for it in Jupyter and save it", name, text)
		}
	}
	return nil
}

// runForDoctor runs a cell in a session and returns what it shows.
func runForDoctor(code string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	opts, err := frontOptions()
	if err != nil {
		return "", err
	}
	f, err := front.New(ctx, opts)
	if err != nil {
		return "", err
	}
	defer f.Close(ctx)
	var text strings.Builder
	t := &terminal{stdout: &text, stderr: &text}
	if reply := f.Execute(ctx, &wire.ExecuteRequest{Code: code, Count: 1}, t); reply.Status != wire.OK {
		return "", fmt.Errorf("%s: %s", reply.EName, reply.EValue)
	}
	return text.String(), nil
}
