package dock

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

type ring struct {
	next *ring
	name string
	kept []*ring
}

type hidden struct {
	a  int8
	b  []string
	m  map[string]float64
	in any
	_  sync.Mutex
}

func TestCopies(t *testing.T) {
	r := &ring{name: "a"}
	r.next = &ring{r, "b", []*ring{r, nil}}
	values := []any{
		true, -5, uint8(200), float32(1.5), math.Inf(-1), complex(1, -2), "text\x00", []int{1, 2, 3}, []int(nil), []string{}, [3]bool{true},
		map[string][]int{"a": {1}, "b": nil}, map[int]int(nil), hidden{a: -3, b: []string{"x"}, m: map[string]float64{"y": 2}, in: []string{"z"}},
		[]any{1, "two", nil, 3.0, []any{4}}, time.Duration(5), struct{}{}, [][]float64{{1}, nil}, (*int)(nil), (chan int)(nil), (func())(nil),
	}
	for _, v := range values {
		from := reflect.New(reflect.TypeOf(v)).Elem()
		from.Set(reflect.ValueOf(v))
		b, err := WriteCopy(nil, from)
		if err != nil {
			t.Errorf("%#v: %v", v, err)
			continue
		}
		to := reflect.New(from.Type()).Elem()
		rest, err := ReadCopy(append(b, 7), to)
		if err != nil || len(rest) != 1 {
			t.Errorf("%#v is read with %v, %d bytes are left", v, err, len(rest))
		}
		if !reflect.DeepEqual(to.Interface(), v) {
			t.Errorf("%#v becomes %#v", v, to.Interface())
		}
		for cut := range b {
			if _, err := ReadCopy(b[:cut], reflect.New(from.Type()).Elem()); err == nil {
				t.Errorf("%d bytes of %#v are enough", cut, v)
			}
		}
	}
	b, err := WriteCopy(nil, reflect.ValueOf(&r).Elem())
	if err != nil {
		t.Fatal(err)
	}
	var got *ring
	if _, err := ReadCopy(b, reflect.ValueOf(&got).Elem()); err != nil {
		t.Fatal(err)
	}
	if got == r || got.next.next != got || got.next.kept[0] != got || got.next.name != "b" {
		t.Errorf("a ring becomes %+v", got)
	}
}

func TestCopiesRefuse(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	tests := []struct {
		v    any
		want string
	}{
		{make(chan int), "x is a channel"},
		{[]func(){nil, func() {}}, "x[1]: a function value"},
		{map[string]any{"k": make(chan int)}, `x["k"]: a value of type chan int in an interface`},
		{&struct{ mu *sync.Mutex }{&mu}, "x.mu: the sync.Mutex is in use"},
	}
	for _, tt := range tests {
		v := reflect.New(reflect.TypeOf(tt.v)).Elem()
		v.Set(reflect.ValueOf(tt.v))
		err := WriteCopies(&bytes.Buffer{}, []string{"x"}, func(string) (reflect.Value, bool) { return v, true })
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%T: error %v, want %q", tt.v, err, tt.want)
		}
	}
	if _, err := ReadCopy([]byte{byte(reflect.String), 1, 'x'}, reflect.ValueOf(new(int)).Elem()); err == nil {
		t.Error("a text is read as a number")
	}
}

func TestAlone(t *testing.T) {
	n := 41
	file := filepath.Join(t.TempDir(), "values")
	var b bytes.Buffer
	if err := WriteCopies(&b, []string{"n"}, func(string) (reflect.Value, bool) { return reflect.ValueOf(&n).Elem(), true }); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var p, zero *int
	Register(&Package{Path: "main", Vars: map[string]any{"n": &p, "zero": &zero}, Cell: func(*Run) { *p++; *zero-- }})
	if err := alone(file); err != nil || *p != 42 || *zero != -1 {
		t.Errorf("error %v, n is %d", err, *p)
	}
	Register(&Package{Path: "main", Vars: map[string]any{"other": &p}})
	if err := alone(file); err == nil {
		t.Error("a value for a variable that is not there is taken")
	}
}
