package magic

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var asmMagic = &Magic{
	Name:  "asm",
	Usage: "%asm [-all] function",
	Short: "show a function's machine code beside its source",
	Doc: `    %asm f              a function of a cell
    %asm T.m            a method
    %asm julia.Serial   a function of a package that cells import

Source lines and the instructions that come from them have one colour; point at
one to see the others. The text form has the instructions below their lines.

Marked are calls, the places where an index out of range ends (each stands for a
check that the compiler could not leave out) and vector instructions, which work
on several numbers at once. Code of functions that were inlined has the lines of
its own file.

    -all   show long functions whole (else 400 instructions)

The code is what the Go compiler makes of the function, in its assembler's
notation: the destination comes last. Functions of packages are shown as the
session's program has them.`,
	Line: true,
	Run:  runAsm,
}

// shownInstructions is how many instructions of a function are shown without
// -all.
const shownInstructions = 400

func runAsm(ctx context.Context, env Env, call Call) error {
	name, all := call.Args, false
	if rest, ok := strings.CutPrefix(name, "-all"); ok && (rest == "" || rest[0] == ' ') {
		name, all = strings.TrimSpace(rest), true
	}
	if name == "" || strings.ContainsAny(name, " \t") {
		return errors.New("%asm needs the name of one function, such as %asm f, %asm T.m or %asm julia.Serial")
	}
	l, err := env.Assembly(ctx, name)
	if err != nil {
		return fmt.Errorf("%%asm: %w", err)
	}
	most := shownInstructions
	if all {
		most = 1 << 30
	}
	env.Display(map[string]any{"text/plain": strings.TrimSuffix(l.text(most), "\n"), "text/html": l.html(most)})
	return nil
}

// ---- what an instruction is

// A trait is what is remarkable in an instruction.
type trait int

const (
	plainTrait trait = iota
	callTrait
	boundsTrait // a call that ends the function because an index is out of range
	vectorTrait
	stopTrait // looks whether the cell was interrupted
)

var traitWords = map[trait]string{
	callTrait:   "call",
	boundsTrait: "out of range",
	vectorTrait: "vector",
	stopTrait:   "interrupted?",
}

var (
	boundsCall = regexp.MustCompile(`^runtime\.(panicIndex|panicSlice|panicBounds|panicExtend)`)
	packed     = regexp.MustCompile(`^V?(ADD|SUB|MUL|DIV|MAX|MIN|SQRT|RCP|RSQRT|ROUND|HADD|HSUB|CMP|SHUF|UNPCK[LH]|BLENDV?|AND|ANDN|OR|XOR|FN?M(ADD|SUB)\w*|DP)P[SD]`)
	integers   = regexp.MustCompile(`^V?P(ADD|SUB|MUL|MADD|AND|ANDN|OR|XOR|CMP|SHUF|SLL|SRL|SRA|UNPCK|MAX|MIN|ABS|AVG|BLEND|PERM|BROADCAST|MOVMSK|SAD|TEST|ALIGN|TERNLOG)\w*`)
	wide       = regexp.MustCompile(`\b[YZ]\d+\b`)
	neon       = regexp.MustCompile(`\bV\d+\.[BHSD]\d+`)
	registers  = regexp.MustCompile(`\b[XYZ]\d+\b`)
)

// trait says what is remarkable in an instruction of a processor.
func (i Instruction) trait(arch string) trait {
	op, args, _ := strings.Cut(i.Text, " ")
	switch {
	case boundsCall.MatchString(i.Target):
		return boundsTrait
	case op == "CALL" || op == "BL":
		return callTrait
	case strings.HasSuffix(i.Target, "/dock.Stopped"):
		return stopTrait
	case arch == "arm64" && neon.MatchString(args):
		return vectorTrait
	case arch != "amd64":
		return plainTrait
	case wide.MatchString(args) && !strings.HasPrefix(op, "VZERO"):
		return vectorTrait
	case packed.MatchString(op) || integers.MatchString(op):
		r := registers.FindAllString(args, -1)
		if len(r) >= 2 && len(slices.Compact(slices.Clone(r))) == 1 && strings.Contains(op, "XOR") {
			return plainTrait // zero
		}
		return vectorTrait
	}
	return plainTrait
}

// words is an instruction with the name of what it calls or addresses.
func (i Instruction) words() string {
	if i.Target == "" {
		return i.Text
	}
	if op, _, _ := strings.Cut(i.Text, " "); op == "CALL" || op == "BL" || op == "JMP" {
		return op + " " + i.Target
	}
	return i.Text + "  ; " + i.Target
}

// summary says how large a function is and what is in it.
func (f ListedFunc) summary(arch string) string {
	bytes := 0
	n := map[trait]int{}
	for _, i := range f.Instructions {
		bytes += i.Size
		n[i.trait(arch)]++
	}
	return fmt.Sprintf("%s, %s, %s, %s that can find an index out of range, %s",
		howMany(len(f.Instructions), "instruction"), howMany(bytes, "byte"), howMany(n[callTrait], "call"), howMany(n[boundsTrait], "check"), howMany(n[vectorTrait], "vector instruction"))
}

