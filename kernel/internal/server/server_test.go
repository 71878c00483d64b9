package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/history"
	"github.com/weft-go/weft/kernel/internal/wire"
)

func TestCell(t *testing.T) {
	k := start(t, Options{})
	for _, tt := range []struct {
		name    string
		request map[string]any
		want    []string
		count   float64
	}{
		{"statement", map[string]any{"code": "x"},
			[]string{"status busy", "execute_input x", "shell:execute_reply ok", "status idle"}, 1},
		{"outputs", map[string]any{"code": "print a\nwarn b\ndisplay c\nupdate d\nclear\nvalue e"},
			[]string{"status busy", "execute_input print a\nwarn b\ndisplay c\nupdate d\nclear\nvalue e", "stream a", "stream b",
				"display_data", "update_display_data", "clear_output true", "execute_result", "shell:execute_reply ok", "status idle"}, 2},
		{"empty output", map[string]any{"code": "print "},
			[]string{"status busy", "execute_input print ", "shell:execute_reply ok", "status idle"}, 3},
		{"error", map[string]any{"code": "fail now"},
			[]string{"status busy", "execute_input fail now", "error E", "shell:execute_reply error", "status idle"}, 4},
		{"silent: no input, no result", map[string]any{"code": "print a\nvalue b", "silent": true, "store_history": true},
			[]string{"status busy", "stream a", "shell:execute_reply ok", "status idle"}, 4},
		{"not stored: shown, not counted", map[string]any{"code": "value b", "store_history": false},
			[]string{"status busy", "execute_input value b", "execute_result", "shell:execute_reply ok", "status idle"}, 4},
		{"counted again", map[string]any{"code": "value b", "silent": false, "store_history": true},
			[]string{"status busy", "execute_input value b", "execute_result", "shell:execute_reply ok", "status idle"}, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id := k.send(Shell, "execute_request", tt.request)
			list := k.finish(id)
			want(t, list, tt.want...)
			for _, m := range list {
				if n, ok := m.content["execution_count"]; ok && n != tt.count {
					t.Errorf("%v: execution_count %v, want %v", m, n, tt.count)
				}
			}
			r := reply(t, list)
			if got := string(r.msg.Identities[0]); got != client {
				t.Errorf("reply to %q", got)
			}
			var meta struct{ Started time.Time }
			if err := json.Unmarshal(r.msg.Metadata, &meta); err != nil || time.Since(meta.Started) > time.Minute {
				t.Errorf("metadata %s: %v", r.msg.Metadata, err)
			}
		})
	}
	first := k.sent("")[0]
	if first.String() != "status starting" || string(first.msg.Parent) != "{}" {
		t.Errorf("first message is %v with parent %s", first, first.msg.Parent)
	}
	starting := 0
	ids := map[string]bool{}
	for _, m := range k.sent("") {
		if m.content["execution_state"] == "starting" {
			starting++
		}
		if ids[m.msg.Header.MsgID] || !idShape.MatchString(m.msg.Header.MsgID) {
			t.Errorf("msg_id %q twice or odd", m.msg.Header.MsgID)
		}
		ids[m.msg.Header.MsgID] = true
		if topic := string(m.msg.Identities[0]); m.on == "iopub" && topic != m.msg.Header.MsgType {
			t.Errorf("topic %q of %v", topic, m)
		}
	}
	if starting != 1 {
		t.Errorf("%d times starting", starting)
	}
	if k.log() != "" {
		t.Errorf("log: %s", k.log())
	}
}

func TestUserExpressionsAndCellID(t *testing.T) {
	k := start(t, Options{})
	id, _ := "", 0
	id = k.codec.NewID()
	k.in[Shell] <- k.codec.Encode(&wire.Outgoing{
		Identities: [][]byte{[]byte(client)}, Type: "execute_request", ID: id,
		Metadata: []byte(`{"cellId":"c7","trusted":true}`), Content: []byte(`{"code":"x","user_expressions":{"a":"1+1"}}`),
	})
	r := reply(t, k.finish(id))
	got, _ := json.Marshal(r.content["user_expressions"])
	if w := `{"a":{"data":{"text/plain":"1+1"},"metadata":{},"status":"ok"}}`; string(got) != w {
		t.Errorf("got %s, want %s", got, w)
	}
	if req := k.session.reqs[0]; req.CellID != "c7" || req.Count != 1 {
		t.Errorf("session got %+v", req)
	}
}

