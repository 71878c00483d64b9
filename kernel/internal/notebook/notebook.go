// Package notebook reads, runs, writes and prints Jupyter notebooks without
// Jupyter.
//
// Read (read.go) takes a file of format 4; Run (run.go) has its code cells
// executed and gathers what they show (collect.go, stream.go) as Jupyter's
// clients do; Save (save.go) replaces a file only by a whole new one; WriteHTML
// (page.go) makes one self-contained page of it.
//
// The format is described in nbformat's schema, nbformat.v4.5.schema.json; how
// text is divided into lines follows nbformat/v4/rwbase.py.
package notebook

import (
	"encoding/json"
	"slices"
	"strings"
)

// A Notebook is a notebook of format 4. Numbers in its maps are json.Number,
// with the digits that the file has.
type Notebook struct {
	Cells    []*Cell
	Metadata map[string]any
	Minor    int            // nbformat_minor
	Extra    map[string]any // members of the file that the format does not know
}

// Kinds of cells.
const (
	Code     = "code"
	Markdown = "markdown"
	Raw      = "raw"
)

// A Cell is one cell.
type Cell struct {
	Kind        string // Code, Markdown or Raw; another one is kept and not run
	ID          string // "" when it has none, as before format 4.5
	Source      string
	Metadata    map[string]any
	Attachments map[string]any // file name to MIME bundle; nil when absent
	Outputs     []*Output      // of a code cell
	Count       *int           // execution count of a code cell; nil when it was not run
	Extra       map[string]any // members that the format does not know
}

// Types of outputs.
const (
	Stream        = "stream"
	DisplayData   = "display_data"
	ExecuteResult = "execute_result"
	Error         = "error"
)

// An Output is one output of a code cell. Which fields count depends on Type.
type Output struct {
	Type string

	Name, Text string // Stream: stdout or stderr, and what was written

	Data     map[string]any // DisplayData, ExecuteResult: MIME type to text (binary data in base64) or JSON value
	Metadata map[string]any
	Count    *int // ExecuteResult

	EName, EValue string // Error
	Traceback     []string

	Extra map[string]any // members that the format does not know; all of them for an unknown Type
}

// Tags returns the cell's tags.
func (c *Cell) Tags() []string {
	list, _ := c.Metadata["tags"].([]any)
	var tags []string
	for _, t := range list {
		if s, ok := t.(string); ok {
			tags = append(tags, s)
		}
	}
	return tags
}

// Tagged tells whether the cell has a tag.
func (c *Cell) Tagged(tag string) bool { return slices.Contains(c.Tags(), tag) }

// Title returns the notebook's title: the title in its metadata, else its first
// heading, else "".
func (nb *Notebook) Title() string {
	if s, ok := nb.Metadata["title"].(string); ok && strings.TrimSpace(s) != "" {
		return strings.TrimSpace(s)
	}
	for _, c := range nb.Cells {
		if c.Kind != Markdown {
			continue
		}
		for line := range strings.Lines(c.Source) {
			if h := strings.TrimLeft(line, "#"); len(h) < len(line) && strings.HasPrefix(h, " ") {
				return strings.Trim(h, " #\r\n\t")
			}
		}
	}
	return ""
}

// language returns the language of the code cells in small letters, "go" when
// the notebook does not say.
func (nb *Notebook) language() string {
	for _, path := range [][2]string{{"language_info", "name"}, {"kernelspec", "language"}} {
		m, _ := nb.Metadata[path[0]].(map[string]any)
		if s, ok := m[path[1]].(string); ok && s != "" {
			return strings.ToLower(s)
		}
	}
	return "go"
}

// isJSON tells whether a MIME type's data is a JSON value, whose lists are no
// lines of text.
func isJSON(mime string) bool {
	return mime == "application/json" ||
		strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// whole returns n as an int when it is a whole number.
func whole(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}
