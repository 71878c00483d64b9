package mem

import (
	"testing"
	"unsafe"
)

func TestMake(t *testing.T) {
	for _, n := range []int{0, 1, 7, 1000, page / 4, page + 1} {
		s := Make[float64](n)
		if len(s) != n || cap(s) != n {
			t.Fatalf("Make(%d) has length %d, capacity %d", n, len(s), cap(s))
		}
		if n == 0 {
			continue
		}
		align := uintptr(line)
		if n*8 >= 2*page {
			align = page
		}
		if at := uintptr(unsafe.Pointer(&s[0])); at%align != 0 {
			t.Errorf("Make(%d) begins at %#x, want a multiple of %d", n, at, align)
		}
		for i := range s {
			if s[i] != 0 {
				t.Fatalf("Make(%d)[%d] = %v", n, i, s[i])
			}
			s[i] = float64(i)
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	for _, n := range []int{-1, 1 << 61} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Make(%d) did not panic", n)
				}
			}()
			Make[float64](n)
		}()
	}
}
