package chart

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// structure is a struct as encoding/json has it, field by field, so that one
// NaN in it does not lose the rest.
func (c *cleaner) structure(v reflect.Value, depth int) any {
	if m, ok := marshaler(v); ok {
		return c.marshaled(m, depth)
	}
	out := obj{}
	for _, f := range planOf(v.Type()) {
		e := v.Field(f.index)
		if f.inline {
			if inner, ok := c.value(e, depth+1).(obj); ok {
				for k, e := range inner {
					if _, taken := out[k]; !taken {
						out[k] = e
					}
				}
			}
			continue
		}
		if f.omitEmpty && empty(e) || f.omitZero && e.IsZero() {
			continue
		}
		out[f.name] = c.value(e, depth+1)
	}
	return out
}

// A planned field is one of a struct that goes into its JSON.
type planned struct {
	index               int
	name                string
	inline              bool // its own fields stand in the struct's place
	omitEmpty, omitZero bool
}

var plans sync.Map // of []planned by reflect.Type

func planOf(t reflect.Type) []planned {
	if p, ok := plans.Load(t); ok {
		return p.([]planned)
	}
	plan := []planned{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		plan = append(plan, planned{
			index: i, name: or(name, f.Name), inline: f.Anonymous && name == "",
			omitEmpty: strings.Contains(options, "omitempty"), omitZero: strings.Contains(options, "omitzero"),
		})
	}
	plans.Store(t, plan)
	return plan
}

// marshaler is v, if it writes its own JSON. Plain slices are not asked: there
// may be a million of them.
func marshaler(v reflect.Value) (m json.Marshaler, ok bool) {
	if v.CanInterface() && v.Type().NumMethod() > 0 {
		m, ok = v.Interface().(json.Marshaler)
	}
	return m, ok
}

// marshaled is what a value with a MarshalJSON of its own makes of itself.
func (c *cleaner) marshaled(m json.Marshaler, depth int) any {
	if v := reflect.ValueOf(m); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	b, err := m.MarshalJSON()
	if err != nil {
		c.lost++
		return nil
	}
	var out any
	if json.Unmarshal(b, &out) != nil {
		c.lost++
		return nil
	}
	return c.value(reflect.ValueOf(out), depth+1)
}

// empty is what encoding/json's omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() == 0
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Interface, reflect.Pointer:
		return v.IsZero()
	}
	return false
}
