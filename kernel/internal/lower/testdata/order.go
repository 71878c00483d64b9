package main

import "fmt"

var a = f("a", x)

func f(name string, _ ...any) int {
	fmt.Print(name, " ")
	return 0
}

var b = f("b", y)

func init() { fmt.Println("init", x, y, list[0].s) }

var x int
var y int = 42

var list = []struct{ s string }{{"s"}}

func init() { fmt.Println("second", a, b) }

var _ = f("blank") == f("compared")

func main() { fmt.Println("main") }
