package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// course returns the paths of the course's notebooks, of those with these
// numbers if there are any.
func course(t *testing.T, numbers ...string) []string {
	t.Helper()
	if len(numbers) == 0 {
		numbers = []string{"[0-9][0-9]"}
	}
	var paths []string
	for _, n := range numbers {
		found, err := filepath.Glob(filepath.Join("..", "notebooks", n+"-*.ipynb"))
		do(t, err)
		if len(found) == 0 {
			t.Errorf("there is no notebook %s", n)
		}
		paths = append(paths, found...)
	}
	return paths
}

// putCourse copies all notebooks into a server's folder: they lead to each other.
func putCourse(t *testing.T, j *jupyter) {
	t.Helper()
	for _, path := range course(t) {
		j.put(t, path, filepath.Base(path))
	}
}

// eachOf runs test for each notebook, named after it.
func eachOf(t *testing.T, paths []string, test func(t *testing.T, name, path string)) {
	t.Helper()
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			defer func() { t.Logf("%s: %.1f s", name, time.Since(begin).Seconds()) }()
			test(t, name, path)
		})
	}
}

// chartsIn counts the charts in a list of outputs in JavaScript, whether they are
// drawn or not.
func chartsIn(t *testing.T, p *Page, outputs string) int {
	t.Helper()
	var count int
	do(t, p.Eval(outputs+`.map(o => [o.data?.["text/html"] ?? []].flat().join(""))
		.reduce((sum, text) => sum + new DOMParser().parseFromString(text, "text/html").querySelectorAll(".weft-chart").length, 0)`, &count))
	return count
}

// whole checks that what cells show besides charts is there.
func whole(t *testing.T, p *Page, area string) {
	t.Helper()
	var wrong []string
	do(t, p.Eval(fmt.Sprintf(`[...document.querySelectorAll(%q)].flatMap(area => [
		...[...area.querySelectorAll("img:not(.weft-still)")].filter(e => !e.naturalWidth).map(e => "a picture is not drawn: " + (e.alt || e.src.slice(0, 60))),
		...[...area.querySelectorAll(".weft-chart-error")].map(e => e.innerText),
	])`, area), &wrong))
	for _, w := range wrong {
		t.Error(w)
	}
}

// Every notebook of the course runs from top to bottom in JupyterLab, with all
// its charts. The pictures are there to be looked at. As nothing here keeps time,
// the three tests of the course run at the same time.
func TestCourseInLab(t *testing.T) {
	t.Parallel()
	j := lab(t)
	putCourse(t, j)
	eachOf(t, course(t), func(t *testing.T, name, path string) {
		p := openLab(t, j, name+".ipynb")
		do(t, p.Eval(`void jupyterapp.shell.collapseLeft()`, nil))
		do(t, p.Resize(1120, 1000)) // what is read well on a picture
		begin := time.Now()
		runLab(t, p)
		t.Logf("its cells: %.1f s", time.Since(begin).Seconds())
		count := chartsIn(t, p, labCells+`.flatMap(w => w.model.outputs?.toJSON() ?? [])`)
		if count == 0 {
			t.Error("there is no chart")
		}
		live(t, p, count)
		lookAll(t, p, labPanel, "lab-"+name, count, "live")
		whole(t, p, ".jp-OutputArea-output")
		quiet(t, p, labNoise...)
	})
}

// Some of them in the classic Notebook.
func TestCourseInClassic(t *testing.T) {
	t.Parallel()
	j := classic(t)
	eachOf(t, course(t, "00", "09", "15"), func(t *testing.T, name, path string) {
		j.put(t, path, name+".ipynb")
		p := openClassic(t, j, name+".ipynb")
		runClassic(t, p)
		count := chartsIn(t, p, `Jupyter.notebook.get_cells().flatMap(c => c.output_area?.outputs ?? [])`)
		live(t, p, count)
		lookAll(t, p, classicPanel, "classic-"+name, count, "live")
		whole(t, p, ".output_subarea")
		quiet(t, p, classicNoise...)
	})
}

// clientProgram runs a notebook as "jupyter execute" does, and keeps it, which that does
// not: an error in a cell that may not fail ends it.
const clientProgram = `
import sys, nbclient, nbformat
book = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(book, timeout=200, startup_timeout=120, resources={"metadata": {"path": sys.argv[3]}}).execute()
nbformat.write(book, sys.argv[2])
`

// Every notebook runs with nbclient, and nbconvert's page of it shows all charts.
func TestCourseConverted(t *testing.T) {
	t.Parallel()
	interpreter := python(t, "nbclient, nbconvert, nbformat")
	eachOf(t, course(t), func(t *testing.T, name, path string) {
		dir := t.TempDir()
		ran := filepath.Join(dir, name+".ipynb")
		command(t, shop.env, interpreter, "-W", "ignore", "-c", clientProgram, path, ran, dir)
		text, err := os.ReadFile(ran)
		do(t, err)
		p := openConverted(t, ran)
		count := strings.Count(string(text), `class=\"weft-chart\"`)
		if count == 0 {
			t.Error("there is no chart")
		}
		lookAll(t, p, "html", "nbconvert-"+name, count, "still")
		whole(t, p, ".jp-OutputArea-output")
		quiet(t, p, convertNoise...)
	})
}
