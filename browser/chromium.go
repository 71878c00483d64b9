// Package browser opens pages in a headless Chromium and looks at them, for the
// tests in this folder: charts are there when they are seen.
//
// It speaks the DevTools protocol through a pipe (chromium
// --remote-debugging-pipe), of which the tests need some twenty methods: that is
// the few hundred lines here and nothing to install. Playwright would bring npm
// into the tests of pages, and chromedp five modules into go.mod, which lists
// what the programs link.
//
// The protocol: https://chromedevtools.github.io/devtools-protocol/
package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Names are the programs that Find looks for.
var Names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// Find returns a Chromium: the one that WEFT_CHROMIUM names, else one on PATH.
func Find() (string, error) {
	if name := os.Getenv("WEFT_CHROMIUM"); name != "" {
		return exec.LookPath(name)
	}
	for _, name := range Names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("PATH has no Chromium (apt-get install chromium, or set WEFT_CHROMIUM)")
}

// A Browser is a running Chromium with a profile of its own.
type Browser struct {
	cmd     *exec.Cmd
	wire    *wire
	profile string
}

// Start starts the Chromium at path. Close ends it.
func Start(path string) (*Browser, error) {
	profile, err := os.MkdirTemp("", "weft-browser-")
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*Browser, error) {
		os.RemoveAll(profile)
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	commandsRead, commands, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	answers, answersWrite, err := os.Pipe()
	if err != nil {
		return fail(errors.Join(err, commandsRead.Close(), commands.Close()))
	}
	args := []string{
		"--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
		"--disable-dev-shm-usage", // which containers make small
		"--force-color-profile=srgb", "--user-data-dir=" + profile, "--remote-debugging-pipe",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // which Chromium refuses to have for root
	}
	cmd := exec.Command(path, append(args, "about:blank")...)
	cmd.ExtraFiles = []*os.File{commandsRead, answersWrite} // 3 and 4, which the protocol demands
	err = cmd.Start()
	commandsRead.Close()
	answersWrite.Close()
	if err != nil {
		return fail(errors.Join(err, commands.Close(), answers.Close()))
	}
	return &Browser{cmd: cmd, wire: newWire(commands, answers), profile: profile}, nil
}

// Close ends the browser and removes its profile.
func (b *Browser) Close() error {
	b.wire.call("", "Browser.close", nil, nil)
	ended := make(chan error, 1)
	go func() { ended <- b.cmd.Wait() }()
	var err error
	select {
	case err = <-ended:
	case <-time.After(10 * time.Second):
		b.cmd.Process.Kill()
		err = errors.Join(errors.New("the browser did not end when it was told to"), <-ended)
	}
	b.wire.close()
	for range 20 { // its helpers write a moment longer
		if os.RemoveAll(b.profile) == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// An Options says how a page is opened.
type Options struct {
	Width, Height int                   // of the window in CSS pixels; 0 is 1200×900
	Scheme        string                // "light" or "dark", what the system prefers; "" is light
	NoScript      bool                  // as for a reader who forbids scripts
	Allowed       func(url string) bool // which addresses may be asked for; what else is asked for fails and is a problem
}

// Page opens an empty page in a context of its own: no cookie or store is shared.
func (b *Browser) Page(o Options) (*Page, error) {
	var context struct{ BrowserContextID string }
	if err := b.wire.call("", "Target.createBrowserContext", nil, &context); err != nil {
		return nil, err
	}
	var target struct{ TargetID string }
	if err := b.wire.call("", "Target.createTarget", values{"url": "about:blank", "browserContextId": context.BrowserContextID}, &target); err != nil {
		return nil, err
	}
	var session struct{ SessionID string }
	if err := b.wire.call("", "Target.attachToTarget", values{"targetId": target.TargetID, "flatten": true}, &session); err != nil {
		return nil, err
	}
	p := &Page{wire: b.wire, session: session.SessionID, context: context.BrowserContextID, options: o, events: make(chan event, 1<<14), done: make(chan struct{})}
	b.wire.listen(p.session, p.events)
	go p.follow()
	return p, p.prepare()
}

type values = map[string]any

// An event is a message that answers nothing.
type event struct {
	Method string
	Params json.RawMessage
}
