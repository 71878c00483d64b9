package front

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// speedText has functions of several kinds, which cells and a Go program run.
const speedText = `
func sieve(n int) (count int) {
	composite := make([]bool, n)
	for i := 2; i < n; i++ {
		if !composite[i] {
			count++
			for j := 2 * i; j < n; j += i {
				composite[j] = true
			}
		}
	}
	return count
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func multiply(n int) float64 {
	a, b, c := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
	for i := range a {
		a[i], b[i] = float64(i), 1/float64(i+1)
	}
	for i := range n {
		for k := range n {
			x := a[i*n+k]
			for j := range n {
				c[i*n+j] += x * b[k*n+j]
			}
		}
	}
	return c[n]
}

func words(n int) int {
	counts := map[string]int{}
	for i := range n {
		counts[strconv.Itoa(i*i%1000)]++
	}
	return len(counts)
}

type item struct{ key, value int }

func ordered(n int) int {
	items := make([]item, n)
	for i := range items {
		items[i] = item{i * 7919 % n, i}
	}
	sort.Slice(items, func(i, j int) bool { return items[i].key < items[j].key })
	return items[n/2].value
}

func least(f func()) time.Duration {
	best := time.Hour
	for end := time.Now().Add(60 * time.Millisecond); time.Now().Before(end); {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return best
}
`

// speedCalls are what is timed, each about a millisecond.
var speedCalls = []string{"sieve(200000)", "fib(23)", "multiply(96)", "words(20000)", "ordered(4000)"}

// TestNativeSpeed compares functions that %native has compiled with the same
// ones in a test of package testing's kind, in turn. What a busy machine adds
// is kept out by the least of many short times.
func TestNativeSpeed(t *testing.T) {
	needCompiler(t)
	c := &cells{t: t, f: newFront(t, Options{Engine: engineAuto})}
	c.run("import (\"fmt\"; \"sort\"; \"strconv\"; \"time\")\n" + speedText)
	c.run("%native sieve fib multiply words ordered least")

	dir := t.TempDir()
	var benchmark strings.Builder
	fmt.Fprintf(&benchmark, "package speed\n\nimport (\"fmt\"; \"sort\"; \"strconv\"; \"testing\"; \"time\")\n%s\nfunc BenchmarkSpeed(b *testing.B) {\n\tif b.N > 1 {\n\t\treturn\n\t}\n\tfmt.Print(\"\\nTIMES\")\n", speedText)
	for _, call := range speedCalls {
		fmt.Fprintf(&benchmark, "\tfmt.Print(\" \", int(least(func() { %s })))\n", call)
	}
	benchmark.WriteString("\tfmt.Println()\n}\n")
	for name, text := range map[string]string{"go.mod": "module speed\n\ngo 1.26\n", "speed_test.go": benchmark.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "test", "-c", "-o", "speed.test")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	shows := ""
	for _, call := range speedCalls {
		shows += fmt.Sprintf("fmt.Print(\" \", int(least(func() { %s })))\n", call)
	}
	read := func(text string) (times []time.Duration) {
		for _, field := range strings.Fields(text) {
			var n int64
			if _, err := fmt.Sscan(field, &n); err != nil {
				t.Fatalf("times: %q", text)
			}
			times = append(times, time.Duration(n))
		}
		return times
	}
	times := [2][][]time.Duration{}
	for range 5 {
		text, _ := c.run("%%native\n" + shows)
		times[0] = append(times[0], read(text))
		out, err := exec.Command(filepath.Join(dir, "speed.test"), "-test.bench", ".", "-test.benchtime", "1x").Output()
		if err != nil {
			t.Fatal(err)
		}
		_, line, _ := strings.Cut(string(out), "\nTIMES")
		line, _, _ = strings.Cut(line, "\n")
		times[1] = append(times[1], read(line))
	}
	for i, call := range speedCalls {
		var cell, test []time.Duration
		for round := range times[0] {
			cell, test = append(cell, times[0][round][i]), append(test, times[1][round][i])
		}
		ratio := float64(slices.Min(cell)) / float64(slices.Min(test))
		t.Logf("%-14s in a cell %v, in go test -bench %v: %.3f (medians %v, %v)", call, slices.Min(cell), slices.Min(test), ratio, median(cell), median(test))
		// 1.00 to 1.05 on a quiet machine.
		if ratio > 1.5 {
			t.Errorf("%s takes %.2f times as long", call, ratio)
		}
	}
}
