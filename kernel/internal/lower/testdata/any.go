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

type E error

func try(s string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(s, "panic")
		}
	}()
	fmt.Print(s, " ")
	f()
}
func show(s string, v any) {
	try(s, func() {
		_, ok := v.(*S)
		fmt.Println(ok)
		_, ok = v.(W)
		fmt.Println(ok)
		x, ok := v.(I)
		fmt.Println(ok)
		if ok {
			fmt.Println(x.foo())
		}
		y, ok := v.(J)
		fmt.Println(ok)
		if ok {
			y.bar()
			fmt.Println(y.foo())
		}
	})
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
	show("6", any(I(w)))
	show("7", any(any(w)))
	i, j = s, s
	show("1", i)
	show("2", j)
	show("3", I(j))
	show("4", I(s))
	show("5", I(J(s)))
	show("6", any(I(s)))
	show("7", any(any(s)))
	i = j
	show("8", i)
	var k any = i
	k = any(k)
	show("9", k)
	l := k
	show("10", l)
	m := map[string]any{"a": i, "b": k, "c": s, "d": w}
	for _, n := range []string{"a", "b", "c", "d"} {
		show(n, m[n])
	}
	is := []I{i, j, w, s}
	for _, x := range is {
		show("e", x)
	}
	as := []any{i, j, w, s, k}
	for _, x := range as {
		show("f", x)
	}
	as = append(as, i, j, w, s)
	for _, x := range as {
		show("g", x)
	}
	c := make(chan any, 4)
	c <- i
	c <- w
	c <- s
	c <- k
	close(c)
	for x := range c {
		show("h", x)
	}
	show("i", j.(I))
	show("j", k.(I))
	show("k", any(i).(J))
	var z I
	show("z", z)
	a, b := any(i), any(w)
	show("l", a)
	show("m", b)
	a, b = b, a
	show("l", a)
	show("m", b)
	f := func(xs ...any) {
		for _, x := range xs {
			show("v", x)
		}
	}
	f(i, j, w, s, k)
	p := &k
	*p = w
	show("p", *p)
	type st struct {
		a any
		i I
	}
	q := st{i, w}
	show("q", q.a)
	show("q", q.i)
	q.a = q.i
	show("q", q.a)
	r := func() (any, I) { return w, s }
	show1 := func(x any, y I) { show("r", x); show("r", y) }
	show1(r())
}
