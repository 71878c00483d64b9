package nearest

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernels/dedupe"
	"github.com/weft-go/weft/kernels/internal/cpu"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, 100, 101, 30_011))
}
func BenchmarkNearest(b *testing.B) { kernelstest.Bench(b, &Kernel, 1_000_000, 10_000_000) }

// ways are all functions that look at roads in this process.
var ways = map[string]func(roads []Road, places int) (*Result, error){
	"Serial":        Serial,
	"SerialPacked":  SerialPacked,
	"SIMD":          SIMD,
	"GIL":           func(roads []Road, places int) (*Result, error) { return GIL(roads, places, 3) },
	"Goroutine":     func(roads []Road, places int) (*Result, error) { return Goroutine(roads, places, 3) },
	"GoroutineSIMD": func(roads []Road, places int) (*Result, error) { return GoroutineSIMD(roads, places, 3) },
}

// everywhere calls f for each way on each tier.
func everywhere(t *testing.T, f func(t *testing.T, look func([]Road, int) (*Result, error))) {
	for name, look := range ways {
		for _, tier := range cpu.Tiers() {
			if tier == cpu.Best() || strings.Contains(name, "SIMD") {
				t.Run(fmt.Sprintf("%s/tier=%v", name, tier), func(t *testing.T) {
					defer cpu.Use(tier)()
					f(t, look)
				})
			}
		}
	}
}

// The checksum is that of programs in C and Python.
func TestKnown(t *testing.T) {
	roads, err := dedupe.SIMD(dedupe.Text(1_000_000, 1))
	if err != nil {
		t.Fatal(err)
	}
	for name, look := range ways {
		r, err := look(roads, 1000)
		if err != nil || r.Sum() != 224079836360 || r.String() != "distances 1 to 1000, 1000 origins" {
			t.Errorf("%s: %v, sum %d, %v", name, r, r.Sum(), err)
		}
	}
}

func TestByHand(t *testing.T) {
	roads := []Road{road(1, 5, 9), road(1, 3, 4), road(1, 2, 4), road(1, 4, 4), road(3, 0, 7), road(3, 1, 0)}
	want := &Result{Min: 0, Max: 9, Destination: []int32{-1, 2, -1, 1, -1}, Distance: []int32{-1, 4, -1, 0, -1}}
	everywhere(t, func(t *testing.T, look func([]Road, int) (*Result, error)) {
		if got, err := look(roads, 5); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
		none := &Result{Min: -1, Max: -1, Destination: []int32{}, Distance: []int32{}}
		if got, err := look(nil, 0); err != nil || !reflect.DeepEqual(got, none) || got.Sum() != 0 {
			t.Errorf("no roads: %+v, %v, want %+v", got, err, none)
		}
	})
	if got := Places(roads); got != 4 {
		t.Errorf("%d places, want 4", got)
	}
}

func road(o, d, w int32) Road { return Road{Origin: o, Destination: d, Distance: w} }

// random returns roads with numbers up to the largest there are.
func random(n, places, most int, seed uint64) []Road {
	roads := make([]Road, n)
	for i := range roads {
		at := func(k, below int) int32 { return int32(rng.At(seed, uint64(3*i+k)) >> 1 % uint64(below)) }
		roads[i] = road(at(0, places), at(1, most), at(2, most))
	}
	return roads
}

func TestAgainstSerial(t *testing.T) {
	for _, n := range []int{1, 2, 63, 64, 65, 127, 128, 129, 1000, 2*block - 1, 2*block + 1, 4*leastShare + 17} {
		for _, most := range []int{2, 1000, math.MaxInt32} {
			places := 1 + n/3
			// From the second road on the assembly reads from addresses that are no multiple of 8.
			for skip := range 2 {
				roads := random(n, places, most, uint64(n+most))[skip:]
				want, err := Serial(roads, places)
				if err != nil {
					t.Fatal(err)
				}
				everywhere(t, func(t *testing.T, look func([]Road, int) (*Result, error)) {
					if got, err := look(roads, places); err != nil || !reflect.DeepEqual(got, want) {
						t.Errorf("%d roads, fields below %d: %v, sum %d, %v, want %v, sum %d", len(roads), most, got, got.Sum(), err, want, want.Sum())
					}
				})
			}
		}
	}
}

// One road at fault, wherever it is, is found.
func TestFaults(t *testing.T) {
	const n, places = 4*leastShare + 100, 50
	for text, wrong := range map[string]Road{
		"origin 50 is not in [0, 50)":         road(50, 1, 1),
		"origin -1 is not in [0, 50)":         road(-1, 1, 1),
		"origin 2147483647 is not in [0, 50)": road(math.MaxInt32, 1, 1),
		"negative destination -3":             road(1, -3, 1),
		"negative distance -2147483648":       road(1, 3, math.MinInt32),
	} {
		for _, at := range []int{0, 63, 64, n / 2, n - 1} {
			roads := random(n, places, 1000, 1)
			roads[at] = wrong
			want := fmt.Sprintf("nearest: road %d: %s", at, text)
			everywhere(t, func(t *testing.T, look func([]Road, int) (*Result, error)) {
				if got, err := look(roads, places); err == nil || err.Error() != want || got != nil {
					t.Errorf("%v, %v, want %s", got, err, want)
				}
			})
		}
	}
	if _, err := ProcessSHM([]Road{road(1, 1, 1)}, 1, 1); err == nil || !strings.Contains(err.Error(), "origin 1 is not") {
		t.Errorf("ProcessSHM: %v", err)
	}
}

func TestBadArguments(t *testing.T) {
	for want, bad := range map[string]struct{ places, workers int }{
		"nearest: negative number of places -1":                          {-1, 1},
		"nearest: number of places 1073741825 is larger than 1073741824": {1<<30 + 1, 1},
		"nearest: negative number of workers -1":                         {1, -1},
		"nearest: number of workers 1025 is larger than 1024":            {1, 1025},
	} {
		for name, f := range map[string]func([]Road, int, int) (*Result, error){
			"Goroutine":     func(r []Road, p, w int) (*Result, error) { return Goroutine(r, p, w) },
			"GoroutineSIMD": func(r []Road, p, w int) (*Result, error) { return GoroutineSIMD(r, p, w) },
			"GIL":           GIL,
			"Process":       Process,
			"ProcessSHM":    ProcessSHM,
			"Manager":       Manager,
		} {
			if _, err := f(nil, bad.places, bad.workers); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
	defer func() {
		if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "road 1: negative origin -7") {
			t.Errorf("Places panics with %v", err)
		}
	}()
	Places([]Road{road(1, 2, 3), road(-7, 1, 1)})
}

func TestProcesses(t *testing.T) {
	roads := random(3000, 40, 1000, 9)
	want, err := Serial(roads, 40)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func([]Road, int, int) (*Result, error){
		"Process": Process, "ProcessSHM": ProcessSHM, "Manager": Manager,
	} {
		if got, err := f(roads, 40, 2); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, want)
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	interrupted := background()
	interrupt.Raise()
	interrupt.Reset()
	roads := random(10*block, 100, 100, 1)
	for _, simd := range []bool{false, true} {
		for want, on := range map[error]poll.Poll{context.Canceled: poll.New(ctx), interrupt.ErrInterrupted: interrupted} {
			for workers := 1; workers < 3; workers++ {
				if err := newTeam(roads, 100, workers, simd, nil).run(on); err != want {
					t.Errorf("%d workers, simd %v: %v, want %v", workers, simd, err, want)
				}
			}
			if err := empty(100).serial(on, roads); err != want {
				t.Errorf("serial: %v, want %v", err, want)
			}
		}
	}
}
