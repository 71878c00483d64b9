package front

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// cells runs cells in a front, one after the other.
type cells struct {
	t     *testing.T
	f     *Front
	count int
}

// run returns what a cell shows and how long it took.
func (c *cells) run(code string) (string, time.Duration) {
	c.t.Helper()
	c.count++
	var p page
	start := time.Now()
	r := c.f.Execute(context.Background(), &wire.ExecuteRequest{Code: code, Count: c.count, StoreHistory: true}, &p)
	took := time.Since(start)
	if r.Status != wire.OK {
		c.t.Fatalf("cell[%d]: %s\n%s", c.count, p.String(), code)
	}
	return p.String(), took
}

// renew renews the session now.
func (c *cells) renew() error {
	c.f.renewal.between.Lock()
	defer c.f.renewal.between.Unlock()
	return c.f.renew(c.t.Context())
}

// TestRenewal renews a session and expects that nobody can tell: the same
// cells, run again and again, show the same.
func TestRenewal(t *testing.T) {
	needCompiler(t)
	cell := func(lines ...string) string { return strings.Join(lines, "\n") }
	setup := []string{
		cell(`import ("container/list"; "errors"; "fmt"; "math/big"; "os"; "slices"; "sort"; "strings"; "time")`,
			`const Limit = 12`,
			`type Point struct { X, y int }`,
			`func (p Point) String() string { return fmt.Sprintf("<%d %d>", p.X, p.y) }`,
			`func (p *Point) move(by int) { p.X += by; p.y -= by }`,
			`type Shape interface { Area() float64 }`,
			`type Square float64`,
			`func (s Square) Area() float64 { return float64(s * s) }`,
			`type Node struct { name string; next, back *Node; tags map[string]*Node }`,
			`type Stack[T any] struct { items []T }`,
			`func (s *Stack[T]) Push(v T) { s.items = append(s.items, v) }`,
			`type oops struct { code int }`,
			`func (o *oops) Error() string { return fmt.Sprint("oops ", o.code) }`,
			`func twice(n int) int { return 2 * n }`,
			`func quad(n int) int { return twice(twice(n)) }`),
		`n, name, ratio, yes := 42, "weft", 0.1, true`,
		`x := []int{1, 2, 3, 4, 5}; part := x[1:3]; third := &x[2]; var none []int; empty := []int{}`,
		`p := Point{1, 2}; q := &p; also := q; py := &p.y`,
		`m := map[string][]int{"a": x, "b": x[:2]}; same := m`,
		`first := &Node{name: "first"}; first.next = &Node{name: "second", back: first, next: first}; first.tags = map[string]*Node{"me": first}`,
		`var shape Shape = Square(3); anything := []any{1, "two", Point{3, 4}, q, nil, 2.5, []string{"s"}}`,
		`var stack Stack[Point]; stack.Push(p); var err error = &oops{7}; wrapped := fmt.Errorf("outer: %w", err)`,
		`start := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC); large := new(big.Int).Exp(big.NewInt(3), big.NewInt(100), nil)`,
		`l := list.New(); l.PushBack(1); l.PushBack("b"); grid := [2][3]int{{1, 2, 3}, {4, 5, 6}}`,
		`r := struct { A int; b string }{1, "b"}; var np *Point; var nm map[string]int; var ne error`,
		"%env RENEWED=by magic",
		`os.Setenv("OWN", "by cell"); os.Mkdir("below", 0o755); os.Chdir("below")`,
	}
	look := []string{
		`fmt.Println(n, name, ratio, yes, Limit, quad(3))`,
		`part[0]++; *third += 10; x = append(x, 6); fmt.Println(x, part, cap(part), *third, none == nil, empty == nil, len(empty))`,
		`q.move(1); also.X *= 2; *py += 5; fmt.Println(p, q, also == q, py == &p.y)`,
		`m["a"][0] = 7; same["c"] = []int{9}; fmt.Println(m, len(m) == len(same), &m["a"][1] == &m["b"][1])`,
		`fmt.Println(first.next.back == first, first.next.next == first, first.tags["me"] == first, first.next.name)`,
		`fmt.Println(shape.Area(), anything, anything[3] == any(q))`,
		`stack.Push(Point{len(stack.items), 0}); var o *oops; fmt.Println(stack.items, errors.As(wrapped, &o), error(o) == err, wrapped)`,
		`fmt.Println(start.Weekday(), start, large, strings.Repeat("-", Limit))`,
		`fmt.Println(l.Len(), l.Back().Value, grid, r, r.b, np == nil, nm == nil, ne == nil)`,
		`sort.Sort(sort.Reverse(sort.IntSlice(x))); slices.Reverse(x); fmt.Println(x)`,
		`wd, _ := os.Getwd(); fmt.Println(os.Getenv("RENEWED"), os.Getenv("OWN"), wd[len(wd)-5:])`,
	}
	// What it shows, with two renewals on the way or none.
	shows := func(t *testing.T, engine string, renewals int) (shown []string) {
		c := &cells{t: t, f: newFront(t, Options{Engine: engine, Dir: t.TempDir()})}
		for setup := range slices.Chunk(setup, 4) {
			c.run(strings.Join(setup, "\n"))
		}
		for range 2 {
			for look := range slices.Chunk(look, 4) {
				text, _ := c.run(strings.Join(look, "\n"))
				shown = append(shown, strings.Split(text, "\n")...)
			}
			for range renewals {
				before := c.f.session.PID()
				if err := c.renew(); err != nil {
					t.Fatal(err)
				}
				if now := c.f.session.PID(); now == before {
					t.Error("the session is the same")
				}
				if n := c.f.engines.loaded.Plugins; n != 1 {
					t.Errorf("%d plugins are loaded in a new session", n)
				}
			}
			renewals /= 2
		}
		// Names go on to be what they were.
		c.run("func twice(n int) int { return 20 * n }\nfunc (p Point) String() string { return \"new\" }")
		text, _ := c.run(`p.X = 1; fmt.Println(quad(1), p, stack.items[0])`)
		return append(shown, text)
	}
	want := shows(t, engineAuto, 0)
	for _, engine := range []string{engineAuto, engineNative} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			got := shows(t, engine, 2)
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("with renewals: %s\nwithout: %s", got[i], want[i])
				}
			}
		})
	}
}

