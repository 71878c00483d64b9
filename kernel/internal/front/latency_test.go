package front

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// timed runs a cell that must not fail and returns how long it took.
func timed(t *testing.T, f *Front, count int, code string) time.Duration {
	t.Helper()
	var p page
	start := time.Now()
	r := f.Execute(context.Background(), &wire.ExecuteRequest{Code: code, Count: count, StoreHistory: true}, &p)
	took := time.Since(start)
	if r.Status != wire.OK {
		t.Fatalf("%q shows %s", code, p.String())
	}
	return took
}

// quantile of samples, which it sorts.
func quantile(list []time.Duration, q float64) time.Duration {
	slices.Sort(list)
	return list[int(q*float64(len(list)-1))]
}

// TestLatency measures what a user waits for in a session of 1,000 cells, with
// a statement and a declaration in turn. The bounds leave room for a busy
// machine; -v tells the figures.
func TestLatency(t *testing.T) {
	if raceEnabled {
		t.Skip("times of a program with the race detector tell nothing")
	}
	f := newFront(t, Options{})
	check := func(what string, list []time.Duration, median, most time.Duration) {
		t.Helper()
		p50, p95 := quantile(list, 0.5), quantile(list, 0.95)
		t.Logf("%-40s p50 %8v  p95 %8v  (%d samples)", what, p50.Round(time.Microsecond), p95.Round(time.Microsecond), len(list))
		if p50 > 5*median || p95 > 10*most {
			t.Errorf("%s took %v, 95 %% at most %v", what, p50, p95)
		}
	}
	count := 0
	cell := func(code string) time.Duration {
		count++
		return timed(t, f, count, code)
	}
	cell("k := 0")
	var first, last, statements, definitions []time.Duration
	for i := range 500 {
		d := cell(fmt.Sprintf("k = k + %d", i))
		statements = append(statements, d)
		switch {
		case i < 50:
			first = append(first, d)
		case i >= 450:
			last = append(last, d)
		}
		definitions = append(definitions, cell(fmt.Sprintf("func f%d(x int) int { return x + %d }", i, i)))
	}
	check("statement", statements, 600*time.Microsecond, 2*time.Millisecond)
	check("function definition", definitions, 800*time.Microsecond, 5*time.Millisecond)
	check("the first 50 statements", first, 600*time.Microsecond, 2*time.Millisecond)
	check("the last 50 statements", last, 600*time.Microsecond, 2*time.Millisecond)

	if f.engines.compiler(t.Context()) == nil && !testing.Short() {
		var native, call, swapped []time.Duration
		cell("%%native\nimport \"fmt\"\nfmt.Print()")
		for i := range 12 {
			native = append(native, cell(fmt.Sprintf("%%%%native\nimport \"fmt\"\nfmt.Print(\"\", %d < 0)", i)))
		}
		check("%%native cell", native, 250*time.Millisecond, 500*time.Millisecond)
		for i := range 8 {
			name := fmt.Sprintf("late%d", i)
			start := time.Now()
			cell(fmt.Sprintf("func %s(n int) int { s := 0; for i := range n { s += i }; return s }", name))
			for f.engineOf(name) != "compiled" && time.Since(start) < 20*time.Second {
				time.Sleep(time.Millisecond)
			}
			swapped = append(swapped, time.Since(start))
		}
		check("until a function is compiled", swapped, 500*time.Millisecond, time.Second)
		// What a loop of calls costs more than the loop alone.
		cell("%native f1")
		loop := func(body string) time.Duration {
			return cell("%%interp\nfor i := 0; i < 100000; i++ { " + body + " }")
		}
		cell("r := 0")
		for range 7 {
			call = append(call, (loop("r = f1(i)")-loop("r = i"))/100000)
		}
		check("call of compiled code", call, time.Microsecond, 2*time.Microsecond)
	}

	texts := []struct{ src, want string }{
		{"f49", "f499"}, {"fmt.Printl", "Println"}, {"k", "k"}, {"strings.Bui", "Builder"}, {"x := strings.NewReader(\"\").Re", "Read"},
	}
	if os.Getenv("WEFT_TEST_NETWORK") != "" {
		cell("%get gonum.org/v1/gonum/mat")
		cell("m := mat.NewDense(2, 2, nil)")
		texts = append(texts, struct{ src, want string }{"mat.NewDe", "NewDense"}, struct{ src, want string }{"m.Mu", "Mul"})
	}
	var completions []time.Duration
	for range 40 {
		for _, x := range texts {
			start := time.Now()
			r := f.Complete(context.Background(), &wire.CompleteRequest{Code: x.src, CursorPos: wire.Number(len(x.src))})
			completions = append(completions, time.Since(start))
			if !slices.ContainsFunc(r.Matches, func(m string) bool { return m == x.want }) {
				t.Fatalf("%q is completed to %v", x.src, r.Matches)
			}
		}
	}
	check("completion", completions, 10*time.Millisecond, 30*time.Millisecond)
}
