package browser

import (
	"path/filepath"
	"testing"
	"time"
)

// classicNoise is what it says where the extension for widgets is not installed.
const classicNoise = "nbextensions/widgets/notebook/js/extension.js"

// The classic Notebook has RequireJS on its page, which JupyterLab has not.
func TestClassicNotebook(t *testing.T) {
	python(t, "notebook")
	j := serve(t, surroundings(t), "NotebookApp", "-m", "notebook")
	j.put(t, filepath.Join("testdata", "charts.ipynb"), "charts.ipynb")
	p := open(t, j.url+"/notebooks/charts.ipynb", Options{Width: 1200, Height: 1000, Allowed: j.local})
	const loaded = `window.Jupyter?.notebook?._fully_loaded && Jupyter.notebook.kernel?.is_connected()`
	do(t, p.Wait("the notebook", loaded, time.Minute))
	do(t, p.Eval(`Jupyter.notebook.execute_all_cells()`, nil))
	do(t, p.Wait("the cells", `Jupyter.notebook.get_cells().filter(c => c.cell_type === "code").every(c => Number.isInteger(c.input_prompt_number))`, 2*time.Minute))
	var failed []string
	do(t, p.Eval(`[...document.querySelectorAll(".output_error")].map(e => e.innerText)`, &failed))
	if len(failed) > 0 {
		t.Fatalf("cells failed: %v", failed)
	}
	live(t, p, chartCount)
	do(t, p.Tall("#site", tallest))
	look(t, p, "classic-ran", chartCount, "live")
	quiet(t, p, classicNoise)
}

// A notebook of somebody else's shows the pictures.
func TestClassicNotebookUntrusted(t *testing.T) {
	path := book(t, "charts.ipynb")
	python(t, "notebook")
	j := serve(t, surroundings(t), "NotebookApp", "-m", "notebook")
	j.put(t, path, "foreign.ipynb")
	p := open(t, j.url+"/notebooks/foreign.ipynb", Options{Width: 1200, Height: 1000, Allowed: j.local})
	do(t, p.Wait("the notebook", `window.Jupyter?.notebook?._fully_loaded`, time.Minute))
	do(t, p.Tall("#site", tallest))
	look(t, p, "classic-untrusted", chartCount, "still")
	quiet(t, p, classicNoise)
}
