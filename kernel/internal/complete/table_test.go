package complete

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mark is the cursor in the tests' texts.
const mark = "‸"

// tableSession has what the tables below mention.
func tableSession(t testing.TB) *Notebook {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"data.csv", "Dates.txt", "photos/cat.png", "photos/dog.png", ".hidden", "two words.txt", "世界.txt"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cells := []string{
		"// A Point is a place.\n// It has two numbers.\ntype Point struct {\n\t// X goes to the right.\n\tX, Y int\n\tName string // of the place\n\tsecret bool\n}\n\n// Dist is how far it is.\nfunc (p Point) Dist() float64 { return 0 }\n\n// Move moves it.\nfunc (p *Point) Move(dx int) {}",
		"type Shape interface {\n\tArea() float64\n\tScale(by float64) Shape\n}\ntype Circle struct {\n\tPoint\n\tRadius float64\n}\nfunc (c Circle) Area() float64 { return 0 }\nfunc (c Circle) Scale(by float64) Shape { return c }",
		"p := Point{}\ncounter := 1\nratio := 0.5\ntitle := \"x\"\nready := true\nvar circle Circle\nvar shape Shape = circle\nconst limit = 3\nvar pp = &p",
		"// double doubles n.\n// Twice as much.\nfunc double(n int) int { return 2 * n }\nfunc greet(name string, loud bool) string { return name }\nfunc place(p Point, c *Circle) (Point, error) { return p, nil }",
		"import str \"strings\"",
		"var ps []Point\nvar byName map[string]*Point\nvar ch chan Point\ntype Pair[K comparable, V any] struct { Key K; Value V }\nfunc (p Pair[K, V]) Swap() Pair[K, V] { return p }\npair := Pair[string, int]{}\ntype Color int\nconst (\n\tRed Color = iota\n\t// Green is the colour of grass.\n\tGreen\n\tBlue\n)\nvar color Color\nnested := struct{ A struct{ B struct{ Deep int } } }{}\nrows := [][]float64{}\ncallback := func(n int, s string) bool { return true }\nvar err error\nÜberschrift := 1",
	}
	n := &Notebook{
		World: world(t, cells...),
		Magics: []Magic{
			{Name: "time", Usage: "%time statement  %%time", Short: "measure", Line: true, Cell: true},
			{Name: "timeit", Usage: "%timeit [-n N] [-r R] statement  %%timeit [-n N] [-r R]", Short: "measure often", Line: true, Cell: true},
			{Name: "who", Usage: "%who [kind or pattern ...]", Line: true},
			{Name: "cd", Usage: "%cd [folder]  %cd -", Short: "go elsewhere", Line: true},
			{Name: "env", Usage: "%env [NAME]  %env NAME=value  %env -u NAME", Line: true},
			{Name: "help", Usage: "%help [name]", Line: true},
			{Name: "engine", Usage: "%engine [auto|interp|native]", Line: true},
			{Name: "native", Usage: "%native [name ...]  %%native", Line: true, Cell: true},
			{Name: "bash", Usage: "%%bash", Cell: true},
			{Name: "writefile", Usage: "%%writefile [-a] file", Cell: true},
			{Name: "!", Usage: "!command", Line: true},
			{Name: "?", Usage: "name?  ?name", Line: true},
		},
		Dir:     func() string { return dir },
		Environ: func() []string { return []string{"HOME=/home/me", "HOSTNAME=here", "PATH=/bin"} },
		Source: func(cell string) string {
			for i, src := range cells {
				if cell == cellName(i) {
					return src
				}
			}
			return ""
		},
		Value: func(name string) string {
			if name == "counter" {
				return "1"
			}
			return ""
		},
		Pieces: linePieces,
	}
	return n
}

func cellName(i int) string { return "cell[" + string(rune('1'+i)) + "]" }

// linePieces finds magics as package magic does, for texts without brackets
// around them.
func linePieces(src string) (list []Piece) {
	at := 0
	for line := range strings.Lines(src) {
		text := strings.TrimSpace(line)
		name, _, _ := strings.Cut(strings.TrimLeft(text, "%"), " ")
		switch {
		case strings.HasPrefix(text, "%%") && strings.TrimSpace(src[:at]) == "":
			return []Piece{{0, len(src), name, true}}
		case strings.HasPrefix(text, "%"):
			list = append(list, Piece{at, at + len(line), name, false})
		case strings.HasPrefix(text, "!"):
			list = append(list, Piece{at, at + len(line), "!", false})
		case strings.HasPrefix(text, "?"), strings.HasSuffix(text, "?"):
			list = append(list, Piece{at, at + len(line), "?", false})
		}
		at += len(line)
	}
	return list
}

