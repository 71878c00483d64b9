package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/link"
)

// A kind is a kind of variable that interpreted and compiled code share.
type kind struct {
	name string
	typ  string // T stands for the package's types
	a, b string // two values
	show string // a text of the variable $
	at   string // what show gives for a and b
	bt   string
	ops  map[string]string // further ofEveryKind, from a to b
}

var kinds = []kind{
	{name: "int", typ: "int", a: "1", b: "42", show: "$", at: "1", bt: "42", ops: map[string]string{
		"op-assign": "$ += 41", "increment": "for $ < 42 { $++ }", "shift": "$ <<= 5; $ += 10", "condition": "if $ == 1 { $ = 42 }"}},
	{name: "byte", typ: "byte", a: "1", b: "7", show: "$", at: "1", bt: "7", ops: map[string]string{
		"op-assign": "$ += 6", "increment": "for $ < 7 { $++ }", "overflow": "$ -= 2; $ += 8"}},
	{name: "string", typ: "string", a: `"a"`, b: `"ab"`, show: "$", at: "a", bt: "ab", ops: map[string]string{
		"op-assign": `$ += "b"`, "concatenation": `$ = $ + "b"`, "range over": `s := ""; for _, r := range $ { s += string(r) + "b" }; $ = s`, "slice": `$ = "xab"; $ = $[1:]`}},
	{name: "bool", typ: "bool", a: "false", b: "true", show: "$", at: "false", bt: "true", ops: map[string]string{
		"not": "$ = !$", "or": "$ = $ || true", "comparison": "$ = 1 < 2"}},
	{name: "float64", typ: "float64", a: "0.5", b: "2.25", show: "$", at: "0.5", bt: "2.25", ops: map[string]string{
		"op-assign": "$ *= 4.5", "increment": "$ += 0.75; $++"}},
	{name: "slice", typ: "[]int", a: "[]int{1}", b: "[]int{1, 2}", show: "$", at: "[1]", bt: "[1 2]", ops: map[string]string{
		"append": "$ = append($, 2)", "element": "$ = []int{5, 2}; $[0] = 1", "range over": "var s []int; for _, v := range $ { s = append(s, v, v+1) }; $ = s", "reslice": "$ = []int{1, 2, 3}; $ = $[:2]", "element op-assign": "$ = []int{0, 2}; $[0] += 1", "copy": "$ = make([]int, 2); copy($, []int{1, 2})"}},
	{name: "map", typ: "map[string]int", a: `map[string]int{"a": 1}`, b: `map[string]int{"a": 1, "b": 2}`, show: "$", at: "map[a:1]", bt: "map[a:1 b:2]", ops: map[string]string{
		"element": `$["b"] = 2`, "element op-assign": `$["b"] += 2`, "delete": `$["b"] = 2; $["c"] = 3; delete($, "c")`, "make": `$ = make(map[string]int); $["a"]++; $["b"] = 2`, "range over": `n := 0; for _, v := range $ { n += v }; $["b"] = n + 1`, "comma ok": `if _, ok := $["b"]; !ok { $["b"] = 2 }`}},
	{name: "array", typ: "[2]int", a: "[2]int{1, 0}", b: "[2]int{1, 2}", show: "$", at: "[1 0]", bt: "[1 2]", ops: map[string]string{
		"element": "$[1] = 2", "element op-assign": "$[1] += 2", "element address": "p := &$[1]; *p = 2"}},
	{name: "struct", typ: "T.X_Point", a: `(T.X_Point{X: 1})`, b: `(T.X_Point{X: 1, Name: "b"})`, show: "$", at: "<1 >", bt: "<1 b>", ops: map[string]string{
		"field": `$.Name = "b"`, "field op-assign": `$.Name += "b"`, "field address": `p := &$.Name; *p = "b"`, "method": `$.SetName("b")`, "copy": `q := $; q.Name = "b"; $ = q`}},
	{name: "pointer", typ: "*T.X_Point", a: `&T.X_Point{X: 1}`, b: `&T.X_Point{X: 1, Name: "b"}`, show: "*$", at: "<1 >", bt: "<1 b>", ops: map[string]string{
		"field": `$.Name = "b"`, "target": `*$ = (T.X_Point{X: 1, Name: "b"})`, "new": `$ = new(T.X_Point); $.X, $.Name = 1, "b"`, "method": `$.SetName("b")`}},
	{name: "chan", typ: "chan int", a: "make(chan int, 1)", b: "make(chan int, 2)", show: "cap($)", at: "1", bt: "2", ops: map[string]string{
		"send and receive": "$ = make(chan int, 2); $ <- 5; if v := <-$; v != 5 { $ = nil }", "range over": "$ = make(chan int, 2); $ <- 1; close($); for range $ {}"}},
	{name: "func", typ: "func(int) string", a: `func(int) string { return "a" }`, b: `func(n int) string { return "ab"[:n] }`, show: "$(2)", at: "a", bt: "ab", ops: map[string]string{
		"call": `s := $(2); $ = func(int) string { return s + "b" }`, "wrap": `f := $; $ = func(n int) string { return f(n) + "b" }`}},
	// yaegi v0.16.1 panics when two variables of type any are swapped
	// ("reflect.Set: value of type interface {} is not assignable"): lowered
	// text does it one after the other, and so does the probe.
	{name: "any", typ: "any", a: "1", b: `"b"`, show: "$", at: "1", bt: "b", ops: map[string]string{
		"assertion": `if n, ok := $.(int); ok && n == 1 { $ = "b" }`, "struct": `$ = (T.X_Point{X: 1}); $ = "b"`, "type switch": `switch $.(type) { case int: $ = "b" }`,
		"swap": `var y any = "b"; o := $; $ = y; y = o`}},
	{name: "Stringer", typ: "fmt.Stringer", a: `T.X_Name("a")`, b: `T.X_Name("b")`, show: "$.String()", at: "name a", bt: "name b", ops: map[string]string{
		"assertion": `if n, ok := $.(T.X_Name); ok { n += "b"; $ = n[1:] }`}},
	{name: "error", typ: "error", a: `errors.New("a")`, b: `errors.New("b")`, show: "$.Error()", at: "a", bt: "b", ops: map[string]string{
		"wrap": `$ = errors.Unwrap(fmt.Errorf("x: %w", errors.New("b")))`, "nil": `$ = nil; if $ == nil { $ = errors.New("b") }`}},
}

