package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

func codec(t testing.TB, key string) *Codec {
	t.Helper()
	c, err := NewCodec(Scheme, key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// request makes the frames of a request with the given parts.
func request(c *Codec, header, parent, metadata, content string) [][]byte {
	parts := [][]byte{[]byte(header), []byte(parent), []byte(metadata), []byte(content)}
	frames := [][]byte{[]byte("client"), []byte(delimiter), c.sign(nil, parts)}
	return append(frames, parts...)
}

const goodHeader = `{"msg_id":"7","msg_type":"execute_request","session":"s","username":"u","date":"d","version":"5.3"}`

func TestDecode(t *testing.T) {
	c := codec(t, "secret")
	good := func() [][]byte { return request(c, goodHeader, "{}", "{}", `{"code":"1"}`) }
	tests := []struct {
		name   string
		frames [][]byte
		err    string // "" when it is accepted
	}{
		{"good", good(), ""},
		{"buffers", append(good(), []byte("b1"), nil), ""},
		{"no identity", good()[1:], ""},
		{"unknown member", request(c, `{"msg_id":"7","msg_type":"x","subshell_id":null,"a":[1]}`, "{}", "{}", "{}"), ""},
		{"odd types of members nobody needs", request(c, `{"msg_id":"7","msg_type":"x","date":5,"username":[],"version":{}}`, "{}", "{}", "{}"), ""},
		{"no frames", nil, "no <IDS|MSG> frame"},
		{"one empty frame", [][]byte{{}}, "no <IDS|MSG> frame"},
		{"no delimiter", [][]byte{[]byte("hello"), []byte("world")}, "no <IDS|MSG> frame"},
		{"delimiter only", [][]byte{[]byte(delimiter)}, "0 frames after the delimiter, want at least 5"},
		{"truncated", good()[:6], "4 frames after the delimiter, want at least 5"},
		{"wrong signature", func() [][]byte { f := good(); f[2] = bytes.Repeat([]byte("0"), 64); return f }(), "wrong signature"},
		{"no signature", func() [][]byte { f := good(); f[2] = nil; return f }(), "wrong signature"},
		{"content changed", func() [][]byte { f := good(); f[6] = []byte(`{"code":"2"}`); return f }(), "wrong signature"},
		{"header not JSON", request(c, `not json{`, "{}", "{}", "{}"), "header: invalid character 'o' in literal null (expecting 'u')"},
		{"header is a list", request(c, `[1]`, "{}", "{}", "{}"), "header is array, want an object"},
		{"header is null", request(c, `null`, "{}", "{}", "{}"), "header without msg_type"},
		{"header without msg_type", request(c, `{}`, "{}", "{}", "{}"), "header without msg_type"},
		{"msg_type is a number", request(c, `{"msg_id":"7","msg_type":5}`, "{}", "{}", "{}"), "header without msg_type"},
		{"header without msg_id", request(c, `{"msg_type":"x"}`, "{}", "{}", "{}"), "header without msg_id"},
		{"header too large", request(c, `{"msg_id":"`+strings.Repeat("x", maxHeader)+`"}`, "{}", "{}", "{}"), "header of 1048589 bytes, limit 1048576"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := c.Decode(tt.frames)
			if got := fmt.Sprint(err); tt.err != "" && got != tt.err || tt.err == "" && err != nil {
				t.Fatalf("error %q, want %q", got, tt.err)
			}
			if err == nil && (m.Header.MsgID != "7" || m.Header.MsgType == "") {
				t.Fatalf("header %+v", m.Header)
			}
		})
	}
}

func TestDecodeTooLarge(t *testing.T) {
	c := codec(t, "")
	frames := request(c, goodHeader, "{}", "{}", "{}")
	huge := make([]byte, MaxMessage/4+1) // untouched memory costs nothing; four times the same
	_, err := c.Decode(append(frames, huge, huge, huge, huge))
	if err == nil || !strings.Contains(err.Error(), "limit 1073741824") {
		t.Fatalf("error %v", err)
	}
}

func TestEncode(t *testing.T) {
	for _, key := range []string{"secret", ""} {
		c := codec(t, key)
		parent := []byte(`{ "msg_id" : "7", "x": [1, {"y": null}] }`)
		frames := c.Encode(&Outgoing{
			Identities: [][]byte{[]byte("a"), []byte("b")},
			Type:       "status",
			Parent:     parent,
			Content:    Marshal(Busy),
			Buffers:    [][]byte{[]byte("buf")},
		})
		if len(frames) != 9 {
			t.Fatalf("%d frames", len(frames))
		}
		if (key == "") != (len(frames[3]) == 0) {
			t.Errorf("key %q: signature %q", key, frames[3])
		}
		m, err := c.Decode(frames)
		if err != nil {
			t.Fatal(err)
		}
		if string(m.Parent) != string(parent) {
			t.Errorf("parent %s, want it verbatim", m.Parent)
		}
		if m.ParentID() != "7" || m.Header.MsgType != "status" || string(m.Metadata) != "{}" ||
			string(m.Content) != `{"execution_state":"busy"}` || len(m.Identities) != 2 || string(m.Buffers[0]) != "buf" {
			t.Errorf("%+v", m)
		}
		if m.Header.Version != "5.4" || m.Header.Session != c.Session() || m.Header.Username == "" {
			t.Errorf("header %+v", m.Header)
		}
		if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`).MatchString(m.Header.Date) {
			t.Errorf("date %q", m.Header.Date)
		}
		if d, err := time.Parse(time.RFC3339Nano, m.Header.Date); err != nil || time.Since(d).Abs() > time.Minute {
			t.Errorf("date %q: %v", m.Header.Date, err)
		}
	}
}

// TestHeaderIsJSON looks at the header that is written by hand.
func TestHeaderIsJSON(t *testing.T) {
	c := codec(t, "k")
	frames := c.Encode(&Outgoing{Type: "stream"})
	var h map[string]any
	if err := json.Unmarshal(frames[2], &h); err != nil || len(h) != 6 {
		t.Fatalf("%s: %v", frames[2], err)
	}
}

func TestIDsDiffer(t *testing.T) {
	a, b := codec(t, "k"), codec(t, "k")
	seen := map[string]bool{}
	for range 1000 {
		for _, id := range []string{a.NewID(), b.NewID()} {
			if seen[id] {
				t.Fatalf("%s twice", id)
			}
			seen[id] = true
		}
	}
}

func TestSchemes(t *testing.T) {
	for _, tt := range []struct {
		scheme, key string
		ok          bool
	}{
		{Scheme, "k", true}, {Scheme, "", true}, {"", "", true}, {"", "k", false}, {"hmac-md5", "k", false}, {"hmac-md5", "", false},
	} {
		if _, err := NewCodec(tt.scheme, tt.key); (err == nil) != tt.ok {
			t.Errorf("NewCodec(%q, %q): %v", tt.scheme, tt.key, err)
		}
	}
}

// TestSignature compares with a value computed by another program:
// printf 'abcd' | openssl dgst -sha256 -hmac key.
func TestSignature(t *testing.T) {
	got := string(codec(t, "key").sign(nil, [][]byte{[]byte("a"), []byte("b"), []byte("c"), []byte("d")}))
	if want := "2a31ec0ee8d878c9eece9fb0df79b3b90b2256240163aa5ee50d176d3d1121f8"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestParentOfOddShapes(t *testing.T) {
	c := codec(t, "k")
	for _, tt := range []struct{ parent, id string }{
		{`{"msg_id":"x"}`, "x"}, {`{}`, ""}, {``, ""}, {`null`, ""}, {`[]`, ""}, {`{"msg_id":5}`, ""}, {`not json`, ""},
	} {
		m, err := c.Decode(request(c, goodHeader, tt.parent, "{}", "{}"))
		if err != nil || m.ParentID() != tt.id {
			t.Errorf("parent %s: id %q, %v", tt.parent, m.ParentID(), err)
		}
	}
}

func TestHeaderWithBadUTF8(t *testing.T) {
	c := codec(t, "k")
	m, err := c.Decode(request(c, "{\"msg_id\":\"7\",\"msg_type\":\"x\",\"y\":\"\xff\"}", "{}", "{}", "{}"))
	if err != nil || string(m.RawHeader) != `{"msg_id":"7","msg_type":"x","y":"`+"\uFFFD"+`"}` {
		t.Fatalf("%s, %v", m.RawHeader, err)
	}
}

func TestWelcome(t *testing.T) {
	c := codec(t, "k")
	m, err := c.Decode(c.Welcome([]byte("top\"ic")))
	if err != nil || string(m.Identities[0]) != "top\"ic" || m.Header.MsgType != "iopub_welcome" || string(m.Content) != `{"subscription":"top\"ic"}` {
		t.Fatalf("%+v, %v", m, err)
	}
	if f := c.Welcome(nil); len(f) != 7 || len(f[0]) != 0 {
		t.Fatalf("frames of the empty subscription: %q", f)
	}
}

func FuzzDecode(f *testing.F) {
	c := codec(f, "")
	f.Add([]byte("id"), []byte(goodHeader), []byte("{}"), []byte("{}"), []byte(`{"code":"1"}`))
	f.Add([]byte(delimiter), []byte("null"), []byte("[]"), []byte(`{"cellId":5}`), []byte(`{"code":1,"cursor_pos":1e999}`))
	f.Add([]byte{}, []byte(`{"msg_id":"\xff","msg_type":"t"}`), []byte("x"), []byte(``), []byte(`[1,2]`))
	f.Fuzz(func(t *testing.T, id, header, parent, metadata, content []byte) {
		m, err := c.Decode([][]byte{id, []byte(delimiter), {}, header, parent, metadata, content})
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		m.ParentID()
		if r, err := ReadExecute(m); err == nil && r.Silent && r.StoreHistory {
			t.Error("a silent request stores history")
		}
		if r, err := ReadComplete(m); err == nil {
			if at := r.Cursor(); at < 0 || at > len(r.Code) {
				t.Errorf("cursor %d in %q", at, r.Code)
			}
		}
		if r, err := ReadInspect(m); err == nil {
			r.Cursor()
		}
		ReadIsComplete(m)
		m.Read(&HistoryRequest{})
		m.Read(&DebugRequest{})
		answer := c.Encode(&Outgoing{Identities: m.Identities, Type: "execute_reply", Parent: m.RawHeader})
		if !json.Valid(answer[len(answer)-3]) {
			t.Errorf("parent header %q", answer[len(answer)-3])
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	c := codec(b, "0123456789abcdef")
	content := Marshal(Busy)
	out := &Outgoing{Identities: [][]byte{[]byte("status")}, Type: "status", Parent: []byte(goodHeader), Content: content}
	b.ReportAllocs()
	for b.Loop() {
		c.Encode(out)
	}
}

func BenchmarkDecode(b *testing.B) {
	c := codec(b, "0123456789abcdef")
	frames := request(c, goodHeader, "{}", "{}", `{"code":"k = 1","silent":false}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Decode(frames); err != nil {
			b.Fatal(err)
		}
	}
}
