package notebook

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// Write writes nb as Jupyter does: members in the order of their names,
// indented by one space, text as lists of lines, only those characters escaped
// that JSON demands, a newline at the end. A notebook that Jupyter wrote comes
// out byte by byte as it was.
func Write(w io.Writer, nb *Notebook) error {
	b := bufio.NewWriterSize(w, 64<<10)
	e := encoder{w: b}
	e.value(nb.tree(), 0)
	b.WriteByte('\n')
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write notebook: %w", err)
	}
	return nil
}

// transient are the members of metadata that Jupyter keeps in memory only.
var (
	transientNotebook = []string{"orig_nbformat", "orig_nbformat_minor", "signature"}
	transientCell     = []string{"trusted"}
)

// tree returns the notebook as JSON values. What it shares with nb is not
// changed.
func (nb *Notebook) tree() map[string]any {
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.tree()
	}
	return with(nb.Extra, map[string]any{
		"cells":          cells,
		"metadata":       without(nb.Metadata, transientNotebook),
		"nbformat":       4,
		"nbformat_minor": nb.Minor,
	})
}

func (c *Cell) tree() map[string]any {
	m := with(c.Extra, map[string]any{
		"cell_type": c.Kind,
		"metadata":  without(c.Metadata, transientCell),
		"source":    asLines(c.Source),
	})
	if c.ID != "" {
		m["id"] = c.ID
	}
	if c.Attachments != nil {
		a := make(map[string]any, len(c.Attachments))
		for name, v := range c.Attachments {
			if b, ok := v.(map[string]any); ok {
				v = splitBundle(b)
			}
			a[name] = v
		}
		m["attachments"] = a
	}
	if c.Kind == Code {
		outputs := make([]any, len(c.Outputs))
		for i, o := range c.Outputs {
			outputs[i] = o.tree()
		}
		m["outputs"] = outputs
		m["execution_count"] = number(c.Count)
	}
	return m
}

func (o *Output) tree() map[string]any {
	m := map[string]any{"output_type": o.Type}
	switch o.Type {
	case Stream:
		m["name"], m["text"] = o.Name, asLines(o.Text)
	case DisplayData, ExecuteResult:
		m["data"], m["metadata"] = splitBundle(o.Data), without(o.Metadata, nil)
		if o.Type == ExecuteResult {
			m["execution_count"] = number(o.Count)
		}
	case Error:
		lines := make([]any, len(o.Traceback))
		for i, l := range o.Traceback {
			lines[i] = l
		}
		m["ename"], m["evalue"], m["traceback"] = o.EName, o.EValue, lines
	}
	return with(o.Extra, m)
}

func number(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

// with returns a map of both; what the format knows wins.
func with(extra, known map[string]any) map[string]any {
	for name, v := range extra {
		if _, ok := known[name]; !ok {
			known[name] = v
		}
	}
	return known
}

// without returns m, never nil, without some of its members.
func without(m map[string]any, names []string) map[string]any {
	out := maps.Clone(m)
	if out == nil {
		out = map[string]any{}
	}
	for _, n := range names {
		delete(out, n)
	}
	return out
}

func asLines(text string) []any {
	lines := splitLines(text)
	list := make([]any, len(lines))
	for i, l := range lines {
		list[i] = l
	}
	return list
}

// lined are the MIME types outside text/ whose data Jupyter writes as lines.
var lined = []string{"application/javascript", "image/svg+xml"}

func splitBundle(b map[string]any) map[string]any {
	out := make(map[string]any, len(b))
	for mime, v := range b {
		if s, ok := v.(string); ok && (strings.HasPrefix(mime, "text/") || slices.Contains(lined, mime)) {
			v = asLines(s)
		}
		out[mime] = v
	}
	return out
}

// An encoder writes JSON as Python's json.dump(indent=1, sort_keys=True,
// ensure_ascii=False) does.
type encoder struct {
	w   *bufio.Writer // keeps the first error
	buf []byte        // of one value without members
}

func (e *encoder) value(v any, depth int) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			e.w.WriteString("{}")
			return
		}
		e.w.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			e.line(i > 0, depth+1)
			e.leaf(name)
			e.w.WriteString(": ")
			e.value(v[name], depth+1)
		}
		e.line(false, depth)
		e.w.WriteByte('}')
	case []any:
		if len(v) == 0 {
			e.w.WriteString("[]")
			return
		}
		e.w.WriteByte('[')
		for i, item := range v {
			e.line(i > 0, depth+1)
			e.value(item, depth+1)
		}
		e.line(false, depth)
		e.w.WriteByte(']')
	case json.Number:
		e.w.WriteString(v.String())
	case string, int, bool, nil:
		e.leaf(v)
	default:
		e.value(plain(v), depth)
	}
}

func (e *encoder) line(comma bool, depth int) {
	if comma {
		e.w.WriteByte(',')
	}
	e.w.WriteByte('\n')
	for range depth {
		e.w.WriteByte(' ')
	}
}

func (e *encoder) leaf(v any) {
	e.buf, _ = wire.AppendValue(e.buf[:0], v) // these cannot fail
	e.w.Write(e.buf)
}

// plain makes a value that came from a program one of JSON's own: nil, bool,
// json.Number, string, []any and map[string]any. []byte becomes base64. What
// JSON cannot hold becomes the text of the reason.
func plain(v any) any {
	switch v := v.(type) {
	case nil, bool, string, json.Number:
		return v
	}
	text, err := wire.AppendValue(nil, v)
	if err != nil {
		return err.Error()
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var out any
	if err := d.Decode(&out); err != nil {
		return err.Error()
	}
	return out
}
