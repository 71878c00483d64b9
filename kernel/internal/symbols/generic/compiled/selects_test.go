package compiled

import "testing"

func TestSelect(t *testing.T) {
	full, empty := make(chan int, 1), make(chan string, 1)
	var none chan int
	full <- 7
	s := NewSelect()
	Receive(s, none)
	Receive(s, full)
	v := "a"
	Send(s, none, new(int))
	if got := Choose(s); got != 1 {
		t.Fatalf("case %d, want 1", got)
	}
	var n int
	if ok := Received(s, &n); !ok || n != 7 {
		t.Errorf("received %d, %v", n, ok)
	}
	s = NewSelect()
	Receive(s, full)
	Default(s)
	if got := Choose(s); got != 1 {
		t.Errorf("case %d, want the default", got)
	}
	s = NewSelect()
	Send(s, empty, &v)
	if got := Choose(s); got != 0 || <-empty != "a" {
		t.Errorf("case %d, want 0 and a value", got)
	}
	close(full)
	s = NewSelect()
	Receive(s, full)
	Choose(s)
	if ok := Received(s, &n); ok || n != 0 {
		t.Errorf("received %d, %v from a closed channel", n, ok)
	}
}