// TestRequests: every other request is answered on its channel, between busy
// and idle, while a cell runs.
func TestRequests(t *testing.T) {
	k := start(t, Options{Version: "1.2"})
	cell := k.run("wait a")
	<-k.session.begun
	for _, tt := range []struct {
		c       Channel
		msgType string
		content string
		want    []string
		reply   string // content, "" when there is none or it is not compared
	}{
		{Shell, "kernel_info_request", `{}`, []string{"status busy", "shell:kernel_info_reply ok", "status idle"}, ""},
		{Control, "kernel_info_request", `{}`, []string{"status busy", "control:kernel_info_reply ok", "status idle"}, ""},
		{Shell, "complete_request", `{"code":"äb","cursor_pos":1}`, []string{"status busy", "shell:complete_reply ok", "status idle"},
			`{"cursor_end":1,"cursor_start":0,"matches":["äb!"],"metadata":{"_jupyter_types_experimental":[{"end":1,"signature":"","start":0,"text":"äb!","type":"var"}]},"status":"ok"}`},
		{Shell, "complete_request", `{"code":"a","cursor_pos":999}`, []string{"status busy", "shell:complete_reply ok", "status idle"}, ""},
		{Shell, "complete_request", `{"code":"a","cursor_pos":-5}`, []string{"status busy", "shell:complete_reply ok", "status idle"}, ""},
		{Shell, "inspect_request", `{"code":"äb","cursor_pos":1,"detail_level":0}`, []string{"status busy", "shell:inspect_reply ok", "status idle"},
			`{"data":{"text/plain":"ä"},"found":true,"metadata":{},"status":"ok"}`},
		{Shell, "inspect_request", `{"code":"a","cursor_pos":999}`, []string{"status busy", "shell:inspect_reply ok", "status idle"}, ""},
		{Shell, "is_complete_request", `{"code":"for {"}`, []string{"status busy", "shell:is_complete_reply incomplete", "status idle"}, `{"indent":"\t","status":"incomplete"}`},
		{Shell, "history_request", `{"hist_access_type":"tail","n":5,"output":false,"raw":true}`, []string{"status busy", "shell:history_reply ok", "status idle"}, `{"history":[[1,1,"wait a"]],"status":"ok"}`},
		{Shell, "comm_info_request", `{"target_name":"jupyter.widget"}`, []string{"status busy", "shell:comm_info_reply ok", "status idle"}, `{"comms":{},"status":"ok"}`},
		{Shell, "comm_open", `{"comm_id":"c1","target_name":"none","data":{}}`, []string{"status busy", "comm_close c1", "status idle"}, ""},
		{Shell, "comm_msg", `{"comm_id":"c1","data":{}}`, []string{"status busy", "status idle"}, ""},
		{Shell, "comm_close", `{"comm_id":"c1","data":{}}`, []string{"status busy", "status idle"}, ""},
		{Control, "debug_request", `{"type":"request","seq":3,"command":"attach","arguments":{}}`, []string{"status busy", "control:debug_reply error", "status idle"},
			`{"command":"attach","ename":"Unsupported","evalue":"the kernel has no debugger","message":"the kernel has no debugger","request_seq":3,"status":"error","success":false,"traceback":[],"type":"response"}`},
	} {
		id := k.send(tt.c, tt.msgType, tt.content)
		list := k.finish(id)
		t.Run(tt.msgType, func(t *testing.T) {
			want(t, list, tt.want...)
			if tt.reply != "" {
				got, _ := json.Marshal(reply(t, list).content)
				if string(got) != tt.reply {
					t.Errorf("got %s\nwant %s", got, tt.reply)
				}
			}
		})
	}
	want(t, k.sent(cell), "status busy", "execute_input wait a")
	close(k.session.release("a"))
	want(t, k.finish(cell), "status busy", "execute_input wait a", "shell:execute_reply ok", "status idle")
	if k.log() != "" {
		t.Errorf("log: %s", k.log())
	}
}

