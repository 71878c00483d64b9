package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// digest signs parts the long way: a second witness of wire's signatures.
func digest(parts [][]byte) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	for _, p := range parts {
		mac.Write(p)
	}
	return []byte(hex.EncodeToString(mac.Sum(nil)))
}

// asked waits for the input_request with this prompt.
func (k *kernel) asked(prompt string) sent {
	k.t.Helper()
	m, _ := k.wait(0, "input_request "+prompt, func(m sent) bool { return m.on == "stdin" && m.content["prompt"] == prompt })
	return m
}

// say sends an input_reply from a client; parent is its parent header.
func (k *kernel) say(from, parent, value string) {
	content := wire.AppendString([]byte(`{"value":`), value)
	k.in[Stdin] <- k.codec.Encode(&wire.Outgoing{
		Identities: [][]byte{[]byte(from)}, Type: "input_reply", Parent: []byte(parent), Content: append(content, '}'),
	})
}

func TestInput(t *testing.T) {
	k := start(t, Options{})
	for _, tt := range []struct {
		name   string
		parent func(cell string, q sent) string
	}{
		{"without a parent, as jupyter_client", func(string, sent) string { return "{}" }},
		{"naming the question, as JupyterLab", func(_ string, q sent) string { return `{"msg_id":"` + q.msg.Header.MsgID + `"}` }},
		{"naming the cell", func(cell string, _ sent) string { return `{"msg_id":"` + cell + `"}` }},
	} {
		cell := k.run("ask " + tt.name)
		q := k.asked(tt.name)
		if q.msg.ParentID() != cell || string(q.msg.Identities[0]) != client || q.content["password"] != false {
			t.Errorf("%s: asked %v of %q for %s", tt.name, q.content, q.msg.Identities, q.msg.ParentID())
		}
		// None of these is the answer.
		k.say("another", "{}", "stolen")
		k.say(client, `{"msg_id":"of another question"}`, "late")
		k.say(client, tt.parent(cell, q), "wörld\n")
		want(t, k.finish(cell), "status busy", "execute_input ask "+tt.name, "stdin:input_request "+tt.name, "stream answer wörld\n", "shell:execute_reply ok", "status idle")
	}
	if k.log() != "" {
		t.Errorf("log: %s", k.log())
	}
}

func TestInputEnds(t *testing.T) {
	k := start(t, Options{})
	cell := k.run("ask 1")
	k.asked("1")
	k.say(client, "{}", "\x04")
	want(t, k.finish(cell), "status busy", "execute_input ask 1", "stdin:input_request 1", "stream end", "shell:execute_reply ok", "status idle")

	cell = k.send(Shell, "execute_request", `{"code":"ask 2","allow_stdin":false}`)
	r := reply(t, k.finish(cell))
	if got := r.content["evalue"]; got != ErrNoInput.Error() {
		t.Errorf("without allow_stdin: %v", got)
	}

	cell = k.run("ask 3")
	k.asked("3")
	k.ask(Control, "interrupt_request", "{}")
	if got := reply(t, k.finish(cell)).content["evalue"]; got != ErrInterrupted.Error() {
		t.Errorf("interrupted: %v", got)
	}
	// An answer that comes after that is nobody's, also not the next cell's.
	k.say(client, "{}", "late")
	time.Sleep(20 * time.Millisecond)
	cell = k.run("ask 4")
	k.asked("4")
	k.say(client, "{}", "in time")
	want(t, k.finish(cell), "status busy", "execute_input ask 4", "stdin:input_request 4", "stream answer in time", "shell:execute_reply ok", "status idle")

	k.mu.Lock()
	k.gone = true
	k.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := k.session.out[4].Input(ctx, "5", false); err == nil || err.Error() != "ask for input: client is gone" {
		t.Errorf("client gone: %v", err)
	}
	k.mu.Lock()
	k.gone = false
	k.mu.Unlock()

	ctx, cancel = context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := k.session.out[4].Input(ctx, "6", true); err != context.DeadlineExceeded {
		t.Errorf("ctx ended: %v", err)
	}

	done := make(chan error)
	go func() {
		_, err := k.session.out[4].Input(context.Background(), "7", false)
		done <- err
	}()
	k.asked("7")
	k.end()
	if err := <-done; err != ErrEnded {
		t.Errorf("kernel ended: %v", err)
	}
}

// TestInputsTakeTurns: goroutines of one cell that ask at once are answered
// one after the other.
func TestInputsTakeTurns(t *testing.T) {
	k := start(t, Options{})
	k.finish(k.run("x"))
	out := k.session.out[1]
	got := make(chan string)
	const n = 5
	for range n {
		go func() {
			v, err := out.Input(context.Background(), "?", false)
			if err != nil {
				v = err.Error()
			}
			got <- v
		}()
	}
	from := 0
	for i := range n {
		_, from = k.wait(from, "input_request", func(m sent) bool { return m.on == "stdin" })
		k.say(client, "{}", string(rune('a'+i)))
		if v := <-got; v != string(rune('a'+i)) {
			t.Errorf("answer %q", v)
		}
	}
}
