package main

import "fmt"

type I interface{ foo() int }
type W struct{ x, y int }

func (s W) foo() int { return s.y }

type S struct{ x, y int }

func (s *S) foo() int { return s.y }

type V struct{ x, y int }

func (s V) foo() int { return s.y }
func ok(v I) bool    { _, ok := v.(W); return ok }
func id(v I) I       { return v }
func as1(i I) string {
	switch i.(type) {
	case V:
		return "V"
	case W:
		return "W"
	case *S:
		return "*S"
	}
	return "?"
}
func as2(i I) string {
	j := i
	switch j.(type) {
	case V:
		return "V"
	case W:
		return "W"
	case *S:
		return "*S"
	}
	return "?"
}
func as3(i I) string {
	var j I
	j = i
	switch j.(type) {
	case V:
		return "V"
	case W:
		return "W"
	case *S:
		return "*S"
	}
	return "?"
}
func as4(i I) string {
	var j I = i
	switch j.(type) {
	case V:
		return "V"
	case W:
		return "W"
	case *S:
		return "*S"
	}
	return "?"
}
func as5(i I) string { return as1(i) }
func mk(v W) I       { return v }
func mk2(v W) I      { var r I = v; return r }
func ms(v *S) I      { return v }
func main() {
	w := W{1, 2}
	s := &S{3, 4}
	v := V{5, 6}
	fmt.Println(as1(id(w)), as2(id(w)), as3(id(w)), as4(id(w)), as5(id(w)))
	fmt.Println(as1(id(s)), as2(id(s)), as3(id(s)), as4(id(s)), as5(id(s)))
	fmt.Println(as1(id(v)), as2(id(v)), as3(id(v)), as4(id(v)), as5(id(v)))
	fmt.Println(as1(mk(w)), as2(mk(w)), as3(mk(w)), as4(mk(w)), as5(mk(w)))
	fmt.Println(as1(ms(s)), as2(ms(s)), as3(ms(s)), as4(ms(s)), as5(ms(s)))
	fmt.Println(as1(id(mk(w))), as2(id(mk(w))), as3(id(mk(w))), as4(id(mk(w))), as5(id(mk(w))))
	fmt.Println(as1(id(id(w))), as2(id(id(w))), as3(id(id(w))), as4(id(id(w))), as5(id(id(w))))
}
func init() {
	var z I
	defer func() { fmt.Println(recover()) }()
	switch z.(type) {
	case W:
		fmt.Println("W")
	case nil:
		fmt.Println("nil")
	}
	switch x := z.(type) {
	case W:
		fmt.Println("W")
	case nil:
		fmt.Println("nil", x == nil)
	}
	switch x := id(z).(type) {
	case W:
		fmt.Println("W")
	default:
		fmt.Println("nil", x == nil)
	}
}
