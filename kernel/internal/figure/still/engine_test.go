package still

import (
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew")

// kinds are one chart of each kind that the library draws.
var kinds = map[string]string{
	"line":        `{"title":{"text":"µ × ≤ – … 10⁻⁶","subtext":"a line, a mean and a gradient"},"xAxis":{"type":"category","data":["a","b","c"]},"yAxis":{"name":"time (ms)"},"series":[{"type":"line","smooth":true,"data":[1,3,2],"areaStyle":{"color":{"type":"linear","x":0,"y":0,"x2":0,"y2":1,"colorStops":[{"offset":0,"color":"rgba(0,158,115,0.6)"},{"offset":1,"color":"rgba(0,158,115,0)"}]}},"markLine":{"data":[{"type":"average"}]}}]}`,
	"bar":         `{"aria":{"enabled":true,"decal":{"show":true}},"legend":{},"xAxis":{"type":"category","data":["a","b"]},"yAxis":{},"series":[{"name":"user","type":"bar","stack":"s","data":[1,2],"label":{"show":true}},{"name":"system","type":"bar","stack":"s","data":[2,1]}]}`,
	"scatter":     `{"xAxis":{"type":"log"},"yAxis":{"type":"log"},"series":[{"type":"scatter","data":[[1,2],[10,20],[100,50]]},{"type":"effectScatter","data":[[2,2]]}]}`,
	"boxplot":     `{"xAxis":{"type":"category","data":["a"]},"yAxis":{},"series":[{"type":"boxplot","data":[[1,2,3,4,5]]}]}`,
	"candlestick": `{"xAxis":{"type":"category","data":["a","b"]},"yAxis":{},"series":[{"type":"candlestick","data":[[20,34,10,38],[40,35,30,50]]}]}`,
	"heatmap":     `{"xAxis":{"type":"category","data":["a","b"]},"yAxis":{"type":"category","data":["c","d"]},"visualMap":{"min":0,"max":3,"calculable":true,"right":8},"series":[{"type":"heatmap","data":[[0,0,0],[0,1,1],[1,0,2],[1,1,3]]}]}`,
	"pie":         `{"series":[{"type":"pie","radius":["30%","60%"],"data":[{"name":"a","value":3},{"name":"b","value":5}]}]}`,
	"radar":       `{"radar":{"indicator":[{"name":"x","max":3},{"name":"y","max":3},{"name":"z","max":3}]},"series":[{"type":"radar","data":[{"value":[1,2,3]}]}]}`,
	"gauge":       `{"series":[{"type":"gauge","progress":{"show":true},"data":[{"value":63,"name":"load"}]}]}`,
	"funnel":      `{"series":[{"type":"funnel","data":[{"name":"a","value":9},{"name":"b","value":4}]}]}`,
	"graph":       `{"series":[{"type":"graph","layout":"circular","label":{"show":true},"edgeSymbol":["none","arrow"],"data":[{"name":"a","symbolSize":30},{"name":"b","symbolSize":30},{"name":"c"}],"links":[{"source":"a","target":"b"},{"source":"b","target":"c"}]}]}`,
	"sankey":      `{"series":[{"type":"sankey","lineStyle":{"color":"gradient"},"data":[{"name":"a"},{"name":"b"},{"name":"c"}],"links":[{"source":"a","target":"c","value":4},{"source":"b","target":"c","value":2}]}]}`,
	"tree":        `{"series":[{"type":"tree","data":[{"name":"root","children":[{"name":"l"},{"name":"r"}]}]}]}`,
	"treemap":     `{"series":[{"type":"treemap","data":[{"name":"a","value":10},{"name":"b","value":5}]}]}`,
	"sunburst":    `{"series":[{"type":"sunburst","data":[{"name":"a","children":[{"name":"x","value":2}]},{"name":"b","value":1}]}]}`,
	"parallel":    `{"parallelAxis":[{"dim":0,"name":"A"},{"dim":1,"name":"B"}],"series":[{"type":"parallel","data":[[1,5],[2,3]]}]}`,
	"custom":      `{"xAxis":{},"yAxis":{},"series":[{"type":"custom","data":[[1,1],[2,3]],"renderItem":{"@js":"function (p, api) {\n// a comment\nvar q = api.coord([api.value(0), api.value(1)]); return {type: \"rect\", shape: {x: q[0] - 10, y: q[1] - 10, width: 20, height: 20}, style: {fill: \"#D55E00\"}}; }"}}]}`,
	"image":       `{"graphic":[{"type":"image","left":100,"top":100,"style":{"width":200,"height":100,"image":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="}}],"xAxis":{},"yAxis":{},"series":[{"type":"line","data":[[0,0],[1,1]]}]}`,
}

// engine is shared: making one ready takes a third of a second. A slow machine
// and the race detector are not what is tested.
var engine = func() *Engine {
	e := New()
	e.Limit = time.Minute
	return e
}()

// Every kind is drawn as it was when someone looked at it. The pictures in
// testdata are a quarter of the size; -update writes them.
func TestGolden(t *testing.T) {
	for name, option := range kinds {
		t.Run(name, func(t *testing.T) {
			img, err := engine.Draw([]byte(option), 480, 300)
			if err != nil {
				t.Fatal(err)
			}
			small := onWhite(Half(Half(img)))
			file := filepath.Join("testdata", name+".png")
			if *update {
				data, err := EncodePNG(small)
				if err == nil {
					err = os.WriteFile(file, data, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			want, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			if d := distance(small, want); d > 1.5 {
				t.Errorf("the picture differs from %s by %.2f in the mean (of 255); see it with -update", file, d)
			}
			if ink(small) < 0.001 {
				t.Error("the picture is blank")
			}
		})
	}
}

// distance is the mean difference of two pictures' colours.
func distance(a *image.RGBA, b image.Image) float64 {
	if a.Rect.Size() != b.Bounds().Size() {
		return 255
	}
	sum := 0.0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			p := a.RGBAAt(x, y)
			r, g, bl, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(p.R) - int(r>>8), int(p.G) - int(g>>8), int(p.B) - int(bl>>8)} {
				sum += float64(max(d, -d))
			}
		}
	}
	return sum / float64(3*a.Rect.Dx()*a.Rect.Dy())
}

// ink is the part of the pixels that aren't white.
func ink(img *image.RGBA) float64 {
	n := 0
	for i := 0; i < len(img.Pix); i += 4 {
		if white(img.Pix[i:]) != 0xffffff {
			n++
		}
	}
	return float64(n) / float64(len(img.Pix)/4)
}

// What is wrong with an option is said, and the next chart is drawn.
func TestErrors(t *testing.T) {
	e := New()
	e.MaxHeap = 200 << 20
	custom := func(js string) string {
		text, err := json.Marshal(js)
		if err != nil {
			t.Fatal(err)
		}
		return `{"xAxis":{},"yAxis":{},"series":[{"type":"custom","data":[1],"renderItem":{"@js":` + string(text) + `}}]}`
	}
	if err := e.Warm(); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, option, want string }{
		{"unknown kind", `{"series":[{"type":"line"},{"type":"wordCloud"}]}`, `series 2 is of type "wordCloud", which this build of ECharts has not; it has line, bar`},
		{"kind named like a property", `{"series":[{"type":"toString"}]}`, `of type "toString"`},
		{"map", `{"geo":{"map":"china"},"series":[]}`, `charts with "geo" are not part of this build`},
		{"unknown function", `{"tooltip":{"formatter":{"@fn":"nope"}},"series":[]}`, "names a function that is not there: nope"},
		{"function of Object", `{"tooltip":{"formatter":{"@fn":"constructor"}},"series":[]}`, "names a function that is not there"},
		{"wrong JavaScript", custom("function( {"), "a function in the option is not right JavaScript"},
		{"endless loop", custom("function(){for(;;){}}"), "took more than 300ms"},
		{"endless recursion", custom("function f(){return f()+f()}"), "calls itself without end"},
		{"endless memory", custom("function(){var a=[];for(;;)a.push(new Array(1000).fill(1.5))}"), "took more than"},
		{"throws", custom("function(){throw new Error('no\\nway')}"), "no"},
		{"not JSON", `{"series":`, ""},
		{"remote picture", `{"graphic":[{"type":"image","style":{"image":"http://localhost/a.png"}}],"series":[]}`, "must be a data URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e.Limit = time.Minute
			if strings.HasPrefix(tt.want, "took more than") {
				e.Limit = 300 * time.Millisecond
			}
			_, err := e.Draw([]byte(tt.option), 300, 200)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "BUG") {
				t.Errorf("error is %q, want one line with %q", err, tt.want)
			}
			e.Limit = time.Minute
			if _, err := e.Draw([]byte(kinds["pie"]), 300, 200); err != nil {
				t.Errorf("the next chart: %v", err)
			}
		})
	}
}

