package symbols

import (
	"reflect"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/internal/symbols/generic"
	"github.com/weft-go/weft/kernel/internal/symbols/generic/compiled"
)

// helpers is the table of the functions that lowered text leaves to compiled
// code.
func helpers() interp.Exports {
	return interp.Exports{generic.Compiled + "/compiled": {
		"Arm":       reflect.ValueOf(compiled.Arm),
		"Choose":    reflect.ValueOf(compiled.Choose),
		"Clear":     reflect.ValueOf(compiled.Clear),
		"Default":   reflect.ValueOf(compiled.Default),
		"Enter":     reflect.ValueOf(compiled.Enter),
		"Equal":     reflect.ValueOf(compiled.Equal),
		"Fail":      reflect.ValueOf(compiled.Fail),
		"Flat":      reflect.ValueOf(compiled.Flat),
		"NewSelect": reflect.ValueOf(compiled.NewSelect),
		"Nil":       reflect.ValueOf(compiled.Nil),
		"Push":      reflect.ValueOf(compiled.Push),
		"Receive":   reflect.ValueOf(compiled.Receive),
		"Received":  reflect.ValueOf(compiled.Received),
		"Recover":   reflect.ValueOf(compiled.Recover),
		"Recovered": reflect.ValueOf(compiled.Recovered),
		"Run":       reflect.ValueOf(compiled.Run),
		"Send":      reflect.ValueOf(compiled.Send),
		"Sort":      reflect.ValueOf(compiled.Sort),
		"Defers":    reflect.ValueOf((*compiled.Defers)(nil)),
		"Select":    reflect.ValueOf((*compiled.Select)(nil)),
	}}
}
