package bench

import (
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/all"
	"github.com/weft-go/weft/kernels/yardstick"
)

func TestParseSizes(t *testing.T) {
	got, err := ParseSizes("small, 1_000,large,small")
	if want := []Size{{name: "small"}, {n: 1000}, {name: "large"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	k := &kernels.Kernel{Sizes: kernels.Sizes{Small: 1, Middle: 2, Large: 3}}
	for size, want := range map[Size]int{{name: "small"}: 1, {name: "middle"}: 2, {name: "large"}: 3, {n: 9}: 9} {
		if got := size.of(k); got != want {
			t.Errorf("%v: %d, want %d", size, got, want)
		}
	}
	for _, bad := range []string{"", "huge", "-1", "1,,2", "1e6"} {
		if _, err := ParseSizes(bad); err == nil || !strings.Contains(err.Error(), "want small, middle, large or a number") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestParseWorkers(t *testing.T) {
	if got, err := ParseWorkers("1,2,1"); err != nil || !slices.Equal(got, []int{1, 2}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "0", "-2", "two", "5000"} {
		if _, err := ParseWorkers(bad); err == nil || !strings.Contains(err.Error(), "want numbers from 1 to 4096") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCheck(t *testing.T) {
	k := []*kernels.Kernel{&ForkJoin}
	for want, o := range map[string]Options{
		"no kernel to measure":         {},
		"count -1: want 0 to 1000000":  {Kernels: k, Count: -1},
		"time -1s: want 0 to 24h0m0s":  {Kernels: k, Time: -time.Second},
		"time 25h0m0s: want 0 to 24h0": {Kernels: k, Time: 25 * time.Hour},
	} {
		if err := o.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := (&Options{Kernels: k}).Check(); err != nil {
		t.Error(err)
	}
}

// What is measured if nothing is said, and with -peers.
func TestDefaults(t *testing.T) {
	k, err := all.Lookup("julia")
	if err != nil {
		t.Fatal(err)
	}
	names := func(o Options) []string {
		var list []string
		for _, v := range o.variants(k, 1000) {
			list = append(list, v.Name)
		}
		return list
	}
	plain, peers := Options{}, Options{Peers: true}
	if got := plain.sizes(k); !slices.Equal(got, []int{k.Sizes.Middle}) {
		t.Errorf("sizes %v", got)
	}
	if got := peers.sizes(k); !slices.Equal(got, yardstick.Compared("julia").Sizes) {
		t.Errorf("sizes compared %v", got)
	}
	if got := names(plain); len(got) != len(k.Variants) {
		t.Errorf("variants %v", got)
	}
	if got := names(peers); len(got) == 0 || slices.Contains(got, "serial") {
		t.Errorf("variants compared: %v", got)
	}
	if got := names(Options{Peers: true, Variants: regexp.MustCompile("^serial$")}); !slices.Equal(got, []string{"serial"}) {
		t.Errorf("variants asked for: %v", got)
	}
	want := []int{1}
	if n := runtime.GOMAXPROCS(0); n > 1 {
		want = append(want, n)
	}
	if got := plain.workers(k); !slices.Equal(got, want) {
		t.Errorf("workers %v, want %v", got, want)
	}
	fanout := &kernels.Kernel{Name: "fanout"}
	if got := peers.workers(fanout); !slices.Equal(got, yardstick.Compared("fanout").Workers) {
		t.Errorf("workers compared %v", got)
	}
}

func TestSelect(t *testing.T) {
	every, err := Select(nil, false)
	if err != nil || len(every) != len(all.Kernels) || slices.Contains(every, &ForkJoin) {
		t.Errorf("%d of %d kernels, %v", len(every), len(all.Kernels), err)
	}
	compared, err := Select(nil, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range compared {
		if len(yardstick.Peers(k.Name)) == 0 {
			t.Errorf("%s is compared with nobody", k.Name)
		}
	}
	got, err := Select([]string{"pi", "forkjoin"}, false)
	if err != nil || len(got) != 2 || got[0].Name != "pi" || got[1] != &ForkJoin {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := Select([]string{"juila"}, false); err == nil || !strings.Contains(err.Error(), `no kernel "juila", only `) || !strings.Contains(err.Error(), "forkjoin") {
		t.Errorf("juila: %v", err)
	}
}

func TestList(t *testing.T) {
	kernels, err := Select([]string{"julia"}, true)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := List(&b, Options{Kernels: kernels, Peers: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"julia: Julia set", "sizes: small 64, middle 1000, large 2000", "compared at 1000", "  goroutine+simd\n", "peer C-OpenMP:simd, against simd, goroutine+simd ("} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
}

// Every kernel that a peer is for exists, and so do the variants it is
// compared with.
func TestPeersKnowOurVariants(t *testing.T) {
	every := append(slices.Clone(all.Kernels), &ForkJoin)
	for _, k := range every {
		for _, p := range yardstick.Peers(k.Name) {
			for _, name := range slices.Concat(p.Against...) {
				if _, err := k.Variant(name); err != nil {
					t.Errorf("peer %s: %v", p, err)
				}
			}
		}
	}
}
