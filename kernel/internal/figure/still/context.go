package still

import (
	"github.com/dop251/goja"

	"github.com/weft-go/weft/kernel/internal/figure/canvas"
)

// A context shows a canvas.Context to JavaScript. Methods come from a table;
// settings go straight to the Go value, so that save and restore need no more
// than its own.
type context struct {
	vm      *goja.Runtime
	c       *canvas.Context
	methods map[string]goja.Value
	values  map[string]goja.Value // settings as they were written
	saved   []map[string]goja.Value
	canvas  goja.Value
}

// method is what a function of the context does with its arguments. What is
// missing reads as NaN, which the canvas ignores.
type method func(x *context, a args) goja.Value

type args struct {
	goja.FunctionCall
}

func (a args) num(i int) float64 { return a.Argument(i).ToFloat() }

func (a args) truth(i int) bool { return a.Argument(i).ToBoolean() }

var methods = map[string]method{
	"save": func(x *context, a args) goja.Value {
		x.c.Save()
		x.save()
		return nil
	},
	"restore": func(x *context, a args) goja.Value {
		x.c.Restore()
		x.restore()
		return nil
	},
	"setTransform": func(x *context, a args) goja.Value {
		x.c.SetTransform(a.num(0), a.num(1), a.num(2), a.num(3), a.num(4), a.num(5))
		return nil
	},
	"resetTransform": func(x *context, a args) goja.Value { x.c.SetTransform(1, 0, 0, 1, 0, 0); return nil },
	"transform": func(x *context, a args) goja.Value {
		x.c.Transform(a.num(0), a.num(1), a.num(2), a.num(3), a.num(4), a.num(5))
		return nil
	},
	"scale":     func(x *context, a args) goja.Value { x.c.Scale(a.num(0), a.num(1)); return nil },
	"rotate":    func(x *context, a args) goja.Value { x.c.Rotate(a.num(0)); return nil },
	"translate": func(x *context, a args) goja.Value { x.c.Translate(a.num(0), a.num(1)); return nil },
	"beginPath": func(x *context, a args) goja.Value { x.c.BeginPath(); return nil },
	"closePath": func(x *context, a args) goja.Value { x.c.ClosePath(); return nil },
	"moveTo":    func(x *context, a args) goja.Value { x.c.MoveTo(a.num(0), a.num(1)); return nil },
	"lineTo":    func(x *context, a args) goja.Value { x.c.LineTo(a.num(0), a.num(1)); return nil },
	"bezierCurveTo": func(x *context, a args) goja.Value {
		x.c.BezierCurveTo(a.num(0), a.num(1), a.num(2), a.num(3), a.num(4), a.num(5))
		return nil
	},
	"quadraticCurveTo": func(x *context, a args) goja.Value {
		x.c.QuadraticCurveTo(a.num(0), a.num(1), a.num(2), a.num(3))
		return nil
	},
	"arc": func(x *context, a args) goja.Value {
		x.c.Arc(a.num(0), a.num(1), a.num(2), a.num(3), a.num(4), a.truth(5))
		return nil
	},
	"ellipse": func(x *context, a args) goja.Value {
		x.c.Ellipse(a.num(0), a.num(1), a.num(2), a.num(3), a.num(4), a.num(5), a.num(6), a.truth(7))
		return nil
	},
	"arcTo": func(x *context, a args) goja.Value {
		x.c.ArcTo(a.num(0), a.num(1), a.num(2), a.num(3), a.num(4))
		return nil
	},
	"rect":   func(x *context, a args) goja.Value { x.c.Rect(a.num(0), a.num(1), a.num(2), a.num(3)); return nil },
	"fill":   func(x *context, a args) goja.Value { x.c.FillPath(); return nil },
	"stroke": func(x *context, a args) goja.Value { x.c.StrokePath(); return nil },
	"clip":   func(x *context, a args) goja.Value { x.c.Clip(); return nil },
	"fillRect": func(x *context, a args) goja.Value {
		x.c.FillRect(a.num(0), a.num(1), a.num(2), a.num(3))
		return nil
	},
	"strokeRect": func(x *context, a args) goja.Value {
		x.c.StrokeRect(a.num(0), a.num(1), a.num(2), a.num(3))
		return nil
	},
	"clearRect": func(x *context, a args) goja.Value {
		x.c.ClearRect(a.num(0), a.num(1), a.num(2), a.num(3))
		return nil
	},
	"fillText": func(x *context, a args) goja.Value {
		x.c.FillText(a.Argument(0).String(), a.num(1), a.num(2))
		return nil
	},
	"strokeText": func(x *context, a args) goja.Value {
		x.c.StrokeText(a.Argument(0).String(), a.num(1), a.num(2))
		return nil
	},
	"measureText": func(x *context, a args) goja.Value {
		return measured(x.vm, x.c.MeasureText(a.Argument(0).String()))
	},
	"setLineDash": func(x *context, a args) goja.Value {
		x.c.LineDash = numbers(x.vm, a.Argument(0))
		return nil
	},
	"getLineDash": func(x *context, a args) goja.Value { return x.vm.ToValue(x.c.LineDash) },
	"createLinearGradient": func(x *context, a args) goja.Value {
		return gradient(x.vm, canvas.LinearGradient(a.num(0), a.num(1), a.num(2), a.num(3)))
	},
	"createRadialGradient": func(x *context, a args) goja.Value {
		return gradient(x.vm, canvas.RadialGradient(a.num(0), a.num(1), a.num(2), a.num(3), a.num(4), a.num(5)))
	},
	"createPattern": func(x *context, a args) goja.Value {
		img, ok := picture(x.vm, a.Argument(0))
		if !ok {
			return goja.Null()
		}
		repetition := ""
		if v := a.Argument(1); !goja.IsNull(v) && !goja.IsUndefined(v) {
			repetition = v.String()
		}
		return pattern(x.vm, canvas.NewPattern(img, repetition))
	},
	"drawImage": func(x *context, a args) goja.Value {
		img, ok := picture(x.vm, a.Argument(0))
		if !ok {
			return nil
		}
		w, h := img.Width(), img.Height()
		switch {
		case len(a.Arguments) >= 9:
			x.c.DrawImage(img, a.num(1), a.num(2), a.num(3), a.num(4), a.num(5), a.num(6), a.num(7), a.num(8))
		case len(a.Arguments) >= 5:
			x.c.DrawImage(img, 0, 0, w, h, a.num(1), a.num(2), a.num(3), a.num(4))
		default:
			x.c.DrawImage(img, 0, 0, w, h, a.num(1), a.num(2), w, h)
		}
		return nil
	},
}

