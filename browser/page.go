package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"sync"
	"time"
)

// A Page is a tab.
type Page struct {
	wire             *wire
	session, context string
	options          Options
	events           chan event
	done             chan struct{} // closed by Close

	mu       sync.Mutex
	problems []string            // guarded by mu
	loads    int                 // guarded by mu: load events so far
	frames   func(png []byte)    // guarded by mu: takes the frames of a film
	seen     map[string]struct{} // guarded by mu: problems, so that each is told once
}

func (p *Page) call(method string, params values, result any) error {
	return p.wire.call(p.session, method, params, result)
}

// prepare switches on what tells of trouble and sets up the window.
func (p *Page) prepare() error {
	o := &p.options
	if o.Width == 0 {
		o.Width, o.Height = 1200, 900
	}
	if o.Scheme == "" {
		o.Scheme = "light"
	}
	for _, step := range []struct {
		method string
		params values
	}{
		{"Page.enable", nil}, {"Runtime.enable", nil}, {"Log.enable", nil}, {"Network.enable", nil},
		{"Fetch.enable", values{"patterns": []values{{"urlPattern": "*"}}}},
		{"Emulation.setScriptExecutionDisabled", values{"value": o.NoScript}},
		{"Emulation.setFocusEmulationEnabled", values{"enabled": true}}, // keys reach the page, whichever was opened last
	} {
		if err := p.call(step.method, step.params, nil); err != nil {
			return err
		}
	}
	if err := p.Media("screen", o.Scheme); err != nil {
		return err
	}
	return p.Resize(o.Width, o.Height)
}

