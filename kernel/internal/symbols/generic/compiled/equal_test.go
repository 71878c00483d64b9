package compiled_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/symbols/generic/compiled"
)

// Values that the interpreter has wrapped are compared without the wrappers.
func TestEqual(t *testing.T) {
	i := interp.New(interp.Options{})
	var got []bool
	if err := i.Use(interp.Exports{"help/help": {
		"Equal": reflect.ValueOf(func(a, b any) { got = append(got, compiled.Equal(a, b)) }),
		"Flat":  reflect.ValueOf(compiled.Flat),
	}}); err != nil {
		t.Fatal(err)
	}
	_, err := i.Eval(`package main
import "help"
type T struct{ n int }
func (t T) M() int { return t.n }
type P struct{ n int }
func (p *P) M() int { return p.n }
type I interface{ M() int }
func main() {
	p := &P{1}
	var i I = T{1}
	var j I = p
	var a, b, c, d, e interface{}
	a = T{1}
	b = i
	c = p
	d = j
	e = help.Flat(b)
	help.Equal(a, b)
	help.Equal(c, d)
	help.Equal(a, e)
	help.Equal(a, c)
	help.Equal(b, 1)
	help.Equal(nil, a)
	help.Equal(nil, nil)
	if e.(T).n != 1 { panic("not flat") }
}`)
	if err != nil {
		t.Fatal(err)
	}
	if want := "[true true true false false false true]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
