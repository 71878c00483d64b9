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
		"Clear":     reflect.ValueOf(compiled.Clear),
		"Fail":      reflect.ValueOf(compiled.Fail),
		"Defers":    reflect.ValueOf((*compiled.Defers)(nil)),
		"Enter":     reflect.ValueOf(compiled.Enter),
		"Nil":       reflect.ValueOf(compiled.Nil),
		"Push":      reflect.ValueOf(compiled.Push),
		"Recover":   reflect.ValueOf(compiled.Recover),
		"Run":       reflect.ValueOf(compiled.Run),
		"Recovered": reflect.ValueOf(compiled.Recovered),
		"Sort":      reflect.ValueOf(compiled.Sort),
	}}
}
