package engine

import (
	"reflect"
	"slices"
	"unsafe"
)

// closureWords is how much is looked at of the closure behind an interpreted
// function: its code and what yaegi's genFunctionWrapper captures.
const closureWords = 7

// makeFuncWords is the size of reflect's makeFuncImpl.
const makeFuncWords = 6

// made says where reflect.MakeFunc keeps the function that it was given: found
// out by trying, so that another layout gives no names instead of wrong ones.
var made = func() (m struct {
	code uintptr // of all functions that MakeFunc makes
	word int     // of the function, 0 if it is not where we look
}) {
	var captured int
	inner := func([]reflect.Value) []reflect.Value { captured++; return nil }
	f := reflect.MakeFunc(reflect.TypeFor[func()](), inner)
	m.code = f.Pointer()
	words := (*[makeFuncWords]unsafe.Pointer)(funcWord(f))
	m.word = max(0, slices.Index(words[:], *(*unsafe.Pointer)(unsafe.Pointer(&inner))))
	return m
}()

// nameOf finds the interpreted function that v is, "" for others. yaegi makes
// the value of a function by reflect.MakeFunc from a closure that holds, among
// a few other words, the node that the function starts with, which is no other
// function's.
func (g *globals) nameOf(v reflect.Value) (name string) {
	if made.word == 0 || v.Pointer() != made.code {
		return ""
	}
	defer func() {
		if recover() != nil { // reflect's, of a field that is another
			name = ""
		}
	}()
	closure := (*[makeFuncWords]unsafe.Pointer)(funcWord(v))[made.word]
	words := (*[closureWords]unsafe.Pointer)(closure)
	for i := g.sym.MapRange(); i.Next(); {
		symbol := i.Value()
		if symbol.IsNil() || symbol.Elem().FieldByName("index").Int() >= 0 {
			continue
		}
		node := symbol.Elem().FieldByName("node")
		if node.IsNil() {
			continue
		}
		children := node.Elem().FieldByName("child")
		if children.Len() < 4 || children.Index(3).IsNil() {
			continue // no function
		}
		if start := children.Index(3).Elem().FieldByName("start").UnsafePointer(); start != nil && slices.Contains(words[1:], start) {
			return i.Key().String()
		}
	}
	return ""
}
