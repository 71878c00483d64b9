package display

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"math/big"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
	"unsafe"
)

type point struct{ X, Y int }

type celsius float64

func (c celsius) String() string { return fmt.Sprintf("%.1f °C", float64(c)) }

type list struct {
	V    int
	Next *list
}

type broken struct{ s string }

func (b broken) Error() string { panic("no text for " + b.s) }

type pointerText struct{ s string }

func (p *pointerText) String() string { return p.s }

type rich struct{}

func (rich) HTML() string   { return "<b>rich</b>" }
func (rich) String() string { return "rich" }

type badHTML struct{}

func (badHTML) HTML() string { panic(errors.New("no markup")) }

type forms3 map[string]any

func (f forms3) MIMEBundle() map[string]any {
	if f == nil {
		panic("empty")
	}
	return f
}

type hidden struct {
	d time.Duration
	p *point
	f func() //lint:ignore U1000 shown by reflection
}

type formatter1 struct{}

func (formatter1) Format(s fmt.State, verb rune) { fmt.Fprint(s, "formatted") }

func textOf(t *testing.T, v any, typ string) string {
	t.Helper()
	b := Bundle(v, typ)
	if mimes(b) != mimeText {
		t.Fatalf("forms %q, want text alone", mimes(b))
	}
	return b.Data[mimeText].(string)
}

