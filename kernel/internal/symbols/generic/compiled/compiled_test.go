package compiled

import (
	"fmt"
	"testing"
	"time"
)

type (
	text  string
	small uint8
	half  float32
)

func TestSort(t *testing.T) {
	tests := []struct {
		slice any
		want  string
	}{
		{[]int{3, 1, 2}, "[1 2 3]"},
		{[]int8{3, 1, 2}, "[1 2 3]"},
		{[]int16{3, 1, 2}, "[1 2 3]"},
		{[]int32{3, 1, 2}, "[1 2 3]"},
		{[]int64{3, 1, 2}, "[1 2 3]"},
		{[]uint{3, 1, 2}, "[1 2 3]"},
		{[]uint8{3, 1, 2}, "[1 2 3]"},
		{[]uint16{3, 1, 2}, "[1 2 3]"},
		{[]uint32{3, 1, 2}, "[1 2 3]"},
		{[]uint64{3, 1, 2}, "[1 2 3]"},
		{[]uintptr{3, 1, 2}, "[1 2 3]"},
		{[]float32{3, 1, 2}, "[1 2 3]"},
		{[]float64{3, 1, 2}, "[1 2 3]"},
		{[]string{"c", "a", "b"}, "[a b c]"},
		{[]time.Duration{3, 1, 2}, "[1ns 2ns 3ns]"},
		{[]text{"c", "a", "b"}, "[a b c]"},
		{[]small{3, 1, 2}, "[1 2 3]"},
		{[]half{3, 1, 2}, "[1 2 3]"},
		{[]int(nil), "[]"},
	}
	for _, tt := range tests {
		Sort(tt.slice)
		if got := fmt.Sprint(tt.slice); got != tt.want {
			t.Errorf("Sort(%T): %s, want %s", tt.slice, got, tt.want)
		}
	}
}

func TestSortPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Sort of []struct{}: no panic")
		}
	}()
	Sort([]struct{}{})
}
