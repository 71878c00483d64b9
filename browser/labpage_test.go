package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// labPanel is what scrolls in JupyterLab.
const labPanel = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"

// labNoise is what JupyterLab says by itself, whatever the kernel does: it asks
// whether words in errors are files, and asks a debugger for its modules after each
// cell without looking whether the kernel has one.
var labNoise = []string{"/api/contents/", "/api/resolvePath", "No active debugger session"}

// The settings with which notebooks can be looked at: cells that are scrolled
// away stay in the document, nothing is saved behind the test's back, and the
// last cell ends the page.
var labSettings = map[string]string{
	"@jupyterlab/notebook-extension:tracker":  `{"windowingMode":"none","scrollPastEnd":false}`,
	"@jupyterlab/docmanager-extension:plugin": `{"autosave":false}`,
}

// lab returns the server of JupyterLab, the same for all tests.
func lab(t *testing.T) *jupyter {
	t.Helper()
	dir := labFolder(t)
	return shared(t, "lab", func() (*jupyter, error) { return startLab(dir, shop.env) })
}

// labFolder returns where JupyterLab's front end is, or skips the test.
func labFolder(t *testing.T) string {
	t.Helper()
	python(t, "jupyter_server, jupyterlab_server, jsonschema")
	dir := os.Getenv("WEFT_LAB")
	if dir == "" {
		var err error
		dir, err = filepath.Abs("lab")
		do(t, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "site", "version.json")); err != nil {
		t.Skipf("JupyterLab's front end is not built: %v; browser/lab/install.sh builds it with npm, WEFT_LAB names a folder that has it", err)
	}
	return dir
}

// startLab starts a server of JupyterLab.
func startLab(dir string, env []string) (*jupyter, error) {
	program, err := filepath.Abs(filepath.Join("lab", "server.py"))
	if err != nil {
		return nil, err
	}
	j, err := serve(append(env[:len(env):len(env)], "LAB_DIR="+dir), "ServerApp", program)
	if err != nil {
		return nil, err
	}
	for id, setting := range labSettings {
		raw, err := json.Marshal(map[string]string{"raw": setting})
		if err != nil {
			return nil, err
		}
		if text, err := j.request(http.MethodPut, "/lab/api/settings/"+id, string(raw)); err != nil {
			return nil, fmt.Errorf("settings: %w\n%s", err, text)
		}
	}
	return j, nil
}

// patience is how long a loaded machine may take for what else takes seconds.
const patience = 2 * time.Minute

// openLab opens a notebook in JupyterLab and waits until its kernel, a new one,
// is idle. The kernel ends with the test.
func openLab(t *testing.T, j *jupyter, name string) *Page {
	t.Helper()
	t.Cleanup(func() { j.forget(t, name) })
	return reopenLab(t, j, name)
}

// reopenLab opens a notebook that may be open elsewhere.
func reopenLab(t *testing.T, j *jupyter, name string) *Page {
	t.Helper()
	p := open(t, fmt.Sprintf("%s/lab/workspaces/w%d/tree/%s?reset", j.url, time.Now().UnixNano(), name), Options{Width: 1400, Height: 1000, Allowed: j.local})
	do(t, p.Wait("JupyterLab", `document.documentElement.dataset.labReady === "yes"`, patience))
	do(t, p.Wait("the notebook", fmt.Sprintf(`(w => w?.context?.path === %q && w.content?.model && w.context.isReady)(jupyterapp.shell.currentWidget)`, name), patience))
	do(t, p.Wait("the kernel", labIdle, patience))
	return p
}

const (
	labIdle  = `jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === "idle"`
	labCells = `jupyterapp.shell.currentWidget.content.widgets`

	// startAll runs all cells, as the menu does; it sets what endLab waits for.
	startAll = `void (window.weftEnded = false, jupyterapp.commands.execute("notebook:run-all-cells").finally(() => { window.weftEnded = true }))`
)

// runLab runs all cells of a notebook and waits for their end. A cell that fails
// fails the test, unless it says that it may.
func runLab(t *testing.T, p *Page) {
	t.Helper()
	do(t, p.Eval(startAll, nil))
	endLab(t, p)
}

// labCode tells of each cell with code how it is. A cell that may fail has a tag.
const labCode = `(() => ` + labCells + `.filter(w => w.model.type === "code" && w.model.sharedModel.source.trim()).map(w => ({
	id: w.model.id, ran: w.model.executionCount !== null,
	error: (w.model.getMetadata("tags") ?? []).includes("raises-exception") ? "" :
		w.model.outputs.toJSON().filter(o => o.output_type === "error").map(o => o.ename + ": " + o.evalue).join("; "),
})))()`

// endLab waits for the end of what startAll has started. JupyterLab says so too
// early where a cell fails that may: all have to have run, unless one failed that
// may not.
func endLab(t *testing.T, p *Page) {
	t.Helper()
	err := p.Wait("the end of the cells", `weftEnded && `+labIdle+` && (all => all.every(c => c.ran) || all.some(c => c.error))(`+labCode+`)`, 5*time.Minute)
	var cells []struct {
		ID, Error string
		Ran       bool
	}
	do(t, p.Eval(labCode, &cells))
	for _, c := range cells {
		if c.Error != "" {
			t.Errorf("cell %s failed: %s", c.ID, c.Error)
		} else if !c.Ran {
			t.Errorf("cell %s did not run", c.ID)
		}
	}
	if err != nil {
		t.Error(err)
	}
	if t.Failed() {
		p.Picture(filepath.Join(pictures, "failed-"+strings.ReplaceAll(t.Name(), "/", "-")+".png"))
		t.FailNow()
	}
}
