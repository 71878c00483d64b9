package shm

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

// A form is one type of slice, for tests that go over all of them.
type form struct {
	name   string
	create func(n int) (closer, error)
	attach func(h Handle) (closer, error)
}

type closer interface {
	Handle() Handle
	Close() error
}

// as makes a function return the interface.
func as[A any, T closer](f func(A) (T, error)) func(A) (closer, error) {
	return func(a A) (closer, error) {
		s, err := f(a)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}

var forms = []form{
	{"float64", as(NewFloat64s), as(AttachFloat64s)},
	{"float32", as(NewFloat32s), as(AttachFloat32s)},
	{"int", as(NewInts), as(AttachInts)},
	{"int64", as(NewInt64s), as(AttachInt64s)},
	{"int32", as(NewInt32s), as(AttachInt32s)},
	{"uint64", as(NewUint64s), as(AttachUint64s)},
	{"uint32", as(NewUint32s), as(AttachUint32s)},
	{"byte", as(NewBytes), as(AttachBytes)},
}

func TestForms(t *testing.T) {
	for _, f := range forms {
		for _, n := range []int{1, 3, 4096, 5001} {
			s, err := f.create(n)
			if err != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			h := s.Handle()
			if h.Kind != f.name || h.Len != n {
				t.Errorf("handle %v of %d × %s", h, n, f.name)
			}
			again, err := f.attach(h)
			if err != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			for _, c := range []closer{again, s, s} {
				if err := c.Close(); err != nil {
					t.Errorf("%s: close: %v", f.name, err)
				}
			}
			if _, err := f.attach(h); !errors.Is(err, ErrClosed) {
				t.Errorf("%s: attach what was closed: %v", f.name, err)
			}
			if _, err := f.attach(s.Handle()); err == nil {
				t.Errorf("%s: a closed slice's handle can be attached", f.name)
			}
		}
		for _, n := range []int{0, -1, math.MinInt, math.MaxInt} {
			if s, err := f.create(n); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d × %s", n, f.name)) {
				t.Errorf("%s: %d elements: %v, %v", f.name, n, s, err)
			}
		}
	}
}

func TestMemoryIsShared(t *testing.T) {
	s, err := NewFloat64s(1000)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, x := range s.Data {
		if x != 0 {
			t.Fatalf("element %d is %v at first", i, x)
		}
	}
	var wire bytes.Buffer
	if err := gob.NewEncoder(&wire).Encode(s.Handle()); err != nil {
		t.Fatal(err)
	}
	var h Handle
	if err := gob.NewDecoder(&wire).Decode(&h); err != nil {
		t.Fatal(err)
	}
	again, err := AttachFloat64s(h)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if unsafe.SliceData(again.Data) == unsafe.SliceData(s.Data) {
		t.Error("attached at the same address: nothing is tested")
	}
	s.Data[999] = 1.5
	again.Data[0] = 2.5
	if again.Data[999] != 1.5 || s.Data[0] != 2.5 {
		t.Errorf("got %v and %v, want 1.5 and 2.5", again.Data[999], s.Data[0])
	}
	s.Close() // the other keeps it
	if again.Data[0] != 2.5 {
		t.Errorf("after the first was closed: %v", again.Data[0])
	}
}

func TestWrongHandles(t *testing.T) {
	s, err := NewInts(10)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	good := s.Handle()
	for _, row := range []struct {
		change func(h *Handle)
		want   string
	}{
		{func(h *Handle) { h.Kind = "float64" }, "another type"},
		{func(h *Handle) { h.Len = 11 }, "closed"},
		{func(h *Handle) { h.Len = -1 }, "negative"},
		{func(h *Handle) { h.Inode++ }, "closed"},
		{func(h *Handle) { h.FD = 9999 }, "closed"},
		{func(h *Handle) { *h = Handle{Kind: "int"} }, "no elements"},
	} {
		h := good
		row.change(&h)
		if _, err := AttachInts(h); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: %v, want %s", h, err, row.want)
		}
	}
	var zero Ints
	if err := zero.Close(); err != nil || zero.Handle() != (Handle{}) {
		t.Errorf("the zero slice: %v, %v", err, zero.Handle())
	}
}

// A slice that was kept after Close must not show what is mapped later.
func TestAddressesAreKept(t *testing.T) {
	closed := make(map[unsafe.Pointer]bool)
	for range 50 {
		s, err := NewBytes(1 << 16)
		if err != nil {
			t.Fatal(err)
		}
		at := unsafe.Pointer(&s.Data[0])
		if closed[at] {
			t.Fatal("a new slice lies where a closed one was")
		}
		closed[at] = true
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s.Data != nil {
			t.Fatal("Data is not nil after Close")
		}
	}
}

func TestNothingStays(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	count := func() (descriptors, mappings int) {
		files, _ := filepath.Glob("/proc/self/fd/*")
		for _, f := range files {
			if to, _ := os.Readlink(f); strings.Contains(to, "memfd:weft") {
				descriptors++
			}
		}
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Fatal(err)
		}
		return descriptors, strings.Count(string(maps), "memfd:weft")
	}
	for range 200 {
		s, err := NewInt32s(100_000)
		if err != nil {
			t.Fatal(err)
		}
		again, err := AttachInt32s(s.Handle())
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
		s.Close()
	}
	if d, m := count(); d > 0 || m > 0 {
		t.Errorf("%d descriptors and %d mappings are left", d, m)
	}
}