func TestText(t *testing.T) {
	cycle := &list{V: 1}
	cycle.Next = &list{2, cycle}
	own := []any{1, nil}
	own[1] = own
	selfMap := map[string]any{}
	selfMap["m"] = selfMap
	var selfPointer any
	selfPointer = &selfPointer
	channel := make(chan int, 3)
	channel <- 1
	tests := []struct {
		name string
		v    any
		typ  string
		want string
	}{
		{"nil", nil, "", "<nil>"},
		{"nil error", nil, "error", "<nil>"},
		{"nil pointer", (*point)(nil), "*main.Point", "<nil>"},
		{"nil slice", []int(nil), "", "[]"},
		{"nil map", map[string]int(nil), "", "map[]"},
		{"nil function", (func())(nil), "", "<nil>"},
		{"nil channel", (chan int)(nil), "", "<nil>"},
		{"nil pointer with a method", (*pointerText)(nil), "", "<nil>"},
		{"int", 42, "int", "42"},
		{"rune", 'a', "rune", "97"},
		{"byte", byte(7), "byte", "7"},
		{"float", 0.1, "float64", "0.1"},
		{"large float", 1e6, "float64", "1e+06"},
		{"small float", float32(0.1), "float32", "0.1"},
		{"complex", 1 + 2i, "complex128", "(1+2i)"},
		{"bool", true, "bool", "true"},
		{"uintptr", uintptr(9), "uintptr", "9"},
		{"unsafe pointer", unsafe.Pointer(nil), "", "<nil>"},
		{"string", `a"b`, "string", `"a\"b"`},
		{"empty string", "", "string", `""`},
		{"one line", "a\n", "string", `"a\n"`},
		{"two lines", "a\nb", "string", "a\nb"},
		{"no UTF-8", "a\nb\xff", "string", `"a\nb\xff"`},
		{"named string", reflect.Slice, "", "slice"},
		{"error", errors.New("went wrong"), "error", "went wrong"},
		{"stringer", 3 * time.Second, "time.Duration", "3s"},
		{"own stringer", celsius(21), "", "21.0 °C"},
		{"formatter", formatter1{}, "", "formatted"},
		{"big number", big.NewInt(7), "*big.Int", "7"},
		{"panic", broken{"x"}, "main.broken", "main.broken.Error panicked: no text for x"},
		{"panic inside", []error{broken{"x"}}, "", "[<display.broken.Error panicked: no text for x>]"},
		{"nil slice with a method", net.IP(nil), "", "<nil>"},
		{"slice", []int{1, 2, 3}, "[]int", "[1 2 3]"},
		{"strings", []string{"a b", "c"}, "", "[a b c]"},
		{"durations", []time.Duration{1, 2}, "", "[1ns 2ns]"},
		{"array", [2]bool{true}, "", "[true false]"},
		{"bytes", []byte("hi"), "", "[104 105]"},
		{"matrix", [][]float64{{1, 2}, {3}}, "", "[[1 2] [3]]"},
		{"anything", []any{1, "a", nil, point{1, 2}}, "", "[1 a <nil> {X:1 Y:2}]"},
		{"map", map[string]int{"b": 2, "a": 1}, "", "map[a:1 b:2]"},
		{"map by number", map[int]string{10: "x", 9: "y"}, "", "map[9:y 10:x]"},
		{"map by anything", map[any]int{"a": 1, 2: 2, nil: 3, 1.5: 4}, "", "map[<nil>:3 2:2 1.5:4 a:1]"},
		{"map by NaN", map[float64]int{math.NaN(): 5, 1: 6}, "", "map[NaN:5 1:6]"},
		{"map by something with NaN", map[any]int{[1]float64{math.NaN()}: 5}, "", "map[[NaN]:5]"},
		{"map by struct", map[point]int{{2, 1}: 1, {1, 2}: 2}, "", "map[{X:1 Y:2}:2 {X:2 Y:1}:1]"},
		{"struct", point{1, 2}, "", "display.point{X:1 Y:2}"},
		{"interpreted struct", struct{ X, Y int }{1, 2}, "main.Point", "main.Point{X:1 Y:2}"},
		{"struct without a name", struct{ X int }{1}, "struct{X int}", "{X:1}"},
		{"struct as any", struct{ X int }{1}, "any", "{X:1}"},
		{"pointer", &point{1, 2}, "", "&display.point{X:1 Y:2}"},
		{"interpreted pointer", &struct{ X int }{1}, "*main.Point", "&main.Point{X:1}"},
		{"pointer to a number", new(int), "", "&0"},
		{"pointers inside", []*point{{1, 2}, nil}, "", "[&{X:1 Y:2} <nil>]"},
		{"unexported fields", hidden{d: 1, p: &point{}}, "", "display.hidden{d:1 p:&{X:0 Y:0} f:<nil>}"},
		{"function", strings.ToUpper, "", "func(string) string"},
		{"interpreted function", func() {}, "func() main.T", "func() main.T"},
		{"channel", channel, "chan int", "chan int (len 1, cap 3)"},
		{"channel without room", make(<-chan int), "", "<-chan int"},
		{"reflected", reflect.ValueOf([]int{1}), "", "[1]"},
		{"cycle", cycle, "", "&display.list{V:1 Next:&{V:2 Next:<cycle>}}"},
		{"slice in itself", own, "", "[1 [1 [1 [1 [1 [1 […]]]]]]]"},
		{"map in itself", selfMap, "", "map[m:map[m:map[m:map[m:map[m:map[m:map[…]]]]]]]"},
		{"pointer to itself", selfPointer, "", "&<cycle>"},
		{"rectangle", image.Rect(0, 0, 1, 2), "", "(0,0)-(1,2)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := textOf(t, tt.v, tt.typ); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	numbers := make([]int, 1_000_000)
	for i := range numbers {
		numbers[i] = i
	}
	big := map[int]int{}
	for i := range 200_000 {
		big[i] = i
	}
	medium := map[int]int{}
	for i := range 1000 {
		medium[i] = i
	}
	long := &list{V: 1}
	for range 100_000 {
		long = &list{1, long}
	}
	tests := []struct {
		name       string
		v          any
		typ        string
		begin, end string
		most       int // bytes
	}{
		{"slice", numbers, "[]int", "[]int (len 1000000): [0 1 2 3 … 999998 999999]", "", 100},
		{"slice of the interpreter", make([]struct{ X int }, 200), "[]main.T", "[]main.T (len 200): [{X:0} {X:0} {X:0} {X:0} … {X:0} {X:0}]", "", 100},
		{"limit", numbers[:100], "[]int", "[0 1 2 ", " 98 99]", 300},
		{"beyond the limit", numbers[:101], "[]int", "[]int (len 101): [0 1 2 3 … 99 100]", "", 100},
		{"slice inside", [][]int{numbers}, "", "[[0 1 2 3 … 999998 999999]]", "", 100},
		{"map", medium, "", "map[int]int (len 1000): map[0:0 1:1 ", " 19:19 …]", 300},
		{"large map", big, "", "map[int]int (len 200000): map[", " …]", 400},
		{"string", strings.Repeat("é", 1_000_000), "string", `string (len 2000000): "ééé`, `é"`, maxText + 100},
		{"lines", strings.Repeat("a line\n", 100_000), "string", "string (len 700000):\na line\n", "a line\n", maxText + 100},
		{"string inside", []string{strings.Repeat("é", 1000)}, "", "[éé", "é… (len 2000)]", maxString + 100},
		{"list", long, "", "&display.list{V:1 Next:&{V:1 Next:&{", "Next:&{…}}}}}}}", 300},
		{"bushy", bushy(12), "", "[[[[[[[…]", "…]", maxText + 2000},
		{"many texts", manyTexts(), "", "[xx", "…]", maxText + 2000},
		{"long method", celsiusText(strings.Repeat("x", 1e6)), "", "xxx", "x…", maxMethodText + 10},
		{"long type", struct {
			A, B, C, D, E, F, G, H struct{ A, B, C, D, E, F, G, H func(a, b, c, d, e, f, g int) }
		}{}.F, "", "{A:<nil>", "}", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := textOf(t, tt.v, tt.typ)
			if !strings.HasPrefix(got, tt.begin) || !strings.HasSuffix(got, tt.end) || len(got) > tt.most {
				t.Errorf("%d bytes %.150q … %q\nwant %q … %q, at most %d bytes", len(got), got, got[max(0, len(got)-30):], tt.begin, tt.end, tt.most)
			}
			if !utf8.ValidString(got) {
				t.Errorf("text is cut inside of a rune")
			}
		})
	}
}

type celsiusText string

func (c celsiusText) String() string { return string(c) }

// bushy is a slice of slices of slices, with n of each.
func bushy(n int) any {
	var level func(depth int) []any
	level = func(depth int) []any {
		s := make([]any, n)
		if depth == 0 {
			return s
		}
		next := level(depth - 1)
		for i := range s {
			s[i] = next
		}
		return s
	}
	return level(8)
}

func manyTexts() []string {
	s := make([]string, 100)
	for i := range s {
		s[i] = strings.Repeat("x", 5000)
	}
	return s
}

func TestHugeValuesAreQuick(t *testing.T) {
	huge := make([]byte, 100_000_000)
	for name, v := range map[string]any{
		"slice":  huge,
		"string": unsafe.String(&huge[0], len(huge)),
		"array":  (*[100_000_000]byte)(huge),
	} {
		start := time.Now()
		textOf(t, v, "")
		if d := time.Since(start); d > 100*time.Millisecond {
			t.Errorf("%s of 1e8 elements took %v", name, d)
		}
	}
}

func TestMethodsOfInterpretedTypes(t *testing.T) {
	value := struct{ X int }{1}
	type named string
	tests := []struct {
		name    string
		v       any
		methods map[string]any
		mimes   string
		text    string
	}{
		{"String", value, map[string]any{"String": func() string { return "one" }}, "text/plain", "one"},
		{"String of a number", 3, map[string]any{"String": func() string { return "three" }}, "text/plain", "three"},
		{"Error first", value, map[string]any{"String": func() string { return "s" }, "Error": func() string { return "e" }}, "text/plain", "e"},
		{"HTML", value, map[string]any{"HTML": func() string { return "<b>" }}, "text/html text/plain", "main.T{X:1}"},
		{"HTML and String", value, map[string]any{"HTML": func() string { return "<b>" }, "String": func() string { return "s" }}, "text/html text/plain", "s"},
		{"HTML of another type", value, map[string]any{"HTML": func() named { return "<b>" }}, "text/html text/plain", "main.T{X:1}"},
		{"MIMEBundle", value, map[string]any{"MIMEBundle": func() map[string]any { return map[string]any{"text/html": "x"} }}, "text/html text/plain", "main.T{X:1}"},
		{"MIMEBundle of strings", value, map[string]any{"MIMEBundle": func() map[string]string { return map[string]string{"text/html": "x", "text/plain": "p"} }}, "text/html text/plain", "p"},
		{"not for showing", value, map[string]any{"String": func(int) string { return "" }, "Error": 3, "HTML": nil, "MIMEBundle": func() {}}, "text/plain", "main.T{X:1}"},
		{"panic", value, map[string]any{"HTML": func() string { panic("oh") }}, "text/plain", "main.T.HTML panicked: oh"},
		{"panic in MIMEBundle", value, map[string]any{"MIMEBundle": func() map[string]any { panic("oh") }}, "text/plain", "main.T.MIMEBundle panicked: oh"},
		{"runtime panic", value, map[string]any{"String": func() string { var s []string; return s[len(s)] }}, "text/plain", "main.T.String panicked: runtime error: index out of range [0] with length 0"},
		{"nil pointer", (*point)(nil), map[string]any{"String": func() string { var p *point; return fmt.Sprint(p.X) }}, "text/plain", "<nil>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := BundleWith(tt.v, "main.T", tt.methods)
			if mimes(b) != tt.mimes || b.Data[mimeText] != tt.text {
				t.Errorf("%s with text %q, want %s with %q", mimes(b), b.Data[mimeText], tt.mimes, tt.text)
			}
		})
	}
}

