package counters

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestDelta(t *testing.T) {
	var keep [][]byte
	before := Read()
	for range 100 {
		keep = append(keep, make([]byte, 1<<16))
	}
	runtime.GC()
	time.Sleep(20 * time.Millisecond)
	d := ReadAfter().Since(before)
	runtime.KeepAlive(keep)
	if d.Wall < 0.02 || d.Wall > 5 {
		t.Errorf("wall %v s, slept 0.02", d.Wall)
	}
	// 100 objects, the slice that holds them, and some of the reading's own.
	if d.Allocs.N < 100 || d.Allocs.N > 600 || d.AllocBytes.N < 100<<16 {
		t.Errorf("%v allocations, %v bytes", d.Allocs, d.AllocBytes)
	}
	if d.GCs.N < 1 || d.GCPause.N <= 0 || !d.GCCPU.OK() || !d.Goroutines.OK() || !d.MutexWait.OK() || !d.Created.OK() {
		t.Errorf("%+v", d)
	}
	if runtime.GOOS == "linux" {
		if d.PeakRSS.N < 1<<20 || d.RSS.N > d.PeakRSS.N*1.1 || !d.Wait.OK() || d.Workers.N != 0 || !d.Load.OK() {
			t.Errorf("%+v", d)
		}
	}
	if c := d.Cores(); c.N <= 0 || c.N > 2*float64(runtime.NumCPU()) {
		t.Errorf("cores %v", c)
	}
	text, err := json.Marshal(d)
	if err != nil || !strings.Contains(string(text), `"allocs":{"n":`) {
		t.Errorf("JSON: %s, %v", text, err)
	}
}

func TestQuick(t *testing.T) {
	before := ReadQuick()
	time.Sleep(time.Millisecond)
	d := ReadQuick().Since(before)
	if d.Wall < 0.001 || !d.User.OK() || !d.MinorFaults.OK() || !d.Voluntary.OK() {
		t.Errorf("%+v", d)
	}
	for _, v := range []Value{d.Allocs, d.Wait, d.ChildrenUser, d.Load, d.SchedP99} {
		if v.OK() || v.N != 0 {
			t.Errorf("a quick reading has %+v", v)
		}
	}
	if n := testing.AllocsPerRun(100, func() { ReadQuick() }); n > 0 {
		t.Errorf("ReadQuick allocates %v times", n)
	}
	full := Read()
	if d := full.Since(before); d.Allocs.OK() || d.Wall <= 0 {
		t.Errorf("a full reading since a quick one: %+v", d)
	}
}

// A child's time is counted while it runs, and once when it has ended.
func TestChildren(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("workers are read on Linux only")
	}
	before := Read()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "WEFT_TEST_CHILD=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it has done its work
		t.Fatal(err)
	}
	live := Read().Since(before)
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	ended := Read().Since(before)
	for name, d := range map[string]Delta{"while it runs": live, "when it has ended": ended} {
		// /proc counts whole ticks, usually of 0.01 s, of user and of system time.
		if c := d.Children(); !c.OK() || c.N < 0.078 || c.N > 0.5 {
			t.Errorf("%s: children %v s, burned 0.1", name, c)
		}
	}
	if live.Workers.N != 1 || ended.Workers.N != 0 {
		t.Errorf("workers: %v, then %v", live.Workers, ended.Workers)
	}
	if len(before.Threads.ByID) == 0 || ReadThreads(1<<30).Unavailable == "" {
		t.Errorf("threads: %+v; of no process: %+v", before.Threads, ReadThreads(1<<30))
	}
}

// TestMain lets the test program be the child of TestChildren, too.
func TestMain(m *testing.M) {
	if os.Getenv("WEFT_TEST_CHILD") != "" {
		work(100 * time.Millisecond)
		os.Stdout.WriteString("x")
		os.Stdin.Read(make([]byte, 1))
		return
	}
	os.Exit(m.Run())
}

// work uses so much processor time of the process.
func work(d time.Duration) {
	x := 1.0
	for from := ownUsage(); ownUsage().User.plus(ownUsage().System).N-from.User.plus(from.System).N < d.Seconds(); {
		for range 20000 {
			x = math.Sqrt(x + 1)
		}
	}
	runtime.KeepAlive(x)
}

// The histogram holds one of eight waits, which is made up for.
func TestScheduled(t *testing.T) {
	const trips = 20000
	a, b := make(chan int), make(chan int)
	go func() {
		for range a {
			b <- 1
		}
	}()
	before := readRuntime()
	for range trips {
		a <- 1
		<-b
	}
	var d Delta
	readRuntime().since(before, &d)
	close(a)
	if d.Scheduled.N < 1.8*trips || d.Scheduled.N > 2.2*trips+1000 {
		t.Errorf("%v goroutines were put on a thread for %d round trips, want about two each", d.Scheduled, trips)
	}
	if d.SchedWait.N <= 0 || d.SchedP99.N <= 0 || d.SchedP99.N > 1 {
		t.Errorf("they waited %v s, p99 %v s", d.SchedWait, d.SchedP99)
	}
}

