package link

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
)

func TestPlaces(t *testing.T) {
	trace := "goroutine 7 gp=0x1 m=0 mp=0x2 [running]:\n" +
		"panic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:787 +0x132\n" +
		"nb/c7.(*Point).X_m(...)\n\tcell[3]:12\n" +
		"nb/c7.X_f({0x1, 0x2})\n\t/tmp/x/cell[3]:20:5 +0x18 fp=0x1\n" +
		fmt.Sprintf("%s(%#x, 0x2, 0x3)\n\t/src/trace.go:30 +0x1\n", StepFunction, uint64(MakeStep(4, 9, 2))) +
		"main.other()\n\t/tmp/cell.go:3 +0x1\n" +
		"created by nb/c7.X_g in goroutine 1\n\tcell[2]:1 +0x3\n"
	got := Places([]byte(trace), func(n int) string { return fmt.Sprintf("cell[%d]", n*10) })
	want := []Position{
		{Func: "nb/c7.(*Point).X_m", File: "cell[3]", Line: 12},
		{Func: "nb/c7.X_f", File: "cell[3]", Line: 20, Column: 5},
		{File: "cell[40]", Line: 9, Column: 2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A run without compiled packages says nothing of them.
func TestRunIsSmall(t *testing.T) {
	b, err := json.Marshal(Run{Cell: 1, Name: "cell[1]"})
	if want := `{"cell":1,"name":"cell[1]","files":null}`; err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
	native := Run{Native: &Native{Loads: []Load{{Path: "nb/c1", File: "a.so"}}, Slots: []Slot{{Name: "x", Path: "nb/c1", Symbol: "X_S_x"}}, Cell: "nb/c1"}, Defined: []string{"f"}}
	b, err = json.Marshal(native)
	var back Run
	if err != nil || json.Unmarshal(b, &back) != nil || !reflect.DeepEqual(back, native) {
		t.Errorf("%s came back as %+v, %v", b, back, err)
	}
}
