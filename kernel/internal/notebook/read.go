package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"unicode/utf8"
)

// Load reads a notebook's file. The error names the file and is one line that
// says what to do.
func Load(path string) (*Notebook, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("read notebook %s: %w", path, err)
	}
	nb, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read notebook %s: %w", path, err)
	}
	return nb, nil
}

// Read reads a notebook of format 4. Everything in it is kept: members and
// metadata that the format does not know, attachments, digits of numbers.
func Read(r io.Reader) (*Notebook, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	nb, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	return nb, nil
}

func parse(text []byte) (*Notebook, error) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	tree, err := decode(text)
	if err != nil {
		return nil, err
	}
	root, ok := tree.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("this is JSON but no notebook (%s where an object belongs): give a file that Jupyter saved", kind(tree))
	}
	if err := checkFormat(root); err != nil {
		return nil, err
	}
	t := taker{from: root}
	nb := &Notebook{Metadata: t.object("metadata")}
	nb.Minor, _ = whole(t.take("nbformat_minor"))
	t.take("nbformat")
	cells := t.list("cells", true)
	nb.Extra = t.rest()
	if t.err != nil {
		return nil, invalid(t.err)
	}
	nb.Cells = make([]*Cell, len(cells))
	for i, c := range cells {
		if nb.Cells[i], err = readCell(c); err != nil {
			return nil, invalid(fmt.Errorf("cell %d: %w", i+1, err))
		}
	}
	return nb, nil
}

func invalid(err error) error {
	return fmt.Errorf("not a valid notebook: %w; open it in Jupyter and save it again, or take an earlier version of it", err)
}

// decode reads one JSON value. Its error says where the text ceases to be JSON.
func decode(text []byte) (any, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("the file is empty: give a notebook that Jupyter saved")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if err == nil {
		behind := text[d.InputOffset():]
		if len(bytes.TrimSpace(behind)) == 0 {
			if !utf8.Valid(text) {
				return nil, errors.New("the text is not UTF-8: save it as UTF-8")
			}
			return v, nil
		}
		skipped := len(behind) - len(bytes.TrimLeft(behind, " \t\r\n"))
		err = fmt.Errorf("text behind the notebook's end")
		return nil, notJSON(text, int(d.InputOffset())+skipped, err)
	}
	var syntax *json.SyntaxError
	offset := len(text)
	if errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) {
		offset = int(syntax.Offset) - 1
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends in the middle")
	}
	return nil, notJSON(text, offset, err)
}

// conflicts begin the lines that git leaves where two versions differ.
var conflicts = []string{"<<<<<<< ", "=======", ">>>>>>> "}

func notJSON(text []byte, offset int, err error) error {
	offset = min(max(offset, 0), len(text))
	line := 1 + bytes.Count(text[:offset], []byte("\n"))
	here := text[bytes.LastIndexByte(text[:offset], '\n')+1:]
	for _, mark := range conflicts {
		if bytes.HasPrefix(here, []byte(mark)) {
			return fmt.Errorf("line %d: a conflict that git left: decide for one version and remove the marks", line)
		}
	}
	why := strings.TrimPrefix(err.Error(), "json: ")
	return fmt.Errorf("line %d is not JSON: %s; give a notebook (.ipynb) that Jupyter saved", line, why)
}

// checkFormat refuses what is no notebook of format 4.
func checkFormat(root map[string]any) error {
	v, ok := root["nbformat"]
	if !ok {
		return errors.New("this is JSON but no notebook (it has no nbformat): give a file that Jupyter saved")
	}
	format, ok := whole(v)
	switch {
	case !ok:
		return fmt.Errorf("nbformat is %s, not a number: give a file that Jupyter saved", kind(v))
	case format < 4:
		return fmt.Errorf("notebook of format %d, only 4 can be read: convert it with jupyter nbconvert --to notebook", format)
	case format > 4:
		return fmt.Errorf("notebook of format %d, only 4 can be read: save it in format 4, or use a newer Weft", format)
	}
	return nil
}

