package proc

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestManager(t *testing.T) {
	p := newPool(t, 2)
	m, err := NewManager()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	list, err := m.List("first")
	if err != nil {
		t.Fatal(err)
	}
	d, _ := m.Dict()
	v, err := m.Value(1)
	if err != nil {
		t.Fatal(err)
	}
	s := shared{N: 10, List: list, Dict: d, Var: v}
	if _, err := p.Map("manage", []shared{s, s}, Chunk(1)); err == nil || !strings.Contains(err.Error(), "proc.rows") {
		t.Errorf("a type that gob does not know: %v", err)
	}
	items, err := list.All()
	if err != nil || len(items) < 2 || items[0] != "first" {
		t.Errorf("%v, %v", items, err)
	}
	if err := errors.Join(list.Set(-1, []int{7}), list.Append(1, 2)); err != nil {
		t.Error(err)
	}
	if x, err := list.Get(-3); err != nil || fmt.Sprint(x) != "[7]" {
		t.Errorf("%v, %v", x, err)
	}
	if x, err := list.Pop(); err != nil || x != 2 {
		t.Errorf("%v, %v", x, err)
	}
	if _, err := list.Get(100); err == nil || !strings.Contains(err.Error(), "index 100 of a list with") {
		t.Errorf("%v", err)
	}
	if err := errors.Join(d.Set("b", 1), d.Set("a", nil), d.Delete(0)); err != nil {
		t.Error(err)
	}
	if keys, err := d.Keys(); err != nil || fmt.Sprint(keys) != "[b a]" {
		t.Errorf("%v, %v", keys, err)
	}
	if all, err := d.All(); err != nil || fmt.Sprint(all) != "map[a:<nil> b:1]" {
		t.Errorf("%v, %v", all, err)
	}
	if has, err := d.Has("a"); err != nil || !has {
		t.Errorf("%v, %v", has, err)
	}
	if _, err := d.Get("c"); err == nil || !strings.Contains(err.Error(), `no key "c"`) {
		t.Errorf("%v", err)
	}
	if err := d.Set([]int{1}, 2); err == nil {
		t.Error("a slice as a key")
	}
	if err := v.Set(2.5); err != nil {
		t.Error(err)
	}
	if x, err := v.Get(); err != nil || x != 2.5 {
		t.Errorf("%v, %v", x, err)
	}
	m.Close()
	if _, err := v.Get(); err == nil {
		t.Error("the manager answers after Close")
	}
}

func TestProcess(t *testing.T) {
	for _, row := range []struct {
		task   string
		in     any
		before func(p *Process)
		code   int
		want   string
	}{
		{"square", 5, nil, 0, ""},
		{"fails", 1, nil, 1, "not one"},
		{"exits", 3, nil, 7, "exit status 7"},
		{"deaf", 0, func(p *Process) { p.Terminate() }, -15, "signal: terminated"},
		{"deaf", 0, func(p *Process) { p.Kill() }, -9, "signal: killed"},
	} {
		p, err := NewProcess(row.task, row.in)
		if err != nil {
			t.Fatal(err)
		}
		if p.Alive() || p.Pid() != 0 || p.Join() != errNotStarted {
			t.Errorf("%s: alive before Start", row.task)
		}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		if p.Start() == nil || p.Pid() == 0 {
			t.Errorf("%s: started twice", row.task)
		}
		if row.before != nil {
			if !p.Alive() || p.JoinTimeout(time.Millisecond) {
				t.Errorf("%s: not alive", row.task)
			}
			row.before(p)
		}
		err = p.Join()
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v, want %s", row.task, err, row.want)
		}
		if p.Alive() || p.ExitCode() != row.code {
			t.Errorf("%s: exit code %d, want %d", row.task, p.ExitCode(), row.code)
		}
	}
	if _, err := NewProcess("square", "x"); err == nil || !strings.Contains(err.Error(), "a string, want int") {
		t.Errorf("%v", err)
	}
	if pids := children(); len(pids) > 0 {
		t.Errorf("processes %v are left", pids)
	}
}
