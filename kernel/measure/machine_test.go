package measure

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/weft-go/weft/runtime/interrupt"
)

func TestMachine(t *testing.T) {
	b := Machine()
	if b.CPU == "" || b.Logical != runtime.NumCPU() || b.Go != runtime.Version() || b.GOMAXPROCS != runtime.GOMAXPROCS(0) || b.GOGC == "" || b.Counters == "" {
		t.Errorf("%+v", b)
	}
	if d := b.Diff(Machine()); len(d) > 0 {
		t.Errorf("a machine differs from itself: %q", d)
	}
	data, err := json.Marshal(b)
	var back Banner
	if err != nil || json.Unmarshal(data, &back) != nil || len(b.Diff(back)) > 0 {
		t.Errorf("JSON: %v %s", err, data)
	}
	if n := strings.Count(b.String(), "\n"); n < 4 || n > 10 {
		t.Errorf("%d lines:\n%s", n, b)
	}
}

func TestBannerDiff(t *testing.T) {
	a := Banner{CPU: "A", Logical: 4, Memory: 8e9, Load: 1, Effective: 3.9, GOMAXPROCS: 4, GOGC: "100"}
	b := a
	b.CPU, b.Load, b.Effective, b.Memory, b.GOGC, b.Quota = "B", 9, 3.8, 8.1e9, "off", 1.5
	want := []string{"processor: A, then B", "container's limit: none, then 1.50 cores", "collector: GOGC=100, GOMEMLIMIT=, then GOGC=off, GOMEMLIMIT="}
	if got := a.Diff(b); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	b = a
	b.Effective = 2
	if got := a.Diff(b); len(got) != 1 || got[0] != "effective cores: 3.90, then 2.00" {
		t.Errorf("%q", got)
	}
}

func TestWarnings(t *testing.T) {
	quiet := Banner{Logical: 4, GOMAXPROCS: 4, Governor: "performance", Turbo: "off", Load: 3.9, Effective: 3.9}
	if w := quiet.Warnings(); len(w) > 0 {
		t.Errorf("a quiet machine: %q", w)
	}
	bad := Banner{Logical: 4, GOMAXPROCS: 4, Governor: "powersave", Turbo: "on", Load: 4.5, Effective: 2, Quota: 1.5, Throttled: 3}
	w := strings.Join(bad.Warnings(), "\n")
	for _, want := range []string{"load of 4.50", "powersave", "turbo", "work of 2.00", "1.50 cores", "stopped its processes for 3.00 s"} {
		if !strings.Contains(w, want) {
			t.Errorf("%q is missing in\n%s", want, w)
		}
	}
}

// A host made of files, as /proc and /sys have them.
func TestHost(t *testing.T) {
	h := host{t.TempDir()}
	for name, text := range map[string]string{
		"/proc/self/cgroup":                              "12:cpuset:/\n3:cpu,cpuacct:/a/b\n0::/u/v\n",
		"/sys/fs/cgroup/u/v/cpu.max":                     "max 100000\n",
		"/sys/fs/cgroup/u/cpu.max":                       "250000 100000\n",
		"/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us":  "150000\n",
		"/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
		"/sys/fs/cgroup/u/v/cpu.stat":                    "usage_usec 5\nthrottled_usec 2500000\n",
		cpus + "/cpu0/topology/core_id":                  "0\n", cpus + "/cpu0/topology/physical_package_id": "0\n",
		cpus + "/cpu1/topology/core_id": "0\n", cpus + "/cpu1/topology/physical_package_id": "0\n",
		cpus + "/cpu2/topology/core_id": "0\n", cpus + "/cpu2/topology/physical_package_id": "1\n",
		cpus + "/cpu0/cache/index0/level": "1\n", cpus + "/cpu0/cache/index0/type": "Data\n", cpus + "/cpu0/cache/index0/size": "48K\n", cpus + "/cpu0/cache/index0/shared_cpu_list": "0-1\n",
		cpus + "/cpu0/cache/index1/level": "2\n", cpus + "/cpu0/cache/index1/type": "Unified\n", cpus + "/cpu0/cache/index1/size": "2048K\n",
		cpus + "/cpu0/cpufreq/scaling_governor": "powersave\n",
		cpus + "/intel_pstate/no_turbo":         "0\n",
		"/sys/class/dmi/id/sys_vendor":          "QEMU\n",
		"/.dockerenv":                           "",
	} {
		path := filepath.Join(h.root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if q, throttled := h.quota(); q != 1.5 || throttled != 2.5 {
		t.Errorf("quota %v, throttled %v; want the least, 1.5, and 2.5", q, throttled)
	}
	if n := h.physical(); n != 2 {
		t.Errorf("%d physical cores, want 2", n)
	}
	if got := (&Banner{Caches: h.cacheLevels()}).caches(); got != "L1d 48.0 KiB shared by 2, L2 2.00 MiB" {
		t.Errorf("caches %q", got)
	}
	if h.governor() != "powersave" || h.turbo() != "on" {
		t.Errorf("governor %q, turbo %q", h.governor(), h.turbo())
	}
	if got := h.virtualization("flags : fpu hypervisor\n"); got != "virtual machine (QEMU), container" {
		t.Errorf("%q", got)
	}
	empty := host{t.TempDir()}
	if q, throttled := empty.quota(); q != 0 || throttled != 0 || empty.physical() != 0 || len(empty.cacheLevels()) != 0 {
		t.Errorf("of nothing: %v %v", q, throttled)
	}
	if !strings.HasPrefix(empty.governor(), "n/a: ") || !strings.HasPrefix(empty.turbo(), "n/a: ") || empty.virtualization("") != "none" {
		t.Errorf("of nothing: %q %q %q", empty.governor(), empty.turbo(), empty.virtualization(""))
	}
	for flags, want := range map[string]string{"fpu avx2 avx512f": "AVX-512", "avx avx2": "AVX2", "fp asimd": "NEON", "": "n/a: the system names no flags"} {
		if got := vector(flags); got != want {
			t.Errorf("flags %q: %q, want %q", flags, got, want)
		}
	}
}

func TestCalibrate(t *testing.T) {
	c := Calibrate()
	n := runtime.GOMAXPROCS(0)
	if c.Threads[0] != 1 || c.Threads[len(c.Threads)-1] != n || len(c.Cores) != len(c.Threads) {
		t.Fatalf("threads %v", c.Threads)
	}
	// Other programs may take cores away, but not all of a median's rounds.
	if one := c.Cores[0].Median; one < 0.5 || one > 2 {
		t.Errorf("one thread does the work of %v", one)
	}
	if all := c.Cores[len(c.Cores)-1].Median; all < 0.4 || all > 3*float64(n) || Machine().Effective != all {
		t.Errorf("%d threads do the work of %v; banner says %v", n, all, Machine().Effective)
	}
	if _, err := json.Marshal(c.MIMEBundle()); err != nil || !strings.Contains(c.String(), "rounds") {
		t.Errorf("%v\n%s", err, c)
	}
	interrupt.Raise()
	defer interrupt.Reset()
	if c := Calibrate(); !c.Interrupted || c.Cores[0].N != 0 || !strings.Contains(c.String(), "interrupted") || c.MIMEBundle()["text/plain"] == nil {
		t.Errorf("interrupted: %+v", c)
	}
}
