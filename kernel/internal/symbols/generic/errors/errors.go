// Package errors is the interpreter's form of what is generic in the standard
// package errors.
package errors

// AsType is errors.AsType.
func AsType[E error](err error) (E, bool) {
	var zero E
	for err != nil {
		if e, ok := err.(E); ok {
			return e, true
		}
		if x, ok := err.(interface{ As(any) bool }); ok {
			e := new(E)
			if x.As(e) {
				return *e, true
			}
		}
		if x, ok := err.(interface{ Unwrap() []error }); ok {
			for _, in := range x.Unwrap() {
				if in == nil {
					continue
				}
				if e, ok := AsType[E](in); ok {
					return e, true
				}
			}
			return zero, false
		}
		x, ok := err.(interface{ Unwrap() error })
		if !ok {
			return zero, false
		}
		err = x.Unwrap()
	}
	return zero, false
}
