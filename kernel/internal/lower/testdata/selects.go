package main

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"
)

type I interface{ M() int }
type T struct{ n int }

func (t T) M() int { return t.n }

type P struct{ n, m int }

func (t *P) M() int { return t.n }
func worker(id int, in <-chan int, out chan<- int, quit chan struct{}) {
	for {
		select {
		case v, ok := <-in:
			if !ok {
				return
			}
			select {
			case out <- v*10 + id:
			case <-quit:
				return
			}
		case <-quit:
			return
		}
	}
}
func main() {
	ci := make(chan I, 4)
	cf := make(chan func() int, 4)
	ca := make(chan any, 4)
	ce := make(chan error, 4)
	cs := make(chan struct{}, 3)
	cp := make(chan *P, 3)
	ct := make(chan T, 3)
	send := func() {
		for i := 0; i < 7; i++ {
			switch i {
			case 0:
				select {
				case ci <- T{1}:
				}
			case 1:
				select {
				case cf <- func() int { return 42 }:
				}
			case 2:
				select {
				case ca <- T{3}:
				default:
					fmt.Println("no")
				}
			case 3:
				select {
				case ce <- fmt.Errorf("e"):
				}
			case 4:
				select {
				case cs <- struct{}{}:
				}
			case 5:
				select {
				case cp <- &P{7, 8}:
				}
			case 6:
				select {
				case ct <- T{9}:
				}
			}
		}
	}
	send()
	var lines []string
	add := func(v ...any) { lines = append(lines, fmt.Sprintln(v...)) }
	for i := 0; i < 7; i++ {
		select {
		case v := <-ci:
			add("ci", v.M())
			_, ok := v.(T)
			add(ok)
			ci = nil
		case f := <-cf:
			add("cf", f())
			cf = nil
		case v, ok := <-ca:
			add("ca", v.(T).n, ok)
			ca = nil
		case e := <-ce:
			add("ce", e)
			ce = nil
		case _, ok := <-cs:
			add("cs", ok)
			cs = nil
		case p := <-cp:
			add("cp", p.m)
			cp = nil
		case v := <-ct:
			add("ct", v.n)
			ct = nil
		}
	}
	sort.Strings(lines)
	fmt.Print(lines)
	in, out := make(chan int), make(chan int)
	quit := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Add(1)
		go func() { defer wg.Done(); worker(w, in, out, quit) }()
	}
	go func() {
		for i := range 200 {
			in <- i
		}
		close(in)
		wg.Wait()
		close(out)
	}()
	sum := 0
	for v := range out {
		sum += v / 10
	}
	fmt.Println(sum)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	select {
	case <-ctx.Done():
		fmt.Println(ctx.Err())
	case <-time.After(5 * time.Second):
		fmt.Println("late")
	}
	var fs []func() int
	c := make(chan int, 3)
	c <- 1
	c <- 2
	c <- 3
	for range 3 {
		select {
		case x := <-c:
			fs = append(fs, func() int { x++; return x })
		}
	}
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
	a := make([]int, 3)
	i := 0
	next := func() int { i++; return i }
	c <- 5
	select {
	case a[next()] = <-c:
	}
	fmt.Println(a, i)
L:
	for {
		select {
		case c <- 1:
		default:
			break L
		}
	}
	fmt.Println(len(c), f())
M:
	select {
	case <-c:
		if len(c) > 0 {
			break M
		}
		fmt.Println("never")
	}
}
func f() int {
	c := make(chan int, 1)
	c <- 4
	select {
	case x := <-c:
		return x
	}
}
