package proc

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weft-go/weft/runtime/shm"
)

// kills is how many workers TestKilledWorkers kills: 40, or what
// WEFT_PROC_KILLS says.
func kills(t *testing.T) int {
	text := os.Getenv("WEFT_PROC_KILLS")
	if text == "" {
		return 40
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("WEFT_PROC_KILLS: %v", err)
	}
	return n
}

// Workers are killed at random moments: no task is lost, and no process,
// memory or descriptor stays.
func TestKilledWorkers(t *testing.T) {
	needLinux(t)
	want := kills(t)
	before := descriptors(t)
	segments := memory(t)
	s, err := shm.NewFloat64s(1000)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPool(4, Retries(100))
	if err != nil {
		t.Fatal(err)
	}
	var killed atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // kills somebody every ms or so
		seen := make(map[string]bool)
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(rand.IntN(2000)) * time.Microsecond):
			}
			if killed.Load() >= int64(want) {
				return
			}
			for _, pid := range children() {
				if seen[pid] || rand.IntN(4) > 0 {
					continue
				}
				seen[pid] = true
				n, _ := strconv.Atoi(pid)
				if syscall.Kill(n, syscall.SIGKILL) == nil {
					killed.Add(1)
				}
				break
			}
		}
	})
	from := time.Now()
	in := make([]rows, 100)
	for i := range in {
		in[i] = rows{s.Handle(), i * 10, i*10 + 10}
	}
	rounds := 0
	for killed.Load() < int64(want) && !t.Failed() {
		clear(s.Data)
		out, err := Map[rows, int](context.Background(), p, "fill", in, Chunk(1+rounds%5))
		if err != nil {
			t.Errorf("after %d kills: %v", killed.Load(), err)
		}
		for i, n := range out {
			if n != 10 {
				t.Errorf("task %d gave %d", i, n)
			}
		}
		for i, x := range s.Data {
			if x != float64(i) {
				t.Errorf("element %d is %v after %d kills", i, x, killed.Load())
				break
			}
		}
		rounds++
	}
	close(stop)
	wg.Wait()
	t.Logf("%d workers killed in %v, %d calls of %d tasks", killed.Load(), time.Since(from).Round(time.Millisecond), rounds, len(in))
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if pids := children(); len(pids) > 0 {
		t.Errorf("processes %v are left", pids)
	}
	if now := memory(t); now > segments {
		t.Errorf("%d mappings of shared memory, %d before", now, segments)
	}
	for fd, to := range descriptors(t) {
		if before[fd] != to && !strings.Contains(to, "eventpoll") && !strings.Contains(to, "eventfd") && !strings.HasPrefix(to, "/proc/") {
			t.Errorf("descriptor %s is left: %s", fd, to)
		}
	}
}

// memory counts the mappings of shared memory.
func memory(t *testing.T) int {
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "memfd:weft")
}

// A killed parent's workers end, also those that compute without a pause, and
// so does a manager.
func TestKilledParent(t *testing.T) {
	needLinux(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), parentVariable+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var list []int
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "pids "); ok {
			for _, f := range strings.Fields(text) {
				pid, _ := strconv.Atoi(f)
				list = append(list, pid)
			}
			break
		}
	}
	if len(list) != 3 {
		t.Fatalf("the parent has processes %v, want 3", list)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	from := time.Now()
	_ = cmd.Wait() // killed
	if !soon(func() bool { return !alive(list[0]) && !alive(list[1]) && !alive(list[2]) }) {
		t.Errorf("of %v some live on", list)
	}
	t.Logf("gone %v after their parent", time.Since(from).Round(time.Millisecond))
}

// parentVariable in the environment makes this program one that is to be killed.
const parentVariable = "WEFT_PROC_PARENT"

// parentToKill is the program that TestKilledParent starts and kills: TestMain
// calls it.
func parentToKill() {
	p, err := NewPool(2)
	if err == nil {
		_, err = NewManager()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	p.MapAsync("deaf", []int{1, 2}, Chunk(1))
	time.Sleep(20 * time.Millisecond)
	fmt.Println("pids", strings.Join(children(), " "))
	select {}
}

// A pool that the program has forgotten is closed.
func TestForgottenPool(t *testing.T) {
	needLinux(t)
	func() {
		if _, err := NewPool(1); err != nil {
			t.Fatal(err)
		}
	}()
	if !soon(func() bool { collect(); return len(children()) == 0 }) {
		t.Errorf("processes %v are left", children())
	}
}

// No zombie stays when an idle worker dies, and the next call has another.
func TestIdleWorkerDies(t *testing.T) {
	needLinux(t)
	p := newPool(t, 1)
	pid, _ := strconv.Atoi(pids(t, p))
	syscall.Kill(pid, syscall.SIGKILL)
	if !soon(func() bool { _, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid))); return err != nil }) {
		t.Errorf("process %d is still there", pid)
	}
	if next := pids(t, p); next == strconv.Itoa(pid) {
		t.Errorf("worker %s answers after its death", next)
	}
}
