package link

import (
	"bytes"
	"reflect"
	"testing"
)

func TestDisplay(t *testing.T) {
	for _, d := range []Display{
		{Cell: 3, Op: "clear", Wait: true},
		{Cell: 1, Op: "result", Data: map[string]any{"text/plain": ""}},
		{Cell: 7, Op: "display", ID: "x", Data: map[string]any{
			"text/plain": "a\n\"b\"", "text/html": "<b>ä\x00</b>", "application/json": map[string]any{"a": []any{1.0, "x"}},
		}, Metadata: map[string]any{"text/html": map[string]any{"isolated": true}}},
	} {
		var wire bytes.Buffer
		c := NewConn(&wire)
		if err := c.SendDisplay(d); err != nil {
			t.Fatal(err)
		}
		kind, payload, err := c.Recv()
		if err != nil || kind != KindDisplay {
			t.Fatal(kind, err)
		}
		got, err := ReadDisplay(payload)
		if err != nil || !reflect.DeepEqual(got, d) {
			t.Errorf("got %+v, %v; want %+v", got, err, d)
		}
	}
}

func FuzzReadDisplay(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x00\x00\x02{}"))
	f.Add([]byte("\x00\x00\x00\x26{\"texts\":[{\"mime\":\"a\",\"bytes\":999}]}xx"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ReadDisplay(b)
		if err == nil && len(d.Data) > len(b) {
			t.Errorf("%d forms out of %d bytes", len(d.Data), len(b))
		}
	})
}
