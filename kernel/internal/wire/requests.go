package wire

import (
	"encoding/json"
	"errors"
	"math"
)

// An ExecuteRequest asks to run a cell.
type ExecuteRequest struct {
	Code            string            `json:"code"`
	Silent          bool              `json:"silent"`           // no execute_input, no result, no history
	StoreHistory    bool              `json:"store_history"`    // never set when Silent
	UserExpressions map[string]string `json:"user_expressions"` // to evaluate after the cell: name to expression
	AllowStdin      bool              `json:"allow_stdin"`      // the client answers input_request
	StopOnError     bool              `json:"stop_on_error"`    // an error aborts the requests that wait

	// Count is the cell's number, In[Count], set by the server: one more than
	// the last for cells that StoreHistory, the last one's for others.
	Count int `json:"-"`
	// CellID is the client's name for the notebook cell, "" when unknown; set
	// by the server.
	CellID string `json:"-"`
}

// ReadExecute reads an execute_request with the protocol's defaults for what
// is absent: history is stored, an error stops the queue.
func ReadExecute(m *Message) (*ExecuteRequest, error) {
	r := &ExecuteRequest{StoreHistory: true, StopOnError: true}
	if err := m.Read(r); err != nil {
		return nil, err
	}
	if r.Silent {
		r.StoreHistory = false
	}
	r.CellID = m.CellID()
	return r, m.requireCode(r.Code)
}

// A CompleteRequest asks for the ways to go on at a place of a cell.
type CompleteRequest struct {
	Code      string `json:"code"`
	CursorPos Number `json:"cursor_pos"` // code points; see Cursor
}

// ReadComplete reads a complete_request; without cursor_pos the cursor is at
// the end.
func ReadComplete(m *Message) (*CompleteRequest, error) {
	r := &CompleteRequest{CursorPos: math.MaxInt}
	if err := m.Read(r); err != nil {
		return nil, err
	}
	return r, m.requireCode(r.Code)
}

// Cursor is the place as a byte offset in Code, never outside it and never
// within a character.
func (r *CompleteRequest) Cursor() int { return CodePointToByte(r.Code, int(r.CursorPos)) }

// An InspectRequest asks what stands at a place of a cell.
type InspectRequest struct {
	Code        string `json:"code"`
	CursorPos   Number `json:"cursor_pos"`   // code points; see Cursor
	DetailLevel Number `json:"detail_level"` // 0, or 1 for the source as well
}

// ReadInspect reads an inspect_request; without cursor_pos the cursor is at
// the end.
func ReadInspect(m *Message) (*InspectRequest, error) {
	r := &InspectRequest{CursorPos: math.MaxInt}
	if err := m.Read(r); err != nil {
		return nil, err
	}
	return r, m.requireCode(r.Code)
}

// Cursor is the place as a byte offset in Code, never outside it and never
// within a character.
func (r *InspectRequest) Cursor() int { return CodePointToByte(r.Code, int(r.CursorPos)) }

// An IsCompleteRequest asks whether code could be run as it is.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

// ReadIsComplete reads an is_complete_request.
func ReadIsComplete(m *Message) (*IsCompleteRequest, error) {
	r := &IsCompleteRequest{}
	if err := m.Read(r); err != nil {
		return nil, err
	}
	return r, m.requireCode(r.Code)
}

// A HistoryRequest asks for earlier cells.
type HistoryRequest struct {
	Access  string  `json:"hist_access_type"` // tail, range or search
	Output  bool    `json:"output"`           // each with its result
	Raw     bool    `json:"raw"`              // as typed; Weft keeps nothing else
	Session Number  `json:"session"`          // range: 0 is this session, -1 the one before
	Start   Number  `json:"start"`            // range: first line, negative from the end
	Stop    *Number `json:"stop"`             // range: the line behind the last; nil or 0 to the end
	N       *Number `json:"n"`                // tail, search: at most so many, the latest
	Pattern string  `json:"pattern"`          // search: * and ? are wildcards
	Unique  bool    `json:"unique"`           // search: each text once
}

// A ShutdownRequest asks the kernel to end.
type ShutdownRequest struct {
	Restart bool `json:"restart"` // another kernel will take its place
}

// An InputReply is the line a user typed.
type InputReply struct {
	Value string `json:"value"`
}

// A CommOpen opens a comm to a target of the kernel.
type CommOpen struct {
	CommID     string `json:"comm_id"`
	TargetName string `json:"target_name"`
}

// A DebugRequest is a request of the Debug Adapter Protocol.
type DebugRequest struct {
	Seq     Number `json:"seq"`
	Command string `json:"command"`
}

// requireCode reports that the content has no code at all; an empty text is
// some. Only that case costs a second reading.
func (m *Message) requireCode(code string) error {
	if code != "" {
		return nil
	}
	var in struct {
		Code *string `json:"code"`
	}
	json.Unmarshal(m.Content, &in) // the first reading found no fault
	if in.Code == nil {
		return errors.New(m.Header.MsgType + ": code is missing")
	}
	return nil
}

// A Number is a whole number, lenient about how a client writes it: 5.0 and
// 5e0 are 5, fractions are cut, and what is beyond int is its nearest value.
type Number int

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	var i int
	if json.Unmarshal(text, &i) == nil {
		*n = Number(i)
		return nil
	}
	var f float64
	switch err := json.Unmarshal(text, &f); {
	case err != nil:
		return errors.New(cut(text) + " where a number belongs")
	case f >= math.MaxInt:
		*n = math.MaxInt
	case f <= math.MinInt:
		*n = math.MinInt
	default:
		*n = Number(f)
	}
	return nil
}
