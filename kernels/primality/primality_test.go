package primality

import (
	"io"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/par"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

// Numbers around what is decided without a search, squares of primes, and a
// product of two large ones.
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel,
		kernelstest.Sizes(0, 1, 2, 4, 29, 31, 37, 841, 961, 1369, 7919*7919, 99_991*99_989, 1_000_003),
		kernelstest.Allocates("goroutine:tcp"))
}
func BenchmarkPrimality(b *testing.B) { kernelstest.Bench(b, &Kernel) }

// The book's numbers: three composites, whose smallest factors are known, and
// two primes.
var book = map[int]int{
	112272535095295:    5,
	100109100129100369: 95362951,
	100109100129101027: 171656941,
	100109100129100151: 0,
	100109100129162907: 0,
}

func TestBook(t *testing.T) {
	for n, factor := range book {
		want := Result{n, factor == 0, factor, true}
		if got := SIMD(n); got != want {
			t.Errorf("SIMD: %v, want %v", got, want)
		}
		if got := GoroutineSIMD(n, 2); got != want { // nothing but the two factors divides
			t.Errorf("GoroutineSIMD: %v, want %v", got, want)
		}
		if got := SerialMillerRabin(n); got.Prime != want.Prime || !got.Decided {
			t.Errorf("SerialMillerRabin: %v, want %v", got, want)
		}
	}
}

// All numbers up to some thousand, and some around powers of two and larger,
// against Miller and Rabin's test, which is checked by division first.
func TestAgainstDivision(t *testing.T) {
	for n := range 5000 {
		want := n > 1
		for d := 2; d*d <= n; d++ {
			want = want && n%d != 0
		}
		if got := SerialMillerRabin(n); got.Prime != want {
			t.Errorf("SerialMillerRabin: %v", got)
		}
	}
	for _, tier := range cpu.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			one := func(n int) {
				want := SerialMillerRabin(n).Prime
				for name, got := range map[string]Result{
					"Serial": Serial(n), "SerialWheel": SerialWheel(n), "SIMD": SIMD(n), "GoroutineSIMD": GoroutineSIMD(n, 3),
				} {
					divides := got.Factor > 1 && got.Factor < n && n%got.Factor == 0
					if got.Prime != want || !got.Decided || n > 1 && want == divides {
						t.Errorf("%s: %v, want prime %v", name, got, want)
					}
				}
			}
			for n := range 3000 {
				one(n)
			}
			for shift := 10; shift <= 38; shift++ {
				for n := 1<<shift - 9; n <= 1<<shift+9; n++ {
					one(n)
				}
			}
		})
	}
}

// Every divisor counts: products of two primes near each other, for divisors
// from those that plain division finds to the largest there are, in each lane,
// and where one form of the vector loop takes over from the other.
func TestEveryLane(t *testing.T) {
	for _, tier := range cpu.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer cpu.Use(tier)()
			seen := make(map[int]int)
			for d := 1500; d < 379_000_000; d += 1 + d/200 {
				p := d | 1
				for !SerialMillerRabin(p).Prime {
					p += 2
				}
				q := min(MaxN/p, p*1000)
				for !SerialMillerRabin(q).Prime {
					q--
				}
				n := p * q
				// Only the part where p is, the rest is searched elsewhere.
				lo := max(1, min(p, q)/30-20)
				if got := lanes(uint64(n), lo, lo+60); got != uint64(min(p, q)) {
					t.Errorf("%d = %d · %d: found %d", n, p, q, got)
				}
				if got := lanes(uint64(n), lo, min(p, q)/30); got != 0 {
					t.Errorf("%d = %d · %d: found %d before them", n, p, q, got)
				}
				seen[p%30]++
			}
			for _, r := range wheel30 {
				if seen[int(r)] < 50 {
					t.Errorf("residue %d was met %d times", r, seen[int(r)])
				}
			}
		})
	}
}

func TestFlags(t *testing.T) {
	const prime, composite = 10_000_000_000_037, 3_162_277 * 3_162_283
	for _, flag := range []Flag{None, Atomic, Mutex, TCP} {
		for _, every := range []int{1, 1000, 1_000_000} {
			if flag == TCP && every == 1 {
				continue // a million round trips
			}
			for n, want := range map[int]bool{prime: true, composite: false} {
				r, err := GoroutineFlag(n, 3, flag, every, par.Static(0))
				if err != nil || !r.Decided || r.Prime != want {
					t.Errorf("flag %s every %d: %v, %v", flag, every, r, err)
				}
			}
		}
	}
	if _, err := GoroutineFlag(prime, 1, Pipe, 1000); err == nil || !strings.Contains(err.Error(), `no flag "pipe"`) {
		t.Errorf("flag pipe: %v", err)
	}
	if _, err := GoroutineFlag(prime, 1, Atomic, 0); err == nil || !strings.Contains(err.Error(), "check interval 0") {
		t.Errorf("interval 0: %v", err)
	}
}

