package browser

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// In the session that made them and in the saved notebook that is opened again
// charts are live, and they follow JupyterLab's theme.
func TestLab(t *testing.T) {
	j := lab(t)
	j.put(t, filepath.Join("testdata", "charts.ipynb"), "charts.ipynb")
	p := openLab(t, j, "charts.ipynb")
	runLab(t, p)
	live(t, p, chartCount)
	do(t, p.Tall(labPanel, tallest))
	look(t, p, "lab-ran", chartCount, "live")
	quiet(t, p, labNoise...)

	do(t, p.Eval(`jupyterapp.shell.currentWidget.context.save()`, nil))
	do(t, p.Resize(1400, 1000))
	do(t, p.Eval(`jupyterapp.commands.execute("apputils:change-theme", {theme: "JupyterLab Dark"})`, nil))
	do(t, p.Wait("the dark theme", `document.body.dataset.jpThemeLight === "false"`, callTime))
	do(t, p.Tall(labPanel, tallest))
	look(t, p, "lab-dark", chartCount, "live")
	do(t, p.Eval(`jupyterapp.commands.execute("apputils:change-theme", {theme: "JupyterLab Light"})`, nil))
	quiet(t, p, labNoise...)

	again := reopenLab(t, j, "charts.ipynb")
	live(t, again, chartCount)
	do(t, again.Tall(labPanel, tallest))
	look(t, again, "lab-reopened", chartCount, "live")
	quiet(t, again, labNoise...)
}

// A notebook of somebody else's shows the pictures.
func TestLabUntrusted(t *testing.T) {
	path := book(t, "charts.ipynb")
	j := lab(t)
	j.put(t, path, "foreign.ipynb")
	p := openLab(t, j, "foreign.ipynb")
	var trusted int
	do(t, p.Eval(`[...jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.type === "code" && c.trusted && c.outputs.length).length`, &trusted))
	if trusted > 0 {
		t.Fatalf("%d cells are trusted", trusted)
	}
	do(t, p.Tall(labPanel, tallest))
	img, err := p.Picture(filepath.Join(pictures, "lab-untrusted.png"))
	do(t, err)
	// The sanitiser may take classes away: what counts is a picture in an output.
	var charts []Chart
	do(t, p.Eval(`[...document.querySelectorAll(".jp-OutputArea-output img")].filter(e => e.naturalWidth > 0).map(e => {
		const box = e.getBoundingClientRect(); return {shown: "still", x: box.x, y: box.y, width: box.width, height: box.height} })`, &charts))
	if len(charts) != chartCount {
		t.Errorf("there are %d pictures, want %d", len(charts), chartCount)
	}
	for i := range charts {
		if wrong := charts[i].Check(img); wrong != "" {
			t.Errorf("picture %d: %s", i+1, wrong)
		}
	}
	var ran int
	do(t, p.Eval(`(window.weftCharts?.list ?? []).length`, &ran))
	if ran > 0 {
		t.Errorf("%d charts are live in a notebook that is not trusted", ran)
	}
	quiet(t, p, labNoise...)
}

// watcher looks at the chart behind each frame for two and a half seconds: how
// many there were, what was wrong in those where nothing was drawn, and how
// often the chart was drawn anew.
const watcher = `new Promise(done => {
	const found = {frames: 0, blank: [], drawn: 0}, begin = performance.now();
	weftCharts.list[0].chart.on("rendered", () => found.drawn++);
	const check = () => {
		const e = document.querySelector(".weft-chart"), live = e?.querySelector(".weft-live"), canvas = live?.querySelector("canvas");
		const inked = canvas?.width && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v, i) => i % 4 === 3 && v > 0);
		if (live?.offsetHeight && (inked || live.querySelector("svg path")) || e?.querySelector(".weft-still")?.offsetHeight) return;
		found.blank.push(Math.round(performance.now() - begin) + " ms: live " + live?.offsetHeight + " high, canvas " + canvas?.width + " wide, " + document.querySelectorAll(".weft-chart").length + " charts");
	};
	const frame = () => {
		found.frames++;
		setTimeout(check); // when the frame has been drawn
		performance.now() < begin + 2500 ? requestAnimationFrame(frame) : setTimeout(done, 50, found);
	};
	requestAnimationFrame(frame);
})`

// A chart that grows is never blank, and what is kept of it is one still
// picture that needs no script.
func TestLabLive(t *testing.T) {
	j := lab(t)
	j.put(t, filepath.Join("testdata", "live.ipynb"), "live.ipynb")
	p := openLab(t, j, "live.ipynb")
	do(t, p.Eval(startAll, nil))
	live(t, p, 1)
	charts, err := p.Charts()
	do(t, err)
	area := charts[0].Area()
	// Two witnesses: what the page finds, and what the browser takes pictures of.
	var found struct {
		Frames, Drawn int
		Blank         []string
	}
	shot, blank := 0, 0
	do(t, p.Film(func(img image.Image) {
		shot++
		if Look(img, area).Blank() {
			blank++
		}
	}, func() error { return p.Eval(watcher, &found) }))
	t.Logf("2.5 s: %d frames, the chart drawn anew %d times; %d pictures", found.Frames, found.Drawn, shot)
	if len(found.Blank) > 0 || blank > 0 {
		t.Errorf("blank in %d of %d frames and on %d of %d pictures: %v", len(found.Blank), found.Frames, blank, shot, found.Blank)
	}
	if found.Drawn < 8 || shot == 0 { // of 25: the machine may be busy
		t.Errorf("drawn anew %d times, want at least 8; %d pictures", found.Drawn, shot)
	}
	endLab(t, p)
	time.Sleep(settling)
	look(t, p, "lab-live", 1, "live")
	quiet(t, p, labNoise...)

	do(t, p.Eval(`jupyterapp.shell.currentWidget.context.save()`, nil))
	text, err := os.ReadFile(filepath.Join(j.books, "live.ipynb"))
	do(t, err)
	var saved struct {
		Cells []struct {
			Outputs []struct{ Data map[string]json.RawMessage }
		}
	}
	do(t, json.Unmarshal(text, &saved))
	kept := 0
	for _, o := range saved.Cells[len(saved.Cells)-1].Outputs {
		if _, ok := o.Data["image/png"]; ok && strings.Contains(string(o.Data["text/html"]), "weft-still") {
			kept++
		} else if strings.Contains(string(o.Data["text/html"]), "<script") {
			t.Errorf("a script without a picture is kept: %.300s", o.Data["text/html"])
		}
	}
	if kept != 1 {
		t.Errorf("%d charts with pictures are kept, want 1", kept)
	}
}
