package browser

import (
	"fmt"
	"strings"
	"time"
)

// keys are the keys that Press knows, with Windows' numbers, by which pages tell
// them apart.
var keys = map[string]int{"Tab": 9, "Enter": 13, "Escape": 27, "End": 35}

// modifiers are the keys that are held down meanwhile, with the protocol's bits.
var modifiers = map[string]int{"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}

// Press presses and releases a key, as "Tab" or "Shift+Tab".
func (p *Page) Press(chord string) error {
	names := strings.Split(chord, "+")
	key := names[len(names)-1]
	number, ok := keys[key]
	if !ok {
		return fmt.Errorf("press %s: which key is that?", chord)
	}
	held := 0
	for _, name := range names[:len(names)-1] {
		held |= modifiers[name]
	}
	down := values{"type": "rawKeyDown", "key": key, "code": key, "windowsVirtualKeyCode": number, "modifiers": held}
	if key == "Enter" {
		down["type"], down["text"] = "keyDown", "\r"
	}
	if err := p.call("Input.dispatchKeyEvent", down, nil); err != nil {
		return err
	}
	return p.call("Input.dispatchKeyEvent", values{"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": number, "modifiers": held}, nil)
}

// Type writes text where the cursor is.
func (p *Page) Type(text string) error {
	return p.call("Input.insertText", values{"text": text}, nil)
}

// Click waits until element, a CSS selector, is to be seen, and clicks on its
// middle with the mouse.
func (p *Page) Click(element string) error {
	err := p.Wait(element, fmt.Sprintf(`document.querySelector(%q)?.getClientRects().length > 0`, element), time.Minute)
	if err != nil {
		return err
	}
	var at struct{ X, Y float64 }
	if err := p.Eval(fmt.Sprintf(`(e => {
		e.scrollIntoView({block: "nearest"});
		const box = e.getBoundingClientRect();
		return {x: box.x + box.width / 2, y: box.y + box.height / 2};
	})(document.querySelector(%q))`, element), &at); err != nil {
		return err
	}
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		event := values{"type": kind, "x": at.X, "y": at.Y}
		if kind != "mouseMoved" {
			event["button"], event["clickCount"] = "left", 1
		}
		if err := p.call("Input.dispatchMouseEvent", event, nil); err != nil {
			return err
		}
	}
	return nil
}
