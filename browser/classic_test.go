package browser

import (
	"path/filepath"
	"testing"
	"time"
)

// classicNoise is what it says where the extension for widgets is not installed,
// and what MathJax says while it looks for fonts.
var classicNoise = []string{"nbextensions/widgets/notebook/js/extension.js", "Access to font at 'about:blank'", "ERR_FAILED about:blank"}

// classicPanel is what scrolls in the classic Notebook.
const classicPanel = "#site"

// classic returns the server of the classic Notebook, the same for all tests.
func classic(t *testing.T) *jupyter {
	t.Helper()
	python(t, "notebook")
	return shared(t, "classic", func() (*jupyter, error) { return serve(shop.env, "NotebookApp", "-m", "notebook") })
}

// openClassic opens a notebook and waits until its kernel, a new one, is there.
// The kernel ends with the test.
func openClassic(t *testing.T, j *jupyter, name string) *Page {
	t.Helper()
	t.Cleanup(func() { j.forget(t, name) })
	p := open(t, j.url+"/notebooks/"+name, Options{Width: 1200, Height: 1000, Allowed: j.local})
	do(t, p.Wait("the notebook", `window.Jupyter?.notebook?._fully_loaded && Jupyter.notebook.kernel?.is_connected()`, patience))
	return p
}

// runClassic runs all cells and waits for their end. A cell that fails fails the
// test, unless it says that it may.
func runClassic(t *testing.T, p *Page) {
	t.Helper()
	do(t, p.Eval(`Jupyter.notebook.execute_all_cells()`, nil))
	err := p.Wait("the end of the cells", `Jupyter.notebook.get_cells().every(c => c.cell_type !== "code" || !c.get_text().trim() || Number.isInteger(c.input_prompt_number))`, 5*time.Minute)
	var failed []string
	do(t, p.Eval(`Jupyter.notebook.get_cells().filter(c => c.cell_type === "code" && !(c.metadata.tags ?? []).includes("raises-exception"))
		.flatMap(c => c.output_area.outputs.filter(o => o.output_type === "error").map(o => (c.id ?? c.get_text().slice(0, 40)) + ": " + o.ename + ": " + o.evalue))`, &failed))
	if len(failed) > 0 {
		t.Fatalf("cells failed: %v", failed)
	}
	do(t, err)
}

// The classic Notebook has RequireJS on its page, which JupyterLab has not.
func TestClassicNotebook(t *testing.T) {
	j := classic(t)
	j.put(t, filepath.Join("testdata", "charts.ipynb"), "charts.ipynb")
	p := openClassic(t, j, "charts.ipynb")
	runClassic(t, p)
	live(t, p, chartCount)
	do(t, p.Tall(classicPanel, tallest))
	look(t, p, "classic-ran", chartCount, "live")
	quiet(t, p, classicNoise...)
}

// A notebook of somebody else's shows the pictures.
func TestClassicNotebookUntrusted(t *testing.T) {
	path := book(t, "charts.ipynb")
	j := classic(t)
	j.put(t, path, "foreign.ipynb")
	p := openClassic(t, j, "foreign.ipynb")
	do(t, p.Tall(classicPanel, tallest))
	look(t, p, "classic-untrusted", chartCount, "still")
	quiet(t, p, classicNoise...)
}
