package wire

import "strconv"

// A Content is what a message says. AppendJSON appends it as a JSON object
// that satisfies the protocol's schema: no member is null where an array or
// an object belongs.
type Content interface {
	AppendJSON(dst []byte) []byte
}

// Marshal returns c as JSON.
func Marshal(c Content) []byte { return c.AppendJSON(nil) }

// Values of Status in replies.
const (
	OK      = "ok"
	Error   = "error"
	Aborted = "aborted"
)

// An ExecuteReply says how a cell ended. EName, EValue and Traceback count
// when Status is Error.
type ExecuteReply struct {
	Status          string // OK, Error or Aborted; "" is OK
	ExecutionCount  int
	UserExpressions map[string]any   // name to {status, data, metadata} or an error
	Payload         []map[string]any // deprecated but alive: pages for a pager
	EName, EValue   string
	Traceback       []string
}

// AppendJSON implements Content.
func (r *ExecuteReply) AppendJSON(dst []byte) []byte {
	if r.Status == Aborted {
		return open(dst).text("status", Aborted).num("execution_count", r.ExecutionCount).close()
	}
	status := r.Status
	if status == "" {
		status = OK
	}
	o := open(dst).text("status", status).num("execution_count", r.ExecutionCount)
	if status == Error {
		o = o.text("ename", r.EName).text("evalue", r.EValue).texts("traceback", r.Traceback)
	}
	o = o.object("user_expressions", r.UserExpressions)
	o = append(o.name("payload"), '[')
	first := true
	for _, p := range r.Payload {
		back := len(o)
		if !first {
			o = append(o, ',')
		}
		b, err := appendMap(o, p)
		if err != nil {
			o = o[:back]
			continue
		}
		o, first = b, false
	}
	return append(o, ']', '}')
}

// An ErrorReply answers any request that could not be served.
type ErrorReply struct{ ErrorContent }

// AppendJSON implements Content.
func (r *ErrorReply) AppendJSON(dst []byte) []byte {
	return open(dst).text("status", Error).text("ename", r.EName).text("evalue", r.EValue).
		texts("traceback", r.Traceback).close()
}

// A CompleteReply lists what could stand between CursorStart and CursorEnd,
// both in code points. CompleteRequest.Reply makes one from byte offsets.
type CompleteReply struct {
	Status                 string // "" is OK
	Matches                []string
	CursorStart, CursorEnd int
	Metadata               map[string]any
}

// A Completion is one way to go on.
type Completion struct {
	Text      string // what is put in
	Type      string // what it is, such as "func": Lab shows its first letter as an icon
	Signature string // of a function; may be empty
}

// Reply makes the reply that offers items in place of the bytes [start, end)
// of Code, with the types that JupyterLab shows.
func (r *CompleteRequest) Reply(start, end int, items []Completion) *CompleteReply {
	p := &CompleteReply{
		Status:      OK,
		Matches:     make([]string, len(items)),
		CursorStart: ByteToCodePoint(r.Code, start),
		CursorEnd:   ByteToCodePoint(r.Code, end),
	}
	types := make([]any, len(items))
	for i, it := range items {
		p.Matches[i] = it.Text
		types[i] = map[string]any{
			"text": it.Text, "type": it.Type, "signature": it.Signature,
			"start": p.CursorStart, "end": p.CursorEnd,
		}
	}
	p.Metadata = map[string]any{"_jupyter_types_experimental": types}
	return p
}

// AppendJSON implements Content.
func (r *CompleteReply) AppendJSON(dst []byte) []byte {
	return open(dst).text("status", orOK(r.Status)).texts("matches", r.Matches).
		num("cursor_start", r.CursorStart).num("cursor_end", r.CursorEnd).
		object("metadata", r.Metadata).close()
}

// An InspectReply shows what stands at the place asked about.
type InspectReply struct {
	Status   string // "" is OK
	Found    bool
	Data     map[string]any // MIME type to content
	Metadata map[string]any
}

// AppendJSON implements Content.
func (r *InspectReply) AppendJSON(dst []byte) []byte {
	return open(dst).text("status", orOK(r.Status)).flag("found", r.Found).
		object("data", r.Data).object("metadata", r.Metadata).close()
}

// An IsCompleteReply says whether code could be run as it is.
type IsCompleteReply struct {
	Status string // complete, incomplete, invalid or unknown; "" is unknown
	Indent string // for the next line when incomplete
}