// ofEveryKind are those of every kind, from a to b.
var ofEveryKind = map[string]string{
	"write":           "$ = @B",
	"address":         "p := &$; *p = @B",
	"closure":         "func() { $ = @B }()",
	"closure kept":    "f := func(v TYPE) { $ = v }; f(@B)",
	"defer":           "func() { defer func() { $ = @B }() }()",
	"multiple assign": "var o int; o, $ = 1, @B; _ = o",
	"swap":            "var y TYPE = @B; $, y = y, $; _ = y",
	"goroutine":       "done := make(chan bool); go func() { $ = @B; done <- true }(); <-done",
	"loop":            "for i := 0; i < 3; i++ { $ = @A; $ = @B }",
	"argument":        "f := func(v TYPE) TYPE { return v }; $ = f(@B)",
	"element":         "s := []TYPE{@A, @B}; $ = s[1]",
}

func (k kind) write(text string) string {
	return strings.NewReplacer("$", "x_"+k.name, "TYPE", strings.ReplaceAll(k.typ, "T.", "w_c1."), "@A", strings.ReplaceAll(k.a, "T.", "w_c1."),
		"@B", strings.ReplaceAll(k.b, "T.", "w_c1."), "T.X_", "w_c1.X_").Replace(text)
}

// sharedPackage is the compiled side: for every kind it reads, writes and
// tells the address of the variable.
func sharedPackage() string {
	var b, table, vars strings.Builder
	own := func(s string) string { return strings.ReplaceAll(s, "T.X_", "X_") }
	b.WriteString(`package nb

import ("errors"; "fmt"; "reflect"; "github.com/weft-go/weft/kernel/internal/dock")

var _ = errors.New

type X_Point struct { X int; Name string }
func (p X_Point) String() string { return fmt.Sprintf("<%d %s>", p.X, p.Name) }
func (p *X_Point) SetName(s string) { p.Name = s }

type X_Name string
func (n X_Name) String() string { return "name " + string(n) }

`)
	for _, k := range kinds {
		at := "(*p_" + k.name + ")"
		fmt.Fprintf(&b, "var p_%s *%s\n", k.name, own(k.typ))
		fmt.Fprintf(&b, "type X_S_x_%s = %s\n", k.name, own(k.typ))
		fmt.Fprintf(&b, "func X_Get_%s() string { return fmt.Sprint(%s) }\n", k.name, strings.ReplaceAll(k.show, "$", at))
		fmt.Fprintf(&b, "func X_Set_%s() { %s = %s }\n", k.name, at, own(k.a))
		fmt.Fprintf(&b, "func X_At_%s(p *%s) bool { return p == p_%s }\n\n", k.name, own(k.typ), k.name)
		for _, f := range []string{"Get", "Set", "At"} {
			fmt.Fprintf(&table, "\t\t\"X_%s_%s\": reflect.ValueOf(X_%s_%s),\n", f, k.name, f, k.name)
		}
		fmt.Fprintf(&table, "\t\t\"X_S_x_%s\": reflect.ValueOf((*X_S_x_%s)(nil)),\n", k.name, k.name)
		fmt.Fprintf(&vars, "\t\t\"x_%s\": &p_%s,\n", k.name, k.name)
	}
	fmt.Fprintf(&b, `func init() {
	dock.Register(&dock.Package{Path: "nb/c1", Symbols: map[string]reflect.Value{
		"X_Point": reflect.ValueOf((*X_Point)(nil)), "X_Name": reflect.ValueOf((*X_Name)(nil)),
%s	}, Vars: map[string]any{
%s	}})
}
`, &table, &vars)
	return b.String()
}