// Odd but harmless options give a picture.
func TestOdd(t *testing.T) {
	points := make([]string, 100_000)
	for i := range points {
		points[i] = fmt.Sprintf("[%d,%d]", i, i*7919%1000)
	}
	many := strings.Join(points, ",")
	for name, option := range map[string]string{
		"empty":          `{}`,
		"no data":        `{"xAxis":{},"yAxis":{},"series":[{"type":"line","data":[]}]}`,
		"nulls":          `{"xAxis":{},"yAxis":{},"series":[{"type":"line","data":[[1,null],[null,2],[3,4]]}]}`,
		"hostile":        `{"title":{"text":"</script><script>alert(1)</script>\u2028\u2029\"'` + "`" + `\u0000"},"series":[{"type":"pie","data":[{"name":"__proto__","value":1}]}]}`,
		"huge numbers":   `{"xAxis":{},"yAxis":{},"series":[{"type":"scatter","data":[[1e300,-1e300],[0,1e-300]]}]}`,
		"100,000 points": `{"xAxis":{},"yAxis":{},"series":[{"type":"line","symbol":"none","data":[` + many + `]}]}`,
		"100,000 dots":   `{"xAxis":{},"yAxis":{},"series":[{"type":"scatter","data":[` + many + `]}]}`,
		"long title":     `{"title":{"text":"` + strings.Repeat("long ", 200) + `"},"legend":{},"xAxis":{},"yAxis":{},"series":[{"type":"line","name":"x","data":[[1,1]]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			img, err := engine.Draw([]byte(option), 480, 300)
			if err != nil {
				t.Fatal(err)
			}
			if data, err := EncodePNG(img); err != nil || len(data) == 0 {
				t.Error(err)
			}
		})
	}
}

// Many dots are one path only where all are alike.
func TestManyDots(t *testing.T) {
	blue := func(img *image.RGBA) (n int) {
		for i := 0; i < len(img.Pix); i += 4 {
			if img.Pix[i] < 50 && img.Pix[i+1] < 50 && img.Pix[i+2] > 200 {
				n++
			}
		}
		return n
	}
	alike, mixed := make([]string, 300), make([]string, 300)
	for i := range alike {
		alike[i] = fmt.Sprintf("[%d,%d]", i, i%17)
		mixed[i] = fmt.Sprintf(`{"value":[%d,%d],"itemStyle":{"color":"%s"}}`, i, i%17, []string{"#0000ff", "#ff0000"}[i%2])
	}
	count := func(data []string) int {
		img, err := engine.Draw([]byte(`{"xAxis":{},"yAxis":{},"series":[{"type":"scatter","symbolSize":6,"itemStyle":{"color":"#0000ff","opacity":1},"data":[`+strings.Join(data, ",")+`]}]}`), 600, 400)
		if err != nil {
			t.Fatal(err)
		}
		return blue(img)
	}
	// 300 dots of 6 pixels, four times as many in the picture, some of them overlapping.
	if n := count(alike); n < 25000 || n > 36000 {
		t.Errorf("dots alike: %d pixels are blue", n)
	}
	if n := count(mixed); n < 10000 || n > 20000 {
		t.Errorf("every second dot: %d pixels are blue", n)
	}
}

// Neither a text nor a function of one chart harms the next one.
func TestPrototype(t *testing.T) {
	e := New()
	e.Limit = time.Minute
	for name, tt := range map[string]struct {
		option string
		kept   bool
	}{
		"text":     {`{"series":[{"type":"pie","data":[{"name":"__proto__","value":1},{"name":"constructor","value":2}]}]}`, true},
		"function": {`{"series":[{"type":"pie","label":{"formatter":{"@js":"function(){Object.prototype.next={};return 'x'}"}},"data":[1]}]}`, false},
	} {
		if _, err := e.Draw([]byte(tt.option), 200, 100); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if kept := e.vm != nil; kept != tt.kept {
			t.Errorf("%s: the machine is kept: %v, want %v", name, kept, tt.kept)
		}
		if _, err := e.Draw([]byte(kinds["pie"]), 200, 100); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
}

// Ten goroutines get the pictures they asked for, whatever goes wrong beside them.
func TestTogether(t *testing.T) {
	want, err := engine.Draw([]byte(kinds["bar"]), 300, 200)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if i%3 == 2 {
				if _, err := engine.Draw([]byte(`{"series":[{"type":"nope"}]}`), 300, 200); err == nil {
					t.Error("no error")
				}
				return
			}
			img, err := engine.Draw([]byte(kinds["bar"]), 300, 200)
			if err != nil {
				t.Error(err)
				return
			}
			if d := distance(img, want); d > 0 {
				t.Errorf("the picture differs by %v", d)
			}
		})
	}
	wg.Wait()
}

// A machine is replaced after some pictures, and let go when none is asked for.
func TestRenew(t *testing.T) {
	e := New()
	draw := func() {
		t.Helper()
		if _, err := e.Draw([]byte(kinds["funnel"]), 200, 100); err != nil {
			t.Fatal(err)
		}
	}
	draw()
	e.drawn = maxDrawn - 1
	draw()
	if e.vm != nil {
		t.Error("the machine is kept for ever")
	}
	draw()
	e.Idle = time.Millisecond
	draw()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		e.mu.Lock()
		gone := e.vm == nil
		e.mu.Unlock()
		if gone {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the machine is kept though nothing is drawn")
		}
	}
	draw()
}

func BenchmarkDraw(b *testing.B) {
	for _, kind := range []string{"line", "bar", "custom", "heatmap"} {
		b.Run("kind="+kind, func(b *testing.B) {
			if err := engine.Warm(); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := engine.Draw([]byte(kinds[kind]), 720, 400); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
