package counters

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	s, ok := parseStat([]byte("42 (a) b) (c) S 7 42 42 0 -1 4194560 105 0 0 0 123 45 6 7 20 0 1 0 100 1 2"))
	if want := (stat{7, 1.23, 0.45}); !ok || s != want {
		t.Errorf("stat: %+v %v, want %+v", s, ok, want)
	}
	for _, bad := range []string{"", "1 (x", "1 (x) S", "1 (x) S ppid 1 1 1 1 1 1 1 1 1 1 1 1"} {
		if s, ok := parseStat([]byte(bad)); ok {
			t.Errorf("%q gives %+v", bad, s)
		}
	}
	all, stolen := parseCPULine("cpu  100 0 50 800 10 0 5 35 0 0")
	if math.Abs(all.N-10) > 1e-9 || math.Abs(stolen.N-0.35) > 1e-9 {
		t.Errorf("cpu: all %v, stolen %v", all, stolen)
	}
	for _, bad := range []string{"", "cpu 1 2 3", "cpu0 1 2 3 4 5 6 7 8"} {
		if all, stolen := parseCPULine(bad); all.OK() || stolen.OK() {
			t.Errorf("%q gives %v %v", bad, all, stolen)
		}
	}
	if n, ok := parseMigrations("se.sum_exec_runtime : 1.5\nse.nr_migrations    :       17\nnr_switches : 3\n"); !ok || n != 17 {
		t.Errorf("migrations: %v %v", n, ok)
	}
	if n, ok := parseMigrations("nr_switches : 3\n"); ok {
		t.Errorf("migrations from nowhere: %v", n)
	}
}

func TestClock(t *testing.T) {
	dir := t.TempDir()
	if v := clock(dir); v.OK() || !strings.Contains(v.Unavailable, "no cpufreq") {
		t.Errorf("without files: %+v", v)
	}
	for cpu, khz := range map[string]string{"cpu0": "2000000\n", "cpu11": "3000000\n"} {
		sub := filepath.Join(dir, cpu, "cpufreq")
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(sub, "scaling_cur_freq"), []byte(khz), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if v := clock(dir); v.N != 2.5e9 {
		t.Errorf("clock %v, want 2.5e9", v)
	}
}

// Both ways to find the processes below one agree.
func TestDescendants(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "sleep 5 & echo; wait"}, &os.ProcAttr{Files: []*os.File{nil, w, nil}})
	if err != nil {
		t.Skip("no /bin/sh to start:", err)
	}
	w.Close()
	r.Read(make([]byte, 1))
	defer func() {
		below, _ := descendants(p.Pid)
		for _, pid := range append(below, p.Pid) {
			if q, err := os.FindProcess(pid); err == nil {
				q.Kill()
			}
		}
		p.Wait()
	}()
	a, err := descendants(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	b, err := byParent(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(a)
	slices.Sort(b)
	if len(a) != 2 || !slices.Equal(a, b) {
		t.Errorf("descendants %v by lists of children, %v by parents; want sh and sleep", a, b)
	}
	if err := ResetPeak(); err != nil {
		t.Logf("the peak of memory can't be reset here: %v", err)
	} else if v := residentSet("VmHWM"); !v.OK() || v.N > 1.2*residentSet("VmRSS").N+(4<<20) {
		t.Errorf("peak %v behind a reset, resident %v", v, residentSet("VmRSS"))
	}
}