// howMany is "no calls", "1 call" or "3 calls".
func howMany(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// ---- text

// text is the listing with the instructions below their lines: what is in the
// function's own text first, in reading order, then what was inlined.
func (l *Listing) text(most int) string {
	var b strings.Builder
	if l.Note != "" {
		b.WriteString("note: " + l.Note + "\n")
	}
	for k, f := range l.Funcs {
		if k > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s (%s): %s\n", f.Name, l.Arch, f.summary(l.Arch))
		shown := f.Instructions[:min(most, len(f.Instructions))]
		at := map[ListedLine][]Instruction{}
		var order []ListedLine
		for _, i := range shown {
			key := ListedLine{File: i.File, Line: i.Line}
			if at[key] == nil {
				order = append(order, key)
			}
			at[key] = append(at[key], i)
		}
		put := func(key ListedLine, text string) {
			fmt.Fprintf(&b, "%s:%d\t%s\n", key.File, key.Line, strings.TrimSpace(text))
			for _, i := range at[key] {
				mark := traitWords[i.trait(l.Arch)]
				if mark != "" {
					mark = "  <- " + mark
				}
				fmt.Fprintf(&b, "    +0x%-5x %s%s\n", i.Offset, i.words(), mark)
			}
			delete(at, key)
		}
		for _, s := range l.Source {
			if key := (ListedLine{File: s.File, Line: s.Line}); at[key] != nil {
				put(key, s.Text)
			}
		}
		for _, key := range order {
			if at[key] != nil {
				put(key, "(inlined)")
			}
		}
		if rest := len(f.Instructions) - len(shown); rest > 0 {
			fmt.Fprintf(&b, "... %s more: %%asm -all %s shows all\n", howMany(rest, "instruction"), l.Name)
		}
	}
	return b.String()
}

// ---- HTML

// tints are the colours of lines, one after the other: Okabe and Ito's, so thin
// that text is read on them on white and on black.
var tints = []string{"0,114,178", "230,159,0", "0,158,115", "213,94,0", "204,121,167", "86,180,233", "240,228,66"}

// html is the listing in two columns, source and instructions in the order of
// their addresses. Pointing at a line shows what belongs to it; that needs no
// script.
func (l *Listing) html(most int) string {
	sum := fnv.New32a()
	fmt.Fprint(sum, l.Name, len(l.Funcs), l.Source)
	id := fmt.Sprintf("weft-asm-%08x", sum.Sum32())
	number := map[ListedLine]int{}
	line := func(file string, n int) int {
		key := ListedLine{File: file, Line: n}
		if _, ok := number[key]; !ok {
			number[key] = len(number)
		}
		return number[key]
	}
	for _, s := range l.Source {
		line(s.File, s.Line)
	}
	style := func(n int) string {
		return fmt.Sprintf(`class="n%d" style="display:block;background:rgba(%s,.13);padding:0 .4em;white-space:pre"`, n, tints[n%len(tints)])
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<div id=%q style="font-size:12px">`, id)
	if l.Note != "" {
		fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(l.Note))
	}
	for k, f := range l.Funcs {
		open := ""
		if k == 0 {
			open = " open"
		}
		fmt.Fprintf(&b, `<details%s><summary><b>%s</b> (%s): %s</summary><div style="display:flex;gap:1em;align-items:flex-start;flex-wrap:wrap">`,
			open, html.EscapeString(f.Name), l.Arch, f.summary(l.Arch))
		shown := f.Instructions[:min(most, len(f.Instructions))]
		used := map[ListedLine]bool{}
		for _, i := range shown {
			used[ListedLine{File: i.File, Line: i.Line}] = true
		}
		b.WriteString(`<div style="flex:1 1 20em;overflow-x:auto;font-family:monospace;text-align:left">`)
		for _, s := range l.Source {
			if !used[ListedLine{File: s.File, Line: s.Line}] {
				continue
			}
			fmt.Fprintf(&b, `<span %s><span style="opacity:.6">%s:%d</span>  %s</span>`, style(line(s.File, s.Line)),
				html.EscapeString(s.File), s.Line, html.EscapeString(strings.ReplaceAll(s.Text, "\t", "    ")))
		}
		b.WriteString(`</div><div style="flex:1 1 26em;overflow-x:auto;font-family:monospace;text-align:left">`)
		for _, i := range shown {
			n := line(i.File, i.Line)
			words := html.EscapeString(i.words())
			mark := traitWords[i.trait(l.Arch)]
			if mark != "" {
				words = "<b>" + words + `</b> <i style="opacity:.75">` + mark + "</i>"
			}
			fmt.Fprintf(&b, `<span %s title="%s:%d">%4x  %s</span>`, style(n), html.EscapeString(i.File), i.Line, i.Offset, words)
		}
		if rest := len(f.Instructions) - len(shown); rest > 0 {
			fmt.Fprintf(&b, "<p>%s more: <code>%%asm -all %s</code> shows all</p>", howMany(rest, "instruction"), html.EscapeString(l.Name))
		}
		b.WriteString("</div></div></details>")
	}
	b.WriteString("<style>")
	for n := range len(number) {
		fmt.Fprintf(&b, "#%[1]s:has(.n%[2]d:hover) .n%[2]d{outline:1px solid rgb(%[3]s);background:rgba(%[3]s,.4)!important}", id, n, tints[n%len(tints)])
	}
	b.WriteString("</style></div>")
	return b.String()
}
