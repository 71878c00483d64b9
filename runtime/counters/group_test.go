package counters

import (
	"math"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// counted starts and stops a group and returns its counts by name.
func counted(g *Group) map[string]Count {
	g.Start()
	g.Stop()
	m := make(map[string]Count)
	for _, c := range g.Counts() {
		m[c.Name()] = c
	}
	return m
}

// growing lets a fake's events grow from one reading to the next, by what by
// says for the event.
func growing(f *fake, by func(a *attr, tid int) [3]uint64) {
	sums := make(map[int][3]uint64) // by type, config and thread
	f.count = func(a *attr, tid int) [3]uint64 {
		key := int(a.Type)<<48 | int(a.Config)<<8 | tid
		old := sums[key]
		d := by(a, tid)
		sums[key] = [3]uint64{old[0] + d[0], old[1] + d[1], old[2] + d[2]}
		return old
	}
}

func TestHardwareCounts(t *testing.T) {
	f := newFake()
	f.tids = []int{10, 11, 12}
	growing(f, func(a *attr, tid int) [3]uint64 {
		n := map[uint64]uint64{0: 2000, 1: 3000}[a.Config] // cycles, instructions
		if a.Type == typeSoftware {
			n = 1000 // ns of task-clock
		}
		return [3]uint64{n, 500, 500}
	})
	g := opens(f, "task-clock cycles instructions")
	if got, want := len(f.live), 9; got != want {
		t.Errorf("%d events are open for 3 threads, want %d", got, want)
	}
	if got, want := f.leaders(), 6; got != want {
		t.Errorf("%d groups, want %d: software and hardware of each thread", got, want)
	}
	for _, e := range f.live {
		if e.Flags != flagInherit || e.Size != 64 {
			t.Errorf("opened with flags %#x, size %d", e.Flags, e.Size)
		}
	}
	got := counted(g)
	for name, want := range map[string]float64{"cycles": 6000, "instructions": 9000, "task-clock": 3000e-9} {
		if c := got[name]; c.Value.N != want || c.Value.Running != 1 || c.Source != "perf" {
			t.Errorf("%s = %+v, want %v from perf", name, c, want)
		}
	}
	counts := g.Counts()
	if d := Derived(counts[2], counts, 1); d != "1.50 insn per cycle" {
		t.Errorf("instructions: %q", d)
	}
	if err := g.Close(); err != nil || len(f.live) != 0 || f.closed != 9 {
		t.Errorf("Close: %v, %d still open, %d closed", err, len(f.live), f.closed)
	}
}

func TestMultiplexing(t *testing.T) {
	f := newFake()
	f.room = 2
	growing(f, func(a *attr, tid int) [3]uint64 {
		if a.Config == 3 { // cache-misses never gets its turn
			return [3]uint64{0, 1000, 0}
		}
		return [3]uint64{630, 1000, 630}
	})
	g := opens(f, "cycles instructions branches branch-misses cache-misses")
	if got, want := f.leaders(), 3; got != want {
		t.Errorf("5 events in groups of 2: %d groups, want %d", got, want)
	}
	got := counted(g)
	for _, name := range []string{"cycles", "instructions", "branches", "branch-misses"} {
		if v := got[name].Value; v.N != 1000 || v.Running != 0.63 {
			t.Errorf("%s = %+v, want 1000 scaled up, running 0.63", name, v)
		}
	}
	if v := got["cache-misses"].Value; v.OK() || !strings.Contains(v.Unavailable, "not counted") {
		t.Errorf("cache-misses, which never ran: %+v", v)
	}
}

func TestHybrid(t *testing.T) {
	f := newFake().hybrid().topdown("cpu_core")
	growing(f, func(a *attr, tid int) [3]uint64 {
		if a.Config>>32 == 4 || a.Type == 4 {
			return [3]uint64{8000, 1000, 800} // cpu_core
		}
		return [3]uint64{500, 1000, 200}
	})
	g := opens(f, "task-clock cycles slots topdown-retiring r1b1")
	got := counted(g)
	for name, want := range map[string]Value{
		"cpu_core/cycles/": {N: 10000, Running: 0.8}, "cpu_atom/cycles/": {N: 2500, Running: 0.2},
		"cpu_core/slots/": {N: 10000, Running: 0.8}, "cpu_core/topdown-retiring/": {N: 10000, Running: 0.8},
		"cpu_core/r1b1/": {N: 10000, Running: 0.8}, "cpu_atom/r1b1/": {N: 2500, Running: 0.2},
	} {
		if v := got[name].Value; v != want {
			t.Errorf("%s = %+v, want %+v", name, v, want)
		}
	}
	if _, ok := got["cpu_atom/slots/"]; ok {
		t.Error("slots is there for cpu_atom, which has no such event")
	}
	// What one kind of core counts is compared with that kind's cycles.
	counts := g.Counts()
	i := slices.IndexFunc(counts, func(c Count) bool { return c.Name() == "cpu_core/topdown-retiring/" })
	if d := Derived(counts[i], counts, 1); d != "100.0% Retiring" {
		t.Errorf("topdown-retiring: %q", d)
	}
	for _, e := range f.live {
		if e.Type == typeHardware && e.Config>>32 != 4 && e.Config>>32 != 10 {
			t.Errorf("an event without its kind of core: config %#x", e.Config)
		}
	}
}

func TestTopdown(t *testing.T) {
	f := newFake().topdown("cpu")
	g := opens(f, "cycles topdown-be-bound slots topdown-retiring")
	configs := make(map[uint64]int)
	for _, e := range f.live {
		if e.Type == 4 {
			configs[e.Config] = e.leader
			if e.Config == 0x400 && e.leader != -1 {
				t.Error("slots does not lead its group")
			}
		}
	}
	if len(configs) != 3 || configs[0x8000] < 0 || configs[0x8300] < 0 {
		t.Errorf("opened configs and leaders: %#v", configs)
	}
	g.Close()
	// Formats may be spread over several places.
	if bits, ok := place("config:0-7,32-35", 0x1b7); !ok || bits != 0x1_0000_00b7 {
		t.Errorf("place: %#x %v", bits, ok)
	}
	for _, bad := range []string{"config1:0-7", "config:x", "config:9-3", "config:0-64"} {
		if _, ok := place(bad, 1); ok {
			t.Errorf("format %q was taken", bad)
		}
	}
}

// Where the kernel's part may not be counted, what happens only there comes from
// getrusage and /proc, and the rest says that it is user code only.
func TestUserOnly(t *testing.T) {
	f := newFake()
	f.refuse = func(a *attr, _ int) error {
		if a.Flags&flagExcludeKernel == 0 {
			return syscall.EACCES
		}
		return nil
	}
	f.tids = []int{10, 11}
	growing(f, func(a *attr, tid int) [3]uint64 { return [3]uint64{100, 50, 50} })
	g := opens(f, "context-switches cpu-migrations page-faults minor-faults major-faults task-clock cycles alignment-faults")
	f.own, f.moved = Usage{Num(1), Num(1), Num(100), Num(7), Num(20), Num(30), Num(0)}, Num(4)
	g.Start()
	f.own, f.moved = Usage{Num(1), Num(1), Num(400), Num(9), Num(25), Num(60), Num(0)}, Num(10)
	got := make(map[string]Count)
	for _, c := range g.Counts() {
		got[c.Name()] = c
	}
	for name, want := range map[string]struct {
		n      float64
		source string
	}{
		"context-switches": {35, "getrusage"}, "cpu-migrations": {6, "/proc"}, "page-faults": {302, "getrusage"},
		"minor-faults": {300, "getrusage"}, "major-faults": {2, "getrusage"},
		"task-clock:u": {200e-9, "perf"}, "cycles:u": {200, "perf"}, "alignment-faults:u": {200, "perf"},
	} {
		c, ok := got[name]
		if !ok || math.Abs(c.Value.N-want.n) > 1e-12 || c.Source != want.source || !c.Value.OK() {
			t.Errorf("%s = %+v (there: %v), want %v from %s", name, c, ok, want.n, want.source)
		}
	}
	if err := g.Close(); err != nil || len(f.live) != 0 {
		t.Errorf("Close: %v, %d still open", err, len(f.live))
	}
}

func TestRefusals(t *testing.T) {
	always := func(err error) func(*attr, int) error { return func(*attr, int) error { return err } }
	tests := []struct {
		name  string
		event string
		err   error
		files map[string]string // more, or others
		gone  string            // a file that is not there
		want  string
	}{
		{name: "virtual machine", event: "cycles", err: syscall.ENOENT, gone: devices + "/cpu/type", files: map[string]string{"/proc/cpuinfo": "flags : sse hypervisor lahf\n"}, want: "no PMU in this virtual machine"},
		{name: "Xen", event: "cycles", err: syscall.ENOENT, gone: devices + "/cpu/type", files: map[string]string{"/sys/hypervisor/type": "xen"}, want: "no PMU in this virtual machine"},
		{name: "unknown processor", event: "LLC-loads", err: syscall.ENOENT, gone: devices + "/cpu/type", want: "knows no PMU"},
		{name: "no such event", event: "stalled-cycles-backend", err: syscall.ENOENT, want: "this processor does not count it"},
		{name: "no such software event", event: "cgroup-switches", err: syscall.ENOENT, want: "this kernel does not count it"},
		{name: "not supported", event: "dTLB-loads", err: syscall.EOPNOTSUPP, want: "this processor's counters can't"},
		{name: "paranoid", event: "cycles", err: syscall.EACCES, files: map[string]string{"/proc/sys/kernel/perf_event_paranoid": "3"}, want: "perf_event_paranoid=3 keeps users from counting; to allow it: sudo sysctl kernel.perf_event_paranoid=2"},
		{name: "paranoid by EPERM", event: "cycles", err: syscall.EPERM, files: map[string]string{"/proc/sys/kernel/perf_event_paranoid": "4"}, want: "perf_event_paranoid=4"},
		{name: "seccomp", event: "cycles", err: syscall.EPERM, files: map[string]string{"/proc/self/status": "Name:\tx\nSeccomp:\t2\n"}, want: "--cap-add=PERFMON"},
		{name: "refused otherwise", event: "cycles", err: syscall.EPERM, want: "perf_event_paranoid=2; more is allowed with"},
		{name: "refused, nothing known", event: "cycles", err: syscall.EACCES, gone: "/proc/sys/kernel/perf_event_paranoid", want: "the kernel refuses it (permission denied)"},
		{name: "open files", event: "cycles", err: syscall.EMFILE, want: "ulimit -n"},
		{name: "open files of the machine", event: "cycles", err: syscall.ENFILE, want: "fs.file-max"},
		{name: "busy", event: "cycles", err: syscall.EBUSY, want: "nmi_watchdog=0"},
		{name: "invalid", event: "ref-cycles", err: syscall.EINVAL, want: "does not know the event"},
		{name: "no device", event: "bus-cycles", err: syscall.ENODEV, want: "no such device"},
		{name: "no space", event: "cycles", err: syscall.ENOSPC, want: "are taken"},
		{name: "no system call", event: "task-clock", err: syscall.ENOSYS, want: "CONFIG_PERF_EVENTS"},
		{name: "too big", event: "cycles", err: syscall.E2BIG, want: "too old"},
		{name: "something else", event: "cycles", err: syscall.EIO, want: "perf_event_open: input/output error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			for name, text := range tt.files {
				f.files[name] = text
			}
			if tt.gone == devices+"/cpu/type" {
				f.dirs[devices] = []string{"software"}
			}
			delete(f.files, tt.gone)
			f.refuse = always(tt.err)
			g := opens(f, tt.event)
			g.Start()
			c := g.Counts()[0]
			if c.Value.OK() || c.Value.N != 0 || !strings.Contains(c.Value.Unavailable, tt.want) {
				t.Errorf("%s refused with %v: %+v, want %q", tt.event, tt.err, c.Value, tt.want)
			}
			if have, why := hardwareOf(f); tt.event == "cycles" && (have != "" || !strings.Contains(why, tt.want)) {
				t.Errorf("Hardware: %q %q", have, why)
			}
			if err := g.Close(); err != nil || len(f.live) != 0 {
				t.Errorf("Close: %v, %d open", err, len(f.live))
			}
		})
	}
}

