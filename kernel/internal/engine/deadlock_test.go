package engine

import (
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// These tests come first: a goroutine that another test has left asleep would
// stand for one that may wake the others.

func TestDeadlock(t *testing.T) {
	skipStopping(t)
	for name, test := range map[string]struct{ body, state string }{
		"receive": {"ch := make(chan int)\n<-ch", "chan receive"},
		"send":    {"ch := make(chan int)\nch <- 1", "chan send"},
		"mutex":   {"var mu sync.Mutex\nmu.Lock(); mu.Lock()", "sync.Mutex.Lock"},
		"group":   {"var wg sync.WaitGroup\nwg.Add(1); wg.Wait()", "sync.WaitGroup.Wait"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFront(t)
			f.start("package main\nimport \"sync\"\nvar _ sync.Mutex\nfunc init() {\n"+test.body+"\n}\n", false)
			start := time.Now()
			d := f.wait()
			if d.Status != link.Deadlock || time.Since(start) > 2*time.Second {
				t.Fatalf("%+v after %v", d, time.Since(start))
			}
			found := false // beside what the other tests have left
			for _, w := range d.Waiting {
				found = found || w.State == test.state && w.Trace[0].Line == 6
			}
			if !found {
				t.Errorf("waiting: %+v, want %s on line 6", d.Waiting, test.state)
			}
		})
	}
}

// A goroutine that sleeps or computes wakes the others yet.
func TestNoDeadlock(t *testing.T) {
	f := newFront(t)
	f.start(header+`func init() {
	ch := make(chan int)
	go func() { time.Sleep(1500 * time.Millisecond); ch <- 1 }()
	<-ch
}
`, false)
	if d := f.wait(); d.Status != link.OK {
		t.Errorf("%+v", d)
	}
}
