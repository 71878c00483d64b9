package filelock

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/kernelstest"
	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMain(m *testing.M) { kernelstest.Main(m, &Kernel) }

// Creating a file allocates its name and its descriptor's owner.
func TestVariants(t *testing.T) {
	kernelstest.Check(t, &Kernel, kernelstest.Allocates("goroutine:create"))
}

func BenchmarkFilelock(b *testing.B) { kernelstest.Bench(b, &Kernel, 1000) }

var functions = map[string]func(n, workers int) (int, error){
	"Serial":          func(n, _ int) (int, error) { return Serial(n) },
	"Goroutine":       Goroutine,
	"GoroutineCreate": GoroutineCreate,
	"Process":         Process,
	"ProcessCreate":   ProcessCreate,
	"Unlocked":        Unlocked,
	"UnlockedProcess": UnlockedProcess,
}

func TestCounts(t *testing.T) {
	for name, f := range functions {
		for _, n := range []int{0, 1, 1001} {
			got, err := f(n, 4)
			if err != nil {
				t.Fatalf("%s(%d): %v", name, n, err)
			}
			if strings.HasPrefix(name, "Unlocked") {
				if got > n || n > 0 && got < 1 {
					t.Errorf("%s(%d) = %d", name, n, got)
				}
				t.Logf("%s: %d of %d", name, got, n)
			} else if got != n {
				t.Errorf("%s(%d) = %d", name, n, got)
			}
		}
	}
}

// How an update gets lost, step by step, and how a lock prevents it.
func TestLostUpdate(t *testing.T) {
	at, a, b := two(t)
	for i, c := range []*counter{a, b} {
		if n, err := c.read(); n != 0 || err != nil {
			t.Fatalf("counter %d reads %d, %v", i, n, err)
		}
	}
	for _, c := range []*counter{a, b} { // each adds one to what it has read
		if err := c.write(1); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := at.read(); n != 1 || err != nil {
		t.Errorf("two updates made %d, %v; want 1, one being lost", n, err)
	}
	for _, k := range []kind{flocked, create} {
		if k == flocked && needFlock() != nil {
			continue
		}
		mine, other := k.of(a), k.of(b)
		p := poll.New(context.Background())
		if err := mine.lock(p); err != nil {
			t.Fatal(err)
		}
		has := make(chan error)
		go func() { has <- other.lock(p) }()
		select {
		case err := <-has:
			t.Fatalf("kind %d: both have the lock, %v", k, err)
		case <-time.After(20 * time.Millisecond):
		}
		if err := mine.unlock(); err != nil {
			t.Error(err)
		}
		if err := <-has; err != nil {
			t.Error(err)
		}
		if err := other.unlock(); err != nil {
			t.Error(err)
		}
	}
}

// two returns two counters of one file.
func two(t *testing.T) (at *place, a, b *counter) {
	t.Helper()
	at, err := newPlace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { at.close() })
	for _, c := range []**counter{&a, &b} {
		if *c, err = open(at.file); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { (*c).close() })
	}
	return at, a, b
}

func TestLockFileLeftBehind(t *testing.T) {
	defer func(d time.Duration) { patience = d }(patience)
	patience = 10 * time.Millisecond
	l := creator{filepath.Join(t.TempDir(), "lock")}
	if err := l.lock(poll.New(context.Background())); err != nil {
		t.Fatal(err)
	}
	if err := l.lock(poll.New(context.Background())); err == nil || !strings.Contains(err.Error(), l.name) {
		t.Errorf("error %v does not name the file", err)
	}
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	if err := l.lock(poll.New(ctx)); err != why {
		t.Errorf("%v, want %v", err, why)
	}
}

func TestText(t *testing.T) {
	for n, want := range map[int]string{0: "0000000000\n", 7: "0000000007\n", 1234567890: "1234567890\n", maxIncrements: "2147483647\n"} {
		if got := string(text(nil, n)); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestDamagedFile(t *testing.T) {
	at, a, _ := two(t)
	for text, want := range map[string]string{"": "EOF", "12\n": "EOF", "00000000x0\n": "not a number", "        -1\n": "not a number"} {
		if err := os.WriteFile(at.file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := a.add(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), at.file) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestShare(t *testing.T) {
	for _, n := range []int{0, 1, 7, 100} {
		for _, k := range []int{1, 3, 8} {
			sum := 0
			for i := range k {
				sum += share(n, i, k)
			}
			if sum != n {
				t.Errorf("%d shares of %d make %d", k, n, sum)
			}
		}
	}
}

func TestBadArguments(t *testing.T) {
	for name, f := range functions {
		for want, args := range map[string][2]int{
			"negative number of increments -1": {-1, 1},
			"number of increments 2147483648":  {maxIncrements + 1, 1},
			"number of increments 9223372036":  {math.MaxInt, 1},
			"negative number of workers -2":    {1, -2},
			"number of workers 1001 is":        {1, 1001},
		} {
			if name == "Serial" && strings.Contains(want, "workers") {
				continue
			}
			if _, err := f(args[0], args[1]); err == nil || !strings.HasPrefix(err.Error(), "filelock: "+want) {
				t.Errorf("%s%v: %v, want %s", name, args, err, want)
			}
		}
	}
}

func TestInterrupt(t *testing.T) {
	t.Cleanup(interrupt.Reset)
	for name, f := range functions {
		interrupt.Reset()
		raised := make(chan time.Time, 1)
		time.AfterFunc(30*time.Millisecond, func() { raised <- time.Now(); interrupt.Raise() })
		_, err := f(maxIncrements, 3)
		if late := time.Since(<-raised); late > 500*time.Millisecond || !errors.Is(err, interrupt.ErrInterrupted) {
			t.Errorf("%s: %v, %v after the interrupt", name, err, late)
		}
	}
}

// Temporary folders are removed, also after errors.
func TestCleansUp(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for name, f := range functions {
		if _, err := f(10, 2); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		f(-1, 2)
		if left, err := filepath.Glob(filepath.Join(dir, "weft-filelock*")); len(left) > 0 || err != nil {
			t.Errorf("%s leaves %v, %v", name, left, err)
		}
	}
}

// What a run that was broken off leaves does not disturb the next one.
func TestRenew(t *testing.T) {
	at, a, _ := two(t)
	old := at.file
	if err := create.of(a).lock(poll.New(context.Background())); err != nil {
		t.Fatal(err)
	}
	if err := at.renew(); err != nil {
		t.Fatal(err)
	}
	if err := a.add(); err != nil { // a process that has not yet ended
		t.Fatal(err)
	}
	if n, err := at.read(); n != 0 || err != nil {
		t.Errorf("the new file has %d, %v", n, err)
	}
	b, err := open(at.file)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	if err := create.of(b).lock(poll.New(context.Background())); err != nil {
		t.Error(err)
	}
	for _, gone := range []string{old, old + lockSuffix} {
		if _, err := os.Stat(gone); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", gone, err)
		}
	}
}