// The runtime observes one of eight waits and multiplies.
func TestMutexWait(t *testing.T) {
	const waiting, each = 200, 0.03
	var mu sync.Mutex
	before := readRuntime()
	mu.Lock()
	var ready, done sync.WaitGroup
	for range waiting {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			mu.Lock()
			defer mu.Unlock()
		})
	}
	ready.Wait()
	time.Sleep(time.Duration(each * float64(time.Second)))
	mu.Unlock()
	done.Wait()
	var d Delta
	readRuntime().since(before, &d)
	if want := waiting * each; d.MutexWait.N < want/4 || d.MutexWait.N > want*4 {
		t.Errorf("mutex wait %v s, want about %v", d.MutexWait, want)
	}
}

func TestDisturbance(t *testing.T) {
	na := NA("not known")
	for _, tt := range []struct {
		name string
		d    Delta
		want []string
	}{
		{"quiet", Delta{Wall: 1, WorstWait: Num(0.04), Steal: Num(0.009)}, nil},
		{"waits", Delta{Wall: 1, WorstWait: Num(0.2), Steal: Num(0)}, []string{"waited 20 % of the time"}},
		{"stolen", Delta{Wall: 1, WorstWait: Num(0), Steal: Num(0.025)}, []string{"took 2.5 % of the processors"}},
		{"both", Delta{Wall: 2, WorstWait: Num(1), Steal: Num(0.5)}, []string{"50 %", "50.0 %"}},
		{"nothing known", Delta{Wall: 1, WorstWait: na, Steal: na}, nil},
		{"no time", Delta{Wall: 0, WorstWait: Num(1), Steal: na}, nil},
	} {
		x := tt.d.Disturbance()
		if len(x.Reasons) != len(tt.want) || x.Disturbed() != (len(tt.want) > 0) {
			t.Errorf("%s: %q", tt.name, x.Reasons)
			continue
		}
		for i, w := range tt.want {
			if !strings.Contains(x.Reasons[i], w) {
				t.Errorf("%s: %q, want %q", tt.name, x.Reasons[i], w)
			}
		}
	}
	from := ReadNoise()
	work(20 * time.Millisecond)
	if x := ReadNoise().Since(from); runtime.GOOS == "linux" && !x.Wait.OK() {
		t.Errorf("noise: %+v", x)
	}
}

// A thread that hardly ran does not count as one that did the work.
func TestWaited(t *testing.T) {
	before := Threads{ByID: map[int]Thread{1: {10, 5}, 2: {0, 0}}}
	after := Threads{ByID: map[int]Thread{1: {11, 5.1}, 2: {0.1, 9}, 3: {0.5, 0.3}}}
	sum, worst := after.Waited(before)
	if math.Abs(sum-0.4) > 1e-9 || math.Abs(worst-0.3) > 1e-9 {
		t.Errorf("waited %v, worst %v; want 0.4 and 0.3", sum, worst)
	}
}

func TestValue(t *testing.T) {
	no := NA("because")
	for _, tt := range []struct {
		name string
		got  Value
		want Value
	}{
		{"difference", Num(5).minus(Num(3)), Num(2)}, {"shrunk", Num(3).minus(Num(5)), Num(0)}, {"no end", no.minus(Num(1)), no}, {"no start", Num(1).minus(no), no},
		{"sum", Num(1).plus(Num(2)), Num(3)}, {"no sum", Num(1).plus(no), no}, {"quotient", Num(1).over(Num(4)), Num(0.25)}, {"no quotient", Num(1).over(no), no},
		{"by 0", Num(1).over(Num(0)), NA("nothing to divide by")},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, tt.got, tt.want)
		}
	}
	for v, want := range map[Value]string{Num(2): `{"n":2}`, {N: 2, Running: 0.5}: `{"n":2,"running":0.5}`, no: `{"n":null,"unavailable":"because"}`, Num(math.Inf(1)): `{"n":null,"unavailable":"not a finite number"}`} {
		if text, err := json.Marshal(v); err != nil || string(text) != want {
			t.Errorf("JSON of %v: %s, %v; want %s", v, text, err, want)
		}
	}
	if no.String() != "n/a (because)" || Num(1500).String() != "1500" {
		t.Errorf("%s, %s", no, Num(1500))
	}
}

func BenchmarkRead(b *testing.B) {
	for name, read := range map[string]func(){
		"quick": func() { ReadQuick() }, "full": func() { Read() }, "threads": func() { ReadThreads(0) }, "noise": func() { ReadNoise() },
		"workers": func() { ReadWorkers() }, "runtime": func() { readRuntime() }, "migrations": func() { migrations() },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				read()
			}
		})
	}
}

func BenchmarkEvents(b *testing.B) {
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			g, err := Open("software")
			if err != nil {
				b.Fatal(err)
			}
			g.Close()
		}
	})
	g, err := Open("software")
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	b.Run("start-stop", func(b *testing.B) {
		for b.Loop() {
			g.Start()
			g.Stop()
		}
	})
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			g.Counts()
		}
	})
}
