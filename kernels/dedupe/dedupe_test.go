package dedupe

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, 64, 65, 341, 1000, 30_011))
}
func BenchmarkDedupe(b *testing.B) { kernelstest.Bench(b, &Kernel, 1_000_000) }

// ways are all functions that clean a text.
var ways = map[string]func(text []byte) ([]Road, error){
	"Serial":          Serial,
	"SerialDense":     SerialDense,
	"SerialHash":      SerialHash,
	"SIMD":            SIMD,
	"GIL":             func(text []byte) ([]Road, error) { return GIL(text, 2) },
	"Goroutine 2":     func(text []byte) ([]Road, error) { return Goroutine(text, 2) },
	"Goroutine 5":     func(text []byte) ([]Road, error) { return Goroutine(text, 5) },
	"GoroutineSIMD 2": func(text []byte) ([]Road, error) { return GoroutineSIMD(text, 2) },
	"GoroutineSIMD 5": func(text []byte) ([]Road, error) { return GoroutineSIMD(text, 5) },
}

// everywhere calls f for each way on each tier.
func everywhere(t *testing.T, f func(t *testing.T, clean func([]byte) ([]Road, error))) {
	for name, clean := range ways {
		for _, tier := range cpu.Tiers() {
			if tier != cpu.Best() && !strings.Contains(name, "SIMD") {
				continue
			}
			t.Run(fmt.Sprintf("%s/tier=%v", name, tier), func(t *testing.T) {
				defer cpu.Use(tier)()
				f(t, clean)
			})
		}
	}
}

// The checksum is that of programs in C and Python.
func TestKnown(t *testing.T) {
	text := Text(1_000_000, 1)
	for name, clean := range ways {
		roads, err := clean(text)
		if err != nil || len(roads) != 631_423 || Checksum(roads) != 8395204384032324713 {
			t.Errorf("%s: %d roads, sum %d, %v", name, len(roads), Checksum(roads), err)
		}
	}
}

func TestByHand(t *testing.T) {
	text := []byte("1 2 10\n2 1 11\n1 2 12\n3 3 7\n3 3 8\n2 3 5\n0 9 0\n9 0 4\n2 1 13\n")
	want := []Road{{1, 2, 10}, {2, 1, 10}, {3, 3, 7}, {2, 3, 5}, {0, 9, 0}, {9, 0, 0}}
	everywhere(t, func(t *testing.T, clean func([]byte) ([]Road, error)) {
		if got, err := clean(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	})
}

// random returns lines with numbers of many lengths, also with zeros in front.
func random(lines, places, zeros int, seed uint64) []byte {
	var text []byte
	for i := range lines {
		for field := range 3 {
			r := rng.At(seed, uint64(3*i+field))
			v := int(r>>32) % places
			text = fmt.Appendf(text, "%0*d%c", 1+int(r%uint64(zeros)), v, " \n"[field/2])
		}
	}
	return text
}

func TestAgainstSerial(t *testing.T) {
	for name, text := range map[string][]byte{
		"small":        random(20_000, 100, 4, 1),
		"four digits":  random(20_000, 10_000, 4, 2),
		"large at end": append(random(30_000, 5000, 4, 3), "7 12345 1\n12345 7 2\n1 2 99999\n"...),
		"large":        random(5_000, MaxNumber, 11, 4),
		"long zeros":   random(5_000, 3, 19, 5),
		"one digit":    random(40_000, 3, 1, 6),
	} {
		t.Run(name, func(t *testing.T) {
			want, err := Serial(text)
			if err != nil {
				t.Fatal(err)
			}
			everywhere(t, func(t *testing.T, clean func([]byte) ([]Road, error)) {
				got, err := clean(text)
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%d roads, sum %d, %v, want %d roads, sum %d",
						len(got), Checksum(got), err, len(want), Checksum(want))
				}
			})
		})
	}
}

// Texts of every length around the 64 bytes of a vector and the 4096 of a chunk.
func TestLengths(t *testing.T) {
	whole := random(2000, 1000, 3, 7)
	for _, around := range []int{0, 64, 128, 4096, 4096 + 64, 8192} {
		for d := range 24 {
			end := max(0, around+d-12)
			text := whole[:bytes.LastIndexByte(whole[:end], '\n')+1]
			want, err := Serial(text)
			got, err2 := SIMD(text)
			if err != nil || err2 != nil || !slices.Equal(got, want) {
				t.Fatalf("%d bytes: %d roads, want %d; %v, %v", len(text), len(got), len(want), err, err2)
			}
		}
	}
}

