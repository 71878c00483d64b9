package engine

import (
	"fmt"
	"log"
	"os"
	"reflect"
	"runtime"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/link"
)

// exit is os.Exit for cells: it ends the cell, not the session. Called by a
// goroutine whose cell has ended already, it ends that goroutine.
func (s *session) exit(code int) {
	if s.worker {
		s.out.flush()
		os.Exit(code) // the cell's call tells how its worker ended
	}
	cell := s.out.cell()
	s.mu.Lock()
	r := s.current
	s.mu.Unlock()
	if r == nil || r.cell != cell {
		fmt.Fprintf(&stream{s, link.Stderr}, "os.Exit(%d) in a goroutine of a cell that has ended: only the goroutine ends\n", code)
		runtime.Goexit()
	}
	where := s.traces.here()
	r.mu.Lock()
	if !r.exited {
		r.exited, r.code = true, code
		s.traces.exit = where
	}
	r.mu.Unlock()
	s.stop(r)
	runtime.Goexit()
}

// endings replaces the functions of the standard library that would end the
// process, and brings back log's own, for which yaegi has put those of another
// logger: interpreted and compiled code share one.
func (s *session) endings() interp.Exports {
	fatal := func(text string) {
		_ = log.Output(3, text)
		s.exit(1)
	}
	return interp.Exports{
		"os/os": {"Exit": reflect.ValueOf(s.exit)},
		"log/log": {
			"Flags":     reflect.ValueOf(log.Flags),
			"Output":    reflect.ValueOf(log.Output),
			"Panic":     reflect.ValueOf(log.Panic),
			"Panicf":    reflect.ValueOf(log.Panicf),
			"Panicln":   reflect.ValueOf(log.Panicln),
			"Prefix":    reflect.ValueOf(log.Prefix),
			"Print":     reflect.ValueOf(log.Print),
			"Printf":    reflect.ValueOf(log.Printf),
			"Println":   reflect.ValueOf(log.Println),
			"SetFlags":  reflect.ValueOf(log.SetFlags),
			"SetOutput": reflect.ValueOf(log.SetOutput),
			"SetPrefix": reflect.ValueOf(log.SetPrefix),
			"Writer":    reflect.ValueOf(log.Writer),

			"Fatal":   reflect.ValueOf(func(v ...any) { fatal(fmt.Sprint(v...)) }),
			"Fatalf":  reflect.ValueOf(func(format string, v ...any) { fatal(fmt.Sprintf(format, v...)) }),
			"Fatalln": reflect.ValueOf(func(v ...any) { fatal(fmt.Sprintln(v...)) }),
		},
	}
}
