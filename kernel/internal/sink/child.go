package sink

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"strconv"
	"sync"
	"syscall"
)

// Variable names the descriptor over which a program that a notebook has
// started shows what it displays. The program takes it out of its environment
// at once, so that those it starts print.
const Variable = "WEFT_DISPLAY_FD"

// A Frame is what goes over that descriptor: four bytes of length, big endian,
// then the Frame as JSON. The notebook answers each with one byte once it is
// shown, so that text and displays stay in order.
type Frame struct {
	Op       string         `json:"op"` // "display", "update" or "clear"
	Data     map[string]any `json:"data,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
	ID       string         `json:"id,omitempty"`
	Wait     bool           `json:"wait,omitempty"`
}

func init() {
	v := os.Getenv(Variable)
	if v == "" {
		return
	}
	os.Unsetenv(Variable)
	fd, err := strconv.Atoi(v)
	if err != nil || fd < 3 {
		return
	}
	syscall.CloseOnExec(fd)
	f := os.NewFile(uintptr(fd), "display")
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeSocket == 0 {
		return
	}
	Set(&remote{file: f, local: stdout})
}

// remote is the Sink of a program that a notebook has started. Where the
// notebook is gone it prints.
type remote struct {
	local *Printer

	mu   sync.Mutex // one frame at a time
	file *os.File   // guarded by mu; nil when the notebook is gone
}

func (r *remote) Display(b Bundle) {
	if !r.send(Frame{Op: "display", Data: b.Data, Metadata: b.Metadata, ID: b.ID}) {
		r.local.Display(b)
	}
}

func (r *remote) Update(b Bundle) {
	if !r.send(Frame{Op: "update", Data: b.Data, Metadata: b.Metadata, ID: b.ID}) {
		r.local.Update(b)
	}
}

func (r *remote) Clear(wait bool) { r.send(Frame{Op: "clear", Wait: wait}) }

// send sends a frame and waits until it is shown.
func (r *remote) send(f Frame) bool {
	b, err := json.Marshal(f)
	if err != nil {
		return false // the text is printed at least
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return false
	}
	_, err = r.file.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
	if err == nil {
		_, err = r.file.Read(make([]byte, 1))
	}
	if err != nil {
		r.file.Close()
		r.file = nil
	}
	return err == nil
}
