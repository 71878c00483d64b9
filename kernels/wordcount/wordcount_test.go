package wordcount

import (
	"bytes"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 12, 13, 1000, 20_011))
}
func BenchmarkWordcount(b *testing.B) { kernelstest.Bench(b, &Kernel, 1_000_000) }

// ways are all functions that count.
var ways = map[string]func(text []byte, workers int) ([]Count, error){
	"Serial":           func(text []byte, _ int) ([]Count, error) { return Serial(text) },
	"SerialHash":       func(text []byte, _ int) ([]Count, error) { return SerialHash(text) },
	"GIL":              GIL,
	"Goroutine":        func(text []byte, w int) ([]Count, error) { return Goroutine(text, w) },
	"GoroutineMutex":   func(text []byte, w int) ([]Count, error) { return GoroutineMutex(text, w) },
	"GoroutineSharded": func(text []byte, w int) ([]Count, error) { return GoroutineSharded(text, w) },
	"Process":          Process,
}

func TestByHand(t *testing.T) {
	text := []byte("The cat, the Cat and THE hat; a cat's-eye {[@`z}]\x00\xc3\xa4z")
	want := []Count{{"cat", 3}, {"the", 3}, {"z", 2}, {"a", 1}, {"and", 1}, {"eye", 1}, {"hat", 1}, {"s", 1}}
	for name, count := range ways {
		for _, w := range []int{0, 1, 3} {
			if got, err := count(text, w); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %d workers: %v, %v, want %v", name, w, got, err, want)
			}
			if got, err := count(nil, w); err != nil || len(got) != 0 {
				t.Errorf("%s of nothing: %v, %v", name, got, err)
			}
		}
	}
}

// The definition by a regular expression.
func TestAgainstDefinition(t *testing.T) {
	text := append(Text(30_000, 3), bytes.Repeat([]byte("x"), 100_000)...) // one word beyond every cut
	counts := make(map[string]int)
	for _, word := range regexp.MustCompile("[A-Za-z]+").FindAllString(string(text), -1) {
		counts[strings.ToLower(word)]++
	}
	var want []Count
	for word, n := range counts {
		want = append(want, Count{word, n})
	}
	sorted(want)
	for name, count := range ways {
		for _, w := range []int{1, 2, 7} {
			if got, err := count(text, w); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %d workers: %d words, %v, want %d", name, w, len(got), err, len(want))
			}
		}
	}
}

// The k-th word is 1/k as frequent as the first, within six standard deviations.
func TestZipf(t *testing.T) {
	const n = 200_000
	counts, err := SerialHash(Text(n, 1))
	if err != nil {
		t.Fatal(err)
	}
	harmonic := 0.0
	for k := range vocabulary {
		harmonic += 1 / float64(k+1)
	}
	for k := range 5 {
		want := n / harmonic / float64(k+1)
		if off := math.Abs(float64(counts[k].N) - want); off > 6*math.Sqrt(want) {
			t.Errorf("word %d occurs %d times, want about %.0f", k+1, counts[k].N, want)
		}
	}
	total := 0
	for _, c := range counts {
		total += c.N
	}
	if total != n {
		t.Errorf("%d words, want %d", total, n)
	}
}

func TestBadArguments(t *testing.T) {
	for want, n := range map[string]int{
		"wordcount: negative number of words -1":                                   -1,
		"wordcount: number of words 9223372036854775807 is larger than 1073741824": math.MaxInt,
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || err.Error() != want {
					t.Errorf("panics with %v, want %s", err, want)
				}
			}()
			Text(n, 1)
		}()
	}
	for name, count := range ways {
		if strings.HasPrefix(name, "Serial") {
			continue
		}
		for want, w := range map[string]int{
			"wordcount: negative number of workers -1":              -1,
			"wordcount: number of workers 1025 is larger than 1024": 1025,
		} {
			if _, err := count(nil, w); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	interrupt.Raise()
	text := Text(50_000, 1)
	for name, count := range ways {
		if got, err := count(text, 2); err != interrupt.ErrInterrupted || got != nil {
			t.Errorf("%s in an interrupted cell: %d words, %v", name, len(got), err)
		}
	}
}
