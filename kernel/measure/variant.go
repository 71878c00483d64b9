package measure

import "github.com/weft-go/weft/runtime/interrupt"

// A Body runs some code loops times. n is the value of the code's parameter, 0
// for code that has none. The loop is part of the measured code, so that a call
// costs nothing that counts. It may return early when the cell is interrupted.
type Body func(loops, n int)

// A Variant is some code that can be measured.
type Variant struct {
	Name string // for tables and charts
	Text string // the code
	Body Body
	// Values runs the code once and returns what it computes; nil where the
	// code has no value, or nobody wants it.
	Values func(n int) []any
}

// Func makes a Variant of a function without parameters. A call through it
// costs one to two nanoseconds.
func Func(name string, f func()) Variant {
	return Variant{Name: name, Text: name, Body: repeat(f)}
}

// FuncN makes a Variant of a function with a parameter, for [Scale] and
// [Sweep].
func FuncN(name string, f func(n int)) Variant {
	return Variant{Name: name, Text: name, Body: func(loops, n int) {
		for range loops {
			if interrupt.Raised() {
				return
			}
			f(n)
		}
	}}
}

// repeat makes a body of a function. It ends when the cell is interrupted.
func repeat(f func()) Body {
	return func(loops, _ int) {
		for range loops {
			if interrupt.Raised() {
				return
			}
			f()
		}
	}
}

// label returns the name to show.
func (v Variant) label() string {
	if v.Name != "" {
		return v.Name
	}
	return v.Text
}
