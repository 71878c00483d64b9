package compiled

import (
	"bytes"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// Defers are the deferred calls of one call of an interpreted function. The
// interpreter's own defer holds a lock while it calls, so that closures that it
// calls wait for ever, and forgets the rest of the calls when one panics.
type Defers struct {
	calls     []func()
	done      bool // the body returned
	panicking bool
	value     any
}

// Run calls body, then what it gave to Push, last first, whether body returns,
// panics or ends its goroutine. A panic that no call recovers goes on.
func Run(body func(d *Defers)) {
	d := &Defers{}
	defer d.unwind()
	body(d)
	d.done = true
}

// Push defers a call.
func Push(d *Defers, call func()) { d.calls = append(d.calls, call) }

// Recover is Go's recover in a function that d calls. A nil d is that of a
// function that nobody deferred.
func Recover(d *Defers) any {
	if d == nil || !d.panicking {
		return nil
	}
	d.panicking = false
	return Recovered(d.value)
}

func (d *Defers) unwind() {
	if !d.done {
		if v := recover(); v != nil {
			d.panicking, d.value = true, v
		}
	}
	d.rest()
	if d.panicking {
		panic(d.value)
	}
}

// rest makes the calls that are left, also when one of them ends the goroutine.
func (d *Defers) rest() {
	ended := true
	defer func() {
		if ended && len(d.calls) > 0 {
			d.rest()
		}
	}()
	for len(d.calls) > 0 {
		call := d.calls[len(d.calls)-1]
		d.calls = d.calls[:len(d.calls)-1]
		d.protect(call)
	}
	ended = false
}

func (d *Defers) protect(call func()) {
	ok := false
	defer func() {
		if !ok {
			if v := recover(); v != nil {
				d.panicking, d.value = true, v
			}
		}
		if waiting.Load() > 0 {
			take()
		}
	}()
	call()
	ok = true
}

// waiting counts the entries of armed.
var waiting atomic.Int64

// armed holds, by goroutine, the Defers whose next called function may recover.
var armed sync.Map

// Arm lets the function that is called next recover the panic of d: it is
// deferred itself. Functions that call recover begin with Enter.
func Arm(d *Defers) {
	if d.panicking {
		if _, had := armed.Swap(goroutine(), d); !had {
			waiting.Add(1)
		}
	}
}

// Enter returns the Defers that called the function which begins with it, nil
// if none did.
func Enter() *Defers {
	if waiting.Load() == 0 {
		return nil
	}
	return take()
}

func take() *Defers {
	d, ok := armed.LoadAndDelete(goroutine())
	if !ok {
		return nil
	}
	waiting.Add(-1)
	return d.(*Defers)
}

// Clear is Go's clear of a map.
func Clear(m any) { reflect.ValueOf(m).Clear() }

// goroutine is the number of the goroutine, which Go only tells in a traceback.
// It takes about a microsecond, so only a panic asks for it.
func goroutine() int64 {
	var buf [64]byte
	text := buf[:runtime.Stack(buf[:], false)]
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	n, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return n
}
