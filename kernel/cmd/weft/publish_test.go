package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// notebooks writes small notebooks into a folder of the test's own and returns
// it.
func notebooks(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, cells := range map[string]string{
		"ran.ipynb": `{"cell_type":"markdown","metadata":{},"source":"# Title\n\n![dot](dot.png) ![out](../dot.png)"},
			{"cell_type":"code","metadata":{},"source":"6*7","execution_count":1,"outputs":[{"output_type":"execute_result","execution_count":1,"metadata":{},"data":{"text/plain":"42"}}]}`,
		"unrun.ipynb": `{"cell_type":"code","metadata":{},"source":"6*7","execution_count":null,"outputs":[]}`,
		"text.ipynb":  `{"cell_type":"markdown","metadata":{},"source":"only text"}`,
	} {
		text := `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[` + cells + `]}`
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "other.ipynb"), []byte("no notebook"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dot.png"), []byte("\x89PNG\r\n\x1a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPublish(t *testing.T) {
	dir := notebooks(t)
	var stdout, stderr bytes.Buffer
	if err := publish([]string{filepath.Join(dir, "ran.ipynb")}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "ran.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<title>Title</title>", ">42</pre>", `<img src="data:image/png;base64,iVBORw0KGgo=" alt="dot">`, `<span class="picture">out</span>`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if got, want := stdout.String(), filepath.Join(dir, "ran.html")+": "; !strings.HasPrefix(got, want) || stderr.Len() > 0 {
		t.Errorf("printed %q, %q", got, stderr.String())
	}
}

// A notebook that was not run is published with a hint; one without code needs
// none.
func TestPublishUnrun(t *testing.T) {
	dir := notebooks(t)
	for name, hint := range map[string]string{"unrun.ipynb": "no cell was run, so there is code without results; weft publish --run ", "text.ipynb": ""} {
		var stdout, stderr bytes.Buffer
		err := publish([]string{"-o", filepath.Join(dir, "page.html"), filepath.Join(dir, name)}, &stdout, &stderr)
		if err != nil || (stderr.Len() > 0) != (hint != "") || !strings.Contains(stderr.String(), hint) {
			t.Errorf("%s: %v, told %q, want %q", name, err, stderr.String(), hint)
		}
	}
}

func TestPublishErrors(t *testing.T) {
	dir := notebooks(t)
	t.Setenv("PATH", dir)
	t.Chdir(dir)
	for _, tt := range []struct {
		args, variable, want string
		code                 int
	}{
		{"", "", "publish: name a notebook", 2},
		{"ran.ipynb unrun.ipynb", "", "publish: 2 notebooks make a folder of pages: name it by -o", 2},
		{"-what", "", "publish: flag provided but not defined: -what", 2},
		{"-o x.ipynb ran.ipynb", "", "publish: -o x.ipynb: a page would take the place of a notebook", 2},
		{"ran.ipynb --pdf -o x.html", "", "publish: --pdf and -o x.html: is it to be a PDF or a page?", 2},
		{"missing.ipynb", "", "read notebook missing.ipynb: no such file or directory", 1},
		{"other.ipynb", "", "read notebook other.ipynb: line 1 is not JSON", 1},
		{"ran.ipynb -o no/x.html", "", "save no/x.html: no such file or directory", 1},
		{"ran.ipynb --run -o no/x.html", "", "write no/x.html: no such file or directory", 1},
		{"ran.ipynb --run -o .", "", "write .: this is a folder", 1},
		{"ran.ipynb --pdf", "", "publish ran.ipynb: a PDF needs Chromium or Chrome, and PATH has none", 1},
		{"ran.ipynb -o x.PDF", "", "publish ran.ipynb: a PDF needs Chromium", 1},
		{"ran.ipynb --pdf", "nothing", "publish ran.ipynb: WEFT_CHROMIUM=nothing: ", 1},
		{"ran.ipynb --pdf", "./failing", "print ran.pdf with ./failing: exit status 3: no display", 1},
		{"ran.ipynb --pdf", "./lazy", "print ran.pdf with ./lazy: it made no PDF", 1},
		{"ran.ipynb --pdf -o no/x.pdf", "./lazy", "write no/x.pdf: no such file or directory", 1},
	} {
		for name, script := range map[string]string{"failing": "echo first; echo no display; exit 3", "lazy": "exit 0"} {
			if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv(browserVariable, tt.variable)
		var stdout, stderr bytes.Buffer
		code := weft(append([]string{"publish"}, strings.Fields(tt.args)...), &stdout, &stderr)
		if got := stderr.String(); code != tt.code || !strings.HasPrefix(got, "weft: "+tt.want) {
			t.Errorf("weft publish %s: exit code %d, %q, want %d, %q", tt.args, code, got, tt.code, tt.want)
		}
	}
	left, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if !strings.Contains(" dot.png failing lazy other.ipynb ran.ipynb text.ipynb unrun.ipynb ", " "+f.Name()+" ") {
			t.Errorf("%s is left behind", f.Name())
		}
	}
}

// The PDF is what the browser printed; the browser is asked for the page and
// without a sandbox only as root.
func TestPublishPDF(t *testing.T) {
	dir := notebooks(t)
	t.Chdir(dir)
	script := `#!/bin/sh
for a; do
	case $a in
	--print-to-pdf=*) out=${a#*=} ;;
	--no-sandbox) echo sandbox >>args ;;
	file://*) grep -q '>42<' "${a#file://}" && echo page >>args ;;
	esac
done
printf '%%PDF-1.4 printed' >"$out"
`
	if err := os.WriteFile("browser", []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv(browserVariable, "./browser")
	var stdout, stderr bytes.Buffer
	if err := publish([]string{"--pdf", "ran.ipynb"}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile("ran.pdf"); string(text) != "%PDF-1.4 printed" {
		t.Errorf("%q, %v", text, err)
	}
	args, err := os.ReadFile("args")
	want := "page\n"
	if os.Geteuid() == 0 {
		want = "sandbox\npage\n"
	}
	if string(args) != want {
		t.Errorf("the browser was asked for %q, %v, want %q", args, err, want)
	}
	if left, _ := filepath.Glob("weft-publish-*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Several notebooks become a folder: links between them lead to pages.
func TestPublishSite(t *testing.T) {
	dir := notebooks(t)
	links := `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[{"cell_type":"markdown","metadata":{},"source":"# Links\n\nTo [one](ran.ipynb#Title), *another* and [none](away.ipynb).\n\nMore."}]}`
	if err := os.WriteFile(filepath.Join(dir, "links.ipynb"), []byte(links), 0o644); err != nil {
		t.Fatal(err)
	}
	site := filepath.Join(dir, "site", "new")
	var stdout, stderr bytes.Buffer
	if err := publish([]string{"-o", site, "--title", "All <of> them", filepath.Join(dir, "ran.ipynb"), filepath.Join(dir, "links.ipynb")}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	for file, wants := range map[string][]string{
		"links.html": {`href="ran.html#Title"`, `href="away.ipynb"`, `href="index.html"`},
		"ran.html":   {"<title>Title</title>", ">42</pre>"},
		"index.html": {"<title>All &lt;of&gt; them</title>", `href="ran.html"`, "<p>To one, another and none.</p>"},
	} {
		page, err := os.ReadFile(filepath.Join(site, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(page), want) {
				t.Errorf("%s has no %s", file, want)
			}
		}
	}
	for _, args := range [][]string{
		{filepath.Join(dir, "ran.ipynb"), filepath.Join(dir, "links.ipynb")},
		{"--pdf", "-o", site, filepath.Join(dir, "ran.ipynb"), filepath.Join(dir, "links.ipynb")},
		{"-o", site, filepath.Join(dir, "ran.ipynb"), filepath.Join(dir, "ran.ipynb")},
	} {
		var usage usageError
		if err := publish(args, &stdout, &stderr); !errors.As(err, &usage) {
			t.Errorf("publish %q: %v, want an error about its use", args, err)
		}
	}
	// A broken notebook does not keep the others from being published.
	err := publish([]string{"-o", site, filepath.Join(dir, "other.ipynb"), filepath.Join(dir, "text.ipynb")}, &stdout, &stderr)
	if _, there := os.Stat(filepath.Join(site, "text.html")); err == nil || there != nil {
		t.Errorf("publish beside a broken notebook: %v; its neighbour: %v", err, there)
	}
}
