package toolchain

import (
	"reflect"
	"strings"
	"testing"
)

const inspected = `//line cell[2]:3:1
package main

import "fmt"

func X_f(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	if s > 5 {
		fmt.Println(s)
	}
	return s
}
`

// TestInspect: machine code and decisions carry the places of the cell, and the
// path can be that of a package in use.
func TestInspect(t *testing.T) {
	tc := newToolchain(t, nil)
	p := Package{Path: "nb/c0", Files: []File{{Name: "cell.go", Text: inspected}}}
	for range 2 {
		list, err := tc.Assembly(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		var f *Routine
		for i := range list {
			if list[i].Name == "nb/c0.X_f" {
				f = &list[i]
			}
		}
		if f == nil {
			t.Fatalf("no nb/c0.X_f in %v", list)
		}
		lines, calls := map[int]bool{}, ""
		for _, i := range f.Instructions {
			if i.File == "cell[2]" {
				lines[i.Line] = true
			}
			calls += i.Target + " "
			if i.Size == 0 || i.Text == "" {
				t.Errorf("instruction %+v", i)
			}
		}
		if !lines[10] || !strings.Contains(calls, "fmt.Fprintln") || !strings.Contains(calls, "runtime.panic") {
			t.Errorf("lines %v, targets %s", lines, calls)
		}
	}
	told, err := tc.Decisions(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var all string
	for _, e := range told {
		all += e.Error() + "\n"
	}
	for _, want := range []string{"cell[2]:10:16: Found IsInBounds", "cell[2]:13:15: s escapes to heap", "cell[2]:7:6: cannot inline X_f"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	p.Files[0].Text = strings.Replace(inspected, "s > 5", "s > q", 1)
	if _, err := tc.Decisions(t.Context(), p); err == nil || !strings.Contains(err.Error(), "undefined: q") {
		t.Errorf("a wrong text gives %v", err)
	}
}

func TestAssemblyOf(t *testing.T) {
	tc := newToolchain(t, nil)
	list, err := tc.AssemblyOf(t.Context(), "sort", `Ints$`)
	if err != nil || len(list) != 1 || list[0].Name != "sort.Ints" || len(list[0].Instructions) == 0 {
		t.Errorf("sort.Ints is %v, %v", list, err)
	}
	if list, err := tc.AssemblyOf(t.Context(), "sort", `Nothing$`); err != nil || len(list) != 0 {
		t.Errorf("sort.Nothing is %v, %v", list, err)
	}
}

func TestParseObjdump(t *testing.T) {
	got := parseObjdump("TEXT nb/c5.X_f(SB) cell[2]\n" +
		"  cell[2]:3\t\t0x50af\t\t\t493b6610\t\tCMPQ SP, 0x10(R14)\t\t[3:3]R_USEIFACE:type:float64 [3:3]R_USEIFACE:type:*os.File\t\n" +
		"  cell[2]:3\t\t0x50b3\t\t\t0f86e4000000\t\tJBE 0x519d\t\t\t\n" +
		"  print.go:315\t\t0x50b9\t\t\te800000000\t\tCALL 0x5122\t\t\t[1:5]R_CALL:runtime.convT64<1>\t\n")
	want := []Routine{{Name: "nb/c5.X_f", Instructions: []Instruction{
		{File: "cell[2]", Line: 3, Size: 4, Text: "CMPQ SP, 0x10(R14)"},
		{File: "cell[2]", Line: 3, Offset: 4, Size: 6, Text: "JBE 0xee"},
		{File: "print.go", Line: 315, Offset: 10, Size: 5, Text: "CALL 0x5122", Target: "runtime.convT64"},
	}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := parseObjdump("  x:1\t0x1\t90\tNOP\nrubbish\n"); len(got) != 0 {
		t.Errorf("text without a function is %v", got)
	}
}