func TestMethodsOfCompiledTypes(t *testing.T) {
	if b := Bundle(rich{}, ""); b.Data[mimeHTML] != "<b>rich</b>" || b.Data[mimeText] != "rich" {
		t.Errorf("HTML and String give %v", b.Data)
	}
	if b := Bundle(&rich{}, ""); b.Data[mimeHTML] != "<b>rich</b>" {
		t.Errorf("a pointer gives %v", b.Data)
	}
	if got, want := textOf(t, (*rich)(nil), ""), "<nil>"; got != want {
		t.Errorf("a nil pointer gives %q, want %q", got, want)
	}
	if got, want := textOf(t, badHTML{}, ""), "display.badHTML.HTML panicked: no markup"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := textOf(t, forms3(nil), ""), "display.forms3.MIMEBundle panicked: empty"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b := Bundle(forms3{
		"image/png":          []byte("abc"),
		"text/html":          []byte("<b>"),
		"application/json":   map[string]int{"a": 1},
		"application/x+json": []byte(`[1]`),
		"text/plain":         "p",
		"text/other":         named("n"),
	}, "")
	data, err := json.Marshal(b.Data)
	want := `{"application/json":{"a":1},"application/x+json":[1],"image/png":"YWJj","text/html":"\u003cb\u003e","text/other":"n","text/plain":"p"}`
	if err != nil || string(data) != want {
		t.Errorf("MIMEBundle gives %s, %v\nwant %s", data, err, want)
	}
	if got := textOf(t, forms3{"application/json": make(chan int)}, "main.F"); !strings.HasPrefix(got, "main.F.MIMEBundle: application/json: json: unsupported type") {
		t.Errorf("a part that cannot be sent gives %q", got)
	}
}

