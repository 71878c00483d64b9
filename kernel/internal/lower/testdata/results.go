package main

import "fmt"

type I interface{ foo() int }
type W struct{ x, y int }

func (s W) foo() int { return s.y }

type S struct{ x, y int }

func (s *S) foo() int { return s.y }
func ok(v I) bool     { _, ok := v.(W); _, ok2 := v.(*S); return ok || ok2 }
func id(v I) I        { return v }
func id2(v I) I       { var r I = v; return r }
func id3(v I) (r I)   { r = v; return }
func mk(v W) I        { return v }
func mk2(v W) I       { var r I = v; return r }
func mk3(v W) (r I)   { r = v; return r }
func ms(v *S) I       { return v }
func ms2(v *S) I      { var r I = v; return r }
func ms3(v *S) (r I)  { r = v; return r }
func main() {
	w := W{1, 2}
	s := &S{3, 4}
	fmt.Println("id", ok(id(w)), ok(id2(w)), ok(id3(w)), ok(id(s)), ok(id2(s)), ok(id3(s)))
	fmt.Println("mk", ok(mk(w)), ok(mk2(w)), ok(mk3(w)), ok(ms(s)), ok(ms2(s)), ok(ms3(s)))
	a, b, c := id(w), id2(w), id3(w)
	fmt.Println("id", ok(a), ok(b), ok(c))
	fmt.Println("idid", ok(id(id(w))), ok(id(mk(w))), ok(id(ms(s))))
	x, k := id(w).(W)
	fmt.Println(x, k)
	x, k = mk(w).(W)
	fmt.Println(x, k)
	is := []I{id(w), mk(w), ms(s), w, s}
	for _, i := range is {
		fmt.Println(ok(i))
	}
	for i := range is {
		fmt.Println(ok(is[i]))
	}
	fmt.Println("I", ok(I(w)), ok(I(s)), ok(I(id(w))))
	y := I(w)
	z := I(s)
	fmt.Println("I", ok(y), ok(z))
	var v I = I(w)
	fmt.Println("I", ok(v))
	v = I(s)
	fmt.Println("I", ok(v), ok(func() I { return w }()), ok(func() I { return I(w) }()))
	st := struct{ i I }{w}
	fmt.Println("st", ok(st.i))
	m := map[string]I{"a": w}
	fmt.Println("st", ok(m["a"]))
	ch := make(chan I, 4)
	ch <- w
	ch <- mk(w)
	ch <- v
	ch <- I(w)
	fmt.Println("ch", ok(<-ch), ok(<-ch), ok(<-ch), ok(<-ch))
}
