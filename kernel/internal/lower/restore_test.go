package lower

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/check"
)

// TestRestore puts a session's declarations into a fresh interpreter after the
// old one died.
func TestRestore(t *testing.T) {
	nb := newNotebook()
	nb.check(t,
		"import str \"strings\"\nconst N = 3", "",
		"type P struct{ x int }\nfunc (p P) Twice() int { return double(p.x) }\nfunc double(n int) int { return 2 * n }", "",
		"p := P{4}\nlimit := 10", "",
		"func sum(n int) int { if n > limit { return 0 }; return n + N }", "",
		"func shout(s string) string { return str.ToUpper(s) }", "",
		"type P struct{ x, y int }", "",
		"p := P{1, 2}", "",
		"x := 1", "", "x := \"now a string\"", "",
		"func ev(n int) bool { return n == 0 }", "", "func od(n int) bool { if n == 0 { return false }; return ev(n - 1) }", "", "func ev(n int) bool { if n == 0 { return true }; return od(n - 1) }", "",
	)
	nb.check(t, "func b1() int { return 1 }", "", "func b2() int { return b1() }", "", "func b3() int { return b2() }", "", "func b1(n int) int { return n }", "",
		"type Old struct{ a int }\nold := Old{1}", "", "func useOld() int { return old.a }", "", "type Old struct{ b int }", "")
	lost := nb.world.Lose("cell[12]")
	var names []string
	for _, n := range lost {
		names = append(names, n.Name)
	}
	if got := strings.Join(names, " "); got != "limit old p x" {
		t.Fatalf("lost %q", got)
	}
	nb.session()
	files, err := Declarations(nb.world, nil)
	if err != nil {
		t.Fatal(err)
	}
	nb.last = files
	if err := nb.files(files); err != nil {
		t.Fatalf("%v\n%s", err, nb.all())
	}
	if out := nb.out.take(); out != "" {
		t.Errorf("restoring printed %q", out)
	}
	nb.check(t,
		"p", "error: p was lost when the session ended in cell[12]: run cell[7] again",
		"sum(1)", "error: limit was lost",
		"b3()", "error: b2 does not fit",
		"func b1() int { return 8 }\nb3()", "int: 8\n",
		"useOld()", "error: useOld uses what can't be used",
		"type Old struct{ a int }\nold := Old{3}\nuseOld()", "int: 3\n",
		"P{5, 0}.Twice()", "int: 10\n",
		"shout(\"a\")", "string: A\n",
		"od(7)", "bool: true\n",
		"p := P{7, 1}", "",
		"p.Twice()", "int: 14\n",
		"limit := 20", "",
		"sum(2)", "int: 5\n",
		"x := \"a\"\nx", "string: a\n",
		"func double(n int) int { return 3 * n }", "",
		"p.Twice()", "int: 21\n",
	)
}

// TestLongSession watches that later cells take no longer than earlier ones,
// and that what a session keeps does not grow with cells that leave nothing.
func TestLongSession(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	nb := newNotebook()
	const n = 2000
	took := make([]time.Duration, 0, n)
	for i := range n {
		src := fmt.Sprintf("x := %d\ny := fmt.Sprint(x)\nfunc f() int { return x }\nf() + len(y)", i)
		start := time.Now()
		c, err := nb.world.Check(fmt.Sprintf("cell[%d]", i), src)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Lower(c, nil); err != nil {
			t.Fatal(err)
		}
		nb.world.Commit(c)
		took = append(took, time.Since(start))
	}
	median := func(d []time.Duration) time.Duration {
		slices.Sort(d)
		return d[len(d)/2]
	}
	first, last := median(took[100:300]), median(took[n-200:])
	if last > 3*first+100*time.Microsecond {
		t.Errorf("cells take %v at first and %v after %d", first, last, n)
	}
	if got := len(nb.world.Names()); got != 3 {
		t.Errorf("%d names are kept, want 3", got)
	}
}

// TestSideBySide completes while cells run; the race detector watches.
func TestSideBySide(t *testing.T) {
	nb := newNotebook()
	nb.check(t, "type P struct{ x int }\nfunc (p P) String() string { return fmt.Sprint(p.x) }\nfunc G[T any](v T) T { return v }", "")
	var wg sync.WaitGroup
	stop := make(chan bool)
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				nb.world.Look("P{1}.S", 6, func(*check.Glance) {})
				nb.world.Names()
			}
		}
	})
	for i := range 50 {
		nb.check(t, fmt.Sprintf("p%d := P{%d}\nG(p%d)", i, i, i), fmt.Sprintf("main.P: %d\n", i))
		nb.check(t, "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Print(1) }", "1")
	}
	close(stop)
	wg.Wait()
}
