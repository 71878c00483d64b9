package twins

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/cachesim"
)

var update = flag.Bool("update", false, "record what cachegrind counts in testdata/cachegrind.json")

// A counted is what cachegrind counted for one loop of testdata/loops.
type counted struct {
	Loop string   `json:"loop"`
	N    int      `json:"n"`
	Geo  int      `json:"geometry"` // index of geometries
	At   []uint64 `json:"at"`       // addresses of c, a, b in that run
	D1   uint64   `json:"d1"`       // first-level data misses
	LL   uint64   `json:"ll"`       // last-level data misses
}

// geometries are given to cachegrind and to the model: those of zen3's first two
// levels, and of the first two of Sapphire Rapids, of which neither number of
// ways is the usual one.
var geometries = []cachesim.Machine{
	{Name: "32K/8 512K/8", Line: 64, Page: 4096, Levels: []cachesim.Level{{Name: "D1", Size: 32 << 10, Ways: 8}, {Name: "LL", Size: 512 << 10, Ways: 8}}},
	{Name: "48K/12 2M/16", Line: 64, Page: 4096, Levels: []cachesim.Level{{Name: "D1", Size: 48 << 10, Ways: 12}, {Name: "LL", Size: 2 << 20, Ways: 16}}},
}

var loops = []struct {
	name string
	twin *Twin
}{
	{"ijk", matmulIJK}, {"ikj", matmulIKJ}, {"blocked", matmulBlocked},
	{"rowsum", rowSum}, {"columnsum", columnSum}, {"transpose", transpose},
}

// The model may differ from cachegrind by 1 % of the first level's misses and by
// 5 % of the last one's. Where a loop hardly misses there is nothing to take a part
// of: then by as many as noise lines, for what cachegrind sees beside the arrays,
// the stack, the runtime's timer, instructions that go through the last level.
const (
	partD1 = 0.01
	partLL = 0.05
	noise  = 64
)

func (w *counted) compare(t *testing.T) {
	t.Helper()
	d1, ll := w.simulate(t)
	off := func(got, want uint64) float64 {
		if got == want {
			return 0
		}
		return 100 * (float64(got)/float64(max(want, 1)) - 1)
	}
	t.Logf("%-9s n=%d %s: D1 %d, cachegrind %d (%+.3f %%); LL %d, cachegrind %d (%+.3f %%)", w.Loop, w.N, geometries[w.Geo].Name,
		d1, w.D1, off(d1, w.D1), ll, w.LL, off(ll, w.LL))
	differ := func(got, want uint64, part float64) bool {
		return math.Abs(float64(got)-float64(want)) > max(part*float64(want), noise)
	}
	if differ(d1, w.D1, partD1) {
		t.Errorf("%s n=%d %s: %d misses of the first level, cachegrind counts %d", w.Loop, w.N, geometries[w.Geo].Name, d1, w.D1)
	}
	if differ(ll, w.LL, partLL) {
		t.Errorf("%s n=%d %s: %d misses of the last level, cachegrind counts %d", w.Loop, w.N, geometries[w.Geo].Name, ll, w.LL)
	}
}

// simulate makes the accesses of the program: a and b are filled, then the loop
// runs on what that left in the caches.
func (w *counted) simulate(t *testing.T) (d1, ll uint64) {
	var twin *Twin
	for _, l := range loops {
		if l.name == w.Loop {
			twin = l.twin
		}
	}
	if twin == nil {
		t.Fatalf("no twin of %q", w.Loop)
	}
	cache := cachesim.New(geometries[w.Geo])
	cache.Run(w.At[1], 8, w.N*w.N, 8, true)
	cache.Run(w.At[2], 8, w.N*w.N, 8, true)
	cache.Reset()
	at := w.At
	if len(twin.Arrays(1)) == 1 { // sums work on a
		at = w.At[1:2]
	}
	twin.Run(&Loop{Cache: cache}, w.N, at)
	levels := cache.Counts().Levels
	return levels[0].Misses, levels[1].Misses
}

const goldenFile = "testdata/cachegrind.json"

// A golden is the file: cachegrind's counts and what they were made with.
type golden struct {
	Valgrind string    `json:"valgrind"`
	Go       string    `json:"go"`
	Counts   []counted `json:"counts"`
}

