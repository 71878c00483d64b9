package magic

import (
	"strings"
	"testing"
)

func TestTraits(t *testing.T) {
	tests := []struct {
		arch, text, target string
		want               trait
	}{
		{"amd64", "CALL 0x5", "runtime.panicIndex", boundsTrait},
		{"amd64", "CALL 0x5", "runtime.panicBounds", boundsTrait},
		{"amd64", "CALL 0x5", "fmt.Println", callTrait},
		{"arm64", "BL 0x5", "fmt.Println", callTrait},
		{"amd64", "MOVQ 0(IP), AX", "github.com/weft-go/weft/kernel/internal/dock.Stopped", stopTrait},
		{"amd64", "VADDPD Y1, Y2, Y3", "", vectorTrait},
		{"amd64", "VMOVUPD (AX), Y3", "", vectorTrait},
		{"amd64", "ADDPS X1, X2", "", vectorTrait},
		{"amd64", "VFMADD231PD Z1, Z2, Z3", "", vectorTrait},
		{"amd64", "PADDD X1, X2", "", vectorTrait},
		{"amd64", "ADDSD X1, X2", "", plainTrait},
		{"amd64", "XORPS X0, X0", "", plainTrait},
		{"amd64", "PUSHQ BP", "", plainTrait},
		{"amd64", "POPQ BP", "", plainTrait},
		{"amd64", "PREFETCHT0 (AX)", "", plainTrait},
		{"amd64", "VZEROUPPER", "", plainTrait},
		{"arm64", "VADD V1.D2, V2.D2, V3.D2", "", vectorTrait},
		{"arm64", "FADDD F1, F2, F3", "", plainTrait},
	}
	for _, tt := range tests {
		if got := (Instruction{Text: tt.text, Target: tt.target}).trait(tt.arch); got != tt.want {
			t.Errorf("%s of %s is %q, want %q", tt.text, tt.target, traitWords[got], traitWords[tt.want])
		}
	}
}

func TestListing(t *testing.T) {
	l := &Listing{Name: "f", Arch: "amd64", Note: "a note", Source: []ListedLine{{"cell[1]", 2, "\tx := <y>"}}}
	f := ListedFunc{Name: "f"}
	for i := range 10 {
		f.Instructions = append(f.Instructions, Instruction{File: "cell[1]", Line: 2, Offset: uint64(i), Size: 1, Text: "NOPL"})
	}
	f.Instructions[3].File, f.Instructions[3].Line = "print.go", 315
	l.Funcs = []ListedFunc{f}
	text := l.text(8)
	for _, want := range []string{"note: a note\n", "f (amd64): 10 instructions, 10 bytes, no calls, no checks", "cell[1]:2\tx := <y>\n    +0x0     NOPL\n", "print.go:315\t(inlined)\n    +0x3     NOPL\n", "... 2 instructions more: %asm -all f shows all\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	page := l.html(8)
	for _, want := range []string{"x := &lt;y&gt;", `class="n0"`, `title="print.go:315"`, "2 instructions more", ":has(.n0:hover)"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("the listing needs a script")
	}
}

func TestNotes(t *testing.T) {
	d := &Decisions{Name: "f", Source: []ListedLine{{"cell[1]", 1, "func f() {"}, {"cell[1]", 2, "\tv := 1"}}, List: []Decision{
		{Line: 1, Text: "cannot inline f: function too complex: cost 115 exceeds budget 80"},
		{Line: 1, Text: "can inline f.func1 with cost 5 as: func() {}"},
		{Line: 2, Text: "v escapes to heap in f:", Why: []string{"flow: x ← &v:", "from &v (address-of) at cell[1]:2:7", "from x (spill) at cell[1]:2:7"}},
		{Line: 2, Text: "moved to heap: v"},
		{Line: 2, Text: "append(out, v) escapes to heap"},
		{Line: 2, Text: "append escapes to heap"},
		{Line: 2, Text: "Found IsInBounds", Expr: "a[i]"},
		{Line: 2, Text: "Found IsSliceInBounds"},
		{Line: 2, Text: "inlining call to dock.Poll"},
		{Line: 2, Text: "leaking param: p to result ~r0 level=0"},
		{Line: 2, Text: "parameter p leaks to ~r0 with derefs=0:"},
		{Line: 2, Text: "something new"},
	}}
	got := d.text(d.notes())
	want := `f: 2 values on the heap, 2 bounds checks left, no inlined calls
   1  func f() {
      | no inline: f stays a call: its cost of 115 is more than 80
      | inline: calls of f.func1 become its body (cost 5 of at most 80)
   2  	v := 1
      | heap: the variable v lives on the heap
      |     by cell[1]:2, &v (address-of)
      | heap: append(out, v) is allocated on the heap
      | bounds: a[i] is checked at run time
      | bounds: the bounds of a slice are checked at run time
      | leak: p is handed back in the result ~r0
      | other: something new
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if page := d.html(d.notes()); !strings.Contains(page, "<summary>why</summary>") || !strings.Contains(page, "a[i] is checked") {
		t.Errorf("page %s", page)
	}
}