// A thread that ends while it is opened is left out; one that begins meanwhile
// is found.
func TestThreadsComeAndGo(t *testing.T) {
	f := newFake()
	f.tids = []int{10, 11}
	f.refuse = func(a *attr, tid int) error {
		if tid == 10 && !slices.Contains(f.tids, 12) {
			f.tids = append(f.tids, 12)
		}
		if tid == 11 {
			return syscall.ESRCH
		}
		return nil
	}
	g := opens(f, "cycles")
	if c := g.Counts()[0]; c.Value.Unavailable != "not started" {
		t.Errorf("before Start: %+v", c.Value)
	}
	g.Start()
	var tids []int
	for _, e := range f.live {
		tids = append(tids, e.tid)
	}
	slices.Sort(tids)
	if !slices.Equal(tids, []int{10, 12}) {
		t.Errorf("open for threads %v, want 10 and 12", tids)
	}
	if c := g.Counts()[0]; !c.Value.OK() {
		t.Errorf("%+v", c)
	}
}

func TestReadFails(t *testing.T) {
	f := newFake()
	g := opens(f, "cycles instructions")
	g.Start()
	clear(f.live) // as if somebody had closed all files
	for _, c := range g.Counts() {
		if c.Value.OK() || !strings.Contains(c.Value.Unavailable, "could not be read") {
			t.Errorf("%s = %+v", c.Name(), c.Value)
		}
	}
}

