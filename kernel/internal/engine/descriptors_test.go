package engine

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
)

// TestOneDescriptor has interpreted code put values into interfaces, opens
// plugins that know their types, and asks compiled code what they are.
func TestOneDescriptor(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("known for Linux only")
	}
	needsPlugins(t)
	values := []struct{ typ, value string }{
		{"map[string][]float32", `map[string][]float32{"a": nil}`},
		{"[3][]int16", `[3][]int16{}`},
		{"*[]map[int8]string", `&[]map[int8]string{}`},
		{"func(int16, ...string) (bool, []int32)", `func(int16, ...string) (bool, []int32) { return true, nil }`},
		{"chan []uint16", `make(chan []uint16)`},
		{"<-chan map[bool]int", `(<-chan map[bool]int)(make(chan map[bool]int))`},
		{"[]time.Duration", `[]time.Duration{1}`},
		{"map[time.Month][]*time.Location", `map[time.Month][]*time.Location{}`},
		{"**strings.Builder", `func() **strings.Builder { b := &strings.Builder{}; return &b }()`},
		{"int", "7"}, {"string", `"s"`}, {"time.Duration", "time.Second"}, {"error", `errors.New("e")`},
	}
	var declare, compiled, table, want strings.Builder
	fmt.Fprintf(&declare, "package main\n\nimport (\"errors\"; \"fmt\"; \"strings\"; \"time\")\n\nvar _ = errors.New\nvar _ strings.Builder\n\nvar stringer fmt.Stringer\nvar fault error\n")
	set := "func init() {\n\tstringer = time.Minute\n\tfault = &time.ParseError{Layout: \"x\"}\n"
	for i, v := range values {
		fmt.Fprintf(&declare, "var x_%d interface{}\n", i)
		set += fmt.Sprintf("\tx_%d = %s\n", i, v.value)
		fmt.Fprintf(&compiled, "\t\tfunc(v any) bool { _, ok := v.(%s); return ok },\n", v.typ)
		fmt.Fprintf(&table, "w_c%%[1]d.X_Is(%d, x_%d), ", i, i)
		want.WriteString("true ")
	}
	declare.WriteString(set + "}\n")
	text := func(n int) string {
		return fmt.Sprintf(`package nb

import ("fmt"; "reflect"; "strings"; "time"; "github.com/weft-go/weft/kernel/internal/dock")

var _ strings.Builder

var tests = []func(any) bool{
%s}

func X_Is(i int, v any) bool { return tests[i](v) }

func X_Stringer(s fmt.Stringer) bool { _, ok := s.(time.Duration); return ok && s == fmt.Stringer(time.Minute) }

func X_Fault(e error) bool {
	p, ok := e.(*time.ParseError)
	switch e.(type) { case *time.ParseError: return ok && e == error(p) }
	return false
}

func init() {
	dock.Register(&dock.Package{Path: "nb/c%d", Symbols: map[string]reflect.Value{
		"X_Is": reflect.ValueOf(X_Is), "X_Stringer": reflect.ValueOf(X_Stringer), "X_Fault": reflect.ValueOf(X_Fault)}})
}
`, &compiled, n)
	}
	f := newProcess(t)
	f.send(link.Run{Files: []link.File{{Text: declare.String()}}})
	if d := f.wait(); d.Status != link.OK {
		t.Fatal(d)
	}
	for n := 7; n <= 8; n++ { // the second finds what the first has brought
		plugin := buildPlugin(t, fmt.Sprint("descriptors", n), map[string]string{fmt.Sprint("c", n): text(n)})
		f.send(link.Run{Native: &link.Native{Loads: []link.Load{{Path: fmt.Sprint(nb, "c", n), File: plugin}}}})
		if d := f.wait(); d.Status != link.OK {
			t.Fatal(d)
		}
		body := fmt.Sprintf("package main\n\nimport (\"fmt\"; w_c%[1]d \"%[2]sc%[1]d\")\n\nfunc init() { fmt.Print("+table.String()+"w_c%[1]d.X_Stringer(stringer), w_c%[1]d.X_Fault(fault)) }", n, nb)
		out, d := f.run(strings.ReplaceAll(body, "%%", "%"))
		if got := strings.Join(strings.Fields(strings.ReplaceAll(strings.ReplaceAll(out, "true", " true"), "false", " false")), " ") + " "; got != want.String()+"true true " || d.Status != link.OK {
			t.Errorf("plugin %d: %s%+v", n, got, d)
		}
	}
}
