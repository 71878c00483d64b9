package conformance

import (
	"slices"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		name string
		want Ending
		got  outcome
		is   Class
	}{
		{"the same", Ending{Stdout: "a\n"}, outcome{stdout: "a\n"}, Passed},
		{"another output", Ending{Stdout: "a\n"}, outcome{stdout: "b\n"}, Wrong},
		{"no output", Ending{Stdout: "a\n"}, outcome{}, Wrong},
		{"another standard error", Ending{Stderr: "a\n"}, outcome{stderr: "b\n"}, Wrong},
		{"late", Ending{}, outcome{late: true}, Late},
		{"refused", Ending{}, outcome{name: "compile error", message: "go statements can't be run in interpreted cells"}, Refused},
		{"does not compile", Ending{}, outcome{name: "compile error", message: "undefined: x"}, Failed},
		{"does not compile, as output differs", Ending{Stdout: "a\n"}, outcome{name: "compile error", message: "undefined: x"}, Failed},
		{"panics alone", Ending{}, outcome{name: "panic", message: "oh"}, Failed},
		{"ends well alone", Ending{Code: 2, Panic: "oh"}, outcome{}, Wrong},
		{"ends well where Go exits", Ending{Code: 1}, outcome{}, Wrong},
		{"the same panic", Ending{Code: 2, Panic: "oh"}, outcome{name: "panic", message: "oh"}, Passed},
		{"another panic", Ending{Code: 2, Panic: "oh"}, outcome{name: "panic", message: "ah"}, Failed},
		{"a panic with a value of a type", Ending{Code: 2, Panic: "main.T(5)"}, outcome{name: "panic", message: "5"}, Passed},
		{"the same fatal error", Ending{Code: 2, Panic: "all goroutines are asleep - deadlock!"}, outcome{name: "deadlock", message: "all goroutines are asleep"}, Passed},
		{"a panic after another output", Ending{Code: 2, Panic: "oh", Stdout: "a"}, outcome{name: "panic", message: "oh"}, Wrong},
		{"the same exit of a cell", Ending{Code: 3}, outcome{name: "exit", message: "os.Exit(3)"}, Passed},
		{"the same exit of a program", Ending{Code: 3}, outcome{name: "error", message: "exit status 3"}, Passed},
		{"another exit", Ending{Code: 3}, outcome{name: "error", message: "exit status 4"}, Wrong},
		{"an exit where Go ends well", Ending{}, outcome{name: "exit", message: "os.Exit(3)"}, Failed},
		{"an exit where Go panics", Ending{Code: 2, Panic: "oh"}, outcome{name: "exit", message: "os.Exit(2)"}, Failed},
		{"an error where Go exits", Ending{Code: 1}, outcome{name: "panic", message: "oh"}, Failed},
		{"an exit after another output", Ending{Code: 1, Stdout: "a"}, outcome{name: "exit", message: "os.Exit(1)", stdout: "b"}, Wrong},
		{"the name of its file", Ending{Stdout: "at /tmp/x/p3/main.go:28\n"}, outcome{stdout: "at cell[7]:28\n"}, Passed},
		{"another line of its file", Ending{Stdout: "at /tmp/x/p3/main.go:28\n"}, outcome{stdout: "at cell[7]:29\n"}, Wrong},
	}
	for _, tt := range tests {
		if is, reason := compare(tt.want, tt.got); is != tt.is || (reason == "") != (is == Passed) {
			t.Errorf("%s: %s %q, want %s", tt.name, is, reason, tt.is)
		}
	}
}

func TestPanicMessage(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"hello\nexit status 1\n": "",
		"panic: oh\n\ngoroutine 1 [running]:\nmain.main()\n":                                       "oh",
		"panic: oh [recovered, repanicked]\n\ngoroutine 1 [running]:\n":                            "oh",
		"panic: oh\n\tpanic: and: more\n\ngoroutine 1 [running]:\npanic: not this\n":               "and: more",
		"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\n": "all goroutines are asleep - deadlock!",
	} {
		if got := panicMessage(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestWanted(t *testing.T) {
	const main = "package main\n\nfunc main() {}\n"
	for text, want := range map[string]bool{
		"// run\n\n" + main:                      true,
		"// run -race\n\n" + main:                false,
		"// compile\n\n" + main:                  false,
		main:                                     false,
		"// run\n\n//go:build ignore\n\n" + main: false,
		"// run\n\n//go:build gc && go1.18\n\n" + main:                 true,
		"// run\n\n//go:build !gc\n\n" + main:                          false,
		"// run\n\npackage main\n\nfunc other() {}\n":                  false,
		"// run\n\npackage p\n\nfunc main() {}\n":                      false,
		"// run\n\npackage main\n\ntype T int\n\nfunc (T) main() {}\n": false,
	} {
		if got := wanted(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestKnown(t *testing.T) {
	k, err := ReadKnown(strings.NewReader("# a comment\n\na.go: failed: asks for its own name\nb.go: refused: no goto: ever\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := Result{"a.go", Failed, "asks for its own name"}, Result{"b.go", Refused, "no goto: ever"}
	if len(k) != 2 || k["a.go"] != a || k["b.go"] != b {
		t.Errorf("read %v", k)
	}
	results := []Result{{"a.go", Failed, "exit status 1"}, {"b.go", Passed, ""}, {"c.go", Late, "late"}, {"d.go", Wrong, "two"}, {"e.go", Passed, ""}}
	worse, better := k.News(results)
	if !slices.Equal(worse, results[2:4]) || !slices.Equal(better, results[1:2]) {
		t.Errorf("worse %v, better %v", worse, better)
	}
	k["d.go"] = Result{"d.go", Wrong, "one"}
	if worse, _ := k.News(results); !slices.Contains(worse, results[3]) {
		t.Error("a wrong answer is let through because it is known")
	}
	var out strings.Builder
	if err := Write(&out, "head\nmore", k.Explained(results)); err != nil {
		t.Fatal(err)
	}
	if want := "# head\n# more\na.go: failed: asks for its own name\nc.go: late: late\nd.go: WRONG: one\n"; out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
	for _, bad := range []string{"a.go", "a.go: failed", "a.go: passed well: why"} {
		if _, err := ReadKnown(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if got := Table("auto", results); !strings.Contains(got, "5 programs") || !strings.Contains(got, "WRONG 1 (20.0 %)") {
		t.Errorf("table %q", got)
	}
}
