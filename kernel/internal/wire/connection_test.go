package wire

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const goodConnection = `{"shell_port":1001,"iopub_port":1002,"stdin_port":1003,"control_port":1004,"hb_port":1005,
 "ip":"127.0.0.1","key":"a-b","transport":"tcp","signature_scheme":"hmac-sha256","kernel_name":"weft","jupyter_session":"x"}`

func TestParseConnection(t *testing.T) {
	with := func(old, new string) string {
		s := strings.Replace(goodConnection, old, new, 1)
		if s == goodConnection {
			t.Fatalf("%s is not in the file", old)
		}
		return s
	}
	for _, tt := range []struct{ name, text, err string }{
		{"good", goodConnection, ""},
		{"no key", with(`"a-b"`, `""`), ""},
		{"no key and no scheme", `{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5}`, ""},
		{"ipc", with(`"tcp"`, `"ipc"`), ""},
		{"empty", "", "not a JSON object: give the file that the Jupyter client wrote"},
		{"a list", "[]", "not a JSON object: give the file that the Jupyter client wrote"},
		{"null", "null", "not a JSON object: give the file that the Jupyter client wrote"},
		{"cut off", goodConnection[:50], "not a JSON object: give the file that the Jupyter client wrote"},
		{"port missing", with(`"hb_port":1005,`, ``), "hb_port is missing, want a port from 1 to 65535"},
		{"port 0", with(`1001`, `0`), "shell_port is 0, want a port from 1 to 65535"},
		{"port too large", with(`1002`, `65536`), "iopub_port is 65536, want a port from 1 to 65535"},
		{"port negative", with(`1002`, `-1`), "iopub_port is -1, want a port from 1 to 65535"},
		{"port a text", with(`1003`, `"1003"`), `stdin_port is \"1003\", want a port from 1 to 65535`},
		{"port a fraction", with(`1003`, `1.5`), `stdin_port is 1.5, want a port from 1 to 65535`},
		{"port twice", with(`1005`, `1001`), "shell_port and hb_port are both 1001, want different ports"},
		{"scheme", with(`hmac-sha256`, `hmac-md5`), `signature scheme "hmac-md5": only hmac-sha256 is supported, set it in the client's configuration (Session.signature_scheme)`},
		{"transport", with(`"tcp"`, `"udp"`), `transport "udp": only tcp and ipc are supported, set it in the client's configuration`},
		{"key a number", with(`"a-b"`, `5`), "key is 5, want a string"},
		{"ip empty", with(`127.0.0.1`, ``), "ip is empty, want the address to listen on, such as 127.0.0.1"},
		{"long value", with(`"a-b"`, `[`+strings.Repeat("1,\n", 30)+`1]`), `key is [1,\n1,\n1,\n1,\n1,\n1,\n1,\n1,\n1,\n1,\n1,\n1,\n1,\n..., want a string`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := ParseConnection([]byte(tt.text))
			if err != nil && err.Error() != tt.err || err == nil && tt.err != "" {
				t.Fatalf("error %v, want %s", err, tt.err)
			}
			if err == nil && (c.ShellPort == 0 || c.HBPort == 0 || c.IP != "127.0.0.1") {
				t.Fatalf("%+v", c)
			}
		})
	}
	c, _ := ParseConnection([]byte(goodConnection))
	if want := (Connection{"tcp", "127.0.0.1", "a-b", "hmac-sha256", 1001, 1004, 1003, 1002, 1005}); *c != want {
		t.Errorf("got %+v, want %+v", *c, want)
	}
}

func TestReadConnectionFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	if _, err := ReadConnectionFile(write("good", goodConnection)); err != nil {
		t.Error(err)
	}
	tests := []struct{ path, want string }{
		{filepath.Join(dir, "none"), "does not exist: a Jupyter client writes it"},
		{dir, "read connection file"},
		{write("bad", "x"), "not a JSON object"},
		{write("large", strings.Repeat(" ", maxConnection+1)), "larger than 1048576 bytes"},
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 { // root may read all
		p := write("closed", goodConnection)
		os.Chmod(p, 0)
		tests = append(tests, struct{ path, want string }{p, "may not be read"})
	}
	for _, tt := range tests {
		_, err := ReadConnectionFile(tt.path)
		if got := fmt.Sprint(err); !strings.Contains(got, tt.want) || !strings.Contains(got, tt.path) || strings.Contains(got, "\n") {
			t.Errorf("error %q, want one line with %q and %q", got, tt.want, tt.path)
		}
	}
}

func FuzzConnectionFile(f *testing.F) {
	f.Add([]byte(goodConnection))
	f.Add([]byte(`{"shell_port":1e3,"ip":null}`))
	f.Add([]byte(`{"key":"\u0000","signature_scheme":["` + "\xff" + `"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConnection(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		for _, p := range ports {
			if n := *p.of(c); n < 1 || n > 65535 {
				t.Errorf("%s is %d", p.name, n)
			}
		}
		if _, err := NewCodec(c.SignatureScheme, c.Key); err != nil {
			t.Error(err)
		}
	})
}