func TestKernelInfo(t *testing.T) {
	k := start(t, Options{Version: "1.2"})
	got := k.ask(Shell, "kernel_info_request", "{}").content
	lang := got["language_info"].(map[string]any)
	for name, pair := range map[string][2]any{
		"protocol_version": {got["protocol_version"], "5.4"}, "implementation": {got["implementation"], "weft"},
		"implementation_version": {got["implementation_version"], "1.2"}, "name": {lang["name"], "go"},
		"mimetype": {lang["mimetype"], "text/x-go"}, "file_extension": {lang["file_extension"], ".go"},
		"pygments_lexer": {lang["pygments_lexer"], "go"}, "codemirror_mode": {lang["codemirror_mode"], "go"},
		"nbconvert_exporter": {lang["nbconvert_exporter"], nil}, "debugger": {got["debugger"], nil}, "supported_features": {got["supported_features"], nil},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	if v := lang["version"].(string); !strings.HasPrefix(v, "1.") {
		t.Errorf("version %q", v)
	}
}

// TestParentVerbatim: a parent header of any shape comes back as it was.
func TestParentVerbatim(t *testing.T) {
	k := start(t, Options{})
	header := `{ "msg_type" : "kernel_info_request", "x": {"y": [1, null, "\u00e4"]}, "date": 5, "msg_id": "odd" }`
	k.in[Shell] <- k.sign(header, "{}", "{}", "{}")
	for _, m := range k.finish("odd") {
		if string(m.msg.Parent) != header {
			t.Errorf("%v: parent %s", m, m.msg.Parent)
		}
	}
}

// sign makes frames of the four parts, signed, by way of an own codec.
func (k *kernel) sign(header, parent, metadata, content string) [][]byte {
	parts := [][]byte{[]byte(header), []byte(parent), []byte(metadata), []byte(content)}
	return append([][]byte{[]byte(client), []byte("<IDS|MSG>"), digest(parts)}, parts...)
}

func TestCellsRunInOrder(t *testing.T) {
	k := start(t, Options{})
	var ids []string
	for i := range 200 {
		ids = append(ids, k.run(fmt.Sprintf("print %d", i)))
	}
	k.finish(ids[199])
	i, n := 0, 0.0
	for _, m := range k.sent("") {
		if m.msg.Header.MsgType == "stream" {
			if m.content["text"] != fmt.Sprint(i) || m.msg.ParentID() != ids[i] {
				t.Fatalf("output %d is %v", i, m)
			}
			i++
		}
		if m.on == "shell" {
			if n++; m.content["execution_count"] != n {
				t.Fatalf("execution_count %v, want %v", m.content["execution_count"], n)
			}
		}
	}
	if i != 200 {
		t.Errorf("%d outputs", i)
	}
}

func TestStopOnError(t *testing.T) {
	for _, stop := range []bool{true, false} {
		t.Run(fmt.Sprint(stop), func(t *testing.T) {
			k := start(t, Options{})
			send := func(code string) string {
				return k.send(Shell, "execute_request", map[string]any{"code": code, "stop_on_error": stop})
			}
			send("wait a")
			<-k.session.begun
			failed := send("fail")
			var ids []string
			for i := range 10 {
				ids = append(ids, send(fmt.Sprint("print ", i)))
			}
			close(k.session.release("a"))
			k.finish(ids[9])
			if got := reply(t, k.sent(failed)).content["status"]; got != "error" {
				t.Errorf("status of the failed cell: %v", got)
			}
			for i, id := range ids {
				if stop {
					want(t, k.sent(id), "status busy", "shell:execute_reply aborted", "status idle")
				} else {
					want(t, k.sent(id), "status busy", fmt.Sprint("execute_input print ", i), fmt.Sprint("stream ", i), "shell:execute_reply ok", "status idle")
				}
			}
			// The next cell, sent after the failure was seen, runs.
			if got := k.ask(Shell, "execute_request", `{"code":"x"}`).content["status"]; got != "ok" {
				t.Errorf("status of the next cell: %v", got)
			}
			// An error of a silent cell stops nothing.
			k.send(Shell, "execute_request", map[string]any{"code": "fail", "silent": true})
			if got := reply(t, k.finish(send("x"))).content["status"]; got != "ok" {
				t.Errorf("status after a silent error: %v", got)
			}
		})
	}
}

// TestStopOnErrorOthers: a failed cell with stop_on_error aborts all that
// wait, also those that do not say stop_on_error themselves.
func TestStopOnErrorOthers(t *testing.T) {
	k := start(t, Options{})
	k.run("wait a")
	<-k.session.begun
	k.run("fail")
	id := k.send(Shell, "execute_request", `{"code":"x","stop_on_error":false}`)
	close(k.session.release("a"))
	if got := reply(t, k.finish(id)).content["status"]; got != "aborted" {
		t.Errorf("status %v", got)
	}
}

// TestStopOnErrorArriving: cells that were sent in one go with one that fails
// at once are aborted too, although they arrive after it has failed.
func TestStopOnErrorArriving(t *testing.T) {
	k := start(t, Options{})
	failed := k.run("fail")
	<-k.session.begun
	var ids []string
	for range 5 {
		time.Sleep(time.Millisecond)
		ids = append(ids, k.run("x"))
	}
	for _, id := range ids {
		if got := reply(t, k.finish(id)).content["status"]; got != "aborted" {
			t.Errorf("status %v", got)
		}
	}
	// A cell that fails long after the last request arrived waits for none.
	k.finish(failed)
	id := k.run("wait a\nfail")
	<-k.session.begun
	time.Sleep(2 * quiet)
	begin := time.Now()
	close(k.session.release("a"))
	k.finish(id)
	if d := time.Since(begin); d > quiet {
		t.Logf("an error after a long run took %v (the machine may be loaded)", d)
	}
}

func TestInterrupt(t *testing.T) {
	k := start(t, Options{})
	running := k.run("wait never")
	<-k.session.begun
	waiting := k.send(Shell, "execute_request", `{"code":"print x"}`)
	free := k.send(Control, "interrupt_request", `{}`)
	want(t, k.finish(free), "status busy", "control:interrupt_reply ok", "status idle")
	want(t, k.finish(running), "status busy", "execute_input wait never", "error E", "shell:execute_reply error", "status idle")
	// The error of the interrupted cell aborts what waits, as any error does.
	if got := reply(t, k.finish(waiting)).content["status"]; got != "aborted" {
		t.Errorf("status %v", got)
	}

	running = k.send(Shell, "execute_request", `{"code":"wait never","stop_on_error":false}`)
	waiting = k.run("print y")
	for code := range k.session.begun {
		if code == "wait never" {
			break
		}
	}
	k.ask(Control, "interrupt_request", `{}`)
	if got := reply(t, k.finish(running)).content["status"]; got != "error" {
		t.Errorf("status of the interrupted cell: %v", got)
	}
	if got := reply(t, k.finish(waiting)).content["status"]; got != "ok" {
		t.Errorf("status of the next: %v", got)
	}
	// With nothing to interrupt it is harmless.
	k.ask(Control, "interrupt_request", `{}`)
	if got := reply(t, k.finish(k.run("x"))).content["status"]; got != "ok" {
		t.Errorf("status after an idle interrupt: %v", got)
	}
}

// TestInterruptBeforeStart: the interrupt comes when the cell is busy, but the
// session does not have it yet.
func TestInterruptBeforeStart(t *testing.T) {
	k := start(t, Options{})
	k.finish(k.run("x"))
	open := k.damUp("execute_input")
	id := k.run("print x")
	k.wait(0, "busy", func(m sent) bool { return m.msg.ParentID() == id })
	k.ask(Control, "interrupt_request", `{}`)
	open()
	want(t, k.finish(id), "status busy", "execute_input print x", "error Interrupted", "shell:execute_reply error", "status idle")
}

// damUp makes Publish of these types wait until the function it returns is
// called.
func (k *kernel) damUp(types string) (open func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	dam := make(chan struct{})
	k.dam, k.dammed = dam, types
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.dam = nil
		close(dam)
	}
}