func TestList(t *testing.T) {
	f := newFake().topdown("cpu")
	f.refuse = func(a *attr, _ int) error {
		if a.Type == typeCache {
			return syscall.ENOENT
		}
		return nil
	}
	list := listOf(f)
	if len(list) != len(Events) {
		t.Fatalf("%d of %d events are listed", len(list), len(Events))
	}
	for i, c := range list {
		if c.Event.Name != Events[i].Name || c.Value.OK() == (c.Event.Kind == kindCache) {
			t.Errorf("%s: %+v", c.Event.Name, c.Value)
		}
	}
	if len(f.live) != 0 {
		t.Errorf("%d events stay open", len(f.live))
	}
	if have, why := hardwareOf(f.hybrid()); have != "user and kernel (cpu_atom, cpu_core)" || why != "" {
		t.Errorf("Hardware: %q %q", have, why)
	}
}

func TestNames(t *testing.T) {
	for _, s := range Sets {
		if _, err := Expand(s.Name); err != nil {
			t.Error(err)
		}
	}
	seen := make(map[string]bool)
	for _, e := range Events {
		if e.Reading == "" || !strings.HasSuffix(e.Reading, ".") || seen[e.Name] {
			t.Errorf("event %q stands twice or lacks its sentence: %q", e.Name, e.Reading)
		}
		seen[e.Name] = true
	}
	for alias, want := range map[string]string{"cpu-cycles": "cycles", "faults": "page-faults", "cs": "context-switches", "migrations": "cpu-migrations", "L1-dcache-load-misses": "L1-dcache-load-misses", "r01b1": "r01b1"} {
		if e, err := Lookup(alias); err != nil || e.Name != want {
			t.Errorf("Lookup(%q) = %q, %v", alias, e.Name, err)
		}
	}
	if e, _ := Lookup("r1c2"); e.config != 0x1c2 || e.typ != typeRaw {
		t.Errorf("r1c2: %+v", e)
	}
	for name, want := range map[string]string{
		"cylces": `"cycles"`, "cache-miss": `"cache-misses"`, "L1-dcache-misses": `"L1-dcache-`, "defualt": `"default"`, "Instructions": `"instructions"`,
		"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq": `there is no event "q`,
	} {
		if _, err := Lookup(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Lookup(%q): %v, want it to name %s", name, err, want)
		}
	}
	if _, err := Expand("cache", "cyles", "nonsense"); err == nil || !strings.Contains(err.Error(), "cyles") || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("Expand: %v, want both names", err)
	}
	list, err := Expand("cache", "cycles", "default")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]int)
	for _, e := range list {
		if names[e.Name]++; names[e.Name] > 1 {
			t.Errorf("%s stands twice", e.Name)
		}
	}
	// Numbers that perf's own table has (linux/perf_event.h).
	for name, want := range map[string]uint64{"L1-dcache-loads": 0, "L1-dcache-load-misses": 0x10000, "LLC-stores": 0x102, "LLC-store-misses": 0x10102, "dTLB-loads": 3, "iTLB-load-misses": 0x10004, "branch-loads": 5, "node-prefetch-misses": 0x10206} {
		if e, err := Lookup(name); err != nil || e.config != want || e.typ != typeCache {
			t.Errorf("%s has config %#x, want %#x (%v)", name, e.config, want, err)
		}
	}
}

