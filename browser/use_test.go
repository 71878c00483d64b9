package browser

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// A hand uses a notebook in JupyterLab as people do: with keys and the mouse.
type hand struct {
	*Page
	t *testing.T
}

// useLab opens testdata/use.ipynb, in a copy of the test's own.
func useLab(t *testing.T) hand {
	t.Helper()
	j := lab(t)
	name := t.Name() + ".ipynb"
	j.put(t, filepath.Join("testdata", "use.ipynb"), name)
	p := openLab(t, j, name)
	t.Cleanup(func() {
		p.Picture(filepath.Join(pictures, "use-"+strings.ToLower(strings.TrimPrefix(t.Name(), "TestUse"))+".png"))
	})
	return hand{p, t}
}

// cell is a cell in JavaScript.
func cell(id string) string { return labCells + fmt.Sprintf(`.find(w => w.model.id === %q)`, id) }

// start runs a cell with Shift-Enter and waits until JupyterLab has sent it.
func (h hand) start(id string) {
	h.t.Helper()
	h.edit(id)
	do(h.t, h.Press("Shift+Enter"))
	do(h.t, h.Wait("the start of "+id, cell(id)+`.node.querySelector(".jp-InputPrompt").innerText !== "[ ]:"`, patience))
}

// edit puts the cursor at the end of a cell.
func (h hand) edit(id string) {
	h.t.Helper()
	do(h.t, h.Eval(cell(id)+`.node.setAttribute("data-test", "`+id+`")`, nil))
	do(h.t, h.Click(`[data-test="`+id+`"] .cm-line`))
	do(h.t, h.Wait("the cursor", cell(id)+`.editor.hasFocus()`, patience))
	do(h.t, h.Press("Control+End"))
}

// run runs a cell, waits for its end, and returns its outputs' text.
func (h hand) run(id string) string {
	h.t.Helper()
	h.start(id)
	h.ended(id)
	return h.output(id)
}

// ended waits for the end of a cell.
func (h hand) ended(id string) {
	h.t.Helper()
	do(h.t, h.Wait("the end of "+id, cell(id)+`.model.executionCount !== null && `+labIdle, patience))
}

// output returns the text that a cell shows.
func (h hand) output(id string) string {
	h.t.Helper()
	var text string
	do(h.t, h.Eval(cell(id)+`.outputArea.node.innerText`, &text))
	return text
}

// toolbar is a button above the notebook.
func toolbar(name string) string {
	return `.jp-NotebookPanel:not(.lm-mod-hidden) .jp-NotebookPanel-toolbar [data-jp-item-name="` + name + `"] jp-button`
}

// want fails the test when a text lacks words.
func (h hand) want(what, text string, words ...string) {
	h.t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			h.t.Errorf("%s lacks %q: %q", what, w, text)
		}
	}
}

// Tab offers names, and the one that is chosen is written.
func TestUseCompletion(t *testing.T) {
	h := useLab(t)
	h.edit("complete")
	do(t, h.Press("Tab"))
	const popup = `document.querySelector(".jp-Completer:not(.lm-mod-hidden)")`
	do(t, h.Wait("the popup", popup+`?.querySelectorAll(".jp-Completer-item").length > 2`, patience))
	var text string
	do(t, h.Eval(popup+`.innerText`, &text))
	h.want("the popup", text, "ToUpper", "ToUpperSpecial", "func")
	_, err := h.Picture(filepath.Join(pictures, "use-popup.png"))
	do(t, err)
	do(t, h.Press("Enter"))
	do(t, h.Wait("the name", cell("complete")+`.model.sharedModel.source === "strings.ToUpper"`, patience))
	quiet(t, h.Page, labNoise...)
}

// Shift-Tab shows the signature and the documentation.
func TestUseDocumentation(t *testing.T) {
	h := useLab(t)
	h.edit("signature")
	do(t, h.Press("Shift+Tab"))
	do(t, h.Wait("the tooltip", `document.querySelector(".jp-Tooltip")?.innerText.length > 20`, patience))
	var text string
	do(t, h.Eval(`document.querySelector(".jp-Tooltip").innerText`, &text))
	h.want("the tooltip", text, "func Repeat(s string, count int) string", "copies of the string")
	quiet(t, h.Page, labNoise...)
}

// The stop button ends an endless cell, and all variables stay.
func TestUseInterrupt(t *testing.T) {
	h := useLab(t)
	h.run("kept")
	h.start("endless")
	do(t, h.Wait("a busy kernel", `!(`+labIdle+`)`, patience))
	do(t, h.Click(toolbar("interrupt")))
	h.ended("endless")
	h.want("the cell", h.output("endless"), "nterrupted")
	h.want("the next cell", h.run("after"), "42 true")
	quiet(t, h.Page, labNoise...)
}

// The restart button and its dialog begin anew.
func TestUseRestart(t *testing.T) {
	h := useLab(t)
	h.run("kept")
	do(t, h.Eval(`void jupyterapp.shell.currentWidget.sessionContext.statusChanged.connect((_, status) => { if (status.endsWith("restarting")) window.weftRestarts = true })`, nil))
	do(t, h.Click(toolbar("restart")))
	do(t, h.Click(`.jp-Dialog .jp-mod-accept`))
	do(t, h.Wait("the new kernel", `window.weftRestarts && !document.querySelector(".jp-Dialog") && `+labIdle, patience))
	h.want("a cell that uses what was", h.run("after"), "undefined: kept")
	h.run("double")
	h.want("a cell", h.run("recovered"), "42")
	var count int
	do(t, h.Eval(cell("recovered")+`.model.executionCount`, &count))
	if count != 3 {
		t.Errorf("it is number %d, want 3", count)
	}
	quiet(t, h.Page, labNoise...)
}

// What a cell reads from standard input is asked of the user.
func TestUseInput(t *testing.T) {
	h := useLab(t)
	h.start("ask")
	do(t, h.Wait("the input box", `document.activeElement?.closest(".jp-Stdin")`, patience))
	_, err := h.Picture(filepath.Join(pictures, "use-input-box.png"))
	do(t, err)
	do(t, h.Type("Ada"))
	do(t, h.Press("Enter"))
	h.ended("ask")
	h.want("the cell", h.output("ask"), "hello, Ada")
	quiet(t, h.Page, labNoise...)
}

// What kills the session costs its variables; the next cell runs.
func TestUseCrash(t *testing.T) {
	h := useLab(t)
	h.run("kept")
	h.run("double")
	h.want("the cell", h.run("crash"), "concurrent map writes", "kept", "lost")
	h.want("the next cell", h.run("recovered"), "42")
	quiet(t, h.Page, labNoise...)
}

// A notebook's kernel is chosen by its name.
func TestUseKernelChooser(t *testing.T) {
	h := useLab(t)
	const name = `.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Toolbar-kernelName`
	var text string
	do(t, h.Eval(`document.querySelector(`+"`"+name+"`"+`).innerText`, &text))
	h.want("the toolbar", text, "Go (Weft)")
	do(t, h.Click(name))
	do(t, h.Wait("the dialog", `document.querySelector(".jp-Dialog select")`, patience))
	var names []string
	do(t, h.Eval(`[...document.querySelectorAll(".jp-Dialog select option")].map(o => o.label)`, &names))
	h.want("the dialog", strings.Join(names, ", "), "Go (Weft)")
	_, err := h.Picture(filepath.Join(pictures, "use-chooser.png"))
	do(t, err)
	do(t, h.Click(`.jp-Dialog .jp-mod-reject`))
	quiet(t, h.Page, labNoise...)
}
