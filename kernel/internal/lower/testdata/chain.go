package main

import "fmt"

type I interface{ foo() }
type S struct{ x int }

func (s *S) foo() {}

type W struct{ x, y int }

func (s W) foo()    {}
func g(i I) any     { return i }
func h(i I) any     { var r any = i; return r }
func k(i I) (r any) { r = i; return r }

type st struct{ a any }

func main() {
	i := g(&S{7})
	fmt.Println(i.(*S).x)
	i = h(&S{7})
	fmt.Println(i.(*S).x)
	i = k(&S{7})
	fmt.Println(i.(*S).x)
	i = k(W{7, 8})
	fmt.Println(i.(W).y)
	i = g(W{7, 8})
	fmt.Println(i.(W).y)
	s := st{I(W{1, 2})}
	fmt.Println(s.a.(W).y)
	f := func() any { var i I = &S{3}; return i }
	fmt.Println(f().(*S).x)
	var ii I = &S{4}
	x, y := any(ii), any(5)
	fmt.Println(x.(*S).x, y.(int))
}
