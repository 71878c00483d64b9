package engine

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/link"
)

var randomSeed = flag.Uint64("random.seed", 0, "the one sequence that TestSharedAtRandom runs; 0 for new ones until its time is over")

// randomTime is how long TestSharedAtRandom runs sequences.
const randomTime = 5 * time.Second

// between are operations on several variables, whose names end in "x_".
var between = []string{
	`x_slice = append(x_slice, x_int, len(x_string))`,
	`x_slice = x_slice[: len(x_slice)/2 : cap(x_slice)]`,
	`x_map[x_string] = x_int`,
	`x_map[x_error.Error()] += cap(x_chan)`,
	`x_int = len(x_string) + cap(x_chan) + x_array[1]%100 + len(x_map)`,
	`x_pointer = &x_struct; x_pointer.X++`,
	`x_struct.X = x_int; x_struct.Name = x_string`,
	`x_struct.Name, x_pointer.Name = x_pointer.Name, x_struct.Name`,
	`*x_pointer = (T.X_Point{X: x_array[0], Name: "t"})`,
	`x_array[0], x_array[1] = x_array[1], x_int%1000`,
	`x_string = x_func(len(x_string)%3); x_func = func(n int) string { return "ab"[:n%3] }`,
	`x_func = func(n int) string { return fmt.Sprint(n, x_int, x_bool) }`,
	`x_bool = x_float64 > float64(x_byte) || x_int%2 == 0`,
	`x_float64 = float64(x_byte) / 4; x_byte = byte(x_int)`,
	`x_chan = make(chan int, len(x_slice)%5)`,
	`x_error = fmt.Errorf("%d: %w", x_byte, errors.New("e"))`,
	`x_any = x_string`, `x_any = x_map`, `x_any = x_pointer`, `x_any = len(x_slice)`,
	`if m, ok := x_any.(map[string]int); ok { m["any"]++ }`,
	`if p, ok := x_any.(*T.X_Point); ok { p.X += 3 }`,
	`x_Stringer = T.X_Name(x_string)`, `x_Stringer = x_pointer`,
	`func() { defer func() { x_int++; recover() }(); var none []int; x_byte = byte(none[x_int%1]); x_int = -1 }()`,
	`for i := 0; i < len(x_slice) && i < 3; i++ { x_slice[i] += i; x_array[i%2]++ }`,
	`done := make(chan bool); go func() { x_int += 2; x_string += "g"; done <- true }(); <-done`,
}

// operations lists every operation of the table of kinds, and those between
// variables. $ is written out.
func randomOperations() (ops []string) {
	for _, k := range kinds {
		for name, op := range ofEveryKind {
			if own, ok := k.ops[name]; ok {
				op = own
			}
			ops = append(ops, k.plain(op))
		}
		for _, op := range k.ops {
			ops = append(ops, k.plain(op))
		}
	}
	slices.Sort(ops) // maps have no order, seeds want one
	return append(slices.Compact(ops), between...)
}

// plain writes an operation on the variable; T. stands for the package yet.
func (k kind) plain(text string) string {
	return strings.NewReplacer("$", "x_"+k.name, "TYPE", k.typ, "@A", k.a, "@B", k.b).Replace(text)
}