// settings are the context's properties. Values of the wrong kind are ignored.
var settings = map[string]func(x *context, v goja.Value){
	"fillStyle":   func(x *context, v goja.Value) { setPaint(x.vm, &x.c.Fill, v) },
	"strokeStyle": func(x *context, v goja.Value) { setPaint(x.vm, &x.c.Stroke, v) },
	"globalAlpha": func(x *context, v goja.Value) {
		if a := v.ToFloat(); a >= 0 && a <= 1 {
			x.c.GlobalAlpha = a
		}
	},
	"lineWidth": func(x *context, v goja.Value) {
		if w := v.ToFloat(); w > 0 && w < 1e6 {
			x.c.LineWidth = w
		}
	},
	"lineCap":  func(x *context, v goja.Value) { x.c.LineCap = v.String() },
	"lineJoin": func(x *context, v goja.Value) { x.c.LineJoin = v.String() },
	"miterLimit": func(x *context, v goja.Value) {
		if l := v.ToFloat(); l > 0 {
			x.c.MiterLimit = l
		}
	},
	"lineDashOffset": func(x *context, v goja.Value) {
		if o := v.ToFloat(); o-o == 0 {
			x.c.DashOffset = o
		}
	},
	"font":         func(x *context, v goja.Value) { x.c.Font = font(v.String()) },
	"textAlign":    func(x *context, v goja.Value) { x.c.TextAlign = v.String() },
	"textBaseline": func(x *context, v goja.Value) { x.c.TextBaseline = v.String() },
}

// newContext returns the JavaScript object for c.
func newContext(vm *goja.Runtime, c *canvas.Context, element goja.Value) *goja.Object {
	x := &context{vm: vm, c: c, methods: map[string]goja.Value{}, values: map[string]goja.Value{}, canvas: element}
	for name, f := range methods {
		x.methods[name] = vm.ToValue(func(call goja.FunctionCall) goja.Value {
			if v := f(x, args{call}); v != nil {
				return v
			}
			return goja.Undefined()
		})
	}
	return vm.NewDynamicObject(x)
}

