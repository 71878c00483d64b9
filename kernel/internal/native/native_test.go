package native

import "testing"

// TestSessions runs every row in packages of cells, in both ways in which
// declarations come to be compiled, and compares with ordinary Go.
func TestSessions(t *testing.T) {
	b := newBench(t)
	for i, s := range allSessions() {
		b.add(i, s)
	}
	b.run()
}

func allSessions() []session {
	var all []session
	for _, list := range [][]session{variables, types_, fields_, functions, statements_, changed, generics, places, environment, odd} {
		all = append(all, list...)
	}
	for i := range len(variables) {
		all[i].once = true
	}
	return all
}

func TestDemangle(t *testing.T) {
	for in, want := range map[string]string{
		"nb/c7.X_f":                     "main.f",
		"nb/c7.X_f.func1":               "main.f.func1",
		"nb/c7.(*Point).X_m":            "main.(*Point).m",
		"nb/c7.(*Point).X_m-fm":         "main.(*Point).m-fm",
		"nb/c7.Point.Move":              "main.Point.Move",
		"nb/c7.X_f[...]":                "main.f[...]",
		"nb/c7.(*Stack[...]).Push":      "main.(*Stack[...]).Push",
		"nb/c7.w_Cell":                  "main",
		"nb/c7.w_Cell.func1":            "main.func1",
		"nb/c7.w_Cell.X_f.func2":        "main.f.func2",
		"nb/c7.w_Cell.gowrap1":          "main.gowrap1",
		"nb/c7.w_zero[...]":             "",
		"nb/c7.w2_cast[...]":            "",
		"nb/c7.w_x.M":                   "main.w_x.M",
		"nb/c7.w_init40":                "main.init",
		"fmt.Println":                   "fmt.Println",
		"nb/c7.X_f[go.shape.int].func1": "main.f[go.shape.int].func1",
	} {
		if got := Demangle(in); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestFuncName(t *testing.T) {
	w := &writer{renamed: map[string]string{"nb/c7.X_f_2": "nb/c7.X_f", "nb/c9.X_main_3": "nb/c9.X_main"}}
	for in, want := range map[string]string{
		"nb/c7.X_f_2":          "main.f",
		"nb/c7.X_f_2.func1":    "main.f.func1",
		"nb/c8.X_f_2":          "main.f_2",
		"nb/c9.X_main_3":       "main.main",
		"nb/c7.(*Point).X_m":   "main.(*Point).m",
		"nb/c7.w_Cell.func1":   "main.func1",
		"nb/c7.w_Cell":         "nb/c7.w_Cell", // no function of the user's
		"nb/c7.w_zero[...]":    "nb/c7.w_zero[...]",
		"type:.eq.nb/c7.Point": "type:.eq.nb/c7.Point",
		"fmt.Println":          "fmt.Println",
	} {
		if got := w.funcName()(in); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestTypeName(t *testing.T) {
	for in, want := range map[string]string{
		"*main.P[nb/c7.T]":                        "*main.P[main.T]",
		"*func(main.P[nb/c7.T,[]nb/c12.U]) error": "*func(main.P[main.T,[]main.U]) error",
		"nb/c7.T":            "main.T",
		"*main.P[x/nb/c7.T]": "*main.P[x/nb/c7.T]",
		"*main.P[nb/c7/d.T]": "*main.P[nb/c7/d.T]",
		"*main.T":            "*main.T",
	} {
		if got := TypeName(in); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