// TestSlowClient: while Publish waits for a client that is far behind, control
// and shell are answered and an interrupt gets through.
func TestSlowClient(t *testing.T) {
	k := start(t, Options{})
	open := k.damUp("stream status shutdown_reply comm_close")
	k.run("flood x")
	for _, tt := range []struct {
		c             Channel
		msgType, what string
	}{
		{Control, "kernel_info_request", "kernel_info_reply"},
		{Control, "interrupt_request", "interrupt_reply"},
		{Shell, "is_complete_request", "is_complete_reply"},
	} {
		begin := time.Now()
		id := k.send(tt.c, tt.msgType, `{"code":""}`)
		k.wait(0, tt.what, func(m sent) bool { return m.msg.Header.MsgType == tt.what && m.msg.ParentID() == id })
		if d := time.Since(begin); d > time.Second {
			t.Errorf("%s took %v", tt.msgType, d)
		}
	}
	if k.session.interrupts != 1 {
		t.Errorf("%d interrupts", k.session.interrupts)
	}
	id := k.send(Shell, "kernel_info_request", `{}`)
	k.wait(0, "reply", func(m sent) bool { return m.on == "shell" && m.msg.ParentID() == id })
	open()
	want(t, k.finish(id), "shell:kernel_info_reply ok", "status busy", "status idle")
}

