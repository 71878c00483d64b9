//lint:file-ignore SA5000,SA5007 these functions are to fail

package supervisor

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// The crashes of this file happen for real in the fake session, called from a
// goroutine, at the positions that a cell would have.

type point struct{ X, Y int }

type failure struct{ code int }

func (f failure) Error() string { return fmt.Sprintf("failure %d:\nno such door", f.code) }

type level int

var (
	table    = map[int]int{}
	nothing  *point
	zero     int
	blackBox any
)

// crashes is every way to die, by name.
var crashes = map[string]func(){
	"index":           func() { index([]int{1, 2, 3}, 5) },
	"index-empty":     func() { index(nil, 0) },
	"slice":           func() { blackBox = []int{1, 2, 3}[zero+2 : zero+1] },
	"nil":             func() { blackBox = nothing.Y },
	"nil-map":         func() { var m map[string]int; m["a"] = 1 },
	"divide":          func() { blackBox = 1 / zero },
	"makeslice":       func() { blackBox = make([]int, zero-1) },
	"conversion":      func() { var v any = "three"; blackBox = v.(int) },
	"unhashable":      func() { m := map[any]int{}; m[[]int{1}] = 1 },
	"closed-close":    func() { c := make(chan int); close(c); close(c) },
	"closed-send":     func() { c := make(chan int, 1); close(c); c <- 1 },
	"nil-close":       func() { var c chan int; close(c) },
	"waitgroup":       func() { var wg sync.WaitGroup; wg.Done() },
	"text":            func() { panic("the door is closed") },
	"lines":           func() { panic("first\n\npanic: third") },
	"error":           func() { panic(errors.New("no such door")) },
	"error-type":      func() { panic(failure{3}) },
	"int-type":        func() { panic(level(3)) },
	"struct":          func() { panic(point{1, 2}) },
	"pointer":         func() { panic(&point{1, 2}) },
	"nil-value":       func() { panic(nil) },
	"recovered":       recovered,
	"repanicked":      repanicked,
	"goexit":          goexit,
	"map-write":       mapWrite,
	"map-read":        mapRead,
	"map-range":       mapRange,
	"unlock":          func() { var m sync.Mutex; m.Unlock() },
	"rw-unlock":       func() { var m sync.RWMutex; m.Unlock() },
	"rw-runlock":      func() { var m sync.RWMutex; m.RUnlock() },
	"overflow":        func() { blackBox = recurse(1) },
	"overflow-mutual": func() { blackBox = even(1) },
	"memory-block":    func() { limitData(1 << 30); blackBox = make([]byte, 8<<30) },
	"memory-bits":     memoryBits,
	"fault":           fault,
	"segv-sent":       func() { kill(syscall.SIGSEGV) },
	"abort-sent":      func() { kill(syscall.SIGABRT) },
	"quit-sent":       func() { kill(syscall.SIGQUIT) },
	"kill-sent":       func() { kill(syscall.SIGKILL) },
	"term-sent":       func() { kill(syscall.SIGTERM) },
	"exit-3":          func() { os.Stderr.WriteString("log: giving up\n"); os.Exit(3) },
	"exit-0":          func() { os.Exit(0) },
	"race":            race,
	"deadlock":        func() { select {} }, // alone in a program only: see TestReports
	"no-goroutines":   runtime.Goexit,       // the same
}

func kill(s syscall.Signal) {
	syscall.Kill(os.Getpid(), s)
	select {}
}

// both runs f in n goroutines, until the runtime notices.
func both(n int, f func(int)) {
	for i := range n {
		go f(i)
	}
	select {}
}

//line cell[3]:1
func index(a []int, i int) int {
	return a[i]
}

func recovered() {
	defer func() {
		recover()
		panic("second")
	}()
	panic("first")
}

func repanicked() {
	defer func() {
		panic(recover())
	}()
	panic("once more")
}

func goexit() {
	defer func() {
		panic("on the way out")
	}()
	runtime.Goexit()
}

//line cell[4]:1
func mapWrite() {
	both(8, func(i int) {
		for {
			table[i]++
		}
	})
}

func mapRead() {
	go func() {
		for i := 0; ; i++ {
			table[i&1023] = i
		}
	}()
	both(4, func(i int) {
		for {
			blackBox = table[i]
		}
	})
}

func mapRange() {
	for i := range 1000 {
		table[i] = i
	}
	go func() {
		for i := 0; ; i++ {
			table[i&1023] = i
		}
	}()
	both(4, func(int) {
		for {
			for range table {
			}
		}
	})
}

//line cell[12]:1
func recurse(n int) int {
	return recurse(n+1) + n
}

func even(n int) int { return odd(n+1) + 1 }
func odd(n int) int  { return even(n+1) + 1 }

func memoryBits() {
	limitData(256 << 20)
	var all [][]byte
	for {
		all = append(all, make([]byte, 64<<10))
		blackBox = all
	}
}

func fault() {
	f, _ := os.CreateTemp("", "")
	os.Remove(f.Name())
	f.Truncate(1 << 20)
	m, _ := syscall.Mmap(int(f.Fd()), 0, 1<<20, syscall.PROT_READ, syscall.MAP_SHARED)
	f.Truncate(0)
	blackBox = m[1<<19]
}

func race() {
	n := 0
	for range 2 {
		go func() { n++ }()
	}
	time.Sleep(100 * time.Millisecond)
	blackBox = unsafe.Pointer(&n)
	os.Exit(0)
}
