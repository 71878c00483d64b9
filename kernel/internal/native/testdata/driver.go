// The program that the harness links: it is the session of the cells' packages.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"unsafe"

	"github.com/weft-go/weft/kernel/internal/dock"
)

type step struct {
	Key, Path, Ref string
	Funcs          map[string]string
	Slots          []struct {
		Name, Path, Symbol string
		Move               bool
	}
	Cell, Restart bool
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var steps []step
	if err := json.Unmarshal(text, &steps); err != nil {
		panic(err)
	}
	dock.Show = func(typ string, v any) { fmt.Printf("%s: %+v\n", typ, v) }
	dock.Shows = func(v ...any) { fmt.Printf("(%+v)\n", v) }
	dock.Exit = func(code int) { panic(fmt.Sprint("exit ", code)) }
	dock.Measure = func(empty func(loops, n int), bodies []func(loops, n int), values []func(n int) []any) {
		empty(5, 0)
		for _, body := range bodies {
			body(2, 3)
		}
		fmt.Printf("%d measured, %d bodies, values %v\n", len(bodies), len(values), values[0](2))
	}
	pkgs := map[string]*dock.Package{}
	for _, p := range dock.Take() {
		pkgs[p.Path] = p
	}
	var session string
	var slots, funcs map[string]reflect.Value
	var loaded []*dock.Package
	for _, s := range steps {
		if s.Ref != "" {
			fmt.Printf("\x00%s/%s\x01", s.Ref, s.Key)
			run(pkgs[s.Ref].Symbols[s.Key].Interface().(func()))
			continue
		}
		fmt.Printf("\x00%s\x01", s.Key)
		if name := s.Key[:strings.LastIndexByte(s.Key, '/')]; name != session || s.Restart {
			session = name
			slots, funcs, loaded = map[string]reflect.Value{}, map[string]reflect.Value{}, nil
		}
		if s.Path == "" {
			continue
		}
		p := pkgs[s.Path]
		loaded = append(loaded, p)
		for _, slot := range s.Slots {
			typ := pkgs[slot.Path].Symbols[slot.Symbol].Type().Elem()
			old := slots[slot.Name]
			if slot.Move && old.IsValid() {
				slots[slot.Name] = reflect.NewAt(typ, unsafe.Pointer(old.Pointer()))
			} else {
				slots[slot.Name] = reflect.New(typ)
			}
		}
		for name, to := range p.Vars {
			if !slots[name].IsValid() {
				fmt.Printf("no slot %s\n", name)
			}
			reflect.ValueOf(to).Elem().Set(slots[name])
		}
		for name, symbol := range s.Funcs {
			funcs[name] = p.Symbols[symbol]
		}
		for _, p := range loaded {
			for name, to := range p.Funcs {
				if f := funcs[name]; f.IsValid() && f.Type() == reflect.TypeOf(to).Elem() {
					reflect.ValueOf(to).Elem().Set(f)
				}
			}
		}
		if s.Cell {
			run(func() { p.Cell(&dock.Run{}) })
		}
	}
}

func run(f func()) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		fmt.Printf("panic: %v\n", r)
		pcs := make([]uintptr, 100)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
		for {
			f, more := frames.Next()
			if strings.HasPrefix(f.Function, "nb/") {
				fmt.Printf("at %s:%d %s\n", f.File, f.Line, f.Function)
			}
			if !more {
				break
			}
		}
	}()
	f()
}