// Each row has a text with the cursor, and what is wanted of the matches:
// "a" is among them, "=a" is the first, "!a" is not among them, "<a" comes
// before the next one, "-" there are none.
var completions = []struct{ src, want string }{
	// Members.
	{"fmt.Printl‸", "=Println"},
	{"fmt.‸", "Println Errorf Stringer !print"},
	{"fmt.println‸", "=Println"},
	{"fmt.pln‸", "Println"},
	{"p.‸", "=X Y Name secret Dist Move"},
	{"p.‸\nq := 3", "X Dist"},
	{"p.‸\nfmt.Println(p)", "X Dist"},
	{"pp.M‸", "=Move"},
	{"Point.‸", "Dist !X !Move"},
	{"(*Point).‸", "Dist Move"},
	{"circle.‸", "Radius X Name Dist Area Point"},
	{"circle.Point.‸", "X !Radius"},
	{"shape.‸", "Area Scale !Radius"},
	{"shape.Scale(2).‸", "Area Scale"},
	{"shape.(Circle).R‸", "=Radius"},
	{"ps[0].‸", "X Dist"},
	{"byName[\"a\"].D‸", "=Dist"},
	{"(<-ch).‸", "X"},
	{"pair.‸", "Key Value Swap"},
	{"pair.Swap().K‸", "=Key"},
	{"nested.A.B.D‸", "=Deep"},
	{"time.Now().Add‸", "=Add AddDate"},
	{"time.Now().\n\tFor‸", "=Format"},
	{"str.ToU‸", "ToUpper"},
	{"strings.NewReader(\"x\").‸", "ReadByte Len !NewReader"},
	{"http.DefaultClient.‸", "Get Do Timeout"},
	{"math.P‸", "=Pow Phi Pi"},
	{"err.‸", "=Error"},
	{"func(n Point) { n.‸ }", "X Dist"},
	{"x := struct{ Inner int }{}\nx.‸", "=Inner"},
	{"var local Circle\nlocal.Ar‸", "=Area"},
	{"func area[S Shape](s S) float64 { return s.‸ }", "Area Scale"},
	{"rows[0].‸", "-"},
	{"1.‸", "-"},
	{"unknown_.‸", "-"},
	{"rand.Intn‸", "Intn"},
	{"fmt.Println(p.‸", "X Dist"},
	{"fmt.Println(p.‸)", "X Dist"},
	{"fmt.Println(p.‸, 3)", "X Dist"},
	{"if p.‸", "X Dist"},
	{"if p.D‸ > 3 {\n}", "=Dist"},
	{"for i := 0; i < p.‸", "=X"},
	{"for _, q := range ps {\n\tq.‸\n}", "X Dist"},
	{"for _, q := range ps {\n\tq.‸", "X Dist"},
	{"for _, q := range byName {\n\tif q.X > 1 {\n\t\tq.‸\n", "X Move"},
	{"for i := range ps.‸", "-"},
	{"switch p.‸", "X"},
	{"switch v := shape.(type) {\ncase Circle:\n\tv.‸\n}", "Radius"},
	{"switch v := shape.(type) {\ncase Circle:\n\tv.‸", "Radius"},
	{"select {\ncase q := <-ch:\n\tq.‸", "X"},
	{"go func() {\n\tp.‸\n}()", "X"},
	{"go func() {\n\tp.‸", "X"},
	{"defer p.‸", "Move Dist"},
	{"return_ := p.‸", "X"},
	{"x := []Point{{X: 1}}[0].‸", "Dist"},
	{"func f(q Point) int {\n\treturn q.‸\n}", "=X Y Name"},
	{"func f(q Point) int {\n\treturn q.‸", "=X Y Dist"},
	{"func (p *Point) more() {\n\tp.‸", "X Move"},
	{"func broken() {\n\tp.‸\n\nfunc next() int {\n\treturn 1\n}", "X Dist"},
	{"func broken() {\n\tx := (1 +\n\nfunc next(q Circle) int {\n\tq.‸\n}", "Radius"},
	{"x := = 3\np.Di‸", "=Dist"},
	{"x := 3 4 5\nfor {{{\np.Di‸", "=Dist"},
	{"p.‸.Y", "X"},
	{"a := p; a.‸; b := 3", "X"},

	// Names.
	{"cou‸", "=counter"},
	{"‸", "counter fmt Point for"},
	{"dou‸", "=double"},
	{"lim‸", "=limit"},
	{"Poi‸", "=Point"},
	{"poi‸", "Point"},
	{"strco‸", "=strconv"},
	{"appe‸", "=append"},
	{"Üb‸", "=Überschrift"},
	{"s := \"😀世界\"; cou‸", "=counter"},
	{"\t\tcou‸", "=counter"},
	{"func f(width int) {\n\theight := 2\n\twid‸\n}", "=width"},
	{"func f(width int) {\n\theight := 2\n\thei‸", "=height"},
	{"func f(width int) {\n\theight := 2\n\tx := width + hei‸", "=height"},
	{"func f() {\n\thei‸\n\theight := 2\n}", "!height"},
	{"for index := 0; index < 3; index++ {\n\tind‸", "=index"},
	{"for index := range 3 {\n\tfmt.Println(ind‸", "=index"},
	{"func f() {\n\tif inner := 1; inn‸", "=inner"},
	{"func f() {\n\tfor {\n\t\tinner := 1\n\t}\n\tinn‸", "!inner"},
	{"func f(callMe func(int) int) {\n\tcall‸", "callMe callback"},
	{"x := counter\nxy := x + rat‸", "=ratio"},
	{"func later() {}\nlat‸", "=later"},
	{"lat‸\nfunc later() {}", "=later"},
	{"after‸\nafterwards := 1", "!afterwards"},
	{"cou‸nter", "=counter"},
	{"func(number int) int { return num‸", "=number"},
	{"s := \"cou‸\"", "-"},
	{"// cou‸", "-"},
	{"/* cou‸ */ x", "-"},
	{"'c‸'", "-"},
	{"x := cou‸ + 1", "=counter"},
	{"double(cou‸)", "=counter"},

	// Literals.
	{"Point{‸", "=X Y Name secret"},
	{"Point{‸}", "=X Y Name secret"},
	{"Point{X: 1, ‸}", "=Y Name secret !X !counter"},
	{"Point{X: 1, Na‸", "=Name !X"},
	{"Point{X: 1,\n\tY: 2,\n\t‸\n}", "=Name secret !X !Y"},
	{"Point{X: cou‸}", "=counter"},
	{"Point{X: ‸}", "counter limit <counter ratio"},
	{"Point{Name: ‸}", "<title counter"},
	{"&Point{X: 1, ‸", "Y !X"},
	{"[]Point{{X: 1}, {‸}}", "=X Y"},
	{"[]*Point{{‸", "=X Y"},
	{"map[string]Point{\"a\": {‸", "=X Y"},
	{"http.Server{Ad‸", "=Addr"},
	{"http.Server{Addr: \"x\", ‸}", "Handler !Addr !mu"},
	{"Circle{‸}", "=Point Radius"},
	{"Circle{Point: Point{‸", "=X"},
	{"x := Pair[string, int]{‸}", "=Key Value"},
	{"place(Point{‸", "=X Y"},
	{"[]int{‸", "counter !X"},

	// What is expected comes first.
	{"double(‸", "<counter title <counter ratio"},
	{"double(‸)", "<counter title"},
	{"greet(‸", "<title counter"},
	{"greet(title, ‸)", "=ready"},
	{"ratio = ‸", "<ratio title"},
	{"title = ‸", "=title"},
	{"var name string = ‸", "=title"},
	{"place(p‸", "<p ps"},
	{"place(p, ‸", "nil"},
	{"if ‸", "=ready"},
	{"if !‸", "=ready"},
	{"x := counter == ‸", "<counter title"},
	{"x := title + ‸", "<title counter"},
	{"byName[‸", "<title counter"},
	{"ps[‸]", "<counter title"},
	{"ch <- ‸", "=p"},
	{"func f() string {\n\treturn ‸", "<title counter"},
	{"func f() (int, error) {\n\treturn 1, ‸", "<err counter"},
	{"switch color {\ncase ‸", "Blue Green Red <Red counter"},
	{"switch color {\ncase Red:\ncase G‸", "=Green"},
	{"strings.Repeat(title, ‸", "<counter title"},
	{"ps = append(ps, ‸", "=p"},
	{"counter = p.‸", "=X Y <X Name"},
	{"title = p.‸", "=Name"},
	{"time.Sleep(time.‸", "<Second RFC3339 <Second Now"},
	{"var s Shape = ‸", "<circle counter"},
	{"math.Sqrt(‸", "<ratio counter"},

	// Types.
	{"var x Poi‸", "=Point"},
	{"var x ‸", "<Point counter chan map struct"},
	{"func f(a Poi‸", "=Point"},
	{"func f(a Poi‸) {\n}", "=Point"},
	{"func f() Poi‸", "=Point"},
	{"func f() (a int, b Poi‸", "=Point"},
	{"type T struct {\n\tA Poi‸", "=Point"},
	{"type T struct {\n\tA Poi‸\n}", "=Point"},
	{"type T []‸", "Point <Point counter"},
	{"x := map[string]‸", "<Point counter"},
	{"x := make(‸", "<Point counter chan map"},
	{"var w http.Resp‸", "=Response ResponseWriter"},
	{"shape.(Cir‸", "=Circle"},
	{"switch shape.(type) {\ncase Cir‸", "=Circle"},
	{"func (p Poi‸", "=Point"},
	{"func f(n‸ int) {}", "-"},
	{"type Poi‸", "-"},
	{"var cou‸ int", "-"},
	{"func dou‸", "-"},

	// Keywords in their places.
	{"fun‸", "func"},
	{"im‸", "import"},
	{"func f() {\n\tim‸", "!import"},
	{"ret‸", "!return"},
	{"func f() {\n\tret‸", "=return"},
	{"bre‸", "!break"},
	{"for {\n\tbre‸", "=break"},
	{"for {\n\tcont‸", "continue"},
	{"for {\n\tfunc() {\n\t\tbre‸", "!break"},
	{"switch counter {\n\tca‸", "=case !cap"},
	{"switch counter {\n\tca‸\n}", "=case !cap"},
	{"switch counter {\ncase 1:\n\tfal‸", "fallthrough"},
	{"switch counter {\ncase 1:\n\tdouble(1)\nde‸", "default delete"},
	{"select {\n‸", "case default !counter"},
	{"if ready {\n} el‸", "=else"},
	{"if ready {\n} else ‸", "if"},
	{"for i := ra‸", "range"},
	{"for i, x := ran‸", "range"},
	{"for ra‸", "range"},
	{"x := ran‸", "!range"},
	{"x := fo‸", "!for"},
	{"x := str‸", "struct strings"},
	{"fmt.Println(fu‸", "func"},
	{"go fu‸", "func"},
	{"defer fu‸", "func"},
	{"double(1) cou‸", "-"},

	// Labels.
	{"func f() {\nouter:\n\tfor {\n\t\tfor {\n\t\t\tbreak ‸\n\t\t}\n\t}\n}", "=outer !counter"},
	{"func f() {\nouter:\n\tfor {\n\t\tfor {\n\t\t\tcontinue ou‸", "=outer"},
	{"func f() {\nouter:\n\tfor {\n\t}\n\tfor {\n\t\tbreak ‸\n\t}\n}", "!outer"},
	{"func f() {\n\tgoto ‸\n\tdouble(1)\nend:\n\tdouble(2)\n}", "=end"},

	// Import paths.
	{"import \"encoding/js‸\"", "=encoding/json"},
	{"import \"encoding/js‸", "=encoding/json"},
	{"import \"js‸", "encoding/json"},
	{"import (\n\t\"fmt\"\n\t\"net/ht‸\n)", "net/http net/http/httptest"},
	{"import r \"math/‸\"", "math/big math/rand"},
	{"import \"‸", "fmt os"},

	// Names of files.
	{"os.Open(\"da‸\")", "=data.csv Dates.txt"},
	{"os.Open(\"da‸", "=data.csv"},
	{"f, err := os.Open(\"‸\")", "data.csv photos/ !.hidden"},
	{"os.ReadFile(\"photos/‸\")", "=cat.png dog.png"},
	{"os.ReadFile(\"./ph‸\")", "=photos/"},
	{"os.ReadFile(`da‸`)", "=data.csv"},
	{"os.ReadFile(\".h‸\")", "=.hidden"},
	{"x := \"photos/d‸\"", "=dog.png"},
	{"filepath.Join(\"pho‸", "=photos/"},
	{"os.Getenv(\"HO‸\")", "=HOME HOSTNAME"},
	{"greet(\"da‸\")", "-"},
	{"os.ReadFile(\"世‸\")", "=世界.txt"},
	{"strings.ToUpper(\"da‸\")", "-"},

	// Magics and what they take.
	{"%ti‸", "=%time %timeit !%%bash"},
	{"%%ti‸", "=%%time %%timeit"},
	{"%ba‸", "=%%bash"},
	{"x := 1\n%ti‸", "=%time"},
	{"%time dou‸", "=double"},
	{"%time p.‸", "X"},
	{"%timeit -‸", "-n -r"},
	{"%timeit -n 10 p.‸", "X"},
	{"%timeit -n 10 -r 3 double(cou‸", "=counter"},
	{"%%time\nfor i := range 3 {\n\tp.‸", "X"},
	{"%%native\nfor i := range 3 {\n\tp.‸", "X"},
	{"%cd ‸", "photos/ !data.csv"},
	{"%cd pho‸", "=photos/"},
	{"%env HO‸", "=HOME HOSTNAME"},
	{"%who ‸", "var func counter"},
	{"%who cou‸", "=counter"},
	{"%help str‸", "strings strconv"},
	{"%help strings.Cu‸", "=Cut"},
	{"%help ti‸", "time timeit"},
	{"%engine ‸", "auto interp native"},
	{"%engine n‸", "=native"},
	{"%%writefile da‸", "=data.csv"},
	{"%%writefile -‸", "-a"},
	{"%%bash\ncat da‸", "=data.csv"},
	{"%%bash\ncat two‸", "two\\~words.txt"},
	{"!ls photos/c‸", "=cat.png"},
	{"!cat da‸", "=data.csv"},
	{"?fmt.Printl‸", "=Println"},
	{"%who\np.‸", "X"},
	{"%%writefile x.go\np.‸", "-"},
	{"p.‸\n%who", "X"},
}