func TestProcessFlags(t *testing.T) {
	const prime, composite = 1_000_000_000_039, 999_983 * 999_979
	for _, flag := range []Flag{None, Atomic, Mutex, Pipe, TCP, Manager} {
		for n, want := range map[int]bool{prime: true, composite: false} {
			r, err := Process(n, 3, flag, 10_000)
			if err != nil || !r.Decided || r.Prime != want {
				t.Errorf("flag %s: %v, %v", flag, r, err)
			}
		}
	}
	if _, err := Process(prime, 1, "smoke", 1000); err == nil || err.Error() != `primality by process: no flag "smoke"` {
		t.Errorf("flag smoke: %v", err)
	}
}

// Whoever finds a divisor stops the others, with every flag but None: the one
// range that has it is the first, where it comes after a tenth.
func TestEarlyExit(t *testing.T) {
	const n = 10_000_019 * 1_000_000_007 // the root is 100 million
	for _, flag := range []Flag{Atomic, Mutex, Pipe, TCP} {
		r, err := Process(n, 2, flag, 20_000)
		if want := (Result{N: n, Factor: 10_000_019, Decided: true}); err != nil || r != want {
			t.Errorf("flag %s: %v, %v", flag, r, err)
		}
	}
}

func TestServer(t *testing.T) {
	s, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ request, want string }{
		{"*1\r\n$4\r\nPING\r\n", "+PONG\r\n"},
		{"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n", "$-1\r\n"},
		{"*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$2\r\nab\r\n*2\r\n$3\r\nGET\r\n$1\r\nx\r\n", "+OK\r\n$2\r\nab\r\n"},
		{"*2\r\n$3\r\nDEL\r\n$1\r\nx\r\n", ":1\r\n"},
		{"*2\r\n$3\r\nDEL\r\n$1\r\nx\r\n", ":0\r\n"},
		{"*1\r\n$4\r\nQUIT\r\n", "-ERR unknown command or wrong number of arguments\r\n"},
		{"*1000000\r\n", ""}, // it hangs up
	} {
		if _, err := io.WriteString(c, one.request); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(one.want))
		if one.want == "" {
			got, err = io.ReadAll(c)
		} else {
			_, err = io.ReadFull(c, got)
		}
		if err != nil || string(got) != one.want {
			t.Errorf("%q: %q, %v, want %q", one.request, got, err, one.want)
		}
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if _, err := dial(s.address()); err == nil {
		t.Error("the server still answers")
	}
}

func TestResult(t *testing.T) {
	for want, r := range map[string]Result{
		"1000003 is prime":  Serial(1_000_003),
		"91 = 7 · 13":       Serial(91),
		"1 is not prime":    SIMD(1),
		"25 is not prime":   {N: 25, Decided: true},
		"7 is not decided":  {N: 7},
		"961 = 31 · 31":     GoroutineSIMD(961, 4),
		"94906249 is prime": Goroutine(94906249, 2),
	} {
		if got := r.String(); got != want {
			t.Errorf("%+v prints %s, want %s", r, got, want)
		}
	}
}

func TestBadArguments(t *testing.T) {
	for want, f := range map[string]func(){
		"primality: negative n -1":                   func() { Serial(-1) },
		"primality: n 9223372036854775807 is larger": func() { SIMD(math.MaxInt) },
		"primality: negative number of workers -2":   func() { Goroutine(1, -2) },
		"primality: negative number of workers -3":   func() { GoroutineSIMD(1, -3) },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("panics with %v, want %s", err, want)
				}
			}()
			f()
		}()
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	const n = 144115188075855859 // the largest prime below MaxN
	for name, f := range map[string]func() Result{
		"Serial":        func() Result { return Serial(n) },
		"Goroutine":     func() Result { return Goroutine(n, 2) },
		"GoroutineSIMD": func() Result { return GoroutineSIMD(n, 1) },
	} {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(10*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		r := f()
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
		if r.Decided || r.Prime {
			t.Errorf("%s: %v", name, r)
		}
	}
}
