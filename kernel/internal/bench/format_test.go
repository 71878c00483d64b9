package bench

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/measure"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// example is a report with all that can happen in one.
func example() *Report {
	peer := func(system, variant string, workers int, seconds ...float64) *Result {
		r := result(system, variant, workers, seconds...)
		r.Against, r.Made, r.label = [][]string{{"simd", "goroutine+simd"}}, "gcc 12.2.0", "C-OpenMP:"+variant
		return r
	}
	disturbed := result(ours, "goroutine+simd", 2, 3.1e-3, 3.0e-3, 3.3e-3, 3.0e-3, 3.2e-3, 3.1e-3)
	disturbed.Samples[2].Wait = 0.7e-3
	cython := peer("Cython", "", 1, 12e-3, 12.1e-3, 12e-3, 12.2e-3, 12e-3, 12e-3)
	cython.Made = "CPython 3.11.2, Cython 0.29.32"
	missing := peer("Numba", "", 1)
	missing.Made, missing.Problem, missing.label = "", "not installed: numba (pip install numba, or apt install python3-numba)", "Numba"
	wrong := result(ours, "process", 2)
	wrong.Problem, wrong.Wrong = "checksum 41 differs from the 42 of serial", true
	noted := peer("C/OpenMP", "omp", 1, 9.1e-3, 9.0e-3, 9.2e-3, 9.0e-3, 9.1e-3, 9.3e-3)
	noted.Note = "AVX2"
	return &Report{
		Machine: Machine{
			OS: "linux", Arch: "amd64", CPU: "Some Processor", GoVersion: "go1.26.8", Engine: "compiled", Tier: "avx2",
			Cores: measure.Cores{Logical: 2, Effective: 1.934, Rounds: 25},
		},
		Blocks: []*Block{
			{
				Kernel: "matmul", Title: "product of two matrices", N: 512, Steal: 0.08,
				Work: Work{Flops: 2 * 512 * 512 * 512, Bytes: 3 * 8 * 512 * 512, Items: 512 * 512, Unit: "elements"},
				Results: []*Result{
					result(ours, "serial", 1, 70e-3, 71e-3, 70.5e-3, 70e-3, 72e-3, 70e-3),
					wrong,
					result(ours, "simd", 1, 6.0e-3, 6.1e-3, 6.3e-3, 6.0e-3, 6.2e-3, 6.0e-3),
					disturbed,
					noted,
					peer("C/OpenMP", "omp", 2, 4.9e-3, 4.8e-3, 4.9e-3, 5.2e-3, 4.9e-3, 4.9e-3),
					cython,
					missing,
				},
				Limits: []*Limit{
					{Name: "FMA peak", Unit: "flop", Workers: 1, Rates: []float64{52e9, 51e9, 53e9}},
					{Name: "STREAM triad", Unit: "B", Workers: 1, Rates: []float64{0.9e9, 0.91e9}},
					{Name: "FMA peak", Unit: "flop", Workers: 2, Rates: []float64{}, Problem: "needs vector instructions"},
				},
			},
			{
				Kernel: "fanout", Title: "requests", N: 100, Work: Work{Items: 100, Unit: "requests"},
				Results: []*Result{result(ours, "goroutine", 8, 0.3), result(ours, "serial", 1)},
			},
		},
		Interrupted: true,
	}
}

func TestFormats(t *testing.T) {
	procs := runtime.GOMAXPROCS(2) // a part of benchmarks' names
	defer runtime.GOMAXPROCS(procs)
	for _, f := range Formats {
		t.Run(f.Name, func(t *testing.T) {
			var b strings.Builder
			if err := f.Write(&b, example()); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", f.Name+".golden"), b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Fatalf("%s:%d (go test -update writes it)\ngot  %s\nwant %s", name, i+1, line, strings.Join(lines[min(i, len(lines)):min(i+1, len(lines))], ""))
		}
	}
	if got != string(want) {
		t.Errorf("%s: ends early (go test -update writes it)", name)
	}
}

func TestFormatNamed(t *testing.T) {
	if f, err := FormatNamed("bench"); err != nil || f.Name != "bench" {
		t.Errorf("bench: %v, %v", f, err)
	}
	if _, err := FormatNamed("xml"); err == nil || err.Error() != `format "xml": want table, bench, json, readme` {
		t.Errorf("xml: %v", err)
	}
}

// Nothing to compare is said, not shown as an empty table.
func TestReadmeOfNothing(t *testing.T) {
	f, err := FormatNamed("readme")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := f.Write(&b, &Report{}); err != nil || !strings.HasPrefix(b.String(), "nothing was compared") {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestFigures(t *testing.T) {
	for want, got := range map[string]string{
		"1.07": number2(1.0749), "12.8": number2(12.81), "10.0": number2(9.996), "104": number2(103.7), "n/a": number2(0 / zero),
		"0.0372": number3(0.03721), "2.47": number3(2.468), "31.2": number3(31.24), "117": number3(117.4), "1235": number3(1234.6),
		"435 M": rate(4.35e6, 0.01), "1.57 G": rate(1.57e9, 1), "12.0 k": rate(12, 1e-3), "3.00": rate(3, 1), "": rate(0, 1),
		"1234567": figure(1234567.2), "12.3457": figure(12.34567), "0": figure(0),
		"darts": unit("darts"), "two-words": unit("two words"), "items": unit(""),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestBrief(t *testing.T) {
	for text, want := range map[string]string{
		"refuses:  too  large":                                "refuses: too large",
		"exit status 1\nTraceback\n  File\nMemoryError: no\n": "exit status 1: MemoryError: no",
	} {
		if got := brief(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

var zero float64
