package browser

import (
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// convert has nbconvert write a notebook in another form and returns the file.
func convert(t *testing.T, path, form, ending string) string {
	t.Helper()
	interpreter := python(t, "nbconvert")
	dir := t.TempDir()
	command(t, shop.env, interpreter, "-m", "nbconvert", "--log-level=ERROR", "--to", form, "--output-dir", dir, "--output", "charts", path)
	return filepath.Join(dir, "charts"+ending)
}

// convertNoise is about what nbconvert's template loads from wherever it was told to.
var convertNoise = []string{"MathJax", "mathjax", "require"}

// openConverted opens nbconvert's page of a notebook.
func openConverted(t *testing.T, path string) *Page {
	t.Helper()
	address := file(t, convert(t, path, "html", ".html"))
	// With RequireJS on the page scripts have to be written for it.
	return open(t, address, Options{Width: 1200, Allowed: func(url string) bool {
		return url == address || strings.Contains(strings.ToLower(url), "mathjax") || strings.Contains(url, "require")
	}})
}

// nbconvert's page shows the pictures, whatever it may load.
func TestNBConvertPage(t *testing.T) {
	p := openConverted(t, book(t, "charts.ipynb"))
	do(t, p.Tall("html", tallest))
	look(t, p, "nbconvert", chartCount, "still")
	quiet(t, p, convertNoise...)
}

var (
	markdownPicture = regexp.MustCompile(`!\[[^\]]*\]\(([^)]+)\)|<img [^>]*src="(data:image/png;base64,[A-Za-z0-9+/=]+)"`)
	latexPicture    = regexp.MustCompile(`\\(?:adjustimage|includegraphics)[^\n]*\{([^{}\n]+\.png)\}`)
)

func TestNBConvertMarkdown(t *testing.T) {
	path := convert(t, book(t, "charts.ipynb"), "markdown", ".md")
	text, err := os.ReadFile(path)
	do(t, err)
	checkPictures(t, filepath.Dir(path), markdownPicture.FindAllStringSubmatch(string(text), -1))
}

// Without its Markdown cells, for which nbconvert needs pandoc.
func TestNBConvertLaTeX(t *testing.T) {
	text, err := os.ReadFile(book(t, "charts.ipynb"))
	do(t, err)
	var nb map[string]any
	do(t, json.Unmarshal(text, &nb))
	nb["cells"] = slices.DeleteFunc(nb["cells"].([]any), func(c any) bool { return c.(map[string]any)["cell_type"] == "markdown" })
	text, err = json.Marshal(nb)
	do(t, err)
	source := filepath.Join(t.TempDir(), "code.ipynb")
	do(t, os.WriteFile(source, text, 0o644))
	path := convert(t, source, "latex", ".tex")
	text, err = os.ReadFile(path)
	do(t, err)
	checkPictures(t, filepath.Dir(path), latexPicture.FindAllStringSubmatch(string(text), -1))
}

// checkPictures checks that a text names a picture for each chart, and that
// these are there and not blank. A picture is in the text or in a file.
func checkPictures(t *testing.T, dir string, found [][]string) {
	t.Helper()
	if len(found) != chartCount {
		t.Errorf("%d pictures are named, want %d", len(found), chartCount)
	}
	for _, names := range found {
		source := strings.Join(names[1:], "")
		var img image.Image
		var err error
		if data, ok := strings.CutPrefix(source, "data:image/png;base64,"); ok {
			img, err = png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(data)))
		} else {
			var f *os.File
			if f, err = os.Open(filepath.Join(dir, filepath.FromSlash(source))); err == nil {
				img, err = png.Decode(f)
				f.Close()
			}
		}
		if err != nil {
			t.Errorf("picture %.80s: %v", source, err)
		} else if s := Look(img, img.Bounds()); s.Blank() {
			t.Errorf("picture %.80s is blank", source)
		}
	}
}