func TestCompletions(t *testing.T) {
	if len(completions) < 120 {
		t.Errorf("%d positions", len(completions))
	}
	n := tableSession(t)
	for _, tt := range completions {
		pos := strings.Index(tt.src, mark)
		src := tt.src[:pos] + tt.src[pos+len(mark):]
		got, start, end := n.Complete(src, pos)
		var texts []string
		for _, m := range got {
			if m.Type == "" {
				t.Errorf("%q: %s has no type", tt.src, m.Text)
			}
			texts = append(texts, m.Text)
		}
		if start > pos || end < pos || end > len(src) {
			t.Errorf("%q: replaces %d:%d", tt.src, start, end)
		}
		first := texts[:min(len(texts), 12)]
		wants := strings.Fields(tt.want)
		for i := range wants {
			wants[i] = strings.ReplaceAll(wants[i], "~", " ")
		}
		for i, w := range wants {
			switch {
			case w == "-":
				if len(texts) > 0 {
					t.Errorf("%q offers %q", tt.src, first)
				}
			case w[0] == '=':
				if len(texts) == 0 || texts[0] != w[1:] {
					t.Errorf("%q: first is not %s in %q", tt.src, w[1:], first)
				}
			case w[0] == '!':
				if slices.Contains(texts, w[1:]) {
					t.Errorf("%q offers %s", tt.src, w[1:])
				}
			case w[0] == '<':
				a, b := slices.Index(texts, w[1:]), slices.Index(texts, wants[i+1])
				if a < 0 || b >= 0 && a > b {
					t.Errorf("%q: %s (%d) is not before %s (%d) in %q", tt.src, w[1:], a, wants[i+1], b, first)
				}
			case strings.HasPrefix(w, "-") && w != "-n" && w != "-r" && w != "-a":
			default:
				if !slices.Contains(texts, w) {
					t.Errorf("%q: no %s in %q", tt.src, w, first)
				}
			}
		}
	}
}
