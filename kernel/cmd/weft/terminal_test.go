package main

import (
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// A display that is updated shows its first and its last text; what has no
// text shows nothing.
func TestTerminalUpdates(t *testing.T) {
	var out strings.Builder
	term := &terminal{stdout: &out, stderr: &out}
	bundle := func(id, text string) wire.DisplayData {
		return wire.DisplayData{Data: map[string]any{"text/plain": text, "text/html": "<b>"}, Transient: map[string]any{"display_id": id}}
	}
	term.Display(bundle("a", "a 0"))
	term.Display(bundle("feed", ""))
	term.Display(bundle("b", "b 0"))
	for _, text := range []string{"b 1", "b 2"} {
		term.UpdateDisplay(bundle("b", text))
	}
	term.UpdateDisplay(bundle("feed", ""))
	term.UpdateDisplay(bundle("a", "a 1\n"))
	term.Stream("stdout", "said\n")
	term.finish()
	term.finish()
	if got, want := out.String(), "a 0\nb 0\nsaid\nb 2\na 1\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