// TestEndWithSlowClient: Serve ends although a client takes nothing.
func TestEndWithSlowClient(t *testing.T) {
	k := start(t, Options{})
	k.finish(k.run("x"))
	k.damUp("stream status shutdown_reply")
	k.run("flood x")
	for range 2 * laneLimit {
		k.send(Control, "comm_msg", `{}`)
		if len(k.in[Control]) > 900 {
			break
		}
	}
	k.send(Shell, "shutdown_request", `{}`)
	k.wait(0, "shutdown_reply", func(m sent) bool { return m.on == "shell" && m.msg.Header.MsgType == "shutdown_reply" })
	select {
	case err := <-k.serve:
		if err != nil {
			t.Error(err)
		}
		k.serve <- nil
	case <-time.After(10 * time.Second):
		t.Fatal("Serve does not end")
	}
}

func TestShutdown(t *testing.T) {
	for _, c := range []Channel{Control, Shell} {
		for _, restart := range []bool{true, false} {
			t.Run(fmt.Sprint(c, restart), func(t *testing.T) {
				k := start(t, Options{})
				k.run("wait never")
				<-k.session.begun
				id := k.send(c, "shutdown_request", map[string]any{"restart": restart})
				select {
				case err := <-k.serve:
					if err != nil {
						t.Error(err)
					}
					k.serve <- nil
				case <-time.After(5 * time.Second):
					t.Fatal("Serve does not end")
				}
				list := k.sent(id)
				want(t, list, "status busy", c.String()+":shutdown_reply ok", "status idle", "shutdown_reply ok")
				for _, m := range list {
					if v, ok := m.content["restart"]; ok && v != restart {
						t.Errorf("%v: restart %v", m, v)
					}
				}
				if !k.session.closed {
					t.Error("the session was not closed")
				}
				if _, err := k.Recv(Shell); err == nil {
					t.Error("the conn was not closed")
				}
			})
		}
	}
}

