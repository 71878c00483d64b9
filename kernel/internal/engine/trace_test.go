package engine

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
)

// panicking holds one function for each kind of panic; the line that panics is
// marked.
const panicking = `package main

import (
	"fmt"
	"sync"
)

type T struct {
	p *T
	a []int
	m map[string]int
}

func index(xs []int, i int) int {
	s := 0
	for k := 0; k < 3; k++ {
		s += k
	}
	v := xs[0]
	s += v
	s += xs[i] // HERE
	return s
}

func divide(a, b int) int {
	c := a + b
	d := c / 2
	return d / (b - b) // HERE
}

func pointer(t *T) int {
	x := 1
	x++
	return t.p.a[0] // HERE
}

func nilmap() {
	var t T
	fmt.Sprint(t.m["b"])
	t.m["a"] = 1 // HERE
}

func assertion() {
	var x interface{} = 1
	a := x.(int)
	s := x.(string) // HERE
	fmt.Sprint(a, s)
}

func closed() {
	ch := make(chan int)
	close(ch)
	close(ch) // HERE
}

func sendclosed() {
	ch := make(chan int, 1)
	ch <- 0
	close(ch)
	ch <- 1 // HERE
}

func said() {
	if len("x") == 2 {
		panic("other")
	}
	panic("boom") // HERE
}

func store() {
	a := make([]int, 3)
	a[1] = 2
	k := 5
	a[k] = 1 // HERE
}

func slicing() {
	a := make([]int, 3)
	k := 5
	fmt.Sprint(a[1:2])
	fmt.Sprint(a[1:k]) // HERE
}

func nested() {
	fmt.Sprint(1,
		divide(3, 4), // CALLER
	)
}

func literal() {
	f := func(n int) int {
		m := n - 1
		return 10 / m // HERE
	}
	f(5)
	f(1) // CALLER
}

func declared() {
	var wg sync.WaitGroup
	func() { // CALLER
		var zero = len("")
		wg.Wait()
		fmt.Sprint(10 / zero) // HERE
	}()
}

func increment() {
	var m map[string]int
	m["a"]++ // HERE
}

func loop() {
	for i := 3; i >= 0; i-- {
		fmt.Sprint(10 / (i + 1))
		fmt.Sprint(10 / i) // HERE
	}
}
`

func TestTraces(t *testing.T) {
	f := newFront(t)
	if _, d := f.run(panicking); d.Status != link.OK {
		t.Fatal(d)
	}
	lines := strings.Split(panicking, "\n")
	lineIn := func(function, mark string) int {
		in := false
		for i, l := range lines {
			if strings.HasPrefix(l, "func ") { // a declaration
				in = strings.HasPrefix(l, "func "+function+"(")
			}
			if in && strings.HasSuffix(l, "// "+mark) {
				return i + 1
			}
		}
		t.Fatalf("no line marked %s in %s", mark, function)
		return 0
	}
	for _, test := range []struct {
		call    string
		message string
		want    []string // function and mark, innermost first
	}{
		{"index([]int{1, 2}, 5)", "runtime error: index out of range", []string{"index HERE"}},
		{"divide(1, 2)", "runtime error: integer divide by zero", []string{"divide HERE"}},
		{"pointer(&T{})", "runtime error: invalid memory address or nil pointer dereference", []string{"pointer HERE"}},
		{"nilmap()", "assignment to entry in nil map", []string{"nilmap HERE"}},
		{"assertion()", "interface conversion: interface {} is int, not string", []string{"assertion HERE"}},
		{"closed()", "close of closed channel", []string{"closed HERE"}},
		{"sendclosed()", "send on closed channel", []string{"sendclosed HERE"}},
		{"said()", "boom", []string{"said HERE"}},
		{"store()", "runtime error: index out of range", []string{"store HERE"}},
		{"slicing()", "runtime error: slice bounds out of range", []string{"slicing HERE"}},
		{"nested()", "runtime error: integer divide by zero", []string{"divide HERE", "nested CALLER"}},
		{"literal()", "runtime error: integer divide by zero", []string{"literal HERE", "literal CALLER"}},
		{"declared()", "runtime error: integer divide by zero", []string{"declared HERE", "declared CALLER"}},
		{"increment()", "assignment to entry in nil map", []string{"increment HERE"}},
		{"loop()", "runtime error: integer divide by zero", []string{"loop HERE"}},
	} {
		t.Run(test.call, func(t *testing.T) {
			_, d := f.run("package main\n\nfunc init() {\n\tx := 1\n\tx++\n\t" + test.call + "\n}\n")
			if d.Status != link.Failed || !strings.HasPrefix(d.Message, test.message) {
				t.Fatalf("got %s %q, want error %q", d.Status, d.Message, test.message)
			}
			var got, want []string
			for _, p := range d.Trace {
				got = append(got, fmt.Sprintf("%s:%d", p.File, p.Line))
			}
			for _, w := range test.want {
				function, mark, _ := strings.Cut(w, " ")
				want = append(want, fmt.Sprintf("cell[1]:%d", lineIn(function, mark)))
			}
			want = append(want, fmt.Sprintf("cell[%d]:6", f.n))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// A panic that is recovered leaves no trace behind, and one after it has its own.
func TestTraceAfterRecover(t *testing.T) {
	f := newFront(t)
	f.run("package main\nfunc safe(f func()) { defer func() { recover() }(); f() }\n")
	_, d := f.run(`package main

func init() {
	safe(func() { panic("first") })
	safe(func() {
		panic("second")
	})
	panic("third")
}
`)
	if d.Message != "third" || len(d.Trace) != 1 || d.Trace[0].Line != 8 {
		t.Errorf("got %+v, want third on line 8", d)
	}
}