// AppendJSON implements Content.
func (r *IsCompleteReply) AppendJSON(dst []byte) []byte {
	switch r.Status {
	case "":
		return open(dst).text("status", "unknown").close()
	case "incomplete":
		return open(dst).text("status", r.Status).text("indent", r.Indent).close()
	}
	return open(dst).text("status", r.Status).close()
}

// A HistoryReply lists cells, oldest first.
type HistoryReply struct {
	Entries []HistoryEntry
	Output  bool // show each entry's Output too
}

// A HistoryEntry is a cell that was run.
type HistoryEntry struct {
	Session, Line int
	Input         string
	Output        string // text of its result; "" for none
}

// AppendJSON implements Content.
func (r *HistoryReply) AppendJSON(dst []byte) []byte {
	o := open(dst).text("status", OK)
	o = append(o.name("history"), '[')
	for i, e := range r.Entries {
		if i > 0 {
			o = append(o, ',')
		}
		o = append(o, '[')
		o = strconv.AppendInt(o, int64(e.Session), 10)
		o = append(o, ',')
		o = strconv.AppendInt(o, int64(e.Line), 10)
		o = append(o, ',')
		if r.Output {
			o = append(o, '[')
		}
		o = AppendString(o, e.Input)
		switch {
		case r.Output && e.Output == "":
			o = append(o, ",null]"...)
		case r.Output:
			o = append(AppendString(append(o, ','), e.Output), ']')
		}
		o = append(o, ']')
	}
	return append(o, ']', '}')
}

// KernelInfo describes the kernel.
type KernelInfo struct {
	Implementation        string
	ImplementationVersion string
	Banner                string
	Language              LanguageInfo
	HelpLinks             []HelpLink
}

// LanguageInfo describes the language of the cells.
type LanguageInfo struct {
	Name, Version, MIMEType, FileExtension, PygmentsLexer, CodemirrorMode string
}

// A HelpLink is an entry of the client's help menu.
type HelpLink struct{ Text, URL string }

// AppendJSON implements Content.
func (r *KernelInfo) AppendJSON(dst []byte) []byte {
	o := open(dst).text("status", OK).text("protocol_version", ProtocolVersion).
		text("implementation", r.Implementation).
		text("implementation_version", r.ImplementationVersion).
		text("banner", r.Banner)
	l := r.Language
	o = object(open(o.name("language_info")).text("name", l.Name).text("version", l.Version).
		text("mimetype", l.MIMEType).text("file_extension", l.FileExtension).
		text("pygments_lexer", l.PygmentsLexer).text("codemirror_mode", l.CodemirrorMode).close())
	o = append(o.name("help_links"), '[')
	for i, h := range r.HelpLinks {
		if i > 0 {
			o = append(o, ',')
		}
		o = object(open(o).text("text", h.Text).text("url", h.URL).close())
	}
	return append(o, ']', '}')
}

// CommInfo lists the open comms: Weft has none of its own.
type CommInfo struct{}

// AppendJSON implements Content.
func (CommInfo) AppendJSON(dst []byte) []byte {
	return append(dst, `{"status":"ok","comms":{}}`...)
}

// A ShutdownReply confirms that the kernel ends.
type ShutdownReply struct{ Restart bool }

// AppendJSON implements Content.
func (r ShutdownReply) AppendJSON(dst []byte) []byte {
	return open(dst).text("status", OK).flag("restart", r.Restart).close()
}

// An InterruptReply confirms an interrupt.
type InterruptReply struct{}

// AppendJSON implements Content.
func (InterruptReply) AppendJSON(dst []byte) []byte { return append(dst, `{"status":"ok"}`...) }

// A DebugReply refuses a request of the Debug Adapter Protocol, both as the
// protocol of Jupyter and as that one say no.
type DebugReply struct {
	Request DebugRequest
	Message string
}

// AppendJSON implements Content.
func (r *DebugReply) AppendJSON(dst []byte) []byte {
	return open(dst).text("status", Error).text("ename", "Unsupported").text("evalue", r.Message).
		texts("traceback", nil).text("type", "response").num("request_seq", int(r.Request.Seq)).
		flag("success", false).text("command", r.Request.Command).text("message", r.Message).close()
}

func orOK(status string) string {
	if status == "" {
		return OK
	}
	return status
}
