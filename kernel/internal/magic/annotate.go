package magic

import (
	"context"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

var annotateMagic = &Magic{
	Name:  "annotate",
	Usage: "%annotate function",
	Short: "show what the compiler decided about each line of a function",
	Doc: `    %annotate f      a function of a cell
    %annotate T.m    a method

Below each line stands what the Go compiler decided about it: which calls it
replaced by the body of what is called, which values it put on the heap and why,
which indices it has to check at run time. What each of these costs, and what to
do about it, is said at the end.

The function's package is compiled for this with the options -m=2 and
-d=ssa/check_bce/debug=1; nothing is run.`,
	Line: true,
	Run:  runAnnotate,
}

func runAnnotate(ctx context.Context, env Env, call Call) error {
	if call.Args == "" || strings.ContainsAny(call.Args, " \t") {
		return errors.New("%annotate needs the name of one function of a cell, such as %annotate f or %annotate T.m")
	}
	d, err := env.Decisions(ctx, call.Args)
	if err != nil {
		return fmt.Errorf("%%annotate: %w", err)
	}
	notes := d.notes()
	env.Display(map[string]any{"text/plain": strings.TrimSuffix(d.text(notes), "\n"), "text/html": d.html(notes)})
	return nil
}

// A note is a decision in our words.
type note struct {
	line int
	kind string
	text string
	why  []string
}

// noteKinds are the kinds of notes, in the order in which they are explained.
var noteKinds = []struct{ name, meaning string }{
	{"heap", "The value outlives the call, or the compiler can't prove that it does not, so it is allocated on the heap: some 20 to 100 ns each time, and work for the garbage collector later. Avoid it in hot loops: make it once outside, hand in what is to be filled, or return a value instead of a pointer."},
	{"leak", "What the parameter points to may be kept after the call, so the caller's value has to be on the heap."},
	{"stack", "The value ends with the call: it costs nothing to make and nothing to free."},
	{"shared", "A function literal uses the variable itself, not a copy; if the literal outlives the call the variable goes to the heap."},
	{"inline", "The function's body takes the place of a call: no call (some ns), and the compiler sees both together."},
	{"no inline", "The function stays a call. The compiler inlines functions up to a cost of 80 (about that many simple operations), without recover, select or recursion."},
	{"inlined", "This call was replaced by the body of what it calls."},
	{"bounds", "The index is compared with the length at run time, because the compiler can't prove that it fits: one compare and a jump that is never taken. Loops over range a, i < len(a), or one look at the last element before the loop (_ = a[n-1]) help it."},
	{"direct", "The dynamic call through an interface became a direct one, because the compiler knows the type."},
	{"other", "In the compiler's words."},
}

// The compiler's messages, as cmd/compile prints them with -m=2.
var messages = []struct {
	re         *regexp.Regexp
	kind, text string
}{
	{regexp.MustCompile(`^can inline (\S+) with cost (\d+).*$`), "inline", "calls of $1 become its body (cost $2 of at most 80)"},
	{regexp.MustCompile(`^can inline (\S+).*$`), "inline", "calls of $1 become its body"},
	{regexp.MustCompile(`^cannot inline (\S+): function too complex: cost (\d+) exceeds budget (\d+)$`), "no inline", "$1 stays a call: its cost of $2 is more than $3"},
	{regexp.MustCompile(`^cannot inline (\S+): (.*)$`), "no inline", "$1 stays a call: $2"},
	{regexp.MustCompile(`^inlining call to (.*)$`), "inlined", "the call of $1 was replaced by its body"},
	{regexp.MustCompile(`^moved to heap: (.*)$`), "heap", "the variable $1 lives on the heap"},
	{regexp.MustCompile(`^(.*) escapes to heap(?: in .*:)?$`), "heap", "$1 is allocated on the heap"},
	{regexp.MustCompile(`^(.*) does not escape$`), "stack", "$1 stays on the stack"},
	{regexp.MustCompile(`^leaking param content: (.*)$`), "leak", "what $1 points to is kept after the call"},
	{regexp.MustCompile(`^leaking param: (.*) to result (\S+) level=.*$`), "leak", "$1 is handed back in the result $2"},
	{regexp.MustCompile(`^leaking param: (.*)$`), "leak", "$1 is kept after the call"},
	{regexp.MustCompile(`^parameter (\S+) leaks to .*$`), "", ""}, // the same, with reasons
	{regexp.MustCompile(`^\S+ capturing by ref: (\S+) .*$`), "shared", "a function literal shares the variable $1"},
	{regexp.MustCompile(`^\S+ capturing by value: (\S+) .*$`), "", ""},
	{regexp.MustCompile(`^Found IsInBounds$`), "bounds", "an index is checked at run time"},
	{regexp.MustCompile(`^Found IsSliceInBounds$`), "bounds", "the bounds of a slice are checked at run time"},
	{regexp.MustCompile(`^devirtualizing (\S+) to (.*)$`), "direct", "$1 is called directly as a method of $2"},
}

// made are names in messages that no cell has.
var made = regexp.MustCompile(`\bw\d*_|\bdock\.`)

// notes words the compiler's messages. What it says twice, with and without its
// reasons, comes once.
func (d *Decisions) notes() (list []note) {
	for _, m := range d.List {
		if made.MatchString(m.Text) {
			continue
		}
		n := note{line: m.Line, kind: "other", text: m.Text, why: m.Why}
		for _, known := range messages {
			if known.re.MatchString(m.Text) {
				n.kind, n.text = known.kind, known.re.ReplaceAllString(m.Text, known.text)
				break
			}
		}
		if n.kind == "" {
			continue
		}
		if n.kind == "bounds" {
			if m.Expr != "" {
				n.text = strings.Replace(n.text, "an index", m.Expr, 1)
				n.text = strings.Replace(n.text, "a slice", m.Expr, 1)
			}
		}
		n.why = reasons(n.why)
		if n.kind == "heap" && d.mergeHeap(list, n) {
			continue
		}
		same := func(o note) bool { return o.line == n.line && o.kind == n.kind && o.text == n.text }
		if i := slices.IndexFunc(list, same); i >= 0 {
			if len(list[i].why) == 0 {
				list[i].why = n.why
			}
			continue
		}
		list = append(list, n)
	}
	slices.SortStableFunc(list, func(a, b note) int { return a.line - b.line })
	return list
}

// mergeHeap takes up what the compiler says once more of a value on the heap: in
// which way it gets there, or what it is a part of.
func (d *Decisions) mergeHeap(list []note, n note) bool {
	const allocated = " is allocated on the heap"
	for i, o := range list {
		if o.kind != "heap" || o.line != n.line {
			continue
		}
		variable, isVariable := strings.CutPrefix(n.text, "the variable ")
		switch {
		case isVariable && o.text == strings.TrimSuffix(variable, " lives on the heap")+allocated:
			list[i].text = n.text
			return true
		case n.text == "append"+allocated && strings.HasPrefix(o.text, "append("):
			return true
		}
	}
	return false
}

var (
	fromStep = regexp.MustCompile(`^from (.*) \(([^()]*)\) at (\S+:\d+):\d+$`)
	ownSteps = map[string]bool{"spill": true, "reference": true}
)

// reasons keeps of the way of an escaping value the steps that the text has.
func reasons(why []string) (out []string) {
	for _, w := range why {
		m := fromStep.FindStringSubmatch(w)
		if m == nil || ownSteps[m[2]] || strings.HasPrefix(m[1], "...") {
			continue
		}
		step := fmt.Sprintf("%s, %s (%s)", m[3], m[1], m[2])
		if !slices.Contains(out, step) {
			out = append(out, step)
		}
	}
	return out
}

// meanings explains the kinds that there are.
func meanings(notes []note) (list [][2]string) {
	for _, k := range noteKinds {
		if slices.ContainsFunc(notes, func(n note) bool { return n.kind == k.name }) {
			list = append(list, [2]string{k.name, k.meaning})
		}
	}
	return list
}

// headline counts what matters.
func (d *Decisions) headline(notes []note) string {
	n := map[string]int{}
	for _, x := range notes {
		n[x.kind]++
	}
	return fmt.Sprintf("%s: %s, %s, %s", d.Name, howMany(n["heap"], "value")+" on the heap",
		howMany(n["bounds"], "bounds check")+" left", howMany(n["inlined"], "inlined call"))
}

func (d *Decisions) text(notes []note) string {
	var b strings.Builder
	b.WriteString(d.headline(notes) + "\n")
	if d.Note != "" {
		b.WriteString("note: " + d.Note + "\n")
	}
	for _, s := range d.Source {
		fmt.Fprintf(&b, "%4d  %s\n", s.Line, s.Text)
		for _, n := range notes {
			if n.line != s.Line {
				continue
			}
			fmt.Fprintf(&b, "      | %s: %s\n", n.kind, n.text)
			for _, w := range n.why {
				fmt.Fprintf(&b, "      |     by %s\n", w)
			}
		}
	}
	for _, m := range meanings(notes) {
		fmt.Fprintf(&b, "%s: %s\n", m[0], m[1])
	}
	return b.String()
}

// noteColours mark what costs something.
var noteColours = map[string]string{"heap": "213,94,0", "leak": "230,159,0", "bounds": "204,121,167", "no inline": "230,159,0", "inline": "0,158,115", "inlined": "0,158,115", "stack": "0,114,178"}

func (d *Decisions) html(notes []note) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<div style="font-size:12px"><p><b>%s</b></p>`, html.EscapeString(d.headline(notes)))
	if d.Note != "" {
		fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(d.Note))
	}
	b.WriteString(`<table style="text-align:left"><thead><tr><th style="text-align:right">Line</th><th style="text-align:left">Source</th><th style="text-align:left">What the compiler decided</th></tr></thead><tbody>`)
	for _, s := range d.Source {
		fmt.Fprintf(&b, `<tr><td style="text-align:right;vertical-align:top">%d</td><td style="text-align:left;vertical-align:top;white-space:pre-wrap;font-family:monospace">%s</td><td style="text-align:left;min-width:16em">`,
			s.Line, html.EscapeString(strings.ReplaceAll(s.Text, "\t", "    ")))
		for _, n := range notes {
			if n.line != s.Line {
				continue
			}
			colour := noteColours[n.kind]
			if colour == "" {
				colour = "128,128,128"
			}
			fmt.Fprintf(&b, `<div><span style="background:rgba(%s,.25);padding:0 .3em;border-radius:.2em">%s</span> %s`, colour, n.kind, html.EscapeString(n.text))
			if len(n.why) > 0 {
				fmt.Fprintf(&b, "<details><summary>why</summary><ol><li>%s</li></ol></details>", strings.Join(escapeAll(n.why), "</li><li>"))
			}
			b.WriteString("</div>")
		}
		b.WriteString("</td></tr>")
	}
	b.WriteString("</tbody></table><dl>")
	for _, m := range meanings(notes) {
		fmt.Fprintf(&b, "<dt><b>%s</b></dt><dd>%s</dd>", m[0], html.EscapeString(m[1]))
	}
	b.WriteString("</dl></div>")
	return b.String()
}

func escapeAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = html.EscapeString(s)
	}
	return out
}