func TestDerived(t *testing.T) {
	count := func(name string, n float64) Count {
		e, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		return Count{Event: e, Value: Num(n)}
	}
	all := []Count{
		count("task-clock", 0.5), count("cycles", 1.5e9), count("instructions", 3e9), count("branches", 4e8), count("branch-misses", 2e6),
		count("LLC-loads", 1000), count("LLC-load-misses", 250), count("page-faults", 50), count("stalled-cycles-backend", 7.5e8),
		{Event: count("cache-misses", 0).Event, Value: NA("gone")},
	}
	want := []string{"2.000 CPUs utilized", "3.000 GHz", "2.00 insn per cycle", "800.000 M/sec", "0.50% of all branches",
		"2.000 K/sec", "25.00% of all LL-cache accesses", "100.000 /sec", "50.00% backend cycles idle", ""}
	for i, c := range all {
		if got := Derived(c, all, 0.25); got != want[i] {
			t.Errorf("%s: %q, want %q", c.Event.Name, got, want[i])
		}
	}
	// Without a divisor there is nothing, and no division by 0.
	for _, c := range []Count{count("instructions", 5), count("branch-misses", 0)} {
		if got := Derived(c, []Count{c, count("cycles", 0), count("branches", 0)}, math.NaN()); got != "" {
			t.Errorf("%s without divisor: %q", c.Event.Name, got)
		}
	}
}
