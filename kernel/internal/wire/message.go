package wire

import (
	"encoding/json"
	"errors"
	"fmt"
)

// A Header says who sent a message, when, and what it is.
type Header struct {
	MsgID    string `json:"msg_id"`
	MsgType  string `json:"msg_type"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Version  string `json:"version"`
}

// A Message is a message received. Its byte slices are its own or the
// frames'; nobody may change them.
type Message struct {
	Identities [][]byte // routing frames; a reply begins with the same ones
	Header     Header
	// RawHeader is the header as it came, a JSON object in valid UTF-8. It is
	// the parent header of every answer, copied verbatim, so that members
	// which Header does not know come back to their sender.
	RawHeader []byte
	Parent    json.RawMessage // the parent header as it came; may be empty
	Metadata  json.RawMessage // as it came; not looked at by Decode
	Content   json.RawMessage // as it came; not looked at by Decode
	Buffers   [][]byte
}

// Read decodes the content into to, a pointer to a request of this package.
// Members that are absent or null leave to as it is; unknown ones are ignored.
// The error is one line and says which member is of the wrong type.
func (m *Message) Read(to any) error {
	err := json.Unmarshal(m.Content, to)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field == "":
		return fmt.Errorf("%s: content is %s, want an object", m.Header.MsgType, wrong.Value)
	case errors.As(err, &wrong):
		return fmt.Errorf("%s: %s is %s, want %s", m.Header.MsgType, wrong.Field, wrong.Value, wrong.Type)
	}
	return fmt.Errorf("%s: content: %w", m.Header.MsgType, err)
}

// ParentID is the id of the message that this one answers, "" when it names
// none.
func (m *Message) ParentID() string {
	var h struct {
		MsgID string `json:"msg_id"`
	}
	json.Unmarshal(m.Parent, &h) // what is no header has no id
	return h.MsgID
}

// CellID is the notebook cell that the request comes from, "" when the
// client did not say: the metadata member cellId of JupyterLab and others.
func (m *Message) CellID() string {
	var meta struct {
		CellID string `json:"cellId"`
	}
	json.Unmarshal(m.Metadata, &meta) // metadata of another shape names no cell
	return meta.CellID
}
