package engine

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/dock"
	"github.com/weft-go/weft/kernel/internal/link"
)

// TestCopiesOp: variables of the interpreter are copied for a program, and what
// can't be is named.
func TestCopiesOp(t *testing.T) {
	f := newFront(t)
	if out, d := f.run("package main\nvar n = 41\nvar xs = []float64{1, 2}\nvar ch = make(chan int)\n"); d.Status != link.OK {
		t.Fatal(out, d)
	}
	file := filepath.Join(t.TempDir(), "values")
	if d := f.op("copies", map[string]string{"names": "n,xs", "file": file}); d.Error != "" {
		t.Fatal(d.Error)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	rest, err := dock.ReadCopy(b[2:], reflect.ValueOf(&n).Elem()) // behind the name and its length
	if err != nil || n != 41 {
		t.Errorf("n is %d, %v", n, err)
	}
	var xs []float64
	if _, err := dock.ReadCopy(rest[3:], reflect.ValueOf(&xs).Elem()); err != nil || len(xs) != 2 || xs[1] != 2 {
		t.Errorf("xs is %v, %v", xs, err)
	}
	if d := f.op("copies", map[string]string{"names": "n,ch", "file": file}); !strings.Contains(d.Error, "ch is a channel") {
		t.Errorf("a channel: %q", d.Error)
	}
	if d := f.op("copies", map[string]string{"names": "other", "file": file}); !strings.Contains(d.Error, "no variable other") {
		t.Errorf("a missing variable: %q", d.Error)
	}
}
