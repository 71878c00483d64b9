package wire

import (
	"math"
	"reflect"
	"testing"
)

func message(msgType, metadata, content string) *Message {
	return &Message{Header: Header{MsgID: "1", MsgType: msgType}, Metadata: []byte(metadata), Content: []byte(content)}
}

func TestReadExecute(t *testing.T) {
	type in struct{ metadata, content string }
	for _, tt := range []struct {
		name string
		in   in
		want *ExecuteRequest
		err  string
	}{
		{"defaults", in{`{}`, `{"code":"x"}`}, &ExecuteRequest{Code: "x", StoreHistory: true, StopOnError: true}, ""},
		{"null is absent", in{`{}`, `{"code":"x","store_history":null,"stop_on_error":null,"user_expressions":null}`}, &ExecuteRequest{Code: "x", StoreHistory: true, StopOnError: true}, ""},
		{"silent stores nothing", in{``, `{"code":"x","silent":true,"store_history":true}`}, &ExecuteRequest{Code: "x", Silent: true, StopOnError: true}, ""},
		{"all", in{`{"cellId":"c1"}`, `{"code":"x","store_history":false,"user_expressions":{"a":"b"},"allow_stdin":true,"stop_on_error":false}`}, &ExecuteRequest{Code: "x", UserExpressions: map[string]string{"a": "b"}, AllowStdin: true, CellID: "c1"}, ""},
		{"empty code", in{`[]`, `{"code":""}`}, &ExecuteRequest{StoreHistory: true, StopOnError: true}, ""},
		{"bad UTF-8 and NUL", in{`{"cellId":7}`, `{"code":"\u0000` + "\xff" + `"}`}, &ExecuteRequest{Code: "\x00\uFFFD", StoreHistory: true, StopOnError: true}, ""},
		{"no code", in{`{}`, `{}`}, nil, "execute_request: code is missing"},
		{"code is null", in{`{}`, `{"code":null}`}, nil, "execute_request: code is missing"},
		{"code is a number", in{`{}`, `{"code":42}`}, nil, "execute_request: code is number, want string"},
		{"silent is a text", in{`{}`, `{"code":"x","silent":"no"}`}, nil, "execute_request: silent is string, want bool"},
		{"content is a list", in{`{}`, `[1,2]`}, nil, "execute_request: content is array, want an object"},
		{"content is null", in{`{}`, `null`}, nil, "execute_request: code is missing"},
		{"content is not JSON", in{`{}`, `not json{`}, nil, "execute_request: content: invalid character 'o' in literal null (expecting 'u')"},
		{"content is empty", in{`{}`, ``}, nil, "execute_request: content: unexpected end of JSON input"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadExecute(message("execute_request", tt.in.metadata, tt.in.content))
			if err != nil && err.Error() != tt.err || err == nil && tt.err != "" {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if err == nil && !reflect.DeepEqual(got, tt.want) {
				t.Fatalf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestCursor(t *testing.T) {
	for _, tt := range []struct {
		content string
		want    int // -1 for an error
	}{
		{`{"code":"äb","cursor_pos":1}`, 2}, {`{"code":"äb"}`, 3}, {`{"code":"äb","cursor_pos":null}`, 3},
		{`{"code":"a","cursor_pos":999}`, 1}, {`{"code":"a","cursor_pos":-5}`, 0}, {`{"code":"abc","cursor_pos":2.0}`, 2},
		{`{"code":"abc","cursor_pos":1e300}`, 3}, {`{"code":"abc","cursor_pos":-1e300}`, 0}, {`{"code":"abc","cursor_pos":"2"}`, -1},
	} {
		c, err := ReadComplete(message("complete_request", "", tt.content))
		if (err != nil) != (tt.want < 0) || err == nil && c.Cursor() != tt.want {
			t.Errorf("complete %s: %+v, %v; want %d", tt.content, c, err, tt.want)
		}
		i, err := ReadInspect(message("inspect_request", "", tt.content))
		if (err != nil) != (tt.want < 0) || err == nil && i.Cursor() != tt.want {
			t.Errorf("inspect %s: %+v, %v; want %d", tt.content, i, err, tt.want)
		}
	}
	_, err := ReadComplete(message("complete_request", "", `{"code":"a","cursor_pos":"2"}`))
	if want := `complete_request: content: \"2\" where a number belongs`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestContents(t *testing.T) {
	complete := &CompleteRequest{Code: "ä.xy"}
	for _, tt := range []struct {
		name string
		c    Content
		want string
	}{
		{"execute, zero", &ExecuteReply{}, `{"status":"ok","execution_count":0,"user_expressions":{},"payload":[]}`},
		{"execute, ok", &ExecuteReply{ExecutionCount: 3, UserExpressions: map[string]any{"a": map[string]any{"status": "ok"}}, Payload: []map[string]any{{"source": "page"}, {"bad": math.NaN()}, {"b": 1}}},
			`{"status":"ok","execution_count":3,"user_expressions":{"a":{"status":"ok"}},"payload":[{"source":"page"},{"b":1}]}`},
		{"execute, error", &ExecuteReply{Status: Error, EName: "E", EValue: "v"}, `{"status":"error","execution_count":0,"ename":"E","evalue":"v","traceback":[],"user_expressions":{},"payload":[]}`},
		{"execute, aborted", &ExecuteReply{Status: Aborted, ExecutionCount: 2}, `{"status":"aborted","execution_count":2}`},
		{"error reply", &ErrorReply{ErrorContent{"E", "v", []string{"a", "b"}}}, `{"status":"error","ename":"E","evalue":"v","traceback":["a","b"]}`},
		{"complete, zero", &CompleteReply{}, `{"status":"ok","matches":[],"cursor_start":0,"cursor_end":0,"metadata":{}}`},
		{"complete", complete.Reply(3, 5, []Completion{{"xyz", "func", "()"}}),
			`{"status":"ok","matches":["xyz"],"cursor_start":2,"cursor_end":4,"metadata":{"_jupyter_types_experimental":[{"end":4,"signature":"()","start":2,"text":"xyz","type":"func"}]}}`},
		{"complete, nothing", complete.Reply(3, 5, nil), `{"status":"ok","matches":[],"cursor_start":2,"cursor_end":4,"metadata":{"_jupyter_types_experimental":[]}}`},
		{"inspect, zero", &InspectReply{}, `{"status":"ok","found":false,"data":{},"metadata":{}}`},
		{"inspect", &InspectReply{Found: true, Data: map[string]any{"text/plain": "x"}}, `{"status":"ok","found":true,"data":{"text/plain":"x"},"metadata":{}}`},
		{"is_complete, zero", &IsCompleteReply{}, `{"status":"unknown"}`},
		{"is_complete", &IsCompleteReply{Status: "complete", Indent: "x"}, `{"status":"complete"}`},
		{"is_complete, incomplete", &IsCompleteReply{Status: "incomplete"}, `{"status":"incomplete","indent":""}`},
		{"history, zero", &HistoryReply{}, `{"status":"ok","history":[]}`},
		{"history", &HistoryReply{Entries: []HistoryEntry{{1, 2, "a", "x"}, {1, 3, "b", ""}}}, `{"status":"ok","history":[[1,2,"a"],[1,3,"b"]]}`},
		{"history, output", &HistoryReply{Output: true, Entries: []HistoryEntry{{1, 2, "a", "x"}, {1, 3, "b", ""}}}, `{"status":"ok","history":[[1,2,["a","x"]],[1,3,["b",null]]]}`},
		{"kernel info", &KernelInfo{Implementation: "weft", HelpLinks: []HelpLink{{"a", "b"}, {"c", "d"}}},
			`{"status":"ok","protocol_version":"5.4","implementation":"weft","implementation_version":"","banner":"","language_info":{"name":"","version":"","mimetype":"","file_extension":"","pygments_lexer":"","codemirror_mode":""},"help_links":[{"text":"a","url":"b"},{"text":"c","url":"d"}]}`},
		{"comm info", CommInfo{}, `{"status":"ok","comms":{}}`},
		{"shutdown", ShutdownReply{true}, `{"status":"ok","restart":true}`},
		{"interrupt", InterruptReply{}, `{"status":"ok"}`},
		{"debug", &DebugReply{DebugRequest{5, "attach"}, "no"}, `{"status":"error","ename":"Unsupported","evalue":"no","traceback":[],"type":"response","request_seq":5,"success":false,"command":"attach","message":"no"}`},
		{"status", Idle, `{"execution_state":"idle"}`},
		{"stream", Stream{"stderr", "a\nb"}, `{"name":"stderr","text":"a\nb"}`},
		{"display, zero", DisplayData{}, `{"data":{},"metadata":{},"transient":{}}`},
		{"display", DisplayData{map[string]any{"text/html": "<b>", "image/png": []byte{1}}, map[string]any{"w": 1}, map[string]any{"display_id": "x"}}, `{"data":{"image/png":"AQ==","text/html":"<b>"},"metadata":{"w":1},"transient":{"display_id":"x"}}`},
		{"display, not JSON", DisplayData{Data: map[string]any{"application/json": math.NaN()}}, `{"data":{"text/plain":"application/json: write as json: json: unsupported value: NaN"},"metadata":{},"transient":{}}`},
		{"display, not JSON but text", DisplayData{Data: map[string]any{"application/json": math.NaN(), "text/plain": "t"}}, `{"data":{"text/plain":"t"},"metadata":{},"transient":{}}`},
		{"display, metadata not JSON", DisplayData{Metadata: map[string]any{"a": math.NaN(), "b": 1}}, `{"data":{},"metadata":{"b":1},"transient":{}}`},
		{"result", ExecuteResult{DisplayData{Data: map[string]any{"text/plain": "42"}}, 7}, `{"execution_count":7,"data":{"text/plain":"42"},"metadata":{},"transient":{}}`},
		{"input", ExecuteInput{"a", 1}, `{"code":"a","execution_count":1}`},
		{"error", ErrorContent{}, `{"ename":"","evalue":"","traceback":[]}`},
		{"clear", ClearOutput{true}, `{"wait":true}`},
		{"input request", InputRequest{"? ", true}, `{"prompt":"? ","password":true}`},
		{"comm close", CommClose{"x"}, `{"comm_id":"x","data":{}}`},
	} {
		if got := string(Marshal(tt.c)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
		if got := string(tt.c.AppendJSON([]byte("="))); got != "="+tt.want {
			t.Errorf("%s: appended %s", tt.name, got)
		}
	}
}

// TestDisplayLeavesDataAlone: one value may be shown by several cells at once.
func TestDisplayLeavesDataAlone(t *testing.T) {
	d := DisplayData{Data: map[string]any{"application/json": math.NaN()}}
	Marshal(d)
	if len(d.Data) != 1 || d.Data["text/plain"] != nil {
		t.Errorf("data became %v", d.Data)
	}
}
