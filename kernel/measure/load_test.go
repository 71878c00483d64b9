package measure

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// children are what the test program does where it is started with one of these
// variables in its environment.
var children = map[string]func(value string) error{"MEASURE_TEST_LOAD": loadMachine}

// TestMain lets the test program be its own children.
func TestMain(m *testing.M) {
	for name, run := range children {
		if value := os.Getenv(name); value != "" {
			if err := run(value); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	os.Exit(m.Run())
}

// loadMachine uses a processor in bursts until its standard input ends.
func loadMachine(string) error {
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	for {
		burn(time.Duration(rand.IntN(30)) * time.Millisecond)
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	}
}

// underLoad runs f while one more program than there are processors computes in
// bursts.
func underLoad(t *testing.T, f func()) {
	t.Helper()
	for range runtime.NumCPU() + 1 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "MEASURE_TEST_LOAD=1", "GOMAXPROCS=1")
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			in.Close()
			_ = c.Wait()
		}()
	}
	f()
}

// arithmetic is some 2 µs of work.
func arithmetic() {
	x := arithmeticSink
	for i := range uint64(1500) {
		x = x*6364136223846793005 + i
	}
	arithmeticSink = x
}

var arithmeticSink uint64

// Two variants that are the same code are called different in less than 5 % of
// the comparisons while other programs take the processors away in bursts.
// MEASURE_COMPARISONS sets how many there are.
func TestIdenticalVariantsUnderLoad(t *testing.T) {
	comparisons := 60
	if n, err := strconv.Atoi(os.Getenv("MEASURE_COMPARISONS")); err == nil && n > 0 {
		comparisons = n
	}
	wrong, disturbed, samples := 0, 0, 0
	underLoad(t, func() {
		for range comparisons {
			c := Compare(CompareOptions{Options: Options{Runs: 12, MinSample: 100 * time.Microsecond}}, Func("a", arithmetic), Func("b", arithmetic))
			if c.Differences[0].Verdict != CantTell {
				wrong++
			}
			for _, r := range c.Results {
				disturbed += len(r.Disturbed)
				samples += len(r.Samples)
			}
		}
	})
	t.Logf("%d of %d comparisons called the same code different; %d of %d samples had to wait for a processor", wrong, comparisons, disturbed, samples)
	if wrong > comparisons/20 {
		t.Errorf("%d of %d comparisons called the same code different, want 5 %% at most", wrong, comparisons)
	}
}

// A sample during which the code waits for a processor is labelled as such.
func TestDisturbedIsLabelled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells how long threads wait for a processor")
	}
	var r Result
	underLoad(t, func() {
		r = Timeit(Options{Runs: 30, Loops: 1}, func() { burn(10 * time.Millisecond) })
	})
	if len(r.Disturbed) == 0 {
		t.Errorf("no sample of 30 is disturbed while %d programs more than processors compute: %v", 1, r.Samples)
	}
}
