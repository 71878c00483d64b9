package front

import (
	"flag"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	grammarTime = flag.Duration("grammar", 3*time.Second, "how long TestGrammar writes sessions")
	grammarSeed = flag.Uint64("seed", 0, "the first session of TestGrammar; 0 for one by the clock")
)

// grammarCells is how long the sessions of TestGrammar are.
const grammarCells = 12

// TestGrammar runs random sessions with each engine: all must show the same.
// The interpreter may refuse a cell; then the session is over for it, as its
// state is another one.
func TestGrammar(t *testing.T) {
	needCompiler(t)
	seed := *grammarSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano()) % 1e9
	}
	var cells, refused, wrong, panics int
	deadline := time.Now().Add(*grammarTime)
	for ; time.Now().Before(deadline) && !t.Failed(); seed++ {
		g := newGrammar(seed)
		list := []string{gPrelude}
		for range grammarCells {
			list = append(list, g.cell(), g.state())
		}
		want := runSession(t, engineNative, list)
		for _, engine := range []string{engineInterp, engineAuto} {
			got := runSession(t, engine, list)
			for i := range want {
				cells++
				if strings.Contains(want[i], "error compile error") {
					wrong++
				} else if strings.Contains(want[i], "error panic") {
					panics++
				}
				if engine == engineInterp && strings.Contains(got[i], "error compile error") && !strings.Contains(want[i], "error compile error") {
					refused++
					t.Logf("seed %d: refused: %s\n%s", seed, got[i], list[i])
					break
				}
				if got[i] != want[i] {
					t.Errorf("seed %d, cell %d with %s shows\n%s\nnative\n%s\nthe session:\n%s", seed, i+1, engine, got[i], want[i], strings.Join(list[:i+1], "\n---\n"))
					break
				}
			}
		}
	}
	t.Logf("%d cells compared, up to seed %d: %d compile errors, %d panics, %d sessions ended by a refusal", cells, seed-1, wrong, panics, refused)
}

// outOfRange is where the interpreter does not know the numbers.
var outOfRange = regexp.MustCompile(`out of range .*`)

// runSession runs cells in a session of their own and returns what they show,
// without the lines that say where.
func runSession(t *testing.T, engine string, cells []string) []string {
	f, err := New(t.Context(), Options{Dir: t.TempDir(), Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close(t.Context())
	var list []string
	for i, code := range cells {
		var p page
		runCell(f, &p, i+1, code, "")
		var lines []string
		for line := range strings.Lines(p.String()) {
			if !strings.HasPrefix(line, "| ") {
				lines = append(lines, outOfRange.ReplaceAllString(line, "out of range"))
			}
		}
		list = append(list, strings.Join(lines, ""))
	}
	return list
}
