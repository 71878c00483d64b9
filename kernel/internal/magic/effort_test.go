package magic

import "testing"

// TestEffort: what is counted, by hand.
func TestEffort(t *testing.T) {
	tests := []struct {
		name, text                       string
		lines, complex, convert, configs int
	}{
		{"one line", "func f() {}", 1, 1, 0, 0},
		{"blank and comments", "func f() {\n\n\t// c\n\t/* d\n\te */\n\tg() // h\n}", 3, 1, 0, 0},
		{"raw string", "func f() string {\n\treturn `a\n\nb`\n}", 5, 1, 0, 0},
		{"decisions", "func f(a, b bool) {\n\tif a && b || !a {\n\t}\n\tfor range 3 {\n\t}\n\tswitch {\n\tcase a:\n\tcase b:\n\tdefault:\n\t}\n\tselect {\n\tcase <-c:\n\tdefault:\n\t}\n}", 15, 8, 0, 0},
		{"literals", "func f() { g(func() { if x { } }) }", 1, 2, 0, 0},
		{"tags", "func f() {\n\t//effort:convert\n\ta()\n\tb()\n\t//effort:end\n\tc()\n\td() //effort:config\n\te()\n\t//effort:config\n\tg()\n\th()\n}", 6, 1, 2, 3},
		{"a type", "type t struct {\n\ta int\n}", 3, 0, 0, 0},
	}
	for _, tt := range tests {
		e, err := effortOf("f", []Declared{{Name: "f", Text: tt.text}}, 0)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if e.lines != tt.lines || e.complexity != tt.complex || e.convert != tt.convert || e.config != tt.configs {
			t.Errorf("%s: L %d, M %d, C %d, E %d; want %d, %d, %d, %d", tt.name, e.lines, e.complexity, e.convert, e.config, tt.lines, tt.complex, tt.convert, tt.configs)
		}
	}
	if _, err := effortOf("f", []Declared{{Name: "f", Text: "func f( {"}}, 2); err == nil {
		t.Error("a broken text is counted")
	}
}

// TestEffortFormula: the rows of the paper's table by its formula.
func TestEffortFormula(t *testing.T) {
	imports := func(n int) map[string]bool {
		m := map[string]bool{}
		for i := range n {
			m[string(rune('a'+i))] = true
		}
		return m
	}
	serial := effort{name: "serial", lines: 27, complexity: 6}
	rows := effortRows([]effort{serial,
		{name: "mt", lines: 27 + 22, complexity: 6 + 3, imports: imports(2)},
		{name: "mp", lines: 27 + 23, complexity: 6 + 3, imports: imports(2), convert: 3},
		{name: "omp", lines: 27 + 16, complexity: 6 + 2, imports: imports(4), convert: 7, config: 4}})
	for i, want := range []int{27, 34, 44} {
		if rows[i].cost != want {
			t.Errorf("%s costs %d, want %d", rows[i].name, rows[i].cost, want)
		}
	}
}
