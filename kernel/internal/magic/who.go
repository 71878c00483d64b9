package magic

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"path"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

var whoMagic = &Magic{
	Name:  "who",
	Usage: "%who [kind or pattern ...]",
	Short: "list the names that cells have defined, with type, cell and value",
	Doc: `Without arguments it lists all. An argument keeps the names of one kind (var,
const, type, func, import) or those that match a pattern with * and ?.

    %who var
    %who sum* func

For a function the last column says what runs it, the compiler's code or the
interpreter. A variable whose value went with a session that died is marked "lost": run its
cell again.`,
	Line: true,
	Run:  runWho,
}

// kinds are the words %who takes for a kind.
var kinds = []string{"var", "const", "type", "func", "import"}

func runWho(ctx context.Context, env Env, call Call) error {
	var wantKinds, patterns []string
	for _, arg := range strings.Fields(call.Args) {
		if slices.Contains(kinds, arg) {
			wantKinds = append(wantKinds, arg)
			continue
		}
		if _, err := path.Match(arg, ""); err != nil {
			return fmt.Errorf("%%who: %q is not a pattern: use letters, * and ?", arg)
		}
		patterns = append(patterns, arg)
	}
	var names []Name
	for _, n := range env.Names() {
		if wants(n, wantKinds, patterns) {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		if call.Args == "" {
			env.Stdout("No names defined yet.\n")
		} else {
			env.Stdout("No such names.\n")
		}
		return nil
	}

	var vars []string
	for _, n := range names {
		if n.Kind == "var" && !n.Lost {
			vars = append(vars, n.key())
		}
	}
	values := map[string]string{}
	if len(vars) > 0 {
		// The list is worth having without the values too.
		if v, err := env.Op(ctx, "values", map[string]string{"names": strings.Join(vars, ",")}); err == nil {
			values = v
		}
	}
	env.Display(whoTable(names, values))
	return ctx.Err()
}

func (n Name) key() string { return cmp.Or(n.Key, n.Name) }

func wants(n Name, wantKinds, patterns []string) bool {
	if len(wantKinds) > 0 && !slices.Contains(wantKinds, n.Kind) {
		return false
	}
	if len(patterns) == 0 {
		return true
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := path.Match(p, n.Name)
		return ok
	})
}

// valueWidth is how much of a value %who shows, in characters.
const valueWidth = 60

func whoTable(names []Name, values map[string]string) map[string]any {
	header := []string{"Name", "Kind", "Type", "Cell", "Value"}
	rows := [][]string{header}
	for _, n := range names {
		value := cmp.Or(n.Engine, shorten(values[n.key()], valueWidth))
		if n.Lost {
			value = "lost: run " + n.Cell + " again"
		}
		rows = append(rows, []string{n.Name, n.Kind, shorten(n.Type, valueWidth), n.Cell, value})
	}

	var plain strings.Builder
	w := tabwriter.NewWriter(&plain, 0, 0, 2, ' ', 0)
	var page strings.Builder
	page.WriteString("<table>")
	for i, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		page.WriteString("<tr>")
		for _, text := range row {
			fmt.Fprintf(&page, `<%s style="text-align:left">%s</%s>`, cell, html.EscapeString(text), cell)
		}
		page.WriteString("</tr>")
	}
	page.WriteString("</table>")
	w.Flush()
	lines := strings.Split(strings.TrimRight(plain.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return map[string]any{
		"text/plain": strings.Join(lines, "\n"),
		"text/html":  page.String(),
	}
}

// shorten puts s on one line of at most width characters.
func shorten(s string, width int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}
