package magic

import (
	"strings"
	"testing"
)

func TestVariants(t *testing.T) {
	tests := []struct{ line, want string }{
		{"f(1) g(2)", "f(1)|g(2)"},
		{"a b c", "a|b|c"},
		{"a -b", "a -b"},
		{"a[i] -b c", "a[i] -b|c"},
		{"f (x) g", "f (x)|g"},
		{`f("a b", 'c') g{1, 2}`, `f("a b", 'c')|g{1, 2}`},
		{"fast=f(1) slow= g(1)", "fast:f(1)|slow:g(1)"},
		{"a==b c", "a==b|c"},
		{"func() int { return 1 }() 3 + 4", "func() int { return 1 }()|3 + 4"},
		{"@old f(1)", "@old|f(1)"},
		{"runs/a.ipynb#sum @b", "runs/a.ipynb#sum|b"},
		{"s.x.f(1) p.q", "s.x.f(1)|p.q"},
		{"", ""},
	}
	for _, tt := range tests {
		list, err := variants(tt.line)
		if err != nil {
			t.Errorf("%q: %v", tt.line, err)
			continue
		}
		var got []string
		for _, v := range list {
			s := v.code
			if v.stored != "" {
				s = v.stored
				if strings.HasPrefix(v.name, "@") && len(got) == 0 {
					s = v.name
				}
			} else if v.name != v.code {
				s = v.name + ":" + s
			}
			if v.code != "" && !strings.HasPrefix(tt.line[v.at:], v.code) {
				t.Errorf("%q: %q is not at %d", tt.line, v.code, v.at)
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%q: got %q, want %q", tt.line, s, tt.want)
		}
	}
	if _, err := variants("fast="); err == nil {
		t.Error("a name without an expression is taken")
	}
}

func TestCalled(t *testing.T) {
	env := &notebook{names: []Name{{Name: "f", Type: "func() int"}, {Name: "g", Type: "func(workers int)"}, {Name: "h", Type: "func(a, b int)"}, {Name: "x", Type: "int"}}}
	for _, tt := range [][3]string{{"f", "", "f()"}, {"g", "w", "g(w)"}, {"g", "", "g"}, {"h", "w", "h"}, {"x", "w", "x"}, {"f(1)", "w", "f(1)"}} {
		if got := called(env, tt[0], tt[1]); got != tt[2] {
			t.Errorf("called(%q, %q) = %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

func TestMentions(t *testing.T) {
	for code, want := range map[string]bool{"f(w)": true, "s.w": false, "s.f(w)": true, "w.x": true, "f(ww)": false, "for i := range w { f(i) }": true, "`w`": false} {
		if got := mentions(code, "w"); got != want {
			t.Errorf("mentions(%q) = %v", code, got)
		}
	}
}

// TestVerify predicts in one cell and has it measured in the next.
func TestVerify(t *testing.T) {
	env := &notebook{}
	for _, c := range []Call{{Name: "predict", Args: "f(1) / g(1) 2x"}, {Name: "verify", Args: "-r 3"}} {
		if err := Magics.Run(t.Context(), env, c); err != nil {
			t.Fatal(err)
		}
	}
	want := `measure predict {"texts":["f(1)","g(1)"],"ratio":2} ""
measure verify {"options":{"runs":3},"guess":{"texts":["f(1)","g(1)"],"ratio":2}} "f(1)g(1)"
`
	if got := env.log.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