func (x *context) save() {
	copied := make(map[string]goja.Value, len(x.values))
	for k, v := range x.values {
		copied[k] = v
	}
	x.saved = append(x.saved, copied)
}

func (x *context) restore() {
	if n := len(x.saved); n > 0 {
		x.values = x.saved[n-1]
		x.saved = x.saved[:n-1]
	}
}

// Get implements goja.DynamicObject.
func (x *context) Get(key string) goja.Value {
	if m, ok := x.methods[key]; ok {
		return m
	}
	if key == "canvas" {
		return x.canvas
	}
	return x.values[key]
}

// Set implements goja.DynamicObject.
func (x *context) Set(key string, v goja.Value) bool {
	x.values[key] = v
	if set, ok := settings[key]; ok {
		set(x, v)
	}
	return true
}

// Has implements goja.DynamicObject.
func (x *context) Has(key string) bool { return x.Get(key) != nil }

// Delete implements goja.DynamicObject.
func (x *context) Delete(key string) bool { return true }

// Keys implements goja.DynamicObject.
func (x *context) Keys() []string { return nil }

// hidden is the property under which objects that JavaScript passes back to us
// carry their Go value.
const hidden = "weftGo"

func hide[T any](vm *goja.Runtime, v T) *goja.Object {
	o := vm.NewObject()
	if err := o.DefineDataProperty(hidden, vm.ToValue(&box[T]{v}), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE); err != nil {
		panic("BUG: " + err.Error())
	}
	return o
}

// A box keeps goja from looking into a Go value.
type box[T any] struct{ value T }

func unhide[T any](vm *goja.Runtime, v goja.Value) (out T, ok bool) {
	o, isObject := v.(*goja.Object)
	if !isObject {
		return out, false
	}
	inner := o.Get(hidden)
	if inner == nil {
		return out, false
	}
	b, ok := inner.Export().(*box[T])
	if !ok {
		return out, false
	}
	return b.value, true
}

func gradient(vm *goja.Runtime, g *canvas.Gradient) goja.Value {
	o := hide[canvas.Paint](vm, g)
	set(o, "addColorStop", vm.ToValue(func(call goja.FunctionCall) goja.Value {
		g.AddColorStop(call.Argument(0).ToFloat(), call.Argument(1).String())
		return goja.Undefined()
	}))
	return o
}

func pattern(vm *goja.Runtime, p *canvas.Pattern) goja.Value {
	o := hide[canvas.Paint](vm, p)
	set(o, "setTransform", vm.ToValue(func(call goja.FunctionCall) goja.Value {
		if m, ok := call.Argument(0).(*goja.Object); ok {
			num := func(name string) float64 {
				if v := m.Get(name); v != nil {
					return v.ToFloat()
				}
				return 0
			}
			p.SetTransform(num("a"), num("b"), num("c"), num("d"), num("e"), num("f"))
		}
		return goja.Undefined()
	}))
	return o
}

// set sets a property of an object of ours, which can't fail.
func set(o *goja.Object, name string, v any) {
	if err := o.Set(name, v); err != nil {
		panic("BUG: " + err.Error())
	}
}

func setPaint(vm *goja.Runtime, to *canvas.Paint, v goja.Value) {
	if p, ok := unhide[canvas.Paint](vm, v); ok {
		*to = p
		return
	}
	if _, ok := v.(*goja.Object); ok {
		return
	}
	if c, ok := canvas.ParseColor(v.String()); ok {
		*to = canvas.Solid(c)
	}
}

// picture returns the picture of an image that loadImage gave, or of a canvas.
func picture(vm *goja.Runtime, v goja.Value) (img canvas.Image, ok bool) {
	if img, ok := unhide[canvas.Image](vm, v); ok {
		return img, true
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return img, false
	}
	get, ok := goja.AssertFunction(o.Get("getContext"))
	if !ok {
		return img, false
	}
	c, err := get(o)
	if err != nil {
		return img, false
	}
	if inner, ok := c.(*goja.Object); ok {
		if x, ok := inner.Export().(*context); ok {
			return x.c.Picture(), true
		}
	}
	return img, false
}

func measured(vm *goja.Runtime, width float64) goja.Value {
	o := vm.NewObject()
	set(o, "width", width)
	return o
}

func numbers(vm *goja.Runtime, v goja.Value) []float64 {
	var out []float64
	if _, ok := v.(*goja.Object); !ok || vm.ExportTo(v, &out) != nil {
		return nil
	}
	return out
}