func TestWrongText(t *testing.T) {
	good := string(Text(40_000, 3)) // enough for several workers and chunks
	lines := strings.Count(good, "\n")
	for _, wrong := range []string{
		"\n", " \n", "1 2\n", "1 2 3 4\n", "1  2 3\n", " 1 2 3\n", "1 2 3 \n", "1 2 3\r\n", "-1 2 3\n", "1\t2 3\n", "1 2 x\n",
		"1\n2 3\n", "1 2 1073741824\n", "99999999999999999999999 1 2\n", "1 2 3", "1 2", "1", "1 2 \n", "1 2 :\n", "1 2 /\n", "\x00\n",
	} {
		for _, at := range []int{0, lines / 2, lines} {
			cut := 0
			for range at {
				cut += strings.IndexByte(good[cut:], '\n') + 1
			}
			rest := good[cut:]
			if !strings.HasSuffix(wrong, "\n") {
				rest = ""
			}
			text := []byte(good[:cut] + wrong + rest)
			want := fmt.Sprintf("dedupe: line %d: ", at+1)
			everywhere(t, func(t *testing.T, clean func([]byte) ([]Road, error)) {
				if roads, err := clean(text); err == nil || !strings.HasPrefix(err.Error(), want) || roads != nil {
					t.Errorf("%q at line %d: %d roads, %v", wrong, at+1, len(roads), err)
				}
			})
		}
	}
	_, err := Serial([]byte("1 2 3\n1 2\n"))
	if want := `dedupe: line 2: "1 2", want three numbers up to 1073741823 with one space between them`; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	_, err = SIMD([]byte("1 2 3\n4 5 6"))
	if want := `dedupe: line 2: "4 5 6" has no newline at its end`; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestText(t *testing.T) {
	if got := string(Text(3, 1)); strings.Count(got, "\n") != 3 || got == string(Text(3, 2)) {
		t.Errorf("Text(3, 1) = %q", got)
	}
	for n, want := range map[int]uint64{0: 2, 1: 2, 8: 2, 9: 3, 1_000_000: 1000, 10_000_000: 3162, 999_999: 999} {
		if got := places(n); got != want {
			t.Errorf("%d lines have %d places, want %d", n, got, want)
		}
	}
	if got := (Road{1, 2, 3}).String(); got != "1 2 3" {
		t.Errorf("String: %q", got)
	}
}

func TestBadArguments(t *testing.T) {
	for _, n := range []int{-1, math.MaxInt} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "dedupe: n") {
					t.Errorf("Text(%d) panics with %v", n, err)
				}
			}()
			Text(n, 1)
		}()
	}
	for _, w := range []int{-1, mostWorkers + 1} {
		for name, f := range map[string]func() ([]Road, error){
			"Goroutine":     func() ([]Road, error) { return Goroutine(nil, w) },
			"GoroutineSIMD": func() ([]Road, error) { return GoroutineSIMD(nil, w) },
			"GIL":           func() ([]Road, error) { return GIL(nil, w) },
			"Process":       func() ([]Road, error) { return Process(nil, w) },
			"ProcessSHM":    func() ([]Road, error) { return ProcessSHM(nil, w) },
		} {
			if _, err := f(); err == nil || !strings.Contains(err.Error(), "number of workers") {
				t.Errorf("%s with %d workers: %v", name, w, err)
			}
		}
	}
}

func TestProcesses(t *testing.T) {
	for name, clean := range map[string]func([]byte, int) ([]Road, error){"Process": Process, "ProcessSHM": ProcessSHM} {
		for _, text := range [][]byte{nil, Text(10_000, 5), random(3000, MaxNumber, 5, 8)} {
			want, err := Serial(text)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := clean(text, 2); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %d roads, %v, want %d", name, len(got), err, len(want))
			}
		}
		text := append(Text(1000, 1), "1 2 x\n"...)
		if _, err := clean(text, 2); err == nil || !strings.HasPrefix(err.Error(), "dedupe: line 1001: ") {
			t.Errorf("%s: %v, want an error in line 1001", name, err)
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	text := Text(300_000, 1)
	for name, clean := range ways {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		timer := time.AfterFunc(time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		_, err := clean(text)
		if timer.Stop() {
			continue // done within a millisecond
		}
		if late := time.Since(<-raised); late > 500*time.Millisecond {
			t.Errorf("%s came back %v after the interrupt", name, late)
		}
		if err != nil && err != interrupt.ErrInterrupted {
			t.Errorf("%s: %v", name, err)
		}
	}
	interrupt.Raise()
	defer interrupt.Reset()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := newTeam(text, 2, false, nil).run(poll.New(ctx)); err == nil {
		t.Error("a run under an ended context came to its end")
	}
}
