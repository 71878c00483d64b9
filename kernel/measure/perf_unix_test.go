//go:build unix

package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/counters"
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
	// The end of the process only perf sees; on a busy machine it may take long.
	for try := range 4 {
		if wrong := againstPerfStat(t, perf, dir); wrong == "" {
			return
		} else if try == 3 {
			t.Error(wrong)
		}
	}
}

// againstPerfStat runs the child once and says what differs by too much.
func againstPerfStat(t *testing.T, perf, dir string) (wrong string) {
	t.Helper()
	cmd := exec.Command(perf, "stat", "-e", "task-clock", "-o", dir+"/stat", os.Args[0])
	cmd.Env = append(os.Environ(), "MEASURE_TEST_PERF="+dir+"/own", "LC_ALL=C")
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
	var own childResult
	if err := json.Unmarshal(data, &own); err != nil {
		t.Fatal(err)
	}
	// perf also counts the start of the process, which with the race detector
	// takes a while.
	started := map[string]float64{"user": own.User, "sys": own.System, "task-clock": own.User + own.System}
	for _, name := range []string{"user", "sys", "task-clock"} {
		got, want := own.Result.Row(name), theirs[name]
		if got.Unavailable != "" {
			t.Logf("%s is not counted here: %s", name, got.Unavailable)
			continue
		}
		sum := got.Mean + started[name]
		d := sum/want - 1
		t.Logf("%s: %.4f s and %.4f s before, perf stat %.4f s, %+.2f %%", name, got.Mean, started[name], want, 100*d)
		// The end of the process, which takes some milliseconds, only perf sees.
		const end = 0.010
		if sum-want > 0.02*want || want-sum > 0.02*want+end {
			wrong = fmt.Sprintf("%s: %v s, perf stat says %v s", name, sum, want)
		}
	}
	return wrong
}

// A childResult is what the child counted, and what it had used before, in
// seconds.
type childResult struct {
	Result       PerfResult
	User, System float64
}

func init() { children["MEASURE_TEST_PERF"] = perfStatChild }

// perfStatChild is TestAgainstPerfStat's child: most of its time is inside what it
// counts, which it writes to a file.
func perfStatChild(file string) error {
	before := counters.ReadQuick()
	var failed error
	r, err := Perf(PerfOptions{Text: "work", Loops: 1, Events: []string{"task-clock"}}, func() {
		used := func() (user, system time.Duration) {
			var u syscall.Rusage
			syscall.Getrusage(syscall.RUSAGE_SELF, &u)
			return time.Duration(u.Utime.Nano()), time.Duration(u.Stime.Nano())
		}
		u0, s0 := used()
		zero, err := os.Open("/dev/zero")
		if err != nil {
			failed = err
			return
		}
		defer zero.Close()
		b := make([]byte, 1<<20)
		x := 1.0
		for {
			u, s := used()
			if u-u0 >= 800*time.Millisecond && s-s0 >= 800*time.Millisecond {
				break
			}
			if u-u0 < 800*time.Millisecond {
				for range 200_000 {
					x = math.Sqrt(x + 1)
				}
			}
			if s-s0 < 800*time.Millisecond {
				for range 16 {
					if _, failed = zero.Read(b); failed != nil {
						return
					}
				}
			}
		}
		sinkFloat = x
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	data, err := json.Marshal(childResult{r, before.Own.User.N, before.Own.System.N})
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
