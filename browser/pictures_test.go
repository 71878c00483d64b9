package browser

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// docs makes TestPictures write the README's pictures: make pictures.
var docs = flag.String("docs", "", "the folder into which the README's pictures are written")

// TestPictures takes the README's pictures of notebooks in JupyterLab, with real
// measurements. It does nothing without -docs.
func TestPictures(t *testing.T) {
	if *docs == "" {
		t.Skip("without -docs no picture is written")
	}
	dir := labFolder(t)
	j := shared(t, "pictures", func() (*jupyter, error) {
		return startLab(dir, slices.DeleteFunc(slices.Clone(shop.env), func(v string) bool { return strings.HasPrefix(v, "WEFT_QUICK=") }))
	})
	putCourse(t, j)
	for _, picture := range []struct {
		file, book, cell string // the cell is at the top of what is shown
		width, height    int
	}{
		{"parallel-for.png", "09-parallel-for", "who-did-what-when", 1440, 960},
	} {
		t.Run(picture.file, func(t *testing.T) {
			p := openLab(t, j, picture.book+".ipynb")
			do(t, p.Resize(picture.width, picture.height))
			runLab(t, p)
			live(t, p, chartsIn(t, p, labCells+`.flatMap(w => w.model.outputs?.toJSON() ?? [])`))
			// The wanted cell is at the top, and none in sight is marked.
			do(t, p.Eval(fmt.Sprintf(`(async () => {
				await jupyterapp.shell.currentWidget.context.save();
				const book = jupyterapp.shell.currentWidget.content;
				book.activeCellIndex = 0;
				book.deselectAll();
				document.activeElement.blur();
				book.widgets.find(w => w.model.id === %q).node.scrollIntoView({block: "start"});
			})()`, picture.cell), nil))
			time.Sleep(3 * settling)
			_, err := p.Picture(filepath.Join(*docs, picture.file))
			do(t, err)
		})
	}
}