type named string

func TestWhatIsOnShowAlready(t *testing.T) {
	record(t)
	for _, v := range []any{ID("x"), HTML("x"), Progress(3)} {
		if b := Bundle(v, "display.ID"); len(b.Data) != 0 {
			t.Errorf("%T gives %v, want nothing", v, b.Data)
		}
	}
}

// _box has the form of the interpreter's wrappers.
type _box struct {
	IValue  any
	WString func() string
}

func (b _box) String() string { return b.WString() }

// _plainBox is one for an interface without a text.
type _plainBox struct {
	IValue any
	WLen   func() int
}

// _htmlBox is one that shows itself.
type _htmlBox struct {
	IValue any
	WHTML  func() string
}

func (b _htmlBox) HTML() string { return b.WHTML() }

func TestBoxes(t *testing.T) {
	box := _box{point{1, 2}, func() string { return "boxed" }}
	for name, tt := range map[string]struct {
		v    any
		want string
	}{
		"text":         {box, "boxed"},
		"text inside":  {[]any{box}, "[boxed]"},
		"plain":        {_plainBox{IValue: point{1, 2}}, "display.point{X:1 Y:2}"},
		"plain inside": {[]any{_plainBox{IValue: point{1, 2}}}, "[{X:1 Y:2}]"},
		"no method":    {_box{IValue: 3}, "display._box.String panicked: runtime error: invalid memory address or nil pointer dereference"},
	} {
		if got := textOf(t, tt.v, ""); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if b := Bundle(_htmlBox{1, func() string { return "<b>x</b>" }}, ""); b.Data[mimeHTML] != "<b>x</b>" || b.Data[mimeText] != "x" {
		t.Errorf("a box with HTML gives %v", b.Data)
	}
	r := record(t)
	JSON(map[string]any{"a": []any{_plainBox{IValue: point{1, 2}}}, "b": nil})
	_, bundles := r.all()
	if got, want := content(t, bundles[0].Data[mimeJSON]), `{"a":[{"X":1,"Y":2}],"b":null}`; got != want {
		t.Errorf("JSON %s, want %s", got, want)
	}
	self := map[string]any{}
	self["a"], self["b"] = self, []any{self}
	JSON(self)
	_, bundles = r.all()
	if got, _ := bundles[1].Data[mimeText].(string); !strings.Contains(got, "encountered a cycle") {
		t.Errorf("a map in itself gives %q", got)
	}
}

func FuzzString(f *testing.F) {
	f.Add("a\nb", 100)
	f.Add("\xff", 20000)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if len(s) > 0 {
			s = strings.Repeat(s, 1+max(0, min(n, 100_000))/len(s))
		}
		got := topString(s, "string")
		if len(got) > 4*maxText+200 || !utf8.ValidString(got) && utf8.ValidString(s) {
			t.Errorf("%d bytes of text, valid UTF-8 %t", len(got), utf8.ValidString(got))
		}
	})
}

func BenchmarkBundle(b *testing.B) {
	huge := make([]int, 1e8)
	m := map[int]int{}
	for i := range 10_000 {
		m[i] = i
	}
	m2 := map[int]int{}
	for i := range 1_000_000 {
		m2[i] = i
	}
	for _, bm := range []struct {
		name string
		v    any
	}{
		{"int", 42}, {"string", "hello"}, {"float", 1.5}, {"struct", point{1, 2}}, {"stringer", time.Second},
		{"slice/n=10", huge[:10]}, {"slice/n=100", huge[:100]}, {"slice/n=1e8", huge}, {"map/n=1e4", m}, {"map/n=1e6", m2},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Bundle(bm.v, "")
			}
		})
	}
}
