package engine

import (
	"bytes"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

// A goroutine is one entry of a traceback of all goroutines.
type goroutine struct {
	id    string
	state string // as Go names it: "running", "chan receive", "sync.Mutex.Lock"
	stack []byte
}

// ours says whether the goroutine is the session's own: it was started by the
// engine or is the one that reads the link, and no interpreted frame is on it.
func (g goroutine) ours() bool {
	if bytes.Contains(g.stack, []byte("yaegi/interp.runCfg(")) {
		return false
	}
	return !bytes.Contains(g.stack, []byte("created by ")) ||
		bytes.Contains(g.stack, []byte("created by github.com/weft-go/weft/kernel/internal/engine.")) ||
		bytes.Contains(g.stack, []byte("created by runtime")) ||
		bytes.Contains(g.stack, []byte("created by os/signal"))
}

var goroutineHead = regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^,\]]*)`)

// goroutines lists all goroutines but the caller's. It stops the world for
// some 10 µs and 1 µs more per goroutine.
func goroutines() []goroutine {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) || len(buf) >= 64<<20 {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 4*len(buf))
	}
	var list []goroutine
	for i, text := range link.Goroutines(buf) {
		m := goroutineHead.FindSubmatch(text)
		if m == nil || i == 0 { // the first is the caller
			continue
		}
		list = append(list, goroutine{string(m[1]), string(m[2]), text})
	}
	return list
}

// forever are the states that only another goroutine can end.
var forever = map[string]bool{
	"chan receive": true, "chan receive (nil chan)": true,
	"chan send": true, "chan send (nil chan)": true,
	"select": true, "select (no cases)": true,
	"sync.Mutex.Lock": true, "sync.RWMutex.Lock": true, "sync.RWMutex.RLock": true,
	"sync.WaitGroup.Wait": true, "sync.Cond.Wait": true, "semacquire": true,
}

const (
	deadlockEvery = 300 * time.Millisecond // how often a run is looked at
	idleCPU       = 3 * time.Millisecond   // CPU time in between that counts as none
	settleWithin  = 2 * time.Second        // how long interrupted compiled code may go on
)

// watchDeadlock ends a run when every goroutine of the cells waits for
// another, seen twice in a row: Go's own detector never sees it here, because
// the session's reader always waits for the front.
func (s *session) watchDeadlock(r *run) {
	tick := time.NewTicker(deadlockEvery)
	defer tick.Stop()
	cpu := processTime()
	var before string
	for {
		select {
		case <-r.ended:
			return
		case <-tick.C:
		}
		now := processTime()
		idle := now-cpu < idleCPU
		cpu = now
		if !idle {
			before = ""
			continue
		}
		waiting, ids, key := s.asleep()
		if key == "" || key != before {
			before = key
			continue
		}
		for _, id := range ids {
			s.left[id] = true
		}
		r.mu.Lock()
		r.deadlocked = append([]link.Waiter{}, waiting...) // not nil
		r.mu.Unlock()
		s.stop(r)
		return
	}
}

// idleWorker is on the stack of a worker of package par that has no loop.
const idleWorker = "weft/runtime/par.(*helper).wait("

// maxWaiting bounds the goroutines that a deadlock's report shows.
const maxWaiting = 20

// asleep lists the goroutines that wait, if all do and for ever, but for those
// that an earlier deadlock has left; key names all of them, and is empty
// otherwise.
func (s *session) asleep() (waiting []link.Waiter, ids []string, key string) {
	for _, g := range goroutines() {
		if g.ours() || bytes.Contains(g.stack, []byte(idleWorker)) {
			continue
		}
		if !forever[g.state] {
			return nil, nil, ""
		}
		key += g.id + " "
		where := s.traces.positions(g.stack)
		if len(where) > 0 && len(waiting) < maxWaiting && !s.left[g.id] {
			waiting = append(waiting, link.Waiter{State: waitingFor(g), Trace: where})
			ids = append(ids, g.id)
		}
	}
	return waiting, ids, key
}

// waitingFor names what a goroutine waits for. yaegi's channel operations
// always wait in a select, because they also listen for the interrupt.
func waitingFor(g goroutine) string {
	if g.state == "select" {
		switch s := string(g.stack); {
		case strings.Contains(s, "interp._recv"), strings.Contains(s, "interp.recv"), strings.Contains(s, "interp.rangeChan"):
			return "chan receive"
		case strings.Contains(s, "interp.send"):
			return "chan send"
		}
	}
	return g.state
}

// settle waits until every goroutine of the cells waits for something. It
// returns false when one still runs after settleWithin: compiled code that does
// not look at the interrupt.
func settle() bool {
	pause := 500 * time.Microsecond
	quiet := 0
	for end := time.Now().Add(settleWithin); time.Now().Before(end); time.Sleep(pause) {
		if anyRuns() {
			quiet = 0
			pause = min(2*pause, 20*time.Millisecond)
			continue
		}
		if quiet++; quiet == 2 { // one that is about to wait may yet go on
			return true
		}
		pause = 500 * time.Microsecond
	}
	return false
}

// anyRuns says whether a goroutine of the cells does something: it runs, is
// ready to, or helps the collector.
func anyRuns() bool {
	for _, g := range goroutines() {
		if !g.ours() && !forever[g.state] && !outside[g.state] {
			return true
		}
	}
	return false
}

// outside are the states that something outside the program ends.
var outside = map[string]bool{"sleep": true, "IO wait": true, "syscall": true, "finalizer wait": true, "cleanup wait": true}
