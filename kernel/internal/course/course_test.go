package course

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/notebook"
)

var (
	update  = flag.Bool("update", false, "write testdata anew")
	measure = flag.Bool("measure", false, "measure as a reader would, instead of a rehearsal")
	engine  = flag.String("engine", "interp", "what runs the cells, as weft run takes it; with interp, which is quick, those that need the compiler or measure are skipped")
)

const (
	folder = "../../../notebooks"
	// limit is for one notebook. A reader is promised three minutes on a quiet
	// machine with two cores.
	limit = 10 * time.Minute
)

var weft string // the program that is tested

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "weft-course-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		weft = filepath.Join(dir, "weft")
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", dir+string(filepath.Separator), "../../cmd/weft", "../../cmd/weft-session")
		if out, err := build.CombinedOutput(); err != nil {
			os.Stderr.Write(out)
			panic(err)
		}
		return m.Run()
	}())
}

// notebooks are the files of the course, in order.
func notebooks(t *testing.T) []string {
	list, err := filepath.Glob(filepath.Join(folder, "*.ipynb"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no notebooks in %s: %v", folder, err)
	}
	return list
}

func name(path string) string { return strings.TrimSuffix(filepath.Base(path), ".ipynb") }

// TestNotebooks runs each notebook, which may not fail, and compares what its
// cells show.
func TestNotebooks(t *testing.T) {
	many := runtime.NumCPU()
	switch {
	case *measure:
		many = 1
	case *engine == "interp": // other packages' tests run beside this
		many = max(1, many/2)
	}
	together := make(chan bool, many)
	for _, path := range notebooks(t) {
		t.Run(name(path), func(t *testing.T) {
			t.Parallel()
			together <- true
			defer func() { <-together }()
			nb := ran(t, path)
			golden := filepath.Join("testdata", name(path)+".txt")
			if *update {
				if *engine == "interp" {
					t.Fatal("-update takes -engine auto, which skips no cell")
				}
				if err := os.WriteFile(golden, []byte(text(nb)), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, nb, string(want))
		})
	}
}

// measures matches cells of magics that measure, of which testdata has little
// more than that they are there. What %%memit and %%mprof run may declare names.
var measures = regexp.MustCompile(`^\s*(%(memit|mprof)|%%?(bench|cachesim|classify|compare|lprun|perf|prun|roofline|scale|sweep|timeit|trace|verify))\b`)

// skip is the tag of cells that are not to be run.
const skip = "skip-execution"

// short writes a notebook in which the cells that measure are not to be run.
func short(t *testing.T, path string) string {
	nb, err := notebook.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var last *notebook.Cell // that was left out
	for _, c := range nb.Cells {
		switch {
		case c.Kind != notebook.Code:
		case measures.MatchString(c.Source):
			c.Metadata["tags"] = append(anys(c.Tags()), skip)
			last = c
		case last != nil && strings.Contains(c.Source, "measure.Last()"): // it looks at the figures
			last.Metadata["tags"] = slices.DeleteFunc(anys(last.Tags()), func(tag any) bool { return tag == skip })
		}
	}
	out := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := notebook.Save(out, nb); err != nil {
		t.Fatal(err)
	}
	return out
}

func anys(list []string) (out []any) {
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// ran is a notebook after it was run.
func ran(t *testing.T, path string) *notebook.Notebook {
	if *engine == "interp" {
		path = short(t, path)
	}
	out := filepath.Join(t.TempDir(), "ran.ipynb")
	args := []string{"run", "--engine", *engine, "-o", out, path}
	if !*measure {
		args = append(args, "--quick")
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, weft, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, log.Bytes())
	}
	t.Logf("took %v", time.Since(start).Round(100*time.Millisecond))
	nb, err := notebook.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// compare compares the cells of a notebook with what testdata says of them.
// Cells that were skipped show nothing to compare.
func compare(t *testing.T, nb *notebook.Notebook, golden string) {
	want := map[string]string{}
	for _, section := range strings.Split(golden, cellMark)[1:] {
		id, shown, _ := strings.Cut(section, "\n")
		want[id] = shown
	}
	skipped := 0
	for _, c := range nb.Cells {
		if c.Kind != notebook.Code {
			continue
		}
		shown, known := want[c.ID]
		delete(want, c.ID)
		switch got := show(c); {
		case c.Tagged(skip):
		case isSkipped(c):
			skipped++
		case !known:
			t.Errorf("cell %s is not in testdata: -update writes it\n%s", c.ID, got)
		case got != shown:
			t.Errorf("cell %s shows\n%swant\n%s", c.ID, got, shown)
		}
	}
	for id := range want {
		t.Errorf("cell %s is in testdata and no longer in the notebook: -update", id)
	}
	if skipped > 0 && *engine != "interp" {
		t.Errorf("%d cells were skipped: is there no toolchain?", skipped)
	}
}