const sharedHeader = "package main\n\nimport (\"errors\"; \"fmt\"; w_c1 \"" + nb + "c1\")\n\nvar _ = errors.New\nvar _ = fmt.Sprint\nvar _ w_c1.X_Name\n\n"

func TestSharedVariables(t *testing.T) {
	needsPlugins(t)
	plugin := buildPlugin(t, "shared", map[string]string{"c1": sharedPackage()})
	for _, made := range []string{"interpreted", "slots"} {
		t.Run(made, func(t *testing.T) {
			f := newProcess(t)
			declare := sharedHeader
			native := &link.Native{Loads: []link.Load{{Path: nb + "c1", File: plugin}}}
			for _, k := range kinds {
				if made == "slots" {
					native.Slots = append(native.Slots, link.Slot{Name: "x_" + k.name, Path: nb + "c1", Symbol: "X_S_x_" + k.name})
				} else {
					declare += k.write("var $ TYPE\n")
				}
			}
			f.send(link.Run{Native: native, Files: []link.File{{Text: declare}}})
			if d := f.wait(); d.Status != link.OK {
				t.Fatalf("%+v", d)
			}
			probes := 0
			probe := func(k kind, name, body, want string) {
				t.Helper()
				probes++
				out, d := f.run(sharedHeader + k.write(body))
				if out != want || d.Status != link.OK {
					t.Errorf("%s, %s: got %q, want %q; %s %s\n%s", k.name, name, out, want, d.Status, d.Message, k.write(body))
				}
			}
			for _, k := range kinds {
				show := k.write(k.show)
				check := "fmt.Print(w_c1.X_Get_" + k.name + "(), \"|\", " + show + ", \"|\", w_c1.X_At_" + k.name + "(&" + k.write("$") + "))"
				probe(k, "read", "func init() { w_c1.X_Set_"+k.name+"(); "+check+" }", k.at+"|"+k.at+"|true")
				for _, ops := range []map[string]string{ofEveryKind, k.ops} {
					for name, op := range ops {
						if own, ok := k.ops[name]; ok {
							op = own
						}
						probe(k, name, "func init() { w_c1.X_Set_"+k.name+"(); "+op+"; "+check+" }", k.bt+"|"+k.bt+"|true")
						probe(k, name+", then a compiled write", "func init() { w_c1.X_Set_"+k.name+"(); "+check+" }", k.at+"|"+k.at+"|true")
					}
				}
			}
			t.Log(probes, "probes")
		})
	}
}
