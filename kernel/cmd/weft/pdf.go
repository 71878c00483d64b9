package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/notebook"
)

// browserVariable names a browser that is not on PATH under one of the usual
// names.
const browserVariable = "WEFT_CHROMIUM"

// browsers are the names of browsers that can print without a window.
var browsers = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// findBrowser returns the path of a Chromium.
func findBrowser() (string, error) {
	if name := os.Getenv(browserVariable); name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("%s=%s: %w", browserVariable, name, err)
		}
		return path, nil
	}
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("a PDF needs Chromium or Chrome, and PATH has none; install one, set %s, or print the page that weft publish makes without --pdf from any browser", browserVariable)
}

// printTime is how long a browser may take to start and print.
const printTime = 2 * time.Minute

// savePDF prints a notebook's page into a file.
func savePDF(ctx context.Context, browser, file string, nb *notebook.Notebook, path string) error {
	// Beside the target: browsers in a sandbox of their own see the user's
	// folders, not the system's for temporary files.
	dir, err := os.MkdirTemp(filepath.Dir(file), "weft-publish-")
	if err != nil {
		return cantWrite(file, err)
	}
	defer os.RemoveAll(dir)
	page := filepath.Join(dir, "page.html")
	if err := savePage(page, nb, path); err != nil {
		return err
	}
	text, err := printPDF(ctx, browser, dir, page)
	if err != nil {
		return fmt.Errorf("print %s with %s: %w", file, browser, err)
	}
	return notebook.Replace(file, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// printPDF has a browser print a page and returns the PDF. The browser keeps
// all that it writes in dir.
func printPDF(ctx context.Context, browser, dir, page string) ([]byte, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if page, err = filepath.Abs(page); err != nil {
		return nil, err
	}
	pdf := filepath.Join(dir, "page.pdf")
	args := []string{
		"--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking",
		"--no-pdf-header-footer", "--print-to-pdf-no-header", // the second is what it was called before Chromium 112
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--print-to-pdf=" + pdf,
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // which Chromium refuses to have for root
	}
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	var told bytes.Buffer
	cmd := exec.CommandContext(ctx, browser, append(args, (&url.URL{Scheme: "file", Path: page}).String())...)
	cmd.Stdout, cmd.Stderr = &told, &told
	cmd.WaitDelay = 5 * time.Second // its helpers hold the pipe open a little longer
	err = cmd.Run()
	text, readErr := os.ReadFile(pdf)
	switch {
	case ctx.Err() == context.DeadlineExceeded:
		return nil, fmt.Errorf("nothing after %v", printTime)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case readErr == nil && bytes.HasPrefix(text, []byte("%PDF-")):
		return text, nil
	case err == nil:
		err = errors.New("it made no PDF")
	}
	if lines := strings.Split(strings.TrimSpace(told.String()), "\n"); lines[0] != "" {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(lines[len(lines)-1]))
	}
	return nil, err
}