// TestRecorded compares with what cachegrind counted when the file was written,
// at the addresses that the arrays had then.
func TestRecorded(t *testing.T) {
	b, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	if want := len(loops) * 3 * len(geometries); len(g.Counts) != want {
		t.Errorf("%s has %d counts, want %d", goldenFile, len(g.Counts), want)
	}
	for i := range g.Counts {
		w := &g.Counts[i]
		if raceDetector && w.N != 264 {
			continue // one goroutine's arithmetic, which would take minutes
		}
		t.Run(w.name(), func(t *testing.T) {
			t.Parallel()
			w.compare(t)
		})
	}
}

func (w *counted) name() string {
	return fmt.Sprintf("%s/n=%d/%s", w.Loop, w.N, strings.ReplaceAll(geometries[w.Geo].Name, "/", "w"))
}

// TestCachegrind runs the loops under cachegrind and compares with that.
func TestCachegrind(t *testing.T) {
	valgrind, err := exec.LookPath("valgrind")
	if err != nil {
		t.Skip("no valgrind on this machine: TestRecorded compares with what it has counted elsewhere")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "loops")
	build := exec.Command("go", "build", "-ldflags=-checklinkname=0", "-o", program, "./testdata/loops")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOAMD64=v1")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the loops: %v\n%s", err, out)
	}
	version, _ := exec.Command(valgrind, "--version").Output()
	goVersion, _ := exec.Command("go", "env", "GOVERSION").Output()
	g := golden{Valgrind: strings.TrimSpace(string(version)), Go: strings.TrimSpace(string(goVersion))}
	for geo := range geometries {
		for _, n := range []int{256, 264, 512} {
			for _, l := range loops {
				// What takes more than a second or two only when it is recorded.
				if *update || n == 264 && geo == 0 && !raceDetector || l.twin.Kernel != "matmul" {
					g.Counts = append(g.Counts, counted{Loop: l.name, N: n, Geo: geo})
				}
			}
		}
	}
	t.Run("loops", func(t *testing.T) {
		for i := range g.Counts {
			w := &g.Counts[i]
			t.Run(w.name(), func(t *testing.T) {
				t.Parallel()
				w.count(t, valgrind, program)
				w.compare(t)
			})
		}
	})
	if !*update || t.Failed() {
		return
	}
	b, err := json.MarshalIndent(g, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(goldenFile, append(b, '\n'), 0o666); err != nil {
		t.Fatal(err)
	}
}

// count runs the loop under cachegrind and takes the counts of its function.
func (w *counted) count(t *testing.T, valgrind, program string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	m := geometries[w.Geo]
	size := func(l cachesim.Level) string { return fmt.Sprintf("%d,%d,%d", l.Size, l.Ways, m.Line) }
	cmd := exec.Command(valgrind, "--tool=cachegrind", "--cache-sim=yes", "--I1=32768,8,64", "--D1="+size(m.Levels[0]), "--LL="+size(m.Levels[1]),
		"--cachegrind-out-file="+out, program, w.Loop, fmt.Sprint(w.N))
	// No collector and no second thread: nothing else is to use the caches.
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("cachegrind: %v\n%s", err, stderr.Bytes())
	}
	w.At = make([]uint64, 3)
	if _, err := fmt.Sscan(stdout.String(), &w.At[0], &w.At[1], &w.At[2]); err != nil {
		t.Fatalf("the loop printed %q: %v", stdout.String(), err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.read(text); err != nil {
		t.Fatal(err)
	}
}

// functions are the names of the loops in the program.
var functions = map[string]string{"rowsum": "rowSum", "columnsum": "columnSum"}

// read sums up what cachegrind's file has of the loop's function: the file's
// format is in the manual, section 5.2.9.
func (w *counted) read(text []byte) error {
	name := w.Loop
	if f := functions[name]; f != "" {
		name = f
	}
	column := map[string]int{}
	in, found := false, false
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "events:"):
			for i, event := range strings.Fields(line)[1:] {
				column[event] = i + 1
			}
		case strings.HasPrefix(line, "fn="):
			in = line == "fn=main."+name
			found = found || in
		case in && line != "" && line[0] >= '0' && line[0] <= '9':
			fields := strings.Fields(line)
			for _, event := range []string{"D1mr", "D1mw", "DLmr", "DLmw"} {
				var n uint64
				if i := column[event]; i == 0 || i >= len(fields) {
					return fmt.Errorf("cachegrind's file has no %s in %q", event, line)
				} else if _, err := fmt.Sscan(fields[i], &n); err != nil {
					return fmt.Errorf("cachegrind's file: %s in %q: %v", event, line, err)
				}
				if event[1] == '1' {
					w.D1 += n
				} else {
					w.LL += n
				}
			}
		}
	}
	if !found {
		return fmt.Errorf("cachegrind's file has no function main.%s", name)
	}
	return lines.Err()
}