func TestConnLost(t *testing.T) {
	k := boot(t, Options{}, false)
	defer k.cancel()
	k.Close()
	select {
	case err := <-k.serve:
		if !errors.Is(err, errClosed) || !strings.HasPrefix(err.Error(), "receive on ") {
			t.Errorf("Serve: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Serve does not end")
	}
	if !k.session.closed {
		t.Error("the session was not closed")
	}
}

func TestLateOutput(t *testing.T) {
	k := start(t, Options{})
	first := k.run("x")
	k.finish(first)
	k.finish(k.run("y"))
	out := k.session.out[1]
	out.Stream("stdout", "late")
	out.Display(plain("late"))
	want(t, k.sent(first), "status busy", "execute_input x", "shell:execute_reply ok", "status idle", "stream late", "display_data")
}

func TestPanics(t *testing.T) {
	k := start(t, Options{})
	for _, tt := range []struct {
		msgType, content, reply string
	}{
		{"execute_request", `{"code":"panic oops"}`, "shell:execute_reply error"},
		{"execute_request", `{"code":"nil"}`, "shell:execute_reply error"},
		{"complete_request", `{"code":"panic"}`, "shell:complete_reply error"},
		{"complete_request", `{"code":"nil"}`, "shell:complete_reply error"},
		{"inspect_request", `{"code":"panic"}`, "shell:inspect_reply error"},
		{"is_complete_request", `{"code":"panic"}`, "shell:is_complete_reply unknown"},
	} {
		before := len(k.log())
		if got := k.ask(Shell, tt.msgType, tt.content); got.String() != tt.reply {
			t.Errorf("%s %s: %v", tt.msgType, tt.content, got)
		}
		if log := k.log()[before:]; strings.Count(log, "panic in "+tt.msgType) != 1 || !strings.Contains(log, "goroutine ") {
			t.Errorf("%s: log has no stack: %s", tt.msgType, log)
		}
	}
	if got := k.ask(Shell, "execute_request", `{"code":"x"}`); got.String() != "shell:execute_reply ok" {
		t.Errorf("next cell: %v", got)
	}
}

// TestHostile: the cases of messages that are no requests. Each costs one line
// of the log, and an error reply where it is clear what was asked.
func TestHostile(t *testing.T) {
	k := start(t, Options{})
	frames := func(msgType string, content any) [][]byte {
		_, f := k.frames(msgType, content)
		return f
	}
	with := func(f [][]byte, i int, frame string) [][]byte { f[i] = []byte(frame); return f }
	const head, delim = client, "<IDS|MSG>"
	raw := func(parts ...string) [][]byte {
		var f [][]byte
		for _, p := range parts {
			f = append(f, []byte(p))
		}
		return f
	}
	for _, tt := range []struct {
		name   string
		c      Channel
		frames [][]byte
		lines  int      // in the log
		want   []string // what is sent, without ids
	}{
		{"wrong HMAC", Shell, with(frames("execute_request", `{"code":"x"}`), 2, strings.Repeat("0", 64)), 1, nil},
		{"missing frames", Shell, frames("execute_request", `{"code":"1"}`)[:4], 1, nil},
		{"no delimiter", Shell, raw(head, "hello", "world"), 1, nil},
		{"one empty frame", Shell, raw(head, ""), 1, nil},
		{"no frames", Shell, nil, 1, nil},
		{"delimiter only", Shell, raw(head, delim), 1, nil},
		{"header without msg_type", Shell, k.sign("{}", "{}", "{}", "{}"), 1, nil},
		{"header not JSON", Shell, k.sign("not\njson{", "{}", "{}", "{}"), 1, nil},
		{"unknown msg_type", Shell, frames("nonsense_request", `{}`), 1, []string{"status busy", "status idle"}},
		{"unknown msg_type on control", Control, frames("execute_request", `{"code":"x"}`), 1, []string{"status busy", "status idle"}},
		{"content not JSON", Shell, frames("execute_request", `not json{`), 1, []string{"status busy", "shell:execute_reply error", "status idle"}},
		{"content is a list", Shell, frames("execute_request", `[1,2]`), 1, []string{"status busy", "shell:execute_reply error", "status idle"}},
		{"code is a number", Shell, frames("execute_request", `{"code":42,"silent":false}`), 1, []string{"status busy", "shell:execute_reply error", "status idle"}},
		{"code missing", Shell, frames("execute_request", `{}`), 1, []string{"status busy", "shell:execute_reply error", "status idle"}},
		{"user_expressions of a wrong type", Shell, frames("execute_request", `{"code":"x","user_expressions":[1]}`), 1, []string{"status busy", "shell:execute_reply error", "status idle"}},
		{"complete: cursor_pos too large", Shell, frames("complete_request", `{"code":"a","cursor_pos":999}`), 0, []string{"status busy", "shell:complete_reply ok", "status idle"}},
		{"complete: cursor_pos negative", Shell, frames("complete_request", `{"code":"a","cursor_pos":-5}`), 0, []string{"status busy", "shell:complete_reply ok", "status idle"}},
		{"complete: cursor_pos a text", Shell, frames("complete_request", `{"code":"a","cursor_pos":"1"}`), 1, []string{"status busy", "shell:complete_reply error", "status idle"}},
		{"complete: content a list", Shell, frames("complete_request", `[]`), 1, []string{"status busy", "shell:complete_reply error", "status idle"}},
		{"inspect: cursor_pos too large", Shell, frames("inspect_request", `{"code":"a","cursor_pos":999}`), 0, []string{"status busy", "shell:inspect_reply ok", "status idle"}},
		{"inspect: no code", Shell, frames("inspect_request", `{}`), 1, []string{"status busy", "shell:inspect_reply error", "status idle"}},
		{"is_complete: content is null", Shell, frames("is_complete_request", `null`), 1, []string{"status busy", "shell:is_complete_reply unknown", "status idle"}},
		{"history: unknown access", Shell, frames("history_request", `{"hist_access_type":"all"}`), 1, []string{"status busy", "shell:history_reply error", "status idle"}},
		{"history: n a text", Shell, frames("history_request", `{"hist_access_type":"tail","n":"5"}`), 1, []string{"status busy", "shell:history_reply error", "status idle"}},
		{"history: huge numbers", Shell, frames("history_request", `{"hist_access_type":"range","session":-1e300,"start":-1e300,"stop":1e300}`), 0, []string{"status busy", "shell:history_reply ok", "status idle"}},
		{"NUL and bad UTF-8 in code", Shell, frames("execute_request", `{"code":"\u0000`+"\xff"+`","silent":false}`), 0, []string{"status busy", "execute_input \x00\uFFFD", "shell:execute_reply ok", "status idle"}},
		{"comm_msg for an unknown comm", Shell, frames("comm_msg", `{"comm_id":"x","data":{}}`), 0, []string{"status busy", "status idle"}},
		{"comm_open: content a list", Shell, frames("comm_open", `[]`), 1, []string{"status busy", "status idle"}},
		{"garbage on control", Control, raw(head, "hello"), 1, nil},
		{"garbage on stdin", Stdin, raw(head, "hello"), 1, nil},
		{"a request on stdin", Stdin, frames("kernel_info_request", `{}`), 1, nil},
		{"input_reply that nobody waits for", Stdin, frames("input_reply", `{"value":"x"}`), 0, nil},
		{"input_reply of a wrong type", Stdin, frames("input_reply", `{"value":5}`), 1, nil},
		{"shutdown: content a list", Control, frames("shutdown_request", `[]`), 1, []string{"status busy", "control:shutdown_reply error", "status idle"}},
		{"debug: content a number", Control, frames("debug_request", `5`), 1, []string{"status busy", "control:debug_reply error", "status idle"}},
		{"msg_type of a line", Shell, frames("a\\n"+strings.Repeat("b", 1000), `{}`), 1, []string{"status busy", "status idle"}},
		{"deep nesting", Shell, frames("execute_request", strings.Repeat("[", 100_000)), 1, []string{"status busy", "shell:execute_reply error", "status idle"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, before := len(k.sent("")), len(k.log())
			k.in[tt.c] <- tt.frames
			if tt.want != nil {
				k.wait(from, "idle", func(m sent) bool { return m.content["execution_state"] == "idle" })
			} else {
				// Garbage leaves no trace but the log; wait for what follows it.
				deadline := time.Now().Add(2 * time.Second)
				for len(k.log()) == before && tt.lines > 0 && time.Now().Before(deadline) {
					time.Sleep(100 * time.Microsecond)
				}
			}
			want(t, k.sent("")[from:], tt.want...)
			log := k.log()[before:]
			if n := strings.Count(log, "\n"); n != tt.lines || len(log) > maxLog+100 {
				t.Errorf("%d lines in the log, want %d: %s", n, tt.lines, log)
			}
		})
	}
	if got := k.ask(Shell, "execute_request", `{"code":"x"}`); got.String() != "shell:execute_reply ok" {
		t.Errorf("at the end: %v", got)
	}
}

func TestHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weft", "history.jsonl")
	k := start(t, Options{History: history.Open(path)})
	for _, code := range []string{"old 1", "old 2"} {
		k.finish(k.run(code))
	}
	k.end()

	k = start(t, Options{History: history.Open(path)})
	k.finish(k.send(Shell, "execute_request", `{"code":"quiet","silent":true}`))
	k.finish(k.send(Shell, "execute_request", `{"code":"not kept","store_history":false}`))
	k.finish(k.run(" \n"))
	for range 4 {
		k.finish(k.run("value 1+2+3"))
	}
	for _, tt := range []struct{ name, request, want string }{
		{"tail", `{"hist_access_type":"tail","n":2,"output":false,"raw":true}`, `[[2,4,"value 1+2+3"],[2,5,"value 1+2+3"]]`},
		{"tail with output", `{"hist_access_type":"tail","n":1,"output":true,"raw":true}`, `[[2,5,["value 1+2+3","1+2+3"]]]`},
		{"tail without n", `{"hist_access_type":"tail","output":false,"raw":true}`, `[[1,1,"old 1"],[1,2,"old 2"],[2,2,"value 1+2+3"],[2,3,"value 1+2+3"],[2,4,"value 1+2+3"],[2,5,"value 1+2+3"]]`},
		{"range", `{"hist_access_type":"range","session":2,"start":4,"stop":5,"output":false,"raw":true}`, `[[2,4,"value 1+2+3"]]`},
		{"range as clients fill it in", `{"hist_access_type":"range","session":0,"start":0,"output":false,"raw":true}`, `[[2,2,"value 1+2+3"],[2,3,"value 1+2+3"],[2,4,"value 1+2+3"],[2,5,"value 1+2+3"]]`},
		{"range of the session before", `{"hist_access_type":"range","session":-1,"start":2,"stop":null,"output":true,"raw":true}`, `[[1,2,["old 2",null]]]`},
		{"search", `{"hist_access_type":"search","pattern":"*1?2*","output":false,"raw":true}`, `[[2,2,"value 1+2+3"],[2,3,"value 1+2+3"],[2,4,"value 1+2+3"],[2,5,"value 1+2+3"]]`},
		{"search, unique", `{"hist_access_type":"search","pattern":"*1?2*","unique":true,"output":false,"raw":true}`, `[[2,5,"value 1+2+3"]]`},
		{"search, n", `{"hist_access_type":"search","pattern":"*1?2*","n":3,"output":false,"raw":true}`, `[[2,3,"value 1+2+3"],[2,4,"value 1+2+3"],[2,5,"value 1+2+3"]]`},
	} {
		got, _ := json.Marshal(k.ask(Shell, "history_request", tt.request).content["history"])
		if string(got) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestHistoryWithoutFile: an unusable file is one line in the log.
func TestHistoryWithoutFile(t *testing.T) {
	k := start(t, Options{History: history.Open("/dev/null/x")})
	for range 3 {
		k.finish(k.run("x"))
	}
	got, _ := json.Marshal(k.ask(Shell, "history_request", `{"hist_access_type":"tail","n":2}`).content["history"])
	if string(got) != `[[1,2,"x"],[1,3,"x"]]` {
		t.Errorf("got %s", got)
	}
	if log := k.log(); strings.Count(log, "\n") != 1 || !strings.HasPrefix(log, "history goes on without its file: ") {
		t.Errorf("log: %s", log)
	}
}

// TestTwoClients: each gets its own replies.
func TestTwoClients(t *testing.T) {
	k := start(t, Options{})
	var ids [2][]string
	names := [2]string{"one", "two"}
	for i := range 40 {
		id := k.codec.NewID()
		k.in[Shell] <- k.codec.Encode(&wire.Outgoing{
			Identities: [][]byte{[]byte(names[i%2]), []byte("hop")}, Type: "execute_request", ID: id, Content: []byte(`{"code":"print x"}`),
		})
		ids[i%2] = append(ids[i%2], id)
	}
	for c, list := range ids {
		for _, id := range list {
			r := reply(t, k.finish(id))
			if got := bytes.Join(r.msg.Identities, []byte("/")); string(got) != names[c]+"/hop" {
				t.Fatalf("reply to %s went to %s", names[c], got)
			}
		}
	}
}
