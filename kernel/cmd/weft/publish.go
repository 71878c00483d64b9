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
	"strings"
	"syscall"

	"github.com/weft-go/weft/kernel/internal/notebook"
)

const publishUsage = "publish [-o FILE] [--pdf] [--run] [--timeout D] [--allow-errors] [--engine auto|interp|native] [--quick] [-p NAME=VALUE]... NOTEBOOK.ipynb  |  publish -o FOLDER [--title TEXT] [--run]... NOTEBOOK.ipynb..."

var publishCommand = &command{
	name:  "publish",
	usage: publishUsage,
	short: "make one page of a notebook that needs nothing else, or a PDF; of several, a folder of pages",
	run:   func(args []string) error { return publish(args, os.Stdout, os.Stderr) },
}

// publishFlags are the flags of weft publish.
type publishFlags struct {
	out      string
	title    string
	pdf, run bool
	how      runFlags
}

func (p *publishFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&p.out, "o", "", "write to `FILE` (default: the notebook's name with .html or .pdf, beside it), or the pages of several to that folder")
	fs.StringVar(&p.title, "title", "Notebooks", "`TEXT` above the list of several notebooks")
	fs.BoolVar(&p.pdf, "pdf", false, "write a PDF, printed by Chromium or Chrome; also when FILE ends in .pdf")
	fs.BoolVar(&p.run, "run", false, "run the notebook first; its file stays as it is")
	p.how.defineHow(fs)
}

// target returns the file to write.
func (p *publishFlags) target(path string) (string, error) {
	out := p.out
	if out == "" {
		ending := ".html"
		if p.pdf {
			ending = ".pdf"
		}
		out = strings.TrimSuffix(path, ".ipynb") + ending
	}
	switch ending := strings.ToLower(filepath.Ext(out)); {
	case ending == ".pdf":
		p.pdf = true
	case ending == ".ipynb":
		return "", usageError{fmt.Errorf("publish: -o %s: a page would take the place of a notebook; name it .html or .pdf", out)}
	case p.pdf && (ending == ".html" || ending == ".htm"):
		return "", usageError{fmt.Errorf("publish: --pdf and -o %s: is it to be a PDF or a page?", out)}
	}
	return out, nil
}

func publish(args []string, stdout, stderr io.Writer) error {
	var p publishFlags
	fs := flag.NewFlagSet("publish", flag.ContinueOnError)
	p.define(fs)
	names, err := parseAround(fs, publishUsage, args, stdout)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if len(names) > 1 {
		return publishSite(ctx, names, &p, stdout, stderr)
	}
	path, err := oneNotebook("publish", names)
	if err != nil {
		return err
	}
	out, err := p.target(path)
	if err != nil {
		return err
	}
	nb, err := notebook.Load(path)
	if err != nil {
		return err
	}
	browser := ""
	if p.pdf {
		if browser, err = findBrowser(); err != nil {
			return fmt.Errorf("publish %s: %w", path, err)
		}
	}
	var failed *notebook.CellError // what a failing notebook has shown is published, too: the reason is in it
	if p.run {
		if err := canWrite(out); err != nil { // better known before the run than after it
			return err
		}
		if err := execute(ctx, nb, path, &p.how); err != nil && !errors.As(err, &failed) {
			return err
		}
	} else if unrun(nb) {
		fmt.Fprintf(stderr, "weft: %s: no cell was run, so there is code without results; weft publish --run %s runs it first\n", path, path)
	}
	if p.pdf {
		err = savePDF(ctx, browser, out, nb, path)
	} else {
		err = savePage(out, nb, path)
	}
	switch {
	case err != nil && failed != nil:
		return errors.Join(failed, err)
	case err != nil:
		return err
	}
	told(stdout, out)
	if failed != nil {
		return failed
	}
	return nil
}

// unrun tells whether a notebook has code and nothing that came of it.
func unrun(nb *notebook.Notebook) bool {
	code := false
	for _, c := range nb.Cells {
		if c.Kind != notebook.Code || strings.TrimSpace(c.Source) == "" {
			continue
		}
		if len(c.Outputs) > 0 || c.Count != nil {
			return false
		}
		code = true
	}
	return code
}

// canWrite says why a file can't be put where out is, nil when it can.
func canWrite(out string) error {
	switch info, err := os.Stat(out); {
	case err != nil: // it is new
	case info.IsDir():
		return fmt.Errorf("write %s: this is a folder", out)
	case !info.Mode().IsRegular():
		return nil // a device or a pipe
	}
	f, err := os.CreateTemp(filepath.Dir(out), ".weft-publish-")
	if err != nil {
		return cantWrite(out, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// cantWrite says of the file that the user named what err says of one beside it.
func cantWrite(file string, err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("write %s: %w", file, err)
}
