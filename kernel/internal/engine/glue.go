package engine

import (
	"reflect"
	"strings"

	"github.com/traefik/yaegi/interp"

	"github.com/weft-go/weft/kernel/display"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/runtime/interrupt"
)

// glue is what the lowered text of cells imports as "weft/glue".
func (s *session) glue() interp.Exports {
	return interp.Exports{"weft/glue/glue": {
		"Show":       reflect.ValueOf(s.show),
		"Shows":      reflect.ValueOf(s.shows),
		"Value":      reflect.ValueOf(newValue),
		"Body":       reflect.ValueOf(s.body),
		"BodyValues": reflect.ValueOf(s.bodyValues),
		"Measure":    reflect.ValueOf(s.measureGiven),
		"Call":       reflect.ValueOf(s.called),
		"Stdout":     reflect.ValueOf(&stream{s, link.Stdout}),
		"Stderr":     reflect.ValueOf(&stream{s, link.Stderr}),
		"Stdin":      reflect.ValueOf(s.in),
	}}
}

// show sends the value of a cell's last expression. typ is its static type as
// Go writes it; names lists, separated by commas, the methods among String,
// Error, HTML and MIMEBundle that an interpreted type has, and methods holds
// them in the same order.
func (s *session) show(typ string, v any, names string, methods ...any) {
	if interrupt.Raised() {
		return // a result that is not finished
	}
	with := map[string]any{}
	if names != "" {
		for i, name := range strings.Split(names, ",") {
			if i < len(methods) {
				with[name] = methods[i]
			}
		}
	}
	if b := display.BundleWith(v, typ, with); len(b.Data) > 0 {
		s.out.display(link.Display{Op: "result", Data: b.Data, Metadata: b.Metadata})
	}
}

// A value is one of several results.
type value struct {
	typ string
	v   any
}

func newValue(typ string, v any) any { return value{typ, v} }

// shows sends the values of a last expression that has several, as a tuple.
func (s *session) shows(values ...any) {
	texts := make([]string, len(values))
	for i, v := range values {
		if v, ok := v.(value); ok {
			b := display.BundleWith(v.v, v.typ, nil)
			texts[i], _ = b.Data["text/plain"].(string)
		}
	}
	text := "(" + strings.Join(texts, ", ") + ")"
	s.out.display(link.Display{Op: "result", Data: map[string]any{"text/plain": text}})
}
