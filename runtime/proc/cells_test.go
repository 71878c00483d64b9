package proc

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMethods(t *testing.T) {
	p := newPool(t, 2)
	for _, in := range []any{[]int{1, 2, 3}, [3]int{1, 2, 3}, []any{1, 2.0, int8(3)}, []float64{1, 2, 3}, []uint8{1, 2, 3}} {
		out, err := p.Map("square", in, Chunk(2))
		if err != nil || fmt.Sprint(out) != "[1 4 9]" || fmt.Sprintf("%T", out[0]) != "int" {
			t.Errorf("Map of %T: %v, %v", in, out, err)
		}
	}
	if out, err := p.Apply("empty", nil); err != nil || out != struct{}{} {
		t.Errorf("Apply: %v, %v", out, err)
	}
	r := p.ApplyAsync("square", 4)
	if !r.Wait(10*time.Second) || !r.Ready() {
		t.Error("not ready after 10 s")
	}
	if v, err := r.Get(); err != nil || v != 16 {
		t.Errorf("ApplyAsync: %v, %v", v, err)
	}
	slow := p.ApplyAsync("obeys", 1)
	if slow.Wait(time.Millisecond) || slow.Ready() {
		t.Error("ready at once")
	}
	sum := 0
	for r := p.Imap("fails", []int{0, 1, 2, 4, 5}, Chunk(2)); r.Next(); {
		if v, ok := r.Value().(int); ok {
			sum = sum*10 + v
		} else if r.Err() == nil || r.Index() != 1 && r.Index() != 2 {
			t.Errorf("input %d: %v", r.Index(), r.Err())
		}
	}
	if sum != 45 {
		t.Errorf("Imap: %d, want 45", sum)
	}
	seen := make(map[any]bool)
	for r := p.ImapUnordered("square", []int{1, 2, 3}); r.Next(); {
		seen[r.Value()] = true
	}
	if fmt.Sprint(seen) != "map[1:true 4:true 9:true]" {
		t.Errorf("ImapUnordered: %v", seen)
	}
	p.Close()
	if _, err := slow.Get(); err == nil {
		t.Error("a call that Close ended has no error")
	}
}

func TestMethodsRefuse(t *testing.T) {
	p := newPool(t, 1)
	for _, row := range []struct {
		task, in any
		want     string
	}{
		{"square", 3, "a int, want a slice"},
		{"square", []any{1, "x"}, "input 1: a string, want int"},
		{"square", []any{nil}, "nil, want int"},
		{"square", []float64{1.5}, "1.5 can't be a int"},
		{"square", []uint64{1 << 63}, "can't be a int"},
		{"cube", []int{1}, `no task "cube"`},
		{3, []int{1}, "not a int"},
		{func(int) int { return 1 }, []int{1}, "only in a notebook"},
	} {
		if _, err := p.Map(row.task, row.in); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v of %v: %v, want %s", row.task, row.in, err, row.want)
		}
		if r := p.Imap(row.task, row.in); r.Next() || r.Err() == nil {
			t.Errorf("Imap %v of %v: %v", row.task, row.in, r.Err())
		}
	}
	var none *Pool
	if _, err := none.Map("square", []int{1}); err == nil {
		t.Error("no pool, no error")
	}
}

func TestImap(t *testing.T) {
	p := newPool(t, 2)
	var got []string
	for v, err := range Imap[int, int](context.Background(), p, "exits", []int{1, 2, 3, 4}) {
		if err != nil {
			got = append(got, "error")
		} else {
			got = append(got, fmt.Sprint(v))
		}
	}
	if fmt.Sprint(got) != "[1 2 error 4]" {
		t.Errorf("%v", got)
	}
	for range ImapUnordered[int, int](context.Background(), p, "square", []int{1, 2, 3, 4}) {
		break // ends the call
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range Imap[int, int](ctx, p, "square", []int{1}) {
		if err != context.Canceled {
			t.Errorf("%v", err)
		}
	}
}
