package magic

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
)

var helpMagic = &Magic{
	Name:  "help",
	Usage: "%help [name]",
	Short: "list the magics, or tell about one of them or about a Go name",
	Doc: `    %help            all magics
    %help timeit     one of them
    %help strings.Cut   what Go's documentation says
    %help f          a name of this notebook`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args == "" {
			env.Display(map[string]any{
				"text/plain":    call.table.plain(),
				"text/markdown": call.table.Markdown(),
			})
			return nil
		}
		text, err := describe(ctx, env, call.table, call.Args)
		if err != nil {
			return err
		}
		env.Display(map[string]any{"text/plain": text})
		return nil
	},
}

var inspectMagic = &Magic{
	Name:  "?",
	Usage: "name?  ?name",
	Short: "show the help for a magic or a Go name in the pager",
	Doc: `The same text as %help name, beside the notebook instead of in it.

    strings.Cut?
    ?%timeit`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args == "" {
			env.Page(call.table.plain())
			return nil
		}
		text, err := describe(ctx, env, call.table, call.Args)
		if err != nil {
			return err
		}
		env.Page(text)
		return nil
	},
}

// describe returns the help for a magic or a Go name. With a percent sign only
// magics count; without, a name of the notebook hides a magic of the same name.
func describe(ctx context.Context, env Env, table Table, name string) (string, error) {
	if len(strings.Fields(name)) > 1 {
		return "", errors.New("%help takes one name, such as %help strings.Cut")
	}
	bare := strings.TrimLeft(name, "%")
	if bare == name {
		if text, ok := env.Inspect(ctx, name); ok {
			return text, nil
		}
	}
	if m := table.Lookup(bare); m != nil {
		return m.Help(), nil
	}
	if bare != name {
		return "", table.unknown(Call{Name: bare, Cell: strings.HasPrefix(name, "%%")})
	}
	return "", fmt.Errorf("nothing known about %q: it is neither a name of this notebook, nor of a Go package, nor a magic", name)
}

// Help returns all that is said about a magic, as plain text.
func (m *Magic) Help() string {
	var b strings.Builder
	for form := range strings.SplitSeq(m.Usage, "  ") {
		b.WriteString(form + "\n")
	}
	b.WriteString("\n" + upperFirst(m.Short) + ".\n")
	if m.Doc != "" {
		b.WriteString("\n" + m.Doc + "\n")
	}
	return b.String()
}

// plain lists the table as text.
func (t Table) plain() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, m := range t {
		for i, form := range strings.Split(m.Usage, "  ") {
			short := m.Short
			if i > 0 {
				short = ""
			}
			fmt.Fprintf(w, "%s\t%s\n", form, short)
		}
	}
	w.Flush()
	b.WriteString("\n%help name tells more about one of them or about a Go name.")
	return strings.ReplaceAll(trimLines(b.String()), "\t", " ")
}

// Markdown returns the table as a Markdown table, the README's.
func (t Table) Markdown() string {
	var b strings.Builder
	b.WriteString("| write | to |\n|---|---|\n")
	for _, m := range t {
		forms := strings.Split(m.Usage, "  ")
		for i := range forms {
			forms[i] = "`" + strings.ReplaceAll(forms[i], "|", `\|`) + "`"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(forms, ", "), strings.ReplaceAll(m.Short, "|", `\|`))
	}
	return b.String()
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func upperFirst(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