// TestRenewalIsRefused leaves a session as it is when something can't be taken
// along.
func TestRenewalIsRefused(t *testing.T) {
	needCompiler(t)
	for _, tt := range []struct{ name, code, why string }{
		{"channel", `c := make(chan int, 1)`, "the variable c"},
		{"function", `double := func(n int) int { return 2 * n }`, "the variable double"},
		{"inside", `type S struct{ f func() }; s := []S{{}, {func() {}}}`, "the variable s[1].f"},
		{"file", `import "os"; file, _ := os.Open("/")`, "the variable file"},
		{"lock", `import "sync"; var mu sync.Mutex; mu.Lock()`, "the variable mu"},
		{"goroutine", `import "time"; go func() { for { time.Sleep(time.Millisecond) } }()`, "goroutines of cells run (1)"},
		{"timer", `import "time"; time.AfterFunc(time.Hour, func() {})`, "cell[1] uses AfterFunc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &cells{t: t, f: newFront(t, Options{Engine: engineAuto})}
			c.run(tt.code + "\nkept := []int{1}; alias := &kept[0]")
			before := c.f.session.PID()
			err := c.renew()
			var held *heldUp
			if !errors.As(err, &held) || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("got %v, want a message with %q", err, tt.why)
			}
			if text, _ := c.run("*alias = 5; fmt.Println(kept)"); text != "[5]\n" || c.f.session.PID() != before {
				t.Errorf("the session has changed: %q", text)
			}
		})
	}
}

// TestRenewalHint tells the user once what holds the renewal up.
func TestRenewalHint(t *testing.T) {
	needCompiler(t)
	c := &cells{t: t, f: newFront(t, Options{Engine: engineNative})}
	c.f.renewal.after = 1
	told := 0
	for _, code := range []string{"c := make(chan int, 1)", "n := 1", "n = 2"} {
		var p page
		c.count++
		c.f.Execute(context.Background(), &wire.ExecuteRequest{Code: code, Count: c.count}, &p)
		c.f.renewal.between.Lock() // until the renewal was tried
		c.f.renewal.after = 1
		c.f.renewal.between.Unlock()
		told += strings.Count(p.String(), "the variable c: ")
	}
	if told != 1 {
		t.Errorf("the user was told %d times", told)
	}
}

// TestManyRedefinitions redefines a compiled function over and over: the last
// definitions must be as quick as the first, and files must not pile up.
func TestManyRedefinitions(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for minutes")
	}
	needCompiler(t)
	redefinitions, every := 20, 8
	if n, err := strconv.Atoi(os.Getenv("WEFT_REDEFINITIONS")); err == nil {
		redefinitions, every = n, renewAfter
	}
	t.Setenv("TMPDIR", t.TempDir())
	c := &cells{t: t, f: newFront(t, Options{Engine: engineNative})}
	c.f.renewal.every = every
	c.run("import (\"fmt\"; \"runtime\"; \"time\")\nvar kept = map[string]int{}\nfunc collect() time.Duration { start := time.Now(); runtime.GC(); return time.Since(start) }")
	var took, collections []time.Duration
	sessions := map[int]bool{}
	for i := range redefinitions {
		_, d := c.run(fmt.Sprintf("func f(n int) int { return n + %d }", i))
		took = append(took, d)
		sessions[c.f.session.PID()] = true
		if i%10 == 0 {
			text, _ := c.run(`kept["calls"]++; fmt.Println(f(1), kept["calls"], int(collect()))`)
			var got, calls, gc int
			if _, err := fmt.Sscan(text, &got, &calls, &gc); err != nil || got != 1+i || calls != 1+i/10 {
				t.Fatalf("after %d redefinitions: %q", i+1, text)
			}
			collections = append(collections, time.Duration(gc))
		}
		if n := len(took); i%50 == 49 {
			load, _ := os.ReadFile("/proc/loadavg")
			l := c.f.engines.loaded
			t.Logf("%d: define %v, collect %v; plugins %d, open %v, rss %d MB; load %.4s", i+1, median(took[n-50:]), median(collections[len(collections)-5:]),
				l.Plugins, l.Open, resident(t, c.f.session.PID())>>20, load)
		}
	}
	if want := redefinitions / (every + 5); len(sessions) <= want {
		t.Errorf("%d redefinitions in %d sessions", redefinitions, len(sessions))
	}
	plugins, _ := filepath.Glob(filepath.Join(os.TempDir(), "*", "*", "*.so"))
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), "*", "build*"))
	if len(plugins) > 1 || len(folders) > every+5 {
		t.Errorf("%d plugins and %d folders are left of %d builds", len(plugins), len(folders), redefinitions)
	}
	if n := 100; redefinitions >= 2*n {
		first, last := median(took[:n]), median(took[len(took)-n:])
		gcFirst, gcLast := median(collections[:n/10]), median(collections[len(collections)-n/10:])
		t.Logf("a definition takes %v at first and %v at last, a collection %v and %v", first, last, gcFirst, gcLast)
		if last > 2*first || gcLast > 2*gcFirst {
			t.Error("the last hundred take more than twice as long as the first")
		}
	}
}