// randomPackage is the compiled side: every operation on the session's
// variables and, as what must come out, on variables of its own.
func randomPackage(ops []string) string {
	var b, table, vars, start, at strings.Builder
	own := strings.NewReplacer("T.X_", "X_")
	b.WriteString(`package nb

import ("errors"; "fmt"; "reflect"; "strings"; "github.com/weft-go/weft/kernel/internal/dock")

var _ = errors.New

type X_Point struct { X int; Name string }
func (p X_Point) String() string { return fmt.Sprintf("<%d %s>", p.X, p.Name) }
func (p *X_Point) SetName(s string) { p.Name = s }

type X_Name string
func (n X_Name) String() string { return "name " + string(n) }

`)
	here, model := []string{}, []string{}
	for _, k := range kinds {
		fmt.Fprintf(&b, "var p_%s *%s\nvar m_%[1]s %[2]s\ntype X_S_x_%[1]s = %[2]s\n", k.name, own.Replace(k.typ))
		fmt.Fprintf(&table, "\t\t\"X_S_x_%s\": reflect.ValueOf((*X_S_x_%[1]s)(nil)),\n", k.name)
		fmt.Fprintf(&vars, "\t\t\"x_%s\": &p_%[1]s,\n", k.name)
		fmt.Fprintf(&start, "\t*p_%s = %s\n\tm_%[1]s = %[2]s\n", k.name, own.Replace(k.a))
		show := func(variable string) string {
			return "fmt.Sprint(" + strings.ReplaceAll(k.show, "$", variable) + ")"
		}
		fmt.Fprintf(&at, "\tall = append(all, \"%s \" + %s)\n", k.name, show("(*p_"+k.name+")"))
		here = append(here, "x_"+k.name, "(*p_"+k.name+")")
		model = append(model, "x_"+k.name, "m_"+k.name)
	}
	shown := at.String()
	for _, k := range kinds {
		shown = strings.ReplaceAll(shown, "(*p_"+k.name+")", "m_"+k.name)
	}
	fmt.Fprintf(&b, "func X_Start() {\n%s}\n\nfunc X_Here() string {\n\tvar all []string\n%s\treturn strings.Join(all, \"; \")\n}\n\nfunc X_Model() string {\n\tvar all []string\n%s\treturn strings.Join(all, \"; \")\n}\n\n", &start, &at, shown)
	toHere, toModel := strings.NewReplacer(append(here, "T.X_", "X_")...), strings.NewReplacer(append(model, "T.X_", "X_")...)
	var do, model2 strings.Builder
	for i, op := range ops {
		fmt.Fprintf(&do, "\tcase %d: %s\n", i, toHere.Replace(op))
		fmt.Fprintf(&model2, "\tcase %d: %s\n", i, toModel.Replace(op))
	}
	fmt.Fprintf(&b, "func X_Do(i int) {\n\tswitch i {\n%s\t}\n}\n\nfunc X_DoModel(i int) {\n\tswitch i {\n%s\t}\n}\n\n", &do, &model2)
	for _, f := range []string{"Start", "Here", "Model", "Do", "DoModel"} {
		fmt.Fprintf(&table, "\t\t\"X_%s\": reflect.ValueOf(X_%[1]s),\n", f)
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

// TestSharedAtRandom has both engines change the same variables in turn, and
// compares what both see with what Go makes of the same operations.
func TestSharedAtRandom(t *testing.T) {
	needsPlugins(t)
	ops := randomOperations()
	plugin := buildPlugin(t, "random", map[string]string{"c1": randomPackage(ops)})
	var shows []string
	for _, k := range kinds {
		shows = append(shows, fmt.Sprintf("%q + fmt.Sprint(%s)", k.name+" ", strings.ReplaceAll(k.show, "$", "x_"+k.name)))
	}
	look := "all := []string{" + strings.Join(shows, ", ") + "}; fmt.Print(w_c1.X_Model(), \"\\n\", w_c1.X_Here(), \"\\n\", strings.Join(all, \"; \"))"
	header := strings.Replace(sharedHeader, `"fmt";`, `"fmt"; "strings";`, 1) + "var _ = strings.Join\n\n"

	sequence := func(seed uint64) (steps int) {
		random := rand.New(rand.NewPCG(seed, 1))
		f := newProcess(t)
		native := &link.Native{Loads: []link.Load{{Path: nb + "c1", File: plugin}}}
		declare := header
		for _, k := range kinds {
			if random.IntN(2) == 0 {
				native.Slots = append(native.Slots, link.Slot{Name: "x_" + k.name, Path: nb + "c1", Symbol: "X_S_x_" + k.name})
			} else {
				declare += k.write("var $ TYPE\n")
			}
		}
		f.send(link.Run{Native: native, Files: []link.File{{Text: declare}}})
		if d := f.wait(); d.Status != link.OK {
			t.Fatalf("seed %d: %+v", seed, d)
		}
		var done []string
		for cell := range 60 {
			var body strings.Builder
			if cell%15 == 0 { // values must not grow for ever
				body.WriteString("w_c1.X_Start()\n")
				done = nil
			}
			for range 1 + random.IntN(4) {
				i := random.IntN(len(ops))
				if random.IntN(2) == 0 {
					done = append(done, "compiled: "+ops[i])
					fmt.Fprintf(&body, "w_c1.X_Do(%d)\n", i)
				} else {
					done = append(done, "interpreted: "+ops[i])
					fmt.Fprintf(&body, "func() { %s }()\n", strings.ReplaceAll(ops[i], "T.X_", "w_c1.X_"))
				}
				fmt.Fprintf(&body, "w_c1.X_DoModel(%d)\n", i)
				steps++
			}
			out, d := f.run(header + "func init() {\n" + body.String() + look + "\n}")
			lines := strings.Split(out, "\n")
			if d.Status != link.OK || len(lines) != 3 || lines[0] != lines[1] || lines[0] != lines[2] {
				t.Fatalf("go test -run TestSharedAtRandom -random.seed %d: %s %s\nwant        %s\nafter\n\t%s", seed, d.Status, d.Message,
					strings.Join(lines, "\ncompiled or interpreted sees "), strings.Join(done, "\n\t"))
			}
		}
		return steps
	}
	if *randomSeed != 0 {
		t.Log(sequence(*randomSeed), "operations")
		return
	}
	sequences, steps := 0, 0
	for end := time.Now().Add(randomTime); time.Now().Before(end); sequences++ {
		steps += sequence(rand.Uint64()>>32 + 1)
	}
	t.Log(sequences, "sequences,", steps, "operations of", len(ops))
}
