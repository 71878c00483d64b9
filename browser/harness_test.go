package browser

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// pictures is where the tests leave what they saw.
const pictures = "out"

// A workshop is what the tests share: Weft's programs, the notebooks that they
// ran, the browser, and Jupyter's servers.
type workshop struct {
	dir     string   // for all of it
	env     []string // of Jupyter's programs
	browser *Browser

	lock    sync.Mutex
	servers map[string]*jupyter // guarded by lock: by name
	missing map[string]string   // guarded by lock: what Python says when it lacks these modules

	books map[string]*ranBook // guarded by booksLock: by name
}

type ranBook struct {
	once sync.Once
	path string
	err  error
}

var (
	shop      workshop
	booksLock sync.Mutex
)

func TestMain(m *testing.M) {
	code, err := runTests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runTests(m *testing.M) (code int, err error) {
	path, err := Find()
	if err != nil {
		// Nothing can be seen: every test says so, see need.
		return m.Run(), nil
	}
	shop.books, shop.servers, shop.missing = map[string]*ranBook{}, map[string]*jupyter{}, map[string]string{}
	if shop.dir, err = os.MkdirTemp("", "weft-look-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(shop.dir)
	for _, command := range [][]string{
		{"go", "build", "-trimpath", "-buildvcs=false", "-o", shop.program(""), "../kernel/cmd/weft", "../kernel/cmd/weft-session"},
		{shop.program("weft"), "install", "--prefix", shop.dir},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			return 1, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
		}
	}
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		return 1, err
	}
	if shop.env, err = surroundings(); err != nil {
		return 1, err
	}
	if shop.browser, err = Start(path); err != nil {
		return 1, err
	}
	code = m.Run()
	err = shop.browser.Close()
	for _, j := range shop.servers {
		err = errors.Join(err, j.stop())
	}
	if err != nil {
		code = 1
	}
	return code, err
}

// program returns the path of one of Weft's programs.
func (w *workshop) program(name string) string {
	return filepath.Join(w.dir, "bin") + string(filepath.Separator) + name
}

// need skips a test where there is no browser.
func need(t *testing.T) {
	t.Helper()
	if shop.browser == nil {
		_, err := Find()
		t.Skipf("no browser to look with: %v", err)
	}
}

// command runs a program for at most four minutes and returns what it printed.
func command(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = env
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}

// book returns the path of a notebook of testdata as weft run leaves it. It is
// run once for all tests.
func book(t *testing.T, name string) string {
	t.Helper()
	need(t)
	booksLock.Lock()
	b := shop.books[name]
	if b == nil {
		b = &ranBook{path: filepath.Join(shop.dir, name)}
		shop.books[name] = b
	}
	booksLock.Unlock()
	b.once.Do(func() {
		cmd := exec.Command(shop.program("weft"), "run", "-o", b.path, filepath.Join("testdata", name))
		if out, err := cmd.CombinedOutput(); err != nil {
			b.err = fmt.Errorf("weft run %s: %w\n%s", name, err, out)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.path
}

// open opens an address in a page of its own and closes it after the test.
func open(t *testing.T, address string, o Options) *Page {
	t.Helper()
	need(t)
	p, err := shop.browser.Page(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := p.Open(address); err != nil {
		t.Fatal(err)
	}
	return p
}

// file returns the address of a file.
func file(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// only allows one address: whatever else the page asks for is a problem.
func only(address string) func(string) bool {
	return func(url string) bool { return url == address || strings.HasPrefix(url, "about:") }
}

// do fails the test with an error of the browser's.
func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// quiet fails the test for what went wrong on a page, but for what is known to
// be no fault.
func quiet(t *testing.T, p *Page, known ...string) {
	t.Helper()
	for _, problem := range p.Problems() {
		fault := true
		for _, k := range known {
			fault = fault && !strings.Contains(problem, k)
		}
		if fault {
			t.Errorf("the page has a problem: %.600s", problem)
		}
	}
}

// look takes a picture of the window, keeps it, and checks all charts on it:
// there have to be count, shown as "live" or "still".
func look(t *testing.T, p *Page, name string, count int, shown string) {
	t.Helper()
	img, err := p.Picture(filepath.Join(pictures, name+".png"))
	do(t, err)
	charts, err := p.Charts()
	do(t, err)
	inspect(t, img, charts, name, count, shown)
	for i, c := range charts {
		for _, trouble := range c.Trouble {
			t.Errorf("%s: chart %d of %d: %s", name, i+1, len(charts), trouble)
		}
	}
}

// lookAll does the same with all that an element scrolls. What charts show there
// has been measured anew: texts that lie on each other are told, but are no error.
func lookAll(t *testing.T, p *Page, element, name string, count int, shown string) {
	t.Helper()
	img, charts, err := p.Whole(element)
	do(t, err)
	f, err := os.Create(filepath.Join(pictures, name+".png"))
	do(t, err)
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	do(t, errors.Join(encoder.Encode(f, img), f.Close()))
	inspect(t, img, charts, name, count, shown)
	for i, c := range charts {
		for _, trouble := range c.Trouble {
			t.Logf("%s: chart %d of %d: %s", name, i+1, len(charts), trouble)
		}
	}
}

// inspect checks charts on a picture.
func inspect(t *testing.T, img image.Image, charts []Chart, name string, count int, shown string) {
	t.Helper()
	if len(charts) != count {
		t.Errorf("%s: there are %d charts, want %d", name, len(charts), count)
	}
	for i := range charts {
		c := &charts[i]
		if c.Shown != shown {
			t.Errorf("%s: chart %d of %d is shown as %q, want %q", name, i+1, len(charts), c.Shown, shown)
		}
		if wrong := c.Check(img); wrong != "" {
			t.Errorf("%s: chart %d of %d: %s", name, i+1, len(charts), wrong)
		}
	}
}

// live waits until as many charts are live.
func live(t *testing.T, p *Page, count int) {
	t.Helper()
	do(t, p.Wait(fmt.Sprintf("%d live charts", count),
		fmt.Sprintf(`(window.weftCharts?.list ?? []).filter(c => document.contains(c.element)).length >= %d`, count), patience))
	time.Sleep(settling)
}
