package sharray

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

// 65 rows are the first with two parcels.
func TestVariants(t *testing.T) { kernelstest.Check(t, &Kernel, kernelstest.Sizes(0, 1, 2, 7, 65)) }

func BenchmarkSharray(b *testing.B) { kernelstest.Bench(b, &Kernel, 500) }

func needProcesses(t *testing.T) {
	t.Helper()
	p, err := proc.NewPool(1)
	if err != nil && runtime.GOOS != "linux" {
		t.Skipf("%s has no worker processes with shared memory: %v", runtime.GOOS, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

var functions = map[string]func(rows, cols, workers int) (*Report, error){
	"Serial":     func(rows, cols, _ int) (*Report, error) { return Serial(rows, cols) },
	"Goroutine":  Goroutine,
	"Process":    Process,
	"ProcessSHM": ProcessSHM,
}

// Every cell is somebody's, for shapes around parts, parcels and blocks.
func TestShapes(t *testing.T) {
	needProcesses(t)
	for name, f := range functions {
		for _, shape := range []struct{ rows, cols int }{{0, 5}, {5, 0}, {1, 1}, {3, 1}, {5, 2}, {2, block + 1}, {1, parcelSize/8 + 3}} {
			r, err := f(shape.rows, shape.cols, 3)
			if err != nil {
				t.Fatalf("%s%v: %v", name, shape, err)
			}
			rows := 0
			for _, w := range r.Workers {
				rows += w.Rows
				if w.Cells != w.Rows*shape.cols {
					t.Errorf("%s%v: worker %+v", name, shape, w)
				}
			}
			if r.Cells() != shape.rows*shape.cols || r.Cells() > 0 && rows != shape.rows {
				t.Errorf("%s%v: %d cells, %d rows\n%v", name, shape, r.Cells(), rows, r)
			}
		}
	}
}

// Each of the processes touches its part of the pages and no more, and what they
// touch is shared with this process.
func TestMemoryOfProcesses(t *testing.T) {
	needProcesses(t)
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells in smaps_rollup what memory a process shares")
	}
	const rows, workers = 256, 2 // 16 MB
	r, err := ProcessSHM(rows, cols, workers)
	if err != nil {
		t.Fatal(err)
	}
	part := rows * cols * 8 / workers
	for i, w := range r.Workers {
		if w.PID == 0 || w.PID == os.Getpid() || w.Rows != rows/workers {
			t.Errorf("worker %d: %+v", i, w)
		}
		// Tasks of one call may meet in one process.
		if w.Memory.Shared() < part || w.Memory.Rss < w.Memory.Pss || w.Memory.Pss < part/4 {
			t.Errorf("worker %d has %v; its part of the array is %.1f MB", i, w.Memory, float64(part)/1e6)
		}
		// A fault brings a page, and pages may be as large as 2 MB.
		if pages := part / os.Getpagesize(); w.Faults < part>>21 || w.Faults > pages+pages/4+2000 {
			t.Errorf("worker %d: %d page faults for %d pages", i, w.Faults, pages)
		}
	}
	if r.Memory.Shmem == 0 || r.Memory.Rss < rows*cols*8 {
		t.Errorf("this process has %v", r.Memory)
	}
	text := r.String()
	for _, want := range []string{"256×8000, 16.4 MB, in ", "\nworker 1, process ", ": 128 rows, 1024000 cells, ", " shared, "} {
		if !strings.Contains(text, want) {
			t.Errorf("String() lacks %q:\n%s", want, text)
		}
	}
}

func TestReadMemory(t *testing.T) {
	m, err := parseMemory([]byte("5578-7ffd ---p 00000000 00:00 0 [rollup]\nRss:  10 kB\nPss: 8 kB\nPss_Shmem: 3 kB\n" +
		"Shared_Clean: 1 kB\nShared_Dirty: 2 kB\nPrivate_Clean: 3 kB\nPrivate_Dirty: 4 kB\nSwap: x\n"))
	want := Memory{Rss: 10 << 10, Pss: 8 << 10, Shmem: 3 << 10, SharedClean: 1 << 10, SharedDirty: 2 << 10, PrivateClean: 3 << 10, PrivateDirty: 4 << 10}
	if m != want || err != nil {
		t.Errorf("%+v, %v", m, err)
	}
	if m.Shared() != 3<<10 || m.Private() != 7<<10 {
		t.Errorf("shared %d, private %d", m.Shared(), m.Private())
	}
	if got := (Memory{Rss: 2e6, Pss: 1.5e6, SharedDirty: 5e5, PrivateDirty: 15e5}).String(); got != "Rss 2.0 MB (0.5 shared, 1.5 private), Pss 1.5 MB" {
		t.Error(got)
	}
	if (Memory{}).String() != "memory not known" {
		t.Error(Memory{})
	}
	for _, bad := range []string{"", "Pss: 1 kB\n", "Rss: 1\n", "Rss: x kB\n"} {
		if _, err := parseMemory([]byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if _, err := ReadMemory(-1); err == nil || !strings.Contains(err.Error(), "memory of process -1") {
		t.Errorf("error %v", err)
	}
	if runtime.GOOS == "linux" {
		if m, err := ReadMemory(os.Getpid()); err != nil || m.Rss < 1<<20 || m.Pss == 0 {
			t.Errorf("%+v, %v", m, err)
		}
	}
}

// A cell that is not 42 is told with its place, by every variant's loop.
func TestNotInitial(t *testing.T) {
	cells := make([]float64, 30)
	p := poll.New(context.Background())
	for _, value := range []float64{0, 41, base, math.NaN(), math.Inf(1)} {
		if err := fill(p, cells, initial); err != nil {
			t.Fatal(err)
		}
		cells[23] = value
		want := fmt.Sprintf("row 102, column 3 is %v before worker 7 comes, want 42", value)
		if _, err := take(p, cells, 7, 100, 10); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestCount(t *testing.T) {
	a := &array{cells: []float64{1000, 1001, 1001, 1002, 999, 42, 1000.5, math.NaN(), math.Inf(1)}}
	by := make([]int, 2)
	if nobody := a.count(by); nobody != 6 || by[0] != 1 || by[1] != 2 {
		t.Errorf("%d, %v", nobody, by)
	}
}

func TestShare(t *testing.T) {
	for _, rows := range []int{0, 1, 7, 100, math.MaxInt} {
		for _, k := range []int{1, 2, 3, 8} {
			end := 0
			for i := range k {
				lo, hi := share(rows, i, k)
				if lo != end || hi-lo != rows/k && hi-lo != rows/k+1 {
					t.Errorf("%d rows: part %d of %d is [%d, %d)", rows, i, k, lo, hi)
				}
				end = hi
			}
			if end != rows {
				t.Errorf("%d rows in %d parts end at %d", rows, k, end)
			}
		}
	}
}

func TestElements(t *testing.T) {
	cells := []float64{1, math.Pi, math.Inf(-1)}
	b := bytes.Clone(asBytes(cells))
	if got := elements(b); len(got) != 3 || got[1] != math.Pi || got[2] != math.Inf(-1) {
		t.Errorf("%v", got)
	}
	if elements(nil) != nil || asBytes(nil) != nil {
		t.Error("nothing becomes something")
	}
}

func TestBadArguments(t *testing.T) {
	for name, f := range functions {
		for want, args := range map[string][3]int{
			"negative number of rows -1":      {-1, 1, 1},
			"negative number of columns -2":   {1, -2, 1},
			"negative number of workers -3":   {1, 1, -3},
			"more than can be addressed":      {math.MaxInt, math.MaxInt, 1},
			"number of workers 1001 is":       {1, 1, 1001},
			"9000000000000 × float64":         {9_000_000, 1_000_000, 1},
			"more than can be addressed\x00d": {math.MaxInt / 4, 3, 1},
		} {
			want, _, _ = strings.Cut(want, "\x00")
			if name == "Serial" && strings.Contains(want, "workers") {
				continue
			}
			if r, err := f(args[0], args[1], args[2]); err == nil || r != nil || !strings.HasPrefix(err.Error(), "sharray: ") || !strings.Contains(err.Error(), want) {
				t.Errorf("%s%v: %v, want %s", name, args, err, want)
			}
		}
	}
	if _, err := Serial(9_000_000, 1_000_000); runtime.GOOS == "linux" && !errors.Is(err, shm.ErrTooLarge) {
		t.Errorf("72 TB: %v", err)
	}
}

func TestInterrupt(t *testing.T) {
	needProcesses(t)
	t.Cleanup(interrupt.Reset)
	for name, f := range functions {
		interrupt.Reset()
		interrupt.Raise()
		if r, err := f(100, 1000, 2); !errors.Is(err, interrupt.ErrInterrupted) || r != nil {
			t.Errorf("%s, interrupted before: %v, %v", name, r, err)
		}
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		stop := make(chan bool)
		go func() {
			time.Sleep(20 * time.Millisecond)
			raised <- time.Now()
			interrupt.Raise()
			close(stop)
		}()
		var err error
		for n := 0; err == nil && n < 1000; n++ {
			_, err = f(1000, 1000, 2)
		}
		if late := time.Since(<-raised); late > 500*time.Millisecond || !errors.Is(err, interrupt.ErrInterrupted) {
			t.Errorf("%s: %v, %v after the interrupt", name, err, late)
		}
		<-stop
	}
}
