package course

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/notebook"
)

// cellMark begins the section of a cell in testdata.
const cellMark = "== "

// text is what a notebook's cells show, as testdata has it.
func text(nb *notebook.Notebook) string {
	var b strings.Builder
	for _, c := range nb.Cells {
		if c.Kind == notebook.Code {
			b.WriteString(cellMark + c.ID + "\n" + show(c))
		}
	}
	return b.String()
}

// tagVaries marks cells whose text differs from machine to machine.
const tagVaries = "varies"

// show is what a cell shows on every machine: plain text as it is, with times
// masked; of what was measured the kind, the variants and whether they agree;
// of a chart its title; of cells that vary which outputs there are.
func show(c *notebook.Cell) string {
	var lines []string
	add := func(form string, args ...any) {
		if line := fmt.Sprintf(form, args...); len(lines) == 0 || lines[len(lines)-1] != line || !c.Tagged(tagVaries) {
			lines = append(lines, line)
		}
	}
	varies := c.Tagged(tagVaries) || strings.HasPrefix(c.Source, "%machine")
	for _, o := range c.Outputs {
		switch {
		case o.Type == notebook.Error:
			add("error: %s", masked(o.EValue))
		case varies:
			add("(varies)")
		case o.Type == notebook.Stream:
			add("%s: %s", o.Name, masked(o.Text))
		default:
			add("%s", shown(o))
		}
	}
	if varies {
		lines = slices.Compact(lines)
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// shown is show for a display or a result.
func shown(o *notebook.Output) string {
	plain, _ := o.Data["text/plain"].(string)
	if rec, ok := record(o); ok {
		return "measured: " + rec + agreement(plain)
	}
	_, html := o.Data["text/html"]
	if _, png := o.Data["image/png"]; png && html {
		title, _, _ := strings.Cut(plain, "\n")
		return "chart: " + masked(title)
	}
	return "shows: " + masked(plain)
}

// record is the kind of a measurement and the names of its variants.
func record(o *notebook.Output) (string, bool) {
	weft, _ := o.Metadata["weft"].(map[string]any)
	rec, ok := weft["result"].(map[string]any)
	if !ok {
		return "", false
	}
	text := fmt.Sprint(rec["kind"])
	var names []string
	series, _ := rec["series"].([]any)
	for _, s := range series {
		if s, ok := s.(map[string]any); ok && s["name"] != "" {
			names = append(names, fmt.Sprint(s["name"]))
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > 0 && len(names) <= 12 {
		text += " " + strings.Join(names, ", ")
	}
	return text, true
}

// agreed finds what a comparison says about the variants' results.
var agreed = regexp.MustCompile(`(?m)^results of .*$`)

func agreement(text string) string {
	if line := agreed.FindString(text); line != "" {
		return "; " + line
	}
	return ""
}

var (
	times  = regexp.MustCompile(`\b\d+(\.\d+)? ?(ns|µs|ms|s|min|cores used)\b`)
	byWhom = regexp.MustCompile(`\((interpreted|compiled)[^)]*\)`)
	blanks = regexp.MustCompile(`(?m)[ \t]+$`)
)

// masked is text with times masked, and which engine took them.
func masked(s string) string {
	s = byWhom.ReplaceAllString(times.ReplaceAllString(s, "TIME"), "(ENGINE)")
	return strings.TrimSuffix(blanks.ReplaceAllString(s, ""), "\n")
}

// isSkipped reports whether a cell was left out as nothing is compiled here.
func isSkipped(c *notebook.Cell) bool {
	return len(c.Outputs) == 1 && strings.HasPrefix(c.Outputs[0].Text, "skipped: this cell is to be compiled")
}