// Resize sets the window's size in CSS pixels.
func (p *Page) Resize(width, height int) error {
	p.options.Width, p.options.Height = width, height
	return p.call("Emulation.setDeviceMetricsOverride", values{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// Media sets what the page is shown on, "screen" or "print", and what scheme
// the system prefers.
func (p *Page) Media(media, scheme string) error {
	return p.call("Emulation.setEmulatedMedia", values{"media": media, "features": []values{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Close closes the tab and what it has stored.
func (p *Page) Close() error {
	close(p.done)
	return p.wire.call("", "Target.disposeBrowserContext", values{"browserContextId": p.context}, nil)
}

// problem keeps what went wrong.
func (p *Page) problem(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	if _, told := p.seen[text]; told {
		return
	}
	if p.seen == nil {
		p.seen = map[string]struct{}{}
	}
	p.seen[text] = struct{}{}
	p.problems = append(p.problems, text)
}

// Problems returns what went wrong on the page so far: errors on the console,
// exceptions, requests that it was not allowed.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.problems...)
}

// follow takes the page's events until it is closed.
func (p *Page) follow() {
	for {
		select {
		case e := <-p.events:
			if take := events[e.Method]; take != nil {
				take(p, e.Params)
			}
		case <-p.done:
			return
		}
	}
}

// events are the events that matter, and what is done with them. None of them
// may wait for an answer of the browser: that comes the same way, but the
// goroutine that follows has to go on.
var events = map[string]func(*Page, json.RawMessage){
	"Page.loadEventFired": func(p *Page, _ json.RawMessage) {
		p.mu.Lock()
		p.loads++
		p.mu.Unlock()
	},
	"Page.screencastFrame": func(p *Page, text json.RawMessage) {
		var f struct {
			Data      []byte
			SessionID int
		}
		json.Unmarshal(text, &f)
		p.mu.Lock()
		take := p.frames
		p.mu.Unlock()
		if take != nil {
			take(f.Data)
		}
		go p.call("Page.screencastFrameAck", values{"sessionId": f.SessionID}, nil)
	},
	"Fetch.requestPaused": func(p *Page, text json.RawMessage) {
		var r struct {
			RequestID string
			Request   struct{ URL string }
		}
		json.Unmarshal(text, &r)
		if p.options.Allowed == nil || p.options.Allowed(r.Request.URL) {
			go p.call("Fetch.continueRequest", values{"requestId": r.RequestID}, nil)
			return
		}
		p.problem("asks for %s", r.Request.URL)
		go p.call("Fetch.failRequest", values{"requestId": r.RequestID, "errorReason": "BlockedByClient"}, nil)
	},
	"Runtime.consoleAPICalled": func(p *Page, text json.RawMessage) {
		var c struct {
			Type string
			Args []struct {
				Value       any
				Description string
			}
		}
		json.Unmarshal(text, &c)
		if c.Type != "error" && c.Type != "assert" {
			return
		}
		var words []string
		for _, a := range c.Args {
			if a.Description != "" {
				words = append(words, a.Description)
			} else {
				words = append(words, fmt.Sprint(a.Value))
			}
		}
		p.problem("console: %s", strings.Join(words, " "))
	},
	"Runtime.exceptionThrown": func(p *Page, text json.RawMessage) {
		var x struct {
			ExceptionDetails struct {
				Text      string
				URL       string
				Exception struct{ Description string }
			}
		}
		json.Unmarshal(text, &x)
		p.problem("exception: %s %s %s", x.ExceptionDetails.Text, x.ExceptionDetails.Exception.Description, x.ExceptionDetails.URL)
	},
	"Log.entryAdded": func(p *Page, text json.RawMessage) {
		var l struct {
			Entry struct{ Level, Text, URL, Source string }
		}
		json.Unmarshal(text, &l)
		if l.Entry.Level == "error" {
			p.problem("log: %s %s", l.Entry.Text, l.Entry.URL)
		}
	},
}

// Open goes to an address and waits until the page and what it loads are there.
func (p *Page) Open(url string) error {
	p.mu.Lock()
	before := p.loads
	p.mu.Unlock()
	var result struct{ ErrorText string }
	if err := p.call("Page.navigate", values{"url": url}, &result); err != nil {
		return err
	}
	if result.ErrorText != "" {
		return fmt.Errorf("open %s: %s", url, result.ErrorText)
	}
	for range 600 {
		p.mu.Lock()
		loaded := p.loads > before
		p.mu.Unlock()
		if loaded {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("open %s: not loaded after 30 s", url)
}

// Eval evaluates an expression of JavaScript, waits for its promise if it is
// one, and decodes its value into result unless that is nil.
func (p *Page) Eval(expression string, result any) error {
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.call("Runtime.evaluate", values{"expression": expression, "awaitPromise": true, "returnByValue": true}, &r)
	switch {
	case err != nil:
		return err
	case r.ExceptionDetails != nil:
		return fmt.Errorf("%s %s in %.200s", r.ExceptionDetails.Text, r.ExceptionDetails.Exception.Description, expression)
	case result == nil:
		return nil
	case len(r.Result.Value) == 0:
		return fmt.Errorf("undefined: %.200s", expression)
	}
	return json.Unmarshal(r.Result.Value, result)
}

// Wait waits until an expression of JavaScript is true.
func (p *Page) Wait(what, expression string, limit time.Duration) error {
	var last error
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var ok bool
		if last = p.Eval("Boolean("+expression+")", &ok); ok && last == nil {
			return nil
		}
	}
	if last != nil {
		return fmt.Errorf("%s: %w", what, last)
	}
	return fmt.Errorf("%s: not within %v", what, limit)
}

// Picture takes a picture of the window, saves it under file unless that is "",
// and returns it.
func (p *Page) Picture(file string) (image.Image, error) {
	var shot struct{ Data []byte }
	if err := p.call("Page.captureScreenshot", values{"format": "png"}, &shot); err != nil {
		return nil, err
	}
	if file != "" {
		if err := os.WriteFile(file, shot.Data, 0o644); err != nil {
			return nil, err
		}
	}
	return png.Decode(bytes.NewReader(shot.Data))
}

// Film takes pictures of the window as often as it changes while during runs,
// and passes each one to frame.
func (p *Page) Film(frame func(image.Image), during func() error) error {
	p.mu.Lock()
	p.frames = func(text []byte) {
		if img, err := png.Decode(bytes.NewReader(text)); err == nil {
			frame(img)
		}
	}
	p.mu.Unlock()
	if err := p.call("Page.startScreencast", values{"format": "png", "everyNthFrame": 1}, nil); err != nil {
		return err
	}
	err := during()
	stopped := p.call("Page.stopScreencast", nil, nil)
	p.mu.Lock()
	p.frames = nil
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return stopped
}
