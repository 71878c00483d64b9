package symbols

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/traefik/yaegi/interp"
)

// UseErrors gives i richer wrappers for interpreted error types, so that
// errors.Is, errors.As and errors.Unwrap find their Unwrap, Is and As methods;
// yaegi's own wrapper has Error alone.
//
// It must be called before i's first Use, for yaegi tells its own wrapper,
// which the richer ones are listed under, only while nothing is compiled.
func UseErrors(i *interp.Interpreter) error {
	plain := i.Symbols("")[""]["_error"]
	if !plain.IsValid() {
		return errors.New("enrich error wrappers: the interpreter has none of its own")
	}
	types := map[reflect.Value][]reflect.Type{plain: {
		reflect.TypeFor[errorUnwrapIsAs](),
		reflect.TypeFor[errorUnwrapIs](),
		reflect.TypeFor[errorUnwrap](),
		reflect.TypeFor[errorIs](),
		reflect.TypeFor[errorAs](),
	}}
	if err := i.Use(interp.Exports{".": {"MapTypes": reflect.ValueOf(types)}}); err != nil {
		return fmt.Errorf("enrich error wrappers: %w", err)
	}
	return nil
}

// In the wrappers here and in maptypes.go the methods that a type need not
// have are fields of type any: yaegi chooses a wrapper by the names of the
// methods alone, and would panic where a method of that name has another
// signature. Such a method counts as absent.

type errorUnwrap struct {
	IValue  any
	WError  func() string
	WUnwrap any
}

func (e errorUnwrap) Error() string { return e.WError() }
func (e errorUnwrap) Unwrap() error { return unwrap(e.WUnwrap) }

type errorUnwrapIs struct {
	IValue  any
	WError  func() string
	WUnwrap any
	WIs     any
}

func (e errorUnwrapIs) Error() string        { return e.WError() }
func (e errorUnwrapIs) Unwrap() error        { return unwrap(e.WUnwrap) }
func (e errorUnwrapIs) Is(target error) bool { return is(e.WIs, target) }

type errorUnwrapIsAs struct {
	IValue  any
	WError  func() string
	WUnwrap any
	WIs     any
	WAs     any
}

func (e errorUnwrapIsAs) Error() string        { return e.WError() }
func (e errorUnwrapIsAs) Unwrap() error        { return unwrap(e.WUnwrap) }
func (e errorUnwrapIsAs) Is(target error) bool { return is(e.WIs, target) }
func (e errorUnwrapIsAs) As(target any) bool   { return as(e.WAs, target) }

type errorIs struct {
	IValue any
	WError func() string
	WIs    any
}

func (e errorIs) Error() string        { return e.WError() }
func (e errorIs) Is(target error) bool { return is(e.WIs, target) }

type errorAs struct {
	IValue any
	WError func() string
	WAs    any
}

func (e errorAs) Error() string      { return e.WError() }
func (e errorAs) As(target any) bool { return as(e.WAs, target) }

// unwrap calls either form of Unwrap that package errors knows; several errors
// become a joined one.
func unwrap(method any) error {
	switch f := method.(type) {
	case func() error:
		return f()
	case func() []error:
		return errors.Join(f()...)
	}
	return nil
}

func is(method any, target error) bool {
	f, ok := method.(func(error) bool)
	return ok && f(target)
}

func as(method, target any) bool {
	f, ok := method.(func(any) bool)
	return ok && f(target)
}