func readCell(v any) (*Cell, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s where an object belongs", kind(v))
	}
	t := taker{from: m}
	c := &Cell{
		Kind:     t.text("cell_type", true),
		ID:       t.text("id", false),
		Source:   t.text("source", true),
		Metadata: t.object("metadata"),
	}
	if _, ok := m["attachments"]; ok {
		c.Attachments = t.object("attachments")
		for name, bundle := range c.Attachments {
			if b, ok := bundle.(map[string]any); ok {
				c.Attachments[name] = joinBundle(b)
			}
		}
	}
	if c.Kind == Code {
		c.Count = t.count("execution_count")
		for i, o := range t.list("outputs", false) {
			out, err := readOutput(o)
			if err != nil {
				return nil, fmt.Errorf("output %d: %w", i+1, err)
			}
			c.Outputs = append(c.Outputs, out)
		}
	}
	c.Extra = t.rest()
	return c, t.err
}

func readOutput(v any) (*Output, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s where an object belongs", kind(v))
	}
	t := taker{from: m}
	o := &Output{Type: t.text("output_type", true)}
	switch o.Type {
	case Stream:
		o.Name = t.text("name", true)
		o.Text = t.text("text", true)
	case DisplayData, ExecuteResult:
		o.Data = joinBundle(t.object("data"))
		o.Metadata = t.object("metadata")
		if o.Type == ExecuteResult {
			o.Count = t.count("execution_count")
		}
	case Error:
		o.EName = t.text("ename", true)
		o.EValue = t.text("evalue", true)
		for _, l := range t.list("traceback", true) {
			s, ok := l.(string)
			if !ok {
				return nil, fmt.Errorf("traceback: %s where text belongs", kind(l))
			}
			o.Traceback = append(o.Traceback, s)
		}
	}
	o.Extra = t.rest()
	return o, t.err
}

// joinBundle makes texts of the lists of lines in a MIME bundle.
func joinBundle(b map[string]any) map[string]any {
	for mime, v := range b {
		if list, ok := v.([]any); ok && !isJSON(mime) {
			if s, ok := joinLines(list); ok {
				b[mime] = s
			}
		}
	}
	return b
}

func joinLines(list []any) (string, bool) {
	var b strings.Builder
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}

// A taker takes members out of an object and keeps the first thing wrong with
// them.
type taker struct {
	from  map[string]any
	taken []string
	err   error
}

func (t *taker) take(name string) any {
	t.taken = append(t.taken, name)
	return t.from[name]
}

func (t *taker) wrong(name, want string) {
	if t.err != nil {
		return
	}
	v, ok := t.from[name]
	if !ok {
		t.err = fmt.Errorf("%s is missing", name)
		return
	}
	t.err = fmt.Errorf("%s is %s where %s belongs", name, kind(v), want)
}

// text takes a text, written as such or as a list of lines.
func (t *taker) text(name string, must bool) string {
	switch v := t.take(name).(type) {
	case string:
		return v
	case []any:
		if s, ok := joinLines(v); ok {
			return s
		}
	case nil:
		if _, ok := t.from[name]; !ok && !must {
			return ""
		}
	}
	t.wrong(name, "text")
	return ""
}

// object takes an object. A missing one is empty, as in files of other
// programs; anything else is wrong.
func (t *taker) object(name string) map[string]any {
	switch v := t.take(name).(type) {
	case map[string]any:
		return v
	case nil:
		if _, ok := t.from[name]; !ok {
			return map[string]any{}
		}
	}
	t.wrong(name, "an object")
	return map[string]any{}
}

func (t *taker) list(name string, must bool) []any {
	v, ok := t.take(name).([]any)
	if _, there := t.from[name]; !ok && (must || there) {
		t.wrong(name, "a list")
	}
	return v
}

func (t *taker) count(name string) *int {
	v := t.take(name)
	if v == nil {
		return nil
	}
	n, ok := whole(v)
	if !ok || n < 0 {
		t.wrong(name, "a count")
		return nil
	}
	return &n
}

// rest returns what was not taken, nil for nothing.
func (t *taker) rest() map[string]any {
	m := maps.Clone(t.from)
	for _, name := range t.taken {
		delete(m, name)
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// kind names what a JSON value is.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case json.Number:
		return "a number"
	case string:
		return "text"
	case []any:
		return "a list"
	}
	return "an object"
}
