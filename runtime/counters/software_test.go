//go:build linux

package counters

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// What this machine's kernel counts is compared with what is known to have
// happened.

// while counts events while f runs.
func while(t *testing.T, f func(), events ...string) map[string]Count {
	t.Helper()
	g, err := Open(events...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}()
	g.Start()
	f()
	g.Stop()
	m := make(map[string]Count)
	for _, c := range g.Counts() {
		if c.Event.Kind == kindSoftware && !c.Value.OK() {
			t.Skipf("this kernel refuses %s: %s", c.Name(), c.Value.Unavailable)
		}
		m[c.Event.Name] = c
	}
	return m
}

func TestPageFaults(t *testing.T) {
	const pages = 3000
	size := os.Getpagesize()
	for _, way := range []struct {
		name string
		run  func(f func()) (minor, all float64)
	}{
		{"perf", func(f func()) (minor, all float64) {
			m := while(t, f, "minor-faults", "page-faults")
			return m["minor-faults"].Value.N, m["page-faults"].Value.N
		}},
		{"getrusage", func(f func()) (minor, all float64) {
			from := ReadQuick()
			f()
			d := ReadQuick().Since(from)
			return d.MinorFaults.N, d.Faults().N
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			undisturbed(t, func() error {
				mem, err := syscall.Mmap(-1, 0, pages*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
				if err != nil {
					return err
				}
				defer syscall.Munmap(mem)
				const noHugePages = 15 // MADV_NOHUGEPAGE: one fault for each page
				if err := syscall.Madvise(mem, noHugePages); err != nil && err != syscall.EINVAL {
					return err
				}
				minor, all := way.run(func() {
					for i := 0; i < len(mem); i += size {
						mem[i] = 1
					}
				})
				// The runtime's own memory may fault some times meanwhile, also between the
				// two events' readings.
				if minor < pages || minor > pages+60 || all < pages || all > pages+60 {
					return fmt.Errorf("%d pages were touched: %v minor faults, %v of both kinds", pages, minor, all)
				}
				return nil
			})
		})
	}
}

// undisturbed fails the test if ten runs fail: what is counted is the whole
// process, whose runtime has threads of its own, on a machine with other programs.
func undisturbed(t *testing.T, run func() error) {
	t.Helper()
	var err error
	for range 10 {
		if err = run(); err == nil {
			return
		}
		t.Log(err)
	}
	t.Error("ten runs failed")
}

// cpuSet allows the calling thread one processor.
func cpuSet(t *testing.T, cpu int) {
	var mask [16]uint64
	mask[cpu/64] = 1 << (cpu % 64)
	if _, _, no := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask))); no != 0 {
		t.Error("sched_setaffinity:", no)
	}
}

// allowed lists the processors that the calling thread may use.
func allowed(t *testing.T) (cpus []int, restore func()) {
	var mask [16]uint64
	if _, _, no := syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask))); no != 0 {
		t.Fatal("sched_getaffinity:", no)
	}
	for i := range len(mask) * 64 {
		if mask[i/64]&(1<<(i%64)) != 0 {
			cpus = append(cpus, i)
		}
	}
	return cpus, func() {
		syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
	}
}

// Two threads on one processor hand a byte to each other: for every message one
// has to leave, as it waits or as the other, woken, is preferred.
func TestSwitches(t *testing.T) {
	const trips = 2000
	var there, back [2]int
	for _, p := range []*[2]int{&there, &back} {
		if err := syscall.Pipe(p[:]); err != nil {
			t.Fatal(err)
		}
		defer syscall.Close(p[0])
		defer syscall.Close(p[1])
	}
	pass := func(from, to int, first bool) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		cpus, restore := allowed(t)
		defer restore()
		cpuSet(t, cpus[0])
		var b [1]byte
		for range trips {
			if first {
				syscall.Write(to, b[:])
			}
			if n, err := syscall.Read(from, b[:]); n != 1 || err != nil {
				t.Error("read:", n, err)
				return
			}
			if !first {
				syscall.Write(to, b[:])
			}
		}
	}
	undisturbed(t, func() error {
		var d Delta
		m := while(t, func() {
			from := ReadQuick()
			done := make(chan bool)
			go func() {
				pass(there[0], back[1], false)
				done <- true
			}()
			pass(back[0], there[1], true)
			<-done
			d = ReadQuick().Since(from)
		}, "context-switches")
		for name, n := range map[string]float64{"context-switches": m["context-switches"].Value.N, "getrusage": d.Switches().N} {
			if n < 2*trips || n > 2.2*trips+500 {
				return fmt.Errorf("%s: %v switches for %d round trips, want 2 each", name, n, trips)
			}
		}
		return nil
	})
}

func TestMigrations(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cpus, restore := allowed(t)
	defer restore()
	if len(cpus) < 2 {
		t.Skip("this process may use one processor only: nothing migrates")
	}
	const moves = 200
	cpuSet(t, cpus[0])
	undisturbed(t, func() error {
		before := migrations()
		m := while(t, func() {
			for i := range moves {
				cpuSet(t, cpus[(i+1)%2])
			}
		}, "cpu-migrations")
		after := migrations()
		// Other threads of the process migrate too, rarely.
		if n := m["cpu-migrations"].Value.N; n < moves || n > moves+40 {
			return fmt.Errorf("perf: %v migrations, want %d", n, moves)
		}
		if !after.OK() {
			t.Log("migrations of /proc are not known:", after)
		} else if n := after.minus(before).N; n < moves || n > moves+40 {
			return fmt.Errorf("/proc: %v migrations, want %d", n, moves)
		}
		return nil
	})
}

// Threads that begin while a group is open are counted: goroutines wander.
func TestInherit(t *testing.T) {
	const each = 60 * time.Millisecond
	undisturbed(t, func() error {
		m := while(t, func() {
			done := make(chan bool)
			for range 4 {
				go func() {
					runtime.LockOSThread() // the thread ends with the goroutine
					done <- burn(each) > 0
				}()
			}
			for range 4 {
				<-done
			}
		}, "task-clock")
		if got := m["task-clock"].Value.N; got < 4*each.Seconds()*0.98 || got > 4*each.Seconds()*1.3 {
			return fmt.Errorf("task-clock %v s for 4 threads of %v each", got, each)
		}
		return nil
	})
}

// burn uses so much processor time of the calling thread; what it returns is of
// no use.
func burn(d time.Duration) float64 {
	const rusageThread = 1 // RUSAGE_THREAD
	used := func() time.Duration {
		var u syscall.Rusage
		syscall.Getrusage(rusageThread, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	x := 1.0
	for from := used(); used()-from < d; {
		for range 20000 {
			x = math.Sqrt(x + 1)
		}
	}
	return x
}
