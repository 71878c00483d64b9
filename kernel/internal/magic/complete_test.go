package magic

import "testing"

func TestComplete(t *testing.T) {
	for _, test := range []struct{ text, status, indent string }{
		{"", "complete", ""},
		{"x := 1", "complete", ""},
		{"for {", "incomplete", "\t"},
		{"x := = 1", "invalid", ""},
		{"%time f()", "complete", ""},
		{"!ls", "complete", ""},
		{"!ls \\", "incomplete", ""},
		{"fmt.Println?", "complete", ""},
		{"%%bash", "incomplete", ""},
		{"%%bash\nls", "incomplete", ""},
		{"%%bash\nls\n", "incomplete", ""},
		{"%%bash\nls\n\n", "complete", ""},
		{"%%bash\nls\n  \n", "complete", ""},
		{"%%bash\n", "incomplete", ""},
		{"%%bash\nif true; then\n  ls", "incomplete", "  "},
		{"%%time\nfor {\n\tf()", "incomplete", "\t"},
		{"%who\nfor {", "incomplete", "\t"},
		{"x := 1\n%%bash\n", "invalid", ""},
	} {
		if status, indent := Complete(test.text); status != test.status || indent != test.indent {
			t.Errorf("Complete(%q) = %s %q, want %s %q", test.text, status, indent, test.status, test.indent)
		}
	}
}
