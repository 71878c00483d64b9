package figure_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/dop251/goja"

	"github.com/weft-go/weft/kernel/chart"
	"github.com/weft-go/weft/kernel/internal/gallery"
)

// engine is a JavaScript engine that has page/functions.js and nothing of a page.
func engine(t *testing.T) *goja.Runtime {
	t.Helper()
	source, err := os.ReadFile("page/functions.js")
	if err != nil {
		t.Fatal(err)
	}
	vm := goja.New()
	if _, err := vm.RunString(string(source)); err != nil {
		t.Fatal(err)
	}
	return vm
}

func run(t *testing.T, vm *goja.Runtime, script string) any {
	t.Helper()
	v, err := vm.RunString(script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v.Export()
}

// Ticks and tooltips write quantities as the charts' texts do.
func TestFunctionsQuantity(t *testing.T) {
	vm := engine(t)
	for script, want := range map[string]string{
		`weftFunctions.quantity('s', 1e-9)(1500)`: "1.5 µs", `weftFunctions.quantity('s', 1)(0)`: "0 s", `weftFunctions.quantity('s', 1)(0.00099997)`: "1 ms",
		`weftFunctions.quantity('s', 1)(90)`: "90 s", `weftFunctions.quantity('B', 1024)(48)`: "48 KiB", `weftFunctions.quantity('B', 1)(1023)`: "1023 B",
		`weftFunctions.quantity('FLOP/s', 1e9)(192)`: "192 GFLOP/s", `weftFunctions.quantity('', 1)(1e-7)`: "1e-7", `weftFunctions.quantity('', 1)(3e6)`: "3 M",
		`weftFunctions.quantity('%', 1)(12.345)`: "12.35 %", `weftFunctions.quantity('×', 1)({value: 3.54})`: "3.54×",
		`weftFunctions.fraction()(0.03125)`: "1/32", `weftFunctions.fraction()(16)`: "16", `weftFunctions.shorten(5)('abcdefgh')`: "abcd…",
		`weftFunctions.named([0.5, 1.5], ['a', 'b'])(1.5)`: "b",
	} {
		if got := run(t, vm, script); got != want {
			t.Errorf("%s is %q, want %q", script, got, want)
		}
	}
}

// A name is text in a tooltip, whatever it looks like.
func TestFunctionsEscape(t *testing.T) {
	vm := engine(t)
	for _, script := range []string{
		`weftFunctions.tip([[0, '<i>', '<b>', 1]])({value: [1], name: '<img src=x>'})`,
		`weftFunctions.tipTexts(['<script>'])({dataIndex: 0})`,
		`weftFunctions.flameTip(['<a>'], 2, 's')({value: [0, 1, 0, 0]})`,
		`weftFunctions.flowTip(['<a>'], ['<b>', '<c>'], 's')({dataType: 'edge', data: {source: 0, target: 1, value: 1}})`,
	} {
		run(t, vm, `var html = `+script+`.replace(/<\/?b>|<br>/g, '')`)
		if got := run(t, vm, `/[<>]/.test(html.replace('&lt;b&gt;', ''))`); got != false {
			t.Errorf("%s is %v", script, run(t, vm, "html"))
		}
	}
}

// $dress gives the colours that an option names, also within series, and leaves
// data alone.
func TestFunctionsDress(t *testing.T) {
	vm := engine(t)
	for _, dark := range []string{"false", "true"} {
		run(t, vm, `var o = {color: ['@0'], series: [{itemStyle: {color: '@3'}, name: '@3', label: {color: '@text'}, data: [['@0', 1]]}]}; weftFunctions.$dress(o, `+dark+`)`)
		want := map[string]string{"false": "#D55E00 @3 #222222 @0", "true": "#ee7a2e @3 #e4e4e4 @0"}[dark]
		if got := run(t, vm, `[o.series[0].itemStyle.color, o.series[0].name, o.series[0].label.color, o.series[0].data[0][0]].join(' ')`); got != want {
			t.Errorf("dark %s: %v, want %v", dark, got, want)
		}
	}
}

// Every function that a chart names is there.
func TestFunctionsNamed(t *testing.T) {
	vm := engine(t)
	used := map[string]bool{}
	var find func(v any)
	find = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if name, ok := v["@fn"].(string); ok {
				used[name] = true
			}
			for _, e := range v {
				find(e)
			}
		case []any:
			for _, e := range v {
				find(e)
			}
		}
	}
	for _, p := range gallery.Pictures() {
		var payload any
		if err := json.Unmarshal(p.Chart.MIMEBundle()[chart.MIME].(json.RawMessage), &payload); err != nil {
			t.Fatal(err)
		}
		find(payload)
	}
	if len(used) < 15 {
		t.Errorf("only %d functions are used by the gallery: %v", len(used), used)
	}
	for name := range used {
		if got := run(t, vm, `typeof weftFunctions['`+name+`']`); got != "function" {
			t.Errorf("%s is %v", name, got)
		}
	}
}
