// Package still draws charts as pictures, without a browser: ECharts' own canvas
// renderer, run by goja, a JavaScript engine in Go, draws on the canvas of
// figure/canvas.
//
// Reading the library takes about 0.3 s, once for a process, and 20 MB.
package still

import (
	_ "embed"
	"errors"
	"fmt"
	"image"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"

	"github.com/weft-go/weft/kernel/internal/figure/canvas"
	"github.com/weft-go/weft/kernel/internal/figure/echarts"
	"github.com/weft-go/weft/kernel/internal/figure/page"
)

//go:embed stage.js
var stage string

// Scale is how many pixels of a picture stand for one of the page.
const Scale = 2

// An Engine draws one picture after the other. Its methods may be called by
// several goroutines.
type Engine struct {
	// Limit is how long one picture may take, MaxHeap by how many bytes the
	// process may grow meanwhile. An option can hold functions, and these can do
	// anything.
	Limit   time.Duration
	MaxHeap uint64
	// Idle is how long the machine is kept for the next picture.
	Idle time.Duration

	mu    sync.Mutex // guards what follows and is held while a picture is drawn
	vm    *goja.Runtime
	draw  goja.Callable
	drawn int         // pictures by this machine
	image *image.RGBA // of the picture that is being drawn
	idle  *time.Timer
}

// maxDrawn is after how many pictures a machine is replaced, so that nothing
// that the library keeps can pile up.
const maxDrawn = 100

// New returns an engine with the usual limits.
func New() *Engine {
	return &Engine{Limit: 5 * time.Second, MaxHeap: 1 << 30, Idle: 10 * time.Minute}
}

// programs are the library and ours, compiled.
var programs = sync.OnceValue(func() []*goja.Program {
	parts := []struct{ name, text string }{
		{"echarts.js", echarts.Source()},
		{"weft-charts.js", page.Drawing},
		{"stage.js", stage},
	}
	out := make([]*goja.Program, len(parts))
	for i, p := range parts {
		program, err := goja.Compile(p.name, p.text, false)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		out[i] = program
	}
	return out
})

// Warm has the engine ready for its first picture. It takes about 0.35 s.
func (e *Engine) Warm() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.start()
}

// Draw draws an option, as JSON, on width by height pixels of a page. Errors
// say what is wrong with the option. It never panics.
func (e *Engine) Draw(option []byte, width, height int) (img *image.RGBA, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("BUG: drawing the chart ended with: %v", p)
		}
		e.image = nil
		if err != nil {
			e.vm = nil // what an error left behind goes with it
		}
		e.rest()
	}()
	if err := e.start(); err != nil {
		return nil, err
	}
	stop := e.watch()
	spoilt, err := e.draw(goja.Undefined(), e.vm.ToValue(string(option)), e.vm.ToValue(width), e.vm.ToValue(height))
	stop()
	if err != nil {
		return nil, explain(err)
	}
	if e.image == nil {
		return nil, errors.New("the chart drew nothing")
	}
	if e.drawn++; e.drawn >= maxDrawn || spoilt.ToBoolean() {
		e.vm = nil
	}
	return e.image, nil
}

// rest lets the machine go when no picture has been asked for in a while.
// Called with mu held.
func (e *Engine) rest() {
	if e.idle != nil {
		e.idle.Stop()
	}
	e.idle = time.AfterFunc(e.Idle, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.vm = nil
	})
}

// start makes a machine if there is none. Called with mu held.
func (e *Engine) start() error {
	if e.vm != nil {
		return nil
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(4000)
	for name, f := range map[string]func(goja.FunctionCall) goja.Value{
		"newContext": func(call goja.FunctionCall) goja.Value {
			c := canvas.New(call.Argument(0).ToFloat(), call.Argument(1).ToFloat(), Scale)
			if e.image == nil {
				e.image = c.Picture().Pix
			}
			return newContext(vm, c, call.Argument(2))
		},
		"measureText": func(call goja.FunctionCall) goja.Value {
			return measured(vm, font(call.Argument(1).String()).Width(call.Argument(0).String()))
		},
		"loadImage": func(call goja.FunctionCall) goja.Value {
			img, err := canvas.DecodeDataURL(call.Argument(0).String())
			if err != nil {
				panic(vm.NewGoError(err))
			}
			o := hide(vm, canvas.Image{Pix: img, Density: 1})
			set(o, "width", img.Rect.Dx())
			set(o, "height", img.Rect.Dy())
			return o
		},
		// Nothing happens later: a picture is drawn at once.
		"setTimeout": later, "setInterval": later, "clearTimeout": later, "clearInterval": later,
		"requestAnimationFrame": later, "cancelAnimationFrame": later,
	} {
		if err := vm.Set(name, f); err != nil {
			return err
		}
	}
	console := vm.NewObject()
	for _, name := range []string{"log", "info", "warn", "error", "debug"} {
		set(console, name, later)
	}
	if err := vm.Set("console", console); err != nil {
		return err
	}
	for _, p := range programs() {
		if _, err := vm.RunProgram(p); err != nil {
			return fmt.Errorf("BUG: the chart library does not run: %w", err)
		}
	}
	draw, ok := goja.AssertFunction(vm.Get("weftDraw"))
	if !ok {
		return errors.New("BUG: stage.js has no weftDraw")
	}
	e.vm, e.draw, e.drawn = vm, draw, 0
	return nil
}

func later(goja.FunctionCall) goja.Value { return goja.Undefined() }

// watch ends the drawing when it takes too long or too much memory. The
// function it returns ends the watch.
func (e *Engine) watch() (stop func()) {
	vm := e.vm
	began := time.Now()
	heap := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	before := heap()
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if time.Since(began) > e.Limit {
				vm.Interrupt(fmt.Errorf("drawing the chart took more than %v", e.Limit))
				return
			}
			if h := heap(); h > before+e.MaxHeap {
				vm.Interrupt(fmt.Errorf("drawing the chart took more than %d MiB of memory", e.MaxHeap>>20))
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		vm.ClearInterrupt()
	}
}

// explain writes what JavaScript threw as one line.
func explain(err error) error {
	var interrupted *goja.InterruptedError
	if errors.As(err, &interrupted) {
		if why, ok := interrupted.Value().(error); ok {
			return why
		}
	}
	var deep *goja.StackOverflowError
	if errors.As(err, &deep) {
		return errors.New("a function of the option calls itself without end")
	}
	text := err.Error()
	var thrown *goja.Exception
	if errors.As(err, &thrown) {
		text = thrown.Value().String()
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "Error: "), "GoError: ")
	line, _, _ := strings.Cut(text, "\n")
	return errors.New(line)
}

// fonts keeps what has been read: a chart asks for the same few again and again.
var fonts struct {
	sync.Mutex
	m map[string]canvas.Font
}

func font(text string) canvas.Font {
	fonts.Lock()
	defer fonts.Unlock()
	f, ok := fonts.m[text]
	if !ok {
		if fonts.m == nil || len(fonts.m) > 200 {
			fonts.m = map[string]canvas.Font{}
		}
		f = canvas.ParseFont(text)
		fonts.m[text] = f
	}
	return f
}
