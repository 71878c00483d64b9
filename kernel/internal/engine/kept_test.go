package engine

import (
	"fmt"
	"runtime"
	"testing"
)

func TestKept(t *testing.T) {
	f := newFront(t)
	cell := func() {
		if out, _ := f.run("package main\nimport \"fmt\"\nfunc init() { fmt.Print(1) }\n"); out != "1" {
			t.Fatalf("got %q", out)
		}
	}
	for range 100 {
		cell()
	}
	before := heapBytes()
	const cells = 1000
	for range cells {
		cell()
	}
	if per := (heapBytes() - before) / cells; per > 2500 {
		t.Errorf("a cell leaves %d bytes behind, want less than 2500", per)
	} else {
		t.Log(fmt.Sprint(per, " bytes per cell"))
	}
}

func heapBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
