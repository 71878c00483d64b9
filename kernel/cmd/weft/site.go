package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-go/weft/kernel/internal/notebook"
)

// publishSite makes a folder of pages, one for each notebook, with links between
// them and index.html before them. A notebook that fails is published as far as
// it came, and the others are, too.
func publishSite(ctx context.Context, paths []string, p *publishFlags, stdout, stderr io.Writer) error {
	if p.out == "" {
		return usageError{fmt.Errorf("publish: %d notebooks make a folder of pages: name it by -o", len(paths))}
	}
	if p.pdf || strings.HasSuffix(strings.ToLower(p.out), ".pdf") {
		return usageError{errors.New("publish: a PDF is made of one notebook at a time")}
	}
	pages := map[string]string{} // by notebook
	for _, path := range paths {
		file := filepath.Base(path)
		page := strings.TrimSuffix(file, ".ipynb") + ".html"
		switch {
		case page == "index.html":
			return usageError{fmt.Errorf("publish: %s would take the place of the page with all notebooks: give it another name", path)}
		case pages[file] != "":
			return usageError{fmt.Errorf("publish: two notebooks are called %s", file)}
		}
		pages[file] = page
	}
	if err := os.MkdirAll(p.out, 0o777); err != nil {
		return err
	}
	var failed []error
	var entries []notebook.Entry
	for _, path := range paths {
		nb, err := notebook.Load(path)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if p.run {
			var cell *notebook.CellError
			if err := execute(ctx, nb, path, &p.how); err != nil {
				if failed = append(failed, err); !errors.As(err, &cell) {
					continue
				}
			}
		} else if unrun(nb) {
			fmt.Fprintf(stderr, "weft: %s: no cell was run, so there is code without results; --run runs it first\n", path)
		}
		page := pages[filepath.Base(path)]
		out := filepath.Join(p.out, page)
		if err := savePageOf(out, nb, path, notebook.Page{Pages: pages, Home: "index.html"}); err != nil {
			return errors.Join(append(failed, err)...)
		}
		told(stdout, out)
		entries = append(entries, notebook.NewEntry(nb, page))
		if ctx.Err() != nil {
			break
		}
	}
	index := filepath.Join(p.out, "index.html")
	err := notebook.Replace(index, func(w io.Writer) error { return notebook.WriteIndex(w, p.title, entries) })
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	told(stdout, index)
	return errors.Join(failed...)
}

// told prints the name and the size of a file that was written.
func told(stdout io.Writer, file string) {
	if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
		fmt.Fprintf(stdout, "%s: %d kB\n", file, (info.Size()+999)/1000)
	}
}
