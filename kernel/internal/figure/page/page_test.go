package page

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The script is one function call: nothing that a module loader could take for
// its own, and no declaration that could clash with a page's.
func TestScript(t *testing.T) {
	s := Script()
	if !strings.HasPrefix(s, "/*!") || !strings.Contains(s[:600], "Apache License") {
		t.Errorf("the script begins with %.200q, not with the library's notice", s)
	}
	body := strings.TrimSpace(s[strings.Index(s, "*/")+2:])
	if !strings.HasPrefix(body, "(function (window, document) {") || !strings.HasSuffix(body, "})(window, document);") {
		t.Errorf("the script is not one function: %.80q … %q", body, body[len(body)-40:])
	}
	if m := regexp.MustCompile(`typeof define\b|define\.amd|typeof exports|module\.exports`).FindString(s); m != "" {
		t.Errorf("the script asks for a module loader: %s", m)
	}
	if m := regexp.MustCompile(`https?://[^\s"'\\)]+\.js\b`).FindString(s); m != "" {
		t.Errorf("the script names another script: %s", m)
	}
	if strings.Count(s, "this._map={}") != 0 || strings.Count(s, "this._map=Object.create(null)") != 2 {
		t.Error("the cache that wrote into all objects' prototype is back")
	}
	if n := len(s); n > 1_100_000 {
		t.Errorf("the script has %d bytes, more than 1.1 MB", n)
	}
	if v := Version(); len(v) != 8 {
		t.Errorf("Version is %q", v)
	}
}

func TestBlock(t *testing.T) {
	b := Block()
	m := regexp.MustCompile(`(?s)^<script type="text/plain" id="weft-charts-library">([A-Za-z0-9+/=]+)</script>\n<script>\n(.*)</script>\n$`).FindStringSubmatch(b)
	if m == nil {
		t.Fatalf("the block is %.120q", b)
	}
	packed, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil || string(text) != Script() {
		t.Errorf("the block does not unpack to the script: %v", err)
	}
	if strings.Contains(m[2], "</") {
		t.Error("the starter ends its own script element")
	}
	if len(b) > 480_000 {
		t.Errorf("the block has %d bytes, more than 480 KB", len(b))
	}
}

// Fonts' names in double quotes would end the style attribute that ZRender
// writes them into.
func TestThemeQuotes(t *testing.T) {
	if m := regexp.MustCompile(`fontFamily: '[^\n]*"`).FindString(theme); m != "" {
		t.Errorf("the theme has %s", m)
	}
}

// Node, where it is there, reads all our files without complaint.
func TestSyntax(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("this machine has no node to check the syntax of the page's script")
	}
	cmd := exec.Command(node, "--check", "-")
	cmd.Stdin = strings.NewReader(Script())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%.2000s", err, out)
	}
}
