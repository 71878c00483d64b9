//go:build unix

package measure

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// perf stat is the second witness: a child counts itself, and perf counts it.
func TestAgainstPerfStat(t *testing.T) {
	perf, err := exec.LookPath("perf")
	if err != nil {
		t.Skip("there is no perf program here to compare with:", err)
	}
	dir := t.TempDir()
	if out, err := exec.Command(perf, "stat", "-o", dir+"/try", "true").CombinedOutput(); err != nil {
		t.Skipf("perf stat does not work here: %v %s", err, out)
	}
	cmd := exec.Command(perf, "stat", "-e", "task-clock", "-o", dir+"/stat", os.Args[0], "-test.run=^TestPerfStatChild$")
	cmd.Env = append(os.Environ(), "WEFT_PERF_CHILD="+dir+"/own", "LC_ALL=C")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(dir + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	theirs := make(map[string]float64)
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		n, err := strconv.ParseFloat(strings.ReplaceAll(words[0], ",", ""), 64)
		switch {
		case err != nil:
		case words[1] == "msec" && strings.HasPrefix(words[2], "task-clock"):
			theirs["task-clock"] = n / 1e3
		case words[1] == "seconds":
			theirs[words[2]] = n
		}
	}
	data, err := os.ReadFile(dir + "/own")
	if err != nil {
		t.Fatal(err)
	}
	var own PerfResult
	if err := json.Unmarshal(data, &own); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"user", "sys", "task-clock"} {
		got, want := own.Row(name), theirs[name]
		if got.Unavailable != "" {
			t.Logf("%s is not counted here: %s", name, got.Unavailable)
			continue
		}
		d := got.Mean/want - 1
		t.Logf("%s: %.4f s, perf stat %.4f s, %+.2f %%", name, got.Mean, want, 100*d)
		// perf also counts the start of the process, some milliseconds.
		if math.Abs(d) > 0.02 {
			t.Errorf("%s: %v s, perf stat says %v s", name, got.Mean, want)
		}
	}
}

// TestPerfStatChild is TestAgainstPerfStat's child: most of its time is inside
// what it counts.
func TestPerfStatChild(t *testing.T) {
	file := os.Getenv("WEFT_PERF_CHILD")
	if file == "" {
		t.Skip("runs as a child of TestAgainstPerfStat only")
	}
	r, err := Perf(PerfOptions{Text: "work", Loops: 1, Events: []string{"task-clock"}}, func() {
		used := func() (user, system time.Duration) {
			var u syscall.Rusage
			syscall.Getrusage(syscall.RUSAGE_SELF, &u)
			return time.Duration(u.Utime.Nano()), time.Duration(u.Stime.Nano())
		}
		u0, s0 := used()
		zero, err := os.Open("/dev/zero")
		if err != nil {
			t.Error(err)
			return
		}
		defer zero.Close()
		b := make([]byte, 1<<20)
		x := 1.0
		for {
			u, s := used()
			if u-u0 >= 1300*time.Millisecond && s-s0 >= 1300*time.Millisecond {
				break
			}
			if u-u0 < 1300*time.Millisecond {
				for range 200_000 {
					x = math.Sqrt(x + 1)
				}
			}
			if s-s0 < 1300*time.Millisecond {
				for range 16 {
					if _, err := zero.Read(b); err != nil {
						t.Error(err)
						return
					}
				}
			}
		}
		sinkFloat = x
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
