package wire

import (
	"maps"
	"strings"
)

// A Status tells what the kernel does: it is constant text.
type Status string

// The states of a kernel.
const (
	Starting Status = "starting"
	Busy     Status = "busy"
	Idle     Status = "idle"
)

// AppendJSON implements Content.
func (s Status) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"execution_state":"`...)
	dst = append(dst, s...)
	return append(dst, '"', '}')
}

// A Stream is text a cell wrote to Name, stdout or stderr.
type Stream struct{ Name, Text string }

// AppendJSON implements Content.
func (s Stream) AppendJSON(dst []byte) []byte {
	if dst == nil { // one allocation for text whose only escapes are line ends
		dst = make([]byte, 0, len(s.Text)+strings.Count(s.Text, "\n")+len(s.Name)+32)
	}
	return open(dst).text("name", s.Name).text("text", s.Text).close()
}

// DisplayData is one output in one or more forms.
type DisplayData struct {
	Data      map[string]any `json:"data"`                // MIME type to string, []byte (binary) or a value for JSON
	Metadata  map[string]any `json:"metadata"`            // MIME type to hints, such as width
	Transient map[string]any `json:"transient,omitempty"` // display_id, by which it can be updated
}

// AppendJSON implements Content. A form that JSON cannot hold is left out and
// the reason shown as text when there is no other text.
func (d DisplayData) AppendJSON(dst []byte) []byte {
	return append(d.members(open(d.sized(dst))), '}')
}

// sized makes room for the text forms at once.
func (d DisplayData) sized(dst []byte) []byte {
	if dst != nil {
		return dst
	}
	n := 128
	for k, v := range d.Data {
		if s, ok := v.(string); ok {
			n += len(k) + len(s) + strings.Count(s, "\n") + 8
		}
	}
	return make([]byte, 0, n+n/32)
}

func (d DisplayData) members(o object) object {
	data := d.Data
	for mime, v := range data {
		if _, ok := v.(string); ok {
			continue
		}
		if _, err := AppendValue(nil, v); err != nil {
			data = maps.Clone(data)
			delete(data, mime)
			if _, ok := data["text/plain"]; !ok {
				data["text/plain"] = mime + ": " + err.Error()
			}
		}
	}
	return o.object("data", data).object("metadata", d.Metadata).object("transient", d.Transient)
}

// An ExecuteResult is the value of a cell.
type ExecuteResult struct {
	DisplayData
	ExecutionCount int
}

// AppendJSON implements Content.
func (r ExecuteResult) AppendJSON(dst []byte) []byte {
	return append(r.members(open(r.sized(dst)).num("execution_count", r.ExecutionCount)), '}')
}

// An ExecuteInput shows all clients what one of them runs.
type ExecuteInput struct {
	Code           string
	ExecutionCount int
}

// AppendJSON implements Content.
func (e ExecuteInput) AppendJSON(dst []byte) []byte {
	return open(dst).text("code", e.Code).num("execution_count", e.ExecutionCount).close()
}

// An ErrorContent is an error as a cell shows it.
type ErrorContent struct {
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"` // lines, with ANSI colours
}

// AppendJSON implements Content.
func (e ErrorContent) AppendJSON(dst []byte) []byte {
	return open(dst).text("ename", e.EName).text("evalue", e.EValue).
		texts("traceback", e.Traceback).close()
}

// ClearOutput empties a cell's output; with Wait only when new output comes.
type ClearOutput struct{ Wait bool }

// AppendJSON implements Content.
func (c ClearOutput) AppendJSON(dst []byte) []byte {
	return open(dst).flag("wait", c.Wait).close()
}

// An InputRequest asks the client's user for a line.
type InputRequest struct {
	Prompt   string
	Password bool // do not show what is typed
}

// AppendJSON implements Content.
func (r InputRequest) AppendJSON(dst []byte) []byte {
	return open(dst).text("prompt", r.Prompt).flag("password", r.Password).close()
}

// A CommClose closes a comm.
type CommClose struct{ CommID string }

// AppendJSON implements Content.
func (c CommClose) AppendJSON(dst []byte) []byte {
	return append(open(dst).text("comm_id", c.CommID).object("data", nil), '}')
}
