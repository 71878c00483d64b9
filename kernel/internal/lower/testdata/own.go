package main

import "fmt"

type I interface{ foo() int }
type J interface {
	I
	bar()
}
type S struct{ x int }

func (s *S) foo() int { return s.x }
func (s *S) bar()     {}

type W struct{ x, y int }

func (s W) foo() int { return s.y }
func (s W) bar()     {}

type V struct{ x, y int }

func (s V) foo() int { return s.y + 100 }
func try(s string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(s, "panic")
		}
	}()
	fmt.Print(s, " ")
	f()
}
func show(s string, v I) {
	try(s, func() {
		fmt.Println(v.foo())
		_, ok := v.(*S)
		fmt.Println(ok)
		_, ok = v.(W)
		fmt.Println(ok)
		_, ok = v.(V)
		fmt.Println(ok)
		y, ok := v.(J)
		fmt.Println(ok)
		if ok {
			y.bar()
			fmt.Println(y.foo())
		}
		fmt.Println(v == nil)
	})
	try(s, func() {
		switch x := v.(type) {
		case *S:
			fmt.Println("S", x.x)
		case W:
			fmt.Println("W", x.y)
		case V:
			fmt.Println("V", x.y)
		case nil:
			fmt.Println("nil")
		}
	})
	try(s, func() { x := v.(*S); fmt.Println(x.x) })
	try(s, func() { x := v.(W); fmt.Println(x.x) })
	try(s, func() { x := v.(J); fmt.Println(x.foo()); fmt.Println(x == v, v == x, v != I(W{1, 2})) })
}
func main() {
	w := W{1, 2}
	s := &S{3}
	var i I = w
	var j J = w
	show("1", i)
	show("2", j)
	show("3", I(j))
	show("4", I(w))
	show("5", I(J(w)))
	show("8", V{1, 2})
	i, j = s, s
	show("1", i)
	show("2", j)
	show("3", I(j))
	show("4", I(s))
	show("5", I(J(s)))
	i = j
	show("8", i)
	m := map[string]I{"a": i, "b": j, "c": s, "d": w}
	for _, n := range []string{"a", "b", "c", "d"} {
		show(n, m[n])
	}
	is := []I{i, j, w, s}
	for _, x := range is {
		show("e", x)
	}
	is = append(is, i, j, w, s)
	for _, x := range is {
		show("g", x)
	}
	var z I
	show("z", z)
	var k J
	try("k", func() { z = k })
	z = nil
	a, b := i, I(w)
	a, b = b, a
	show("l", a)
	show("m", b)
	p := &i
	*p = w
	show("p", *p)
	*p = j
	show("p", *p)
	type st struct{ i I }
	q := st{w}
	show("q", q.i)
	q = st{j}
	show("q", q.i)
	r := func() (I, I) { return j, s }
	show1 := func(x, y I) { show("r", x); show("r", y) }
	show1(r())
	ii := i.(J).(I)
	show("s", ii)
	fmt.Println(i == j, i == I(s), z == nil, I(w) == I(W{1, 2}), I(w) == I(V{1, 3}), i != j)
}
