package module

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Modules as they are in the world, through the machine's own proxy and module
// cache. It is run by hand:
//
//	WEFT_TEST_NETWORK=1 go test ./kernel/internal/module -run Network -v
func TestNetwork(t *testing.T) {
	if os.Getenv("WEFT_TEST_NETWORK") == "" {
		t.Skip("WEFT_TEST_NETWORK is not set")
	}
	l := newLab(t, "")
	for _, path := range []string{
		"gonum.org/v1/gonum/stat", "gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/optimize",
		"golang.org/x/exp/slices", "golang.org/x/exp/rand", "github.com/montanaflynn/stats", "github.com/mattn/go-sqlite3",
	} {
		start := time.Now()
		l.mustGet(path)
		t.Logf("%%get %s: %v", path, time.Since(start).Round(time.Millisecond))
	}
	t.Logf("notes: %q\n%s%d packages", l.notes, l.text(), len(l.Packages()))
	for _, tt := range []struct {
		imports, body, want string
	}{
		{"fmt gonum.org/v1/gonum/stat", `fmt.Println(stat.Mean([]float64{1, 2, 6}, nil))`, "3\n"},
		{"fmt gonum.org/v1/gonum/mat", `
	a := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
	var b mat.Dense
	b.Mul(a, a.T())
	fmt.Println(mat.Det(a), b.At(1, 1))
	fmt.Println(mat.Formatted(&b))`, "-2"},
		{"fmt math gonum.org/v1/gonum/optimize", `
	p := optimize.Problem{Func: func(x []float64) float64 { return math.Pow(x[0]-2, 2) }}
	r, err := optimize.Minimize(p, []float64{0}, nil, &optimize.NelderMead{})
	fmt.Printf("%.3f %v\n", r.X[0], err)`, "2.000 <nil>\n"},
		{"fmt golang.org/x/exp/rand", `fmt.Println(rand.New(rand.NewSource(1)).Intn(10) < 10)`, "true\n"},
		{"fmt github.com/montanaflynn/stats", `
	m, err := stats.Median(stats.Float64Data{1, 2, 6})
	fmt.Println(m, err)`, "2 <nil>\n"},
		{"fmt database/sql github.com/mattn/go-sqlite3", `
	v, _, _ := sqlite3.Version()
	fmt.Println(v != "")
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow("select 6*7").Scan(&n); err != nil {
		panic(err)
	}
	fmt.Println(n)`, "true\n42\n"},
	} {
		imports := strings.Fields(tt.imports)
		if got := l.interpret(imports, tt.body); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s interpreted: %q, want %q", tt.imports, got, tt.want)
		}
		if got := l.compile(imports, tt.body); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s compiled: %q, want %q", tt.imports, got, tt.want)
		}
	}
	if got, want := l.compile([]string{"fmt", "golang.org/x/exp/slices"}, `fmt.Println(slices.Index([]string{"a", "b"}, "b"))`), "1\n"; got != want {
		t.Errorf("generic: %q, want %q", got, want)
	}
	start := time.Now()
	n := 0
	for _, p := range l.Packages() {
		pkg, err := l.im.Import(p)
		if err != nil {
			t.Errorf("import %s: %v", p, err)
			continue
		}
		n += l.identical(pkg)
	}
	t.Logf("%d packages read in %v; %d types of the standard library in them", len(l.Packages()), time.Since(start).Round(time.Millisecond), n)
	if err := l.get("gonum.org/v1/gonum@v0.16.0"); err == nil || !strings.Contains(err.Error(), "%reset") {
		t.Errorf("another gonum: %v", err)
	}
}
