// Package dock is where compiled cells meet the session. A compiled cell is a
// Go package that registers itself when its plugin is opened; the session gives
// it the addresses of the cells' variables and calls its statements.
//
// Compiled cells import this package and the session links it, so both see the
// same variables. It imports nothing that cells could not.
package dock

import (
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
)

// A Package is what one compiled package offers the session.
type Package struct {
	Path string // its import path, "nb/c7", never used twice in a session
	// Name, if not "", is the package clause of a package that is not a
	// cell's: the interpreter gets Symbols beside those that it has of Path
	// already, and knows Path by this name.
	Name string
	// Needs are packages whose interfaces the functions among Symbols take.
	Needs []string
	// Symbols are what interpreted cells may use, by exported name: functions
	// as values, types as nil pointers to them, as the interpreter's tables
	// have them.
	Symbols map[string]reflect.Value
	// Vars holds, by the variable's name in the interpreter, where the
	// variable's address is to be stored: a **T for a variable of type T.
	Vars map[string]any
	// Funcs holds, by the function's name in the interpreter, the *func(...)
	// through which methods of this package call a function of the session, so
	// that they see its newest form.
	Funcs map[string]any
	// Cell runs the statements of the cell; nil if the package has none.
	Cell func(*Run)
}

var (
	mu         sync.Mutex
	registered []*Package // guarded by mu
)

// Register hands a package to the session. Compiled cells call it in init.
func Register(p *Package) {
	mu.Lock()
	defer mu.Unlock()
	registered = append(registered, p)
}

// Take returns the packages that have registered since the last call, in order.
func Take() []*Package {
	mu.Lock()
	defer mu.Unlock()
	list := registered
	registered = nil
	return list
}

// A Run is one execution of a compiled cell's statements.
type Run struct{ stopped atomic.Bool }

// Stop makes the statements end at their next Poll.
func (r *Run) Stop() { r.stopped.Store(true) }

// Poll ends the calling goroutine, after its deferred calls, if the run has
// been stopped. It costs a load.
func (r *Run) Poll() {
	if r.stopped.Load() {
		runtime.Goexit()
	}
}

// Stopped is set while goroutines of stopped cells may be left. Then Poll asks
// Ends whether the calling one is of these.
var (
	Stopped atomic.Bool
	Ends    = func() bool { return true }
)

// Poll ends the calling goroutine, after its deferred calls, if its cell was
// stopped. Compiled loops call it. It costs a load.
func Poll() {
	if Stopped.Load() {
		end()
	}
}

func end() {
	if Ends() {
		runtime.Goexit()
	}
}

// What the session sets before it opens the first plugin. The values here serve
// a program that links a compiled cell without a session.
var (
	// Show shows the value of a cell's last expression; typ is its static type
	// as Go writes it.
	Show = func(typ string, v any) { fmt.Println(v) }
	// Shows shows several values, made by Value, as a tuple.
	Shows = func(values ...any) { fmt.Println(values...) }
	// Value is one of several results.
	Value = func(typ string, v any) any { return v }
	// Measure measures bodies beside empty, which is the same loop without a
	// body, and shows what came out. values has for each body a function that
	// returns what it computes, or nil.
	Measure = func(empty func(loops, n int), bodies []func(loops, n int), values []func(n int) []any) {
		for _, body := range bodies {
			body(1, 0)
		}
	}
	// Exit is os.Exit of cells.
	Exit func(code int) = os.Exit

	Stdout io.Writer = os.Stdout
	Stderr io.Writer = os.Stderr
	Stdin  io.Reader = os.Stdin
)

// Keep uses v, so that the compiler can't leave out what computes it.
//
//go:noinline
func Keep[T any](v T) {}

// Fatal is log.Fatal of cells: it logs and ends the cell.
func Fatal(v ...any) { fatal(fmt.Sprint(v...)) }

// Fatalf is log.Fatalf of cells.
func Fatalf(format string, v ...any) { fatal(fmt.Sprintf(format, v...)) }

// Fatalln is log.Fatalln of cells.
func Fatalln(v ...any) { fatal(fmt.Sprintln(v...)) }

func fatal(text string) {
	_ = log.Output(3, text)
	Exit(1)
}

// Print is fmt.Print to the cell's output.
func Print(a ...any) (int, error) { return fmt.Fprint(Stdout, a...) }

// Println is fmt.Println to the cell's output.
func Println(a ...any) (int, error) { return fmt.Fprintln(Stdout, a...) }

// Printf is fmt.Printf to the cell's output.
func Printf(format string, a ...any) (int, error) { return fmt.Fprintf(Stdout, format, a...) }

// Scan is fmt.Scan from the cell's input.
func Scan(a ...any) (int, error) { return fmt.Fscan(Stdin, a...) }

// Scanln is fmt.Scanln from the cell's input.
func Scanln(a ...any) (int, error) { return fmt.Fscanln(Stdin, a...) }

// Scanf is fmt.Scanf from the cell's input.
func Scanf(format string, a ...any) (int, error) { return fmt.Fscanf(Stdin, format, a...) }
